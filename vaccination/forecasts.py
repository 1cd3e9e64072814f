"""The only writer of `Forecast`: facts in, dates out, in the transaction of the fact that changed."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID


def refresh_residents(resident_ids: Sequence[UUID], on: date) -> int:
    """Forecast these residents anew as of day `on`; returns the number of rows that changed."""
    raise NotImplementedError
