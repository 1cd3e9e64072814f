"""Diseases, pregnancies, infections, screenings of made-up people (figures.toml, `health` and `reasons`)."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from outreach.demo.doses import History
from outreach.demo.figures import ByAge, Curve, Weighted, chance, load
from outreach.demo.households import Person

_figures = load()["health"]
_known_disease = ByAge(_figures["known_disease"])
_mix = Weighted({int(number): weight for number, weight in _figures["mix"].items()})
_mix_children = Weighted({int(number): weight for number, weight in _figures["mix_children"].items()})
_infected = Curve(_figures["infected"])
CHILDBEARING = range(18, 43)


@dataclass(slots=True)
class Pregnancy:
    began_on: date
    stated_weeks: int
    stated_on: date


@dataclass(slots=True)
class Infection:
    confirmed_on: date
    recovered_on: date | None
    discharged_on: date | None


@dataclass(slots=True)
class Screening:
    category: str
    screened_on: date
    product: str | None = None
    until: date | None = None
    reason: str = ""


def diseases(random: Random, age: int) -> list[int]:
    """Numbers of the Ministry's list of 20 that are known of somebody of this age."""
    if not chance(random, _known_disease.of(age)):
        return []
    mix = _mix if age >= 18 else _mix_children
    found = {mix.draw(random)}
    if chance(random, _figures["second_disease"]):
        found.add(mix.draw(random))
    return sorted(found)


def pregnancy(random: Random, person: Person, percent: float, on: date) -> Pregnancy | None:
    """A pregnancy that goes on at day `on`, for `percent` of the women of these ages."""
    if person.sex != "F" or person.age not in CHILDBEARING or not chance(random, percent):
        return None
    late = chance(random, _figures["pregnant_from_13_weeks"])
    days = random.randrange(13 * 7, 40 * 7) if late else random.randrange(5 * 7, 13 * 7)
    stated_on = on - timedelta(days=random.randrange(min(25, days - 28)))
    weeks = (days - (on - stated_on).days) // 7
    return Pregnancy(stated_on - timedelta(weeks=weeks), weeks, stated_on)


def infection(random: Random, on: date) -> Infection | None:
    """A confirmed infection before day `on`, for as many as were ever infected by then."""
    day = _infected.day_of(random.random() * 100)
    if day is None or day > on.toordinal():
        return None
    confirmed = date.fromordinal(day)
    recovered = confirmed + timedelta(days=random.randrange(8, 17))
    if recovered > on:
        return Infection(confirmed, None, None)
    in_hospital = chance(random, 40)
    return Infection(
        confirmed, recovered, recovered + timedelta(days=random.randrange(3)) if in_hospital else None
    )


def screenings(random: Random, person: Person, history: History, on: date) -> list[Screening]:
    """What health workers concluded, as far as it can be told from the doses."""
    if person.age < 18:
        return []
    if history.reason == "contraindicated":
        return [_contraindicated(random, on)]
    if history.reason == "deferred":
        return [_deferred(random, on)]
    if len(history.doses) == 1 and chance(random, _figures["contraindicated_after_dose_1"]):
        first = history.doses[0]
        day = min(on, date.fromordinal(first.day) + timedelta(days=random.randrange(1, 30)))
        if first.product != "UNKNOWN":
            return [Screening("CONTRA", day, first.product, None, "phản vệ sau mũi 1")]
    if history.doses and person.conditions and chance(random, _figures["careful"] * 4):
        return [Screening("CAUT", date.fromordinal(history.doses[0].day), None, None, "có bệnh nền")]
    return []


def _contraindicated(random: Random, on: date) -> Screening:
    day = on - timedelta(days=random.randrange(20, 150))
    if chance(random, 45):
        product = random.choice(("AZ", "PFZ", "MOD", "VERO"))
        return Screening("CONTRA", day, product, None, "tiền sử phản vệ với thành phần vắc xin")
    return Screening("CONTRA", day, None, None, "chống chỉ định theo hướng dẫn của nhà sản xuất")


def _deferred(random: Random, on: date) -> Screening:
    day = on - timedelta(days=random.randrange(2, 40))
    until = day + timedelta(days=random.choice((14, 21, 28, 60)))
    return Screening(
        "DEFER", day, None, until, random.choice(("bệnh cấp tính", "sốt cao", "đang điều trị nội trú"))
    )


def pregnant_percent() -> float:
    """Percent of the women of childbearing age, from the percent of the population."""
    ages = load()["people"]["ages"]
    women = 0.6 * ages[3] * 0.5 + sum(ages[4:8]) * 0.5 + 0.6 * ages[8] * 0.5  # 18 and 19, 20 to 39, 40 to 42
    return float(_figures["pregnant"]) * 100 / women
