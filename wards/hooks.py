"""Facts below, effects above: what must happen, in the same transaction, when facts about residents change.

`wards` does not know who cares; the apps above add themselves in their `AppConfig.ready`. A hook takes the ids of the
residents whose birth date, condition, pregnancy, ward or existence changed, and the application's day.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from wards.models import User

resident_facts_changed: list[Callable[[Sequence[UUID], date], object]] = []

# An account was closed or its password taken back: whoever keeps sessions, devices or tokens of it ends them (user id).
access_withdrawn: list[Callable[[int], object]] = []


@dataclass(frozen=True)
class OpenWork:
    """A kind of work that lies with one official: `count` things called `label`. `hand_over` gives them to another."""

    label: str
    count: int
    hand_over: Callable[["User"], object]


# What lies with an official and goes to somebody else when they leave.
open_work: list[Callable[["User"], OpenWork | None]] = []


def residents_changed(resident_ids: Sequence[UUID], *, on: date) -> None:
    """Run every hook for these residents; call it inside the transaction that changed them."""
    for hook in resident_facts_changed:
        hook(resident_ids, on)


def withdraw_access(user_id: int) -> None:
    """End everything through which this user is in; call it inside the transaction that takes the right away."""
    for hook in access_withdrawn:
        hook(user_id)


def work_lying_with(user: "User") -> list[OpenWork]:
    """What this official has begun and not ended, one line per kind."""
    return [work for hook in open_work if (work := hook(user)) is not None and work.count]
