"""Rule sets as the engine reads them: families of dated, frozen versions.

A family file (`schedules/*.json`) holds dated rows; `schedule_files.load_family` checks it and freezes one `RuleSet`
per day on which a row changes. Rules hold no opinion about people: `eligibility` applies them.

Choices of ours, where the texts are silent:
- A date known to the month is taken as its first day.
- `applies_before`: intervals and product rules were read from a later text than the first doses; the first row of
  such a key also judges earlier days. There is no day on which a product has no minimum interval.
- AstraZeneca from 2021-09-20: "the province decides, never below the manufacturer's minimum (4 weeks)". A province
  whose decision is known stands in `provinces` (Ho Chi Minh City, 79: 6 weeks; the loader refuses less than
  `floor`); everywhere else 8–12 weeks stay the rule, since no other decision is known. Dose validity and forecast
  use the same bound, that of the province the person lives in.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from vaccination.intervals import Length

UNKNOWN_PRODUCT = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Product:
    code: str
    name_vi: str
    name_en: str
    group: str  # presentations of one vaccine count as the same product
    platform: str
    basic_doses: int
    volume_ml: float
    approved: date
    cvx: tuple[str, ...]
    confidence: str
    rank: int  # the order of the products file, which is the order of every list of products


@dataclass(frozen=True, slots=True)
class Reference:
    """A legal text; `number` is empty where it is not certain, and is then not printed."""

    kind: str = ""
    number: str = ""
    dated: date | None = None
    sources: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One version of one rule, as a person reads it."""

    key: str
    eff: date
    eff_precision: str
    kind: str
    text_vi: str
    text_en: str
    ref: Reference
    confidence: str
    line: int


@dataclass(frozen=True, slots=True)
class AgeBand:
    """Ages [min_age, max_age) and what may be given then."""

    row: Row
    min_age: int
    max_age: int | None
    products: tuple[str, ...]
    volumes_ml: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class IntervalRule:
    """Time from a basic dose of `after` to the next basic dose."""

    row: Row
    after: tuple[str, ...]
    min: Length
    max: Length | None
    provinces: Mapping[str, Length]
    min_age: int
    max_age: int | None

    def min_for(self, province: str | None) -> Length:
        return self.provinces.get(province, self.min) if self.provinces and province else self.min


@dataclass(frozen=True, slots=True)
class MixRule:
    """Which other product may follow; the same product always may."""

    row: Row
    pairs: Mapping[tuple[str, str], str]
    max_age: int | None


@dataclass(frozen=True, slots=True)
class ProductRule:
    """Products of an additional dose or booster. The choices that fit the doses before are added together."""

    row: Row
    choices: tuple[tuple[str | tuple[str, ...], tuple[str, ...]], ...]
    volumes_ml: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the same rule said before `until`, for the sentence "before that day it was 6 months"."""

    min: Length
    until: date


@dataclass(frozen=True, slots=True)
class Step:
    """An additional dose or booster for one kind of person; each line of `who` in a row makes one."""

    row: Row
    type: str
    ordinal: int
    min_age: int
    max_age: int | None
    conditions: frozenset[int]
    basic_products: frozenset[str]
    priority_groups: frozenset[int]
    start: str
    min: Length
    max: Length | None
    products: ProductRule
    earlier: Earlier | None

    @property
    def for_everybody(self) -> bool:
        return not (self.conditions or self.basic_products or self.priority_groups)


@dataclass(frozen=True, slots=True)
class DeferralRule:
    row: Row
    min_age: int
    max_age: int | None
    type: str | None
    ordinal: int | None
    after_last_booster: bool
    start: tuple[str, ...]
    length: Length
    presumed_recovery: Length | None


@dataclass(frozen=True, slots=True)
class PregnancyRule:
    row: Row
    defer_below: Length | None  # None: as long as the pregnancy lasts
    never: frozenset[str]


@dataclass(frozen=True, slots=True)
class WaitingRule:
    """Ages [min_age, max_age) that are listed before there is guidance for them; without effect once a band covers them."""

    row: Row
    min_age: int
    max_age: int


@dataclass(frozen=True, slots=True)
class Parameters:
    grace_days: int = 0
    additional_restarts_booster: bool = True
    products_in_shortage: bool = False
    pregnancy_ends_after: Length = Length("42w")


@dataclass(frozen=True, slots=True, eq=False)
class RuleSet:
    """Everything in force from `eff_from` until the day before `eff_to`."""

    code: str
    family: str
    eff_from: date
    eff_to: date
    status: str
    parameters: Parameters
    products: Mapping[str, Product]  # the family's, approved or not
    rows: tuple[Row, ...]
    changes: tuple[Row, ...]  # the rows that begin with this version
    bands: tuple[AgeBand, ...]  # youngest first, without gaps
    intervals: Mapping[str, tuple[IntervalRule, ...]]
    mixes: tuple[MixRule, ...]  # rules for an age first
    stages: tuple[
        tuple[Step, ...], ...
    ]  # additional, booster 1, booster 2; inside a stage oldest people first
    deferrals: tuple[DeferralRule, ...]
    pregnancy: PregnancyRule | None
    waiting: tuple[WaitingRule, ...]  # those that no age row covers yet, oldest first
    memo: dict[Any, Any] = field(default_factory=dict, repr=False)  # product lists already worked out

    def row(self, key: str) -> Row | None:
        return next((row for row in self.rows if row.key == key), None)


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """All versions of one schedule, oldest first."""

    code: str
    programme: str
    jurisdiction: str
    title_vi: str
    title_en: str
    first_dose_on: date
    products: Mapping[str, Product]
    by_cvx: Mapping[str, str]
    versions: tuple[RuleSet, ...]
    starts: tuple[date, ...]

    def at(self, day: date) -> RuleSet:
        """The version in force on `day`; LookupError before the first."""
        index = bisect_right(self.starts, day) - 1
        if index < 0:
            raise LookupError(f"{self.code} has no rules before {self.starts[0].isoformat()}")
        return self.versions[index]

    def in_force(self, day: date) -> RuleSet | None:
        """The version in force on `day`; None before the first."""
        return self.at(day) if day >= self.starts[0] else None

    def version(self, code: str) -> RuleSet:
        """LookupError for a code that the family does not have."""
        for ruleset in self.versions:
            if ruleset.code == code:
                return ruleset
        raise LookupError(f"{self.code} has no version {code}")
