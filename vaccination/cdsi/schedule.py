"""A schedule of CDSi, frozen: series of target doses, each with its ages, intervals and vaccines.

An empty element of the data is None here and says nothing: an empty minimum age keeps nobody away. Vaccines are CVX codes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from vaccination.cdsi.durations import Duration
from vaccination.rulesets import UNKNOWN_PRODUCT, Product

UNSPECIFIED_CVX = "213"  # "SARS-COV-2 (COVID-19) vaccine, UNSPECIFIED": a dose of a product that nobody knows


@dataclass(frozen=True, slots=True)
class AgeRule:
    abs_min: Duration | None = None
    min: Duration | None = None
    earliest_rec: Duration | None = None
    latest_rec: Duration | None = None
    max: Duration | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """Time since an earlier dose: the one before, the one that met target dose `from_target`, or the last of `from_cvx`."""

    from_previous: bool
    from_target: int | None
    from_cvx: frozenset[str]
    abs_min: Duration | None
    min: Duration | None = None
    earliest_rec: Duration | None = None
    latest_rec: Duration | None = None


@dataclass(frozen=True, slots=True)
class Vaccine:
    """A vaccine that fits at ages [begin, end). `volume_ml`: less than that makes it an allowable one at best."""

    cvx: str
    name: str
    begin: Duration | None
    end: Duration | None
    volume_ml: float | None = None


@dataclass(frozen=True, slots=True)
class TargetDose:
    number: int
    age: AgeRule
    intervals: tuple[Interval, ...]
    allowable_intervals: tuple[Interval, ...]
    preferable: tuple[Vaccine, ...]
    allowable: tuple[Vaccine, ...]
    inadvertent: frozenset[str]


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    is_default: bool
    product_path: bool
    preference: int
    doses: tuple[TargetDose, ...]


@dataclass(frozen=True, slots=True)
class Contraindication:
    """`cvx` empty: of every vaccine of the group. Holds at ages [begin, end)."""

    observation: str
    title: str
    begin: Duration | None
    end: Duration | None
    cvx: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    code: str
    title_vi: str
    title_en: str
    status: str
    series: tuple[Series, ...]  # in the publisher's order of preference
    contraindications: tuple[Contraindication, ...]
    products: Mapping[str, Product]  # ours, by code
    by_cvx: Mapping[str, str]  # CVX code to our code

    def cvx_of(self, product: str) -> str:
        """The CVX code under which one of our products is counted; our own code if it has none (it is in no series)."""
        if product == UNKNOWN_PRODUCT:
            return UNSPECIFIED_CVX
        codes = self.products[product].cvx
        named = {
            vaccine.cvx for series in self.series for dose in series.doses for vaccine in dose.preferable
        }
        return next((cvx for cvx in codes if cvx in named), codes[0] if codes else product)
