"""Which way round a column writes its dates: decided once for the column, by a person where it is open.

Reading cell by cell turns 05/03 into the third of May for half a ward. So the column is looked at as a
whole first; `needs_answer` says whether somebody has to choose, and the samples show the choice in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from lib.dates_vn import DateProblem, DayOrder, Precision, Raw, parse

_PROBABLY_YEAR_ONLY = 0.03  # share of 01/01 above which they are taken for "only the year was known"
_STRAYS = 0.02  # share of cells against the rest of the column that are typing slips, not another format
_TRIPLE = re.compile(r"\s*'?(\d{1,2})\s*[/.\- ]\s*(\d{1,2})\s*[/.\- ]\s*(\d{4}|\d{2})\b")


class Verdict(StrEnum):
    EMPTY = "empty"
    DATES = "dates"  # true date cells only
    SERIALS = "serials"  # Excel serial numbers
    YEAR_ONLY = "year_only"
    ISO = "iso"  # year first, or month/year: one reading only
    DMY = "dmy"  # some first number is over 12, no second one is
    MDY = "mdy"  # the other way round: only after a person says so
    AMBIGUOUS = "ambiguous"  # every first and second number is at most 12
    MIXED = "mixed"  # evidence for both, or text and true dates that seem swapped


@dataclass(frozen=True)
class Sample:
    """One cell of the column and what each order would make of it, in words."""

    raw: str
    as_dmy: str
    as_mdy: str


@dataclass
class ColumnDateFormat:
    """What was seen in a column and how it is read unless somebody decides otherwise.

    counts: cells by what they look like: empty, date, serial, year, month, iso, day_first (first number over
    12), month_first (second over 12), either (both at most 12), other; two_digit_year is a subset of these.
    """

    verdict: Verdict
    order: DayOrder
    counts: dict[str, int]
    samples: list[Sample] = field(default_factory=list)
    probably_year_only: bool = False
    swapped_by_excel: bool = False

    @property
    def needs_answer(self) -> bool:
        """Whether a person has to confirm the order before any row is read."""
        return self.verdict in (Verdict.AMBIGUOUS, Verdict.MDY, Verdict.MIXED)


_COUNTED = [
    "empty",
    "date",
    "serial",
    "year",
    "month",
    "iso",
    "day_first",
    "month_first",
    "either",
    "two_digit_year",
    "other",
]


def decide_column(values: Iterable[Raw], *, on: date | None = None, births: bool = False) -> ColumnDateFormat:
    """Looks at every cell of a column (texts, numbers, dates) and says how it writes dates.

    The order is "dmy" unless the evidence is for "mdy"; even then `needs_answer` is true. `on` and `births`
    as in `dates_vn.parse`, for the samples. One pass, nothing kept but counts and a few samples.
    """
    seen = _Seen()
    for value in values:
        seen.look_at(value)
    verdict = seen.verdict()
    return ColumnDateFormat(
        verdict=verdict,
        order="mdy" if verdict is Verdict.MDY else "dmy",
        counts=seen.counts,
        samples=[_sample(raw, on, births) for raw in seen.samples(verdict)],
        probably_year_only=seen.whole_days > 0
        and seen.first_of_january / seen.whole_days > _PROBABLY_YEAR_ONLY,
        swapped_by_excel=seen.swapped_by_excel(),
    )


class _Seen:
    def __init__(self) -> None:
        self.counts = dict.fromkeys(_COUNTED, 0)
        self.whole_days = 0
        self.first_of_january = 0
        self.true_days_over_12 = 0
        self.telling: dict[str, list[Raw]] = {}

    def look_at(self, value: Raw) -> None:
        kind = self._kind(value)
        self.counts[kind] += 1
        examples = self.telling.setdefault(kind, [])
        if kind != "empty" and len(examples) < 3 and value not in examples:
            examples.append(value)

    def _kind(self, value: Raw) -> str:
        if value is None or (isinstance(value, str) and not value.strip()):
            return "empty"
        if isinstance(value, str) and (found := _TRIPLE.match(value)):
            return self._kind_of_triple(int(found[1]), int(found[2]), found[3])
        try:
            day = parse(value)
        except DateProblem:
            return "other"
        if day.precision is not Precision.DAY:
            return day.precision.value
        self._note(day.day == 1 and day.month == 1)
        if isinstance(value, date):
            self.true_days_over_12 += (day.day or 0) > 12
            return "date"
        return "serial" if not isinstance(value, str) or value.strip().isdecimal() else "iso"

    def _kind_of_triple(self, first: int, second: int, year: str) -> str:
        if 0 in (first, second):
            return "month" if second else "year"
        self._note(first == second == 1)
        self.counts["two_digit_year"] += len(year) == 2
        if first > 12 and second > 12:
            return "other"
        if first > 12:
            return "day_first"
        return "month_first" if second > 12 else "either"

    def _note(self, is_first_of_january: bool) -> None:
        self.whole_days += 1
        self.first_of_january += is_first_of_january

    def swapped_by_excel(self) -> bool:
        """dd/mm text opened by an American Excel: days up to 12 became true dates the wrong way round, the
        others stayed text. The signs: no true date after the 12th, and no text with a day up to 12."""
        counts = self.counts
        enough = counts["date"] >= 5 and counts["day_first"] >= 5
        return enough and self.true_days_over_12 == 0 and counts["either"] <= counts["day_first"] * _STRAYS

    def verdict(self) -> Verdict:
        counts = self.counts
        day_first, month_first, either = counts["day_first"], counts["month_first"], counts["either"]
        if self.swapped_by_excel():
            return Verdict.MIXED
        if day_first and month_first:
            return Verdict.DMY if month_first <= day_first * _STRAYS else Verdict.MIXED
        if day_first or month_first:
            return Verdict.DMY if day_first else Verdict.MDY
        if either:
            return Verdict.AMBIGUOUS
        return self._verdict_without_text()

    def _verdict_without_text(self) -> Verdict:
        by_kind = {"date": Verdict.DATES, "serial": Verdict.SERIALS, "year": Verdict.YEAR_ONLY}
        by_kind |= {"iso": Verdict.ISO, "month": Verdict.ISO}
        most = max(by_kind, key=lambda kind: self.counts[kind])
        return by_kind[most] if self.counts[most] else Verdict.EMPTY

    def samples(self, verdict: Verdict) -> list[Raw]:
        """Three cells that show the question: for an open order those where the order makes a difference."""
        kinds = ["day_first", "either", "month_first", "date", "serial", "iso", "month", "year"]
        if verdict in (Verdict.MIXED, Verdict.MDY):
            kinds = ["month_first", "day_first", "date", "either"]
        elif verdict is Verdict.AMBIGUOUS:
            kinds = ["either"]
        found = [self.telling.get(kind, []) for kind in kinds]
        in_turn = [examples[n] for n in range(3) for examples in found if n < len(examples)]
        return in_turn[:3]


def _sample(raw: Raw, on: date | None, births: bool) -> Sample:
    text = raw.strftime("%d/%m/%Y") if isinstance(raw, date) else str(raw).strip()
    return Sample(text, *(_words(raw, order, on, births) for order in ("dmy", "mdy")))


def _words(raw: Raw, order: DayOrder, on: date | None, births: bool) -> str:
    try:
        return parse(raw, order=order, on=on, births=births).in_words()
    except DateProblem as problem:
        return problem.message
