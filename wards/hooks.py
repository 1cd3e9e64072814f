"""Facts below, effects above: what must happen, in the same transaction, when facts about residents change.

`wards` does not know who cares; the apps above add themselves in their `AppConfig.ready`. A hook takes the ids of the
residents whose birth date, condition, pregnancy, ward or existence changed, and the application's day.
"""

from collections.abc import Callable, Sequence
from datetime import date
from uuid import UUID

resident_facts_changed: list[Callable[[Sequence[UUID], date], object]] = []


def residents_changed(resident_ids: Sequence[UUID], *, on: date) -> None:
    """Run every hook for these residents; call it inside the transaction that changed them."""
    for hook in resident_facts_changed:
        hook(resident_ids, on)
