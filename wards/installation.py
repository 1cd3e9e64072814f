"""The installation's row, read often and changed almost never."""

import time
from datetime import timedelta

from django.db import DatabaseError
from django.http import HttpRequest

from lib import clock
from wards.models.installation import Installation

DEFAULT_WORDS = {"neighbourhood": "khu phố", "health_centre": "Trung tâm Y tế thành phố", "city": "Thành phố"}
REREAD_AFTER = 5.0  # seconds a process may go on with what it read

_read: tuple[float, Installation | None] | None = None


def current() -> Installation | None:
    """The installation's row; None in a database that was not set up yet."""
    global _read
    if _read is None or time.monotonic() - _read[0] > REREAD_AFTER:
        try:
            _read = (time.monotonic(), Installation.objects.first())
        except DatabaseError:
            return None
    return _read[1]


def forget() -> None:
    """Read the row anew at the next question (after it was changed in this process)."""
    global _read
    _read = None


def clock_offset() -> timedelta:
    row = current()
    return row.clock_offset if row else timedelta()


def word(name: str) -> str:
    """A word that differs from city to city, e.g. `neighbourhood` → "khu phố"."""
    row = current()
    return (row.words if row else {}).get(name) or DEFAULT_WORDS[name]


def context(request: HttpRequest) -> dict:
    """For every template: the installation, its words and, in a training installation, the training time."""
    row = current()
    return {
        "installation": row,
        "not_set_up": row is None and _read is not None,  # not merely unread because the database is away
        "words": DEFAULT_WORDS | (row.words if row else {}),
        "training_now": clock.now() if row and row.is_demo else None,
    }
