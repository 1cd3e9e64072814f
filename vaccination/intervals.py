"""Dates known to the day, month or year, and the lengths of time that the legal texts use."""

import calendar
import re
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

FOREVER = date(9999, 12, 31)
EARLIEST_YEAR, LATEST_YEAR = 1900, 2199

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_LENGTH = re.compile(r"(\d{1,4})([dwmy])", re.ASCII)


class PartialDate(NamedTuple):
    """A date as it was told: `first` and `last` are the earliest and the latest day that it can mean."""

    first: date
    last: date

    @classmethod
    def day(cls, day: date) -> "PartialDate":
        return cls(day, day)

    @classmethod
    def month(cls, year: int, month: int) -> "PartialDate":
        return cls(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))

    @classmethod
    def year(cls, year: int) -> "PartialDate":
        return cls(date(year, 1, 1), date(year, 12, 31))

    @classmethod
    def parse(cls, text: str) -> "PartialDate":
        """`2021-10-05`, `2021-10` or `2021`; ValueError for anything else and outside 1900–2199."""
        found = _PARTIAL.fullmatch(text)
        if not found:
            raise ValueError("not a date of the form YYYY-MM-DD, YYYY-MM or YYYY")
        year, month, day = (int(part or 0) for part in found.groups())
        if not EARLIEST_YEAR <= year <= LATEST_YEAR:
            raise ValueError(f"the year is not between {EARLIEST_YEAR} and {LATEST_YEAR}")
        if found[2] is None:
            return cls.year(year)
        try:
            return cls.month(year, month) if found[3] is None else cls.day(date(year, month, day))
        except (ValueError, IndexError):
            raise ValueError("no such day in the calendar") from None

    @property
    def precision(self) -> str:
        """`day`, `month`, `year`; `range` for anything else (a range that was narrowed by other knowledge)."""
        if self.first == self.last:
            return "day"
        if self == PartialDate.month(self.first.year, self.first.month):
            return "month"
        return "year" if self == PartialDate.year(self.first.year) else "range"


@lru_cache(maxsize=1 << 18)
def add_months(day: date, months: int) -> date:
    """Calendar months with end-of-month clamp: 31 January + 1 month is 28 or 29 February."""
    years, month0 = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month0 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def birthday(born: date, age: int) -> date:
    """The day on which somebody born on `born` reaches `age`; who is born on 29 February, on the 28th."""
    return add_months(born, 12 * age)


class Length:
    """A length of time as the texts write it: `21d` and `8w` exact, `3m` and `1y` calendar months, clamped."""

    __slots__ = ("delta", "months", "text")

    def __init__(self, text: str) -> None:
        found = _LENGTH.fullmatch(text)
        if not found:
            raise ValueError("not a length of time such as 21d, 8w, 3m or 1y")
        count, unit = int(found[1]), found[2]
        self.text = text
        self.months = {"m": count, "y": 12 * count}.get(unit, 0)
        self.delta = timedelta(days={"d": count, "w": 7 * count}.get(unit, 0))

    def after(self, day: date) -> date:
        return add_months(day, self.months) if self.months else day + self.delta

    def order(self) -> tuple[int, str]:
        """For comparing lengths: about how many days, a month as 30."""
        return self.delta.days + 30 * self.months, self.text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Length) and (self.delta, self.months) == (other.delta, other.months)

    def __hash__(self) -> int:
        return hash((self.delta, self.months))

    def __repr__(self) -> str:
        return f"Length({self.text!r})"
