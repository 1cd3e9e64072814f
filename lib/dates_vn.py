"""Dates as people in Vietnam write them, with the precision they were known to.

`PartialDate` is a day, a month or a year and never pretends to be more: a birth year is not 01/01.
`parse` reads one cell in a format that has already been decided for its column (lib/date_columns.py);
it never guesses month before day.
"""

from __future__ import annotations

import calendar
import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache, total_ordering
from typing import Literal

from lib.problems import Problem, gettext_noop

_ = gettext_noop

EARLIEST_YEAR = 1900
DayOrder = Literal["dmy", "mdy"]
Raw = object  # any cell of a sheet: text, number, date, a failed formula, nothing


class Precision(StrEnum):
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class DateProblem(Problem):
    """A cell that is not a date as it stands; `proposal` is a PartialDate or None."""


@total_ordering
@dataclass(frozen=True, slots=True)
class PartialDate:
    """A day, a month (day is None) or a year (month is None too).

    Orders by its earliest day, the vaguer first. Raises DateProblem("no_such_day") for 30/02.
    """

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.day is not None and self.month is None:
            raise ValueError("a day without its month")
        if not (1 <= self.year <= 9999 and (self.month is None or 1 <= self.month <= 12)):
            raise DateProblem("not_a_date", _("“{raw}” không phải là ngày."), raw=self.iso())
        if self.day is not None and not 1 <= self.day <= days_in(self.year, self.month):
            raise _no_such_day(self.year, self.month, self.day)

    # -- making ----------------------------------------------------------------

    @classmethod
    def of(cls, day: date) -> PartialDate:
        """The whole day; of a datetime its written day, whatever the time zone."""
        return cls(day.year, day.month, day.day)

    @classmethod
    def from_iso(cls, text: str) -> PartialDate:
        """From 1958-03-07, 1958-03 or 1958 (the form of interfaces and files); a DateProblem otherwise."""
        if not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", text):
            raise DateProblem("not_a_date", _("“{raw}” không phải là ngày."), raw=text)
        return cls(*map(int, text.split("-")))

    # -- what it says ----------------------------------------------------------

    @property
    def precision(self) -> Precision:
        if self.day is not None:
            return Precision.DAY
        return Precision.MONTH if self.month is not None else Precision.YEAR

    @property
    def earliest(self) -> date:
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        month = self.month or 12
        return date(self.year, month, self.day or days_in(self.year, month))

    @property
    def is_exact(self) -> bool:
        return self.day is not None

    def as_date(self) -> date | None:
        """The day, or None when only the month or the year is known."""
        return self.earliest if self.is_exact else None

    def may_be(self, other: PartialDate) -> bool:
        """Whether the two can be the same day: 1972 and 05/03/1972 can, 04/1972 and 05/03/1972 cannot."""
        return self.earliest <= other.latest and other.earliest <= self.latest

    def is_before(self, other: PartialDate | date) -> bool | None:
        """True or False where it is certain, None where the precision leaves it open."""
        start, end = (other.earliest, other.latest) if isinstance(other, PartialDate) else (other, other)
        if self.latest < start:
            return True
        return False if self.earliest >= end else None

    def __lt__(self, other: PartialDate) -> bool:
        if not isinstance(other, PartialDate):
            return NotImplemented
        return self._order() < other._order()

    def _order(self) -> tuple[int, int, int]:
        return self.year, self.month or 0, self.day or 0

    # -- how it is written -----------------------------------------------------

    def __str__(self) -> str:
        """06/02/2022, 02/2022 or 1972."""
        if self.day is not None:
            return f"{self.day:02}/{self.month:02}/{self.year:04}"
        return f"{self.month:02}/{self.year:04}" if self.month is not None else f"{self.year:04}"

    def iso(self) -> str:
        """1958-03-07, 1958-03 or 1958."""
        return "-".join(f"{part:0{width}}" for part, width in self._known())

    def in_words(self) -> str:
        """ngày 6 tháng 2 năm 2022: leaves no doubt which is the month."""
        words = ((self.day, "ngày"), (self.month, "tháng"), (self.year, "năm"))
        return " ".join(f"{word} {part}" for part, word in words if part is not None)

    def _known(self) -> list[tuple[int, int]]:
        parts = ((self.year, 4), (self.month, 2), (self.day, 2))
        return [(part, width) for part, width in parts if part is not None]


def days_in(year: int, month: int | None) -> int:
    return calendar.monthrange(year, month or 12)[1]


# ---------------------------------------------------------------- reading one cell


def parse(
    raw: Raw, *, order: DayOrder = "dmy", on: date | None = None, youngest: int = 0, births: bool = False
) -> PartialDate:
    """The date in a cell: text, number (a year or an Excel serial of the 1900 system) or a real date.

    order: what the column was declared to be; "mdy" only ever by declaration. on: the day of reading; with it
    dates after it are refused and two-digit years find their century. births: whether the column holds birth
    dates; then a two-digit year is 20xx only if the person would be at least `youngest` on `on`, else 19xx.
    Without `births` a two-digit year is 20xx. A time of day is dropped and never shifts the day.
    Raises DateProblem: empty, not_a_date, no_such_day, month_over_12, run_together, too_early, in_future.
    """
    found = _read(raw, order, on, youngest if births else None)
    if found.year < EARLIEST_YEAR:
        raise DateProblem("too_early", _("Năm {year} quá xa, kiểm tra lại năm."), year=found.year)
    if on is not None and found.earliest > on:
        raise DateProblem(
            "in_future", _("Ngày {day} sau hôm nay ({today})."), day=str(found), today=str(PartialDate.of(on))
        )
    return found


def _read(raw: Raw, order: DayOrder, on: date | None, youngest: int | None) -> PartialDate:
    if isinstance(raw, date):  # also a datetime: its written day
        return PartialDate.of(raw)
    if raw is None or isinstance(raw, bool):
        raise _not_a_date(raw)
    if isinstance(raw, (int, float)):
        return from_number(raw)
    if not isinstance(raw, str):  # a failed formula
        raise _not_a_date(raw)
    return _from_text(raw, order, on, youngest)


SERIAL_DAY_ONE = date(1899, 12, 31)
# 01/01/1911 … 31/12/2100. Below it stand mistyped years (1899, 2950), which would otherwise become days of 1905 to 1908.
_FIRST_SERIAL, _LAST_SERIAL = 4_019, 73_415


def from_number(number: int | float) -> PartialDate:
    """A year (1900–2100) or an Excel serial of the 1900 system, its fraction (the time) dropped."""
    if isinstance(number, float) and not math.isfinite(number):
        raise _not_a_date(number)
    whole = math.floor(number)
    if EARLIEST_YEAR <= whole <= 2100 and whole == number:
        return PartialDate(whole)
    if _FIRST_SERIAL <= whole <= _LAST_SERIAL:
        return PartialDate.of(from_serial(whole))
    if whole == number and 10**6 <= whole < 10**8:
        raise _run_together(str(whole))
    raise _not_a_date(f"{number:g}")


def from_serial(serial: int) -> date:
    """The day of an Excel serial. Its system counts a 29/02/1900 that never was: later ones are one less."""
    return SERIAL_DAY_ONE + timedelta(days=serial if serial < 60 else serial - 1)


_SEPARATED = re.compile(r"(\d{1,4})\s*[/.\- ]\s*(\d{1,2})\s*[/.\- ]\s*(\d{1,4})")
_MONTH_YEAR = re.compile(r"(\d{1,2})\s*[/.\-]\s*(\d{4})")
_YEAR_MONTH = re.compile(r"(\d{4})\s*[/.\-]\s*(\d{1,2})")
_TIME = re.compile(
    r"[ T]\s*(\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(?:[AaPp][Mm]|SA|CH)?\s*(Z|[+-]\d{2}:?\d{2})?$"
)
_UNKNOWN_PART = re.compile(r"^(?:0{1,2}|[?_xX*.…\-]{1,2})?[/.\-](?:0{1,2}|[?_xX*.…\-]{1,2})?[/.\-]|^[/.\-]+")
_DAY_UNKNOWN = re.compile(r"^(?:0{1,2}|[?_xX*]{1,2})[/.\-](?=\d{1,2}[/.\-]\d{4}$)")
_WORDS = re.compile(r"\b(?:ngay|thang|nam|sinh|khoang|ng|th)\b\.?")
_MONTH_NAMES = {"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6}
_MONTH_NAMES |= {"jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12}
_NAMED_MONTH = re.compile(r"(\d{1,2})[ \-/]([a-z]{3})[a-z]*\.?[ \-/,]+(\d{2,4})")


def _from_text(raw: str, order: DayOrder, on: date | None, youngest: int | None) -> PartialDate:
    text = " ".join(unicodedata.normalize("NFKC", raw).replace("\u200b", "").strip(" '’`\t\r\n").split())
    if not text:
        raise DateProblem("empty", _("Chưa có ngày."))
    text, midnight_passed = _without_time(text)
    text = _in_digits(text)
    found = _from_digits(text, raw, order, on, youngest)
    return PartialDate.of(found.earliest + timedelta(days=1)) if midnight_passed and found.is_exact else found


def _without_time(text: str) -> tuple[str, bool]:
    """The day part, and whether the time was midnight in Vietnam written in UTC (17:00Z the day before)."""
    found = _TIME.search(text)
    if not found:
        return text, False
    return text[: found.start()], found[2] in ("Z", "+00:00", "+0000") and found[1].startswith("17:00")


def _in_digits(text: str) -> str:
    """Digits for "ngày 5 tháng 3 năm 1972" and "15-May-85"; parts said to be unknown are left out."""
    if any(map(str.isalpha, text)):
        lower = unicodedata.normalize("NFD", text.lower())
        lower = "".join(char for char in lower if not unicodedata.combining(char))
        named = _NAMED_MONTH.fullmatch(lower)
        if named and named[2] in _MONTH_NAMES:
            return f"{named[1]}/{_MONTH_NAMES[named[2]]}/{named[3]}"
        if _WORDS.search(lower):
            text = "/".join(re.split(r"[\s/]+", _WORDS.sub(" ", lower).strip()))
    without_both = _UNKNOWN_PART.sub("", text)
    return without_both if re.fullmatch(r"\d{4}", without_both) else _DAY_UNKNOWN.sub("", text)


def _from_digits(text: str, raw: str, order: DayOrder, on: date | None, youngest: int | None) -> PartialDate:
    if text.isdecimal() and text.isascii():
        return _from_digit_run(text, raw)
    if re.fullmatch(r"\d{4,5}\.0+", text):  # a number that another program wrote as text
        return from_number(float(text))
    if found := _SEPARATED.fullmatch(text):
        return _from_triple(found, raw, order, on, youngest)
    if found := _MONTH_YEAR.fullmatch(text):
        return _month_of(int(found[2]), int(found[1]), raw)
    if found := _YEAR_MONTH.fullmatch(text):
        return _month_of(int(found[1]), int(found[2]), raw)
    raise _not_a_date(raw)


def _from_digit_run(text: str, raw: str) -> PartialDate:
    if len(text) in (4, 5):  # a year, or a serial that became text in a CSV
        return from_number(int(text))
    if len(text) in (7, 8):
        raise _run_together(text)
    raise _not_a_date(raw)


def _from_triple(
    found: re.Match[str], raw: str, order: DayOrder, on: date | None, youngest: int | None
) -> PartialDate:
    first, second, third = found[1], found[2], found[3]
    if len(first) == 4 and len(third) <= 2:
        year, month, day = int(first), int(second), int(third)  # ISO order
    elif len(first) <= 2 and len(third) in (2, 4):
        year = int(third) if len(third) == 4 else century(int(third), on, youngest)
        day, month = (int(first), int(second)) if order == "dmy" else (int(second), int(first))
    else:
        raise _not_a_date(raw)
    if month > 12 and 1 <= day <= 12:
        raise DateProblem(
            "month_over_12",
            _("“{raw}” có tháng {month}. Có phải là {other}?"),
            proposal=_possible(year, day, month),
            raw=raw.strip(),
            month=month,
            other=f"{month:02}/{day:02}/{year}",
        )
    if not 1 <= month <= 12 or day < 1:
        raise _not_a_date(raw)
    return PartialDate(year, month, day)


def century(two_digits: int, on: date | None, youngest: int | None) -> int:
    """The year of a two-digit one. A birth year is 20xx only when the age is plausible by then."""
    recent = 2000 + two_digits
    if youngest is None:
        return recent
    return recent if on is not None and recent <= on.year - youngest else 1900 + two_digits


def _month_of(year: int, month: int, raw: str) -> PartialDate:
    if not 1 <= month <= 12:
        raise _not_a_date(raw)
    return PartialDate(year, month)


# ---------------------------------------------------------------- what to say when it is not a date


def _not_a_date(raw: object) -> DateProblem:
    if raw is None:
        return DateProblem("empty", _("Chưa có ngày."))
    return DateProblem(
        "not_a_date",
        _("“{raw}” không phải là ngày. Ghi ngày/tháng/năm, ví dụ 15/05/1985."),
        raw=str(raw).strip(),
    )


def _no_such_day(year: int, month: int | None, day: int) -> DateProblem:
    return DateProblem(
        "no_such_day",
        _("Tháng {month}/{year} không có ngày {day}. Kiểm tra lại, hoặc chọn “chỉ nhớ tháng”."),
        proposal=PartialDate(year, month),
        month=month,
        year=year,
        day=day,
    )


def _run_together(digits: str) -> DateProblem:
    """15051985 and 19850515 have one likely reading each; it is proposed, not taken."""
    padded = digits.rjust(8, "0")
    proposal = _possible(int(padded[4:]), int(padded[2:4]), int(padded[:2]))
    proposal = proposal or _possible(int(padded[:4]), int(padded[4:6]), int(padded[6:]))
    return DateProblem(
        "run_together",
        _("“{raw}” không có dấu ngăn ngày, tháng, năm. Ghi lại, ví dụ {example}."),
        proposal=proposal,
        raw=digits,
        example=str(proposal or "15/05/1985"),
    )


def _possible(year: int, month: int, day: int) -> PartialDate | None:
    try:
        found = PartialDate(year, month, day)
    except DateProblem:
        return None
    return found if EARLIEST_YEAR <= year <= 2100 else None


@lru_cache(65_536)
def parse_cached(
    raw: str, order: DayOrder = "dmy", on: date | None = None, youngest: int = 0, births: bool = False
) -> PartialDate:
    """`parse` for text columns of large files, where the same days come back again and again."""
    return parse(raw, order=order, on=on, youngest=youngest, births=births)
