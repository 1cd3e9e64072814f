"""The only place where the product asks what time it is.

Two times exist. *Real* time is the server's: leases, sessions and the audit trail use it. *Application* time is real time
plus a stored offset, so that a drill or a demonstration can replay a past day with a clock that ticks
(`wards.models.Installation.clock_offset`; SQL asks the function `app_now()`, which adds the same offset to the database's
clock). Dates are Vietnamese dates: 18:00 UTC is already tomorrow in Asia/Ho_Chi_Minh.

Only doors (views, commands, tasks) call this module; domain functions take `on` or `at`.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

_offset_source: Callable[[], timedelta] = timedelta


def use_offset_from(source: Callable[[], timedelta]) -> None:
    """Make `source` the place the offset between real and application time is read from."""
    global _offset_source
    _offset_source = source


def offset() -> timedelta:
    """How far application time is from real time; zero in a real installation."""
    return _offset_source()


def real_now() -> datetime:
    """The server's time, an aware datetime in UTC. For leases, sessions and audit."""
    return datetime.now(UTC)


def now() -> datetime:
    """Application time, an aware datetime in Asia/Ho_Chi_Minh."""
    return (real_now() + offset()).astimezone(VIETNAM)


def today() -> date:
    """The application's calendar day in Vietnam."""
    return now().date()


def vietnamese_day(instant: datetime) -> date:
    """The Vietnamese calendar day of an aware instant."""
    return instant.astimezone(VIETNAM).date()
