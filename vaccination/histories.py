"""What is known about one person, as plain values: the engine's input."""

from datetime import date
from typing import NamedTuple

from vaccination.intervals import PartialDate


class Dose(NamedTuple):
    """A dose that was given. `product` is a code of the products file or UNKNOWN."""

    given: PartialDate
    product: str
    volume_ml: float | None = None


class Pregnancy(NamedTuple):
    """Completed weeks on a day; it ends by itself at 42 weeks."""

    weeks: int
    as_of: date


class Infection(NamedTuple):
    confirmed_on: date | None = None
    recovered_on: date | None = None
    discharged_on: date | None = None


class Screening(NamedTuple):
    """What a health worker concluded: ELIG, CAUT, DEFER or CONTRA.

    `until` is the first day on which it no longer holds, None never ends. Without a `product` it is about all of
    them. `note` and `place` are words for the sentence only (`phản vệ sau mũi 1`, `Trung tâm Y tế`).
    """

    category: str
    on: date
    until: date | None = None
    product: str | None = None
    note: str = ""
    place: str = ""


class Person(NamedTuple):
    """`doses` None: nobody knows what was given; empty: known to have had none. Order does not matter."""

    born: PartialDate
    doses: tuple[Dose, ...] | None = ()
    conditions: frozenset[int] = frozenset()
    province: str | None = None
    priority_group: int | None = None
    pregnancy: Pregnancy | None = None
    infections: tuple[Infection, ...] = ()
    screenings: tuple[Screening, ...] = ()
