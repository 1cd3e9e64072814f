"""Who was vaccinated when, with what: a person's doses as the rules and the supply of 2021-22 made them.

A person has a rank; the curves of `figures.toml` say up to which rank people had a first and a second dose on a day, so that
coverage on any day is the bulletins'. Intervals follow the rule of the day (DOMAIN 2.2), with the mistakes that occur.
"""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date
from random import Random

from outreach.demo.figures import Curve, Weighted, chance, load
from outreach.demo.households import Person

IMMUNOSUPPRESSION = {3, 5, 10, 15, 18}

_figures = load()["doses"]
_curve = {name: Curve(points) for name, points in _figures.items() if isinstance(points, list)}
_products = Weighted(_figures["products"])
_after_vero = Weighted({"PFZ": 60, "MOD": 28, "VERO": 12})
_additional_after = Weighted({"PFZ": 62, "MOD": 30, "": 8})
_booster_after_az = Weighted({"AZ": 42, "PFZ": 43, "MOD": 15})
_booster_after_mrna = Weighted({"": 90, "PFZ": 7, "MOD": 3})
_booster_mixed = Weighted({"PFZ": 75, "MOD": 25})

# First day on which a product was in use (M: DOMAIN 2.1), and days from dose 1 to dose 2: least, usual span.
AVAILABLE = {
    "AZ": date(2021, 3, 8), "PFZ": date(2021, 7, 7), "MOD": date(2021, 7, 26), "VERO": date(2021, 9, 3), "SPU": date(2021, 7, 1),
    "HAYAT": date(2021, 9, 12), "JAN": date(2021, 9, 1), "ABD": date(2021, 9, 24), "PFZ-P": date(2022, 4, 14),
}  # fmt: skip
_AVAILABLE = {product: day.toordinal() for product, day in AVAILABLE.items()}
INTERVAL = {
    "AZ": (
        56,
        28,
    ),  # no decision of the province to shorten it is known (7820/BYT-DP of 20/09/2021 allowed one)
    "PFZ": (21, 9),
    "MOD": (28, 8),
    "VERO": (21, 9),
    "SPU": (21, 8),
    "HAYAT": (21, 9),
    "ABD": (14, 3),
    "PFZ-P": (21, 10),
}
MIX_ALLOWED = date(2021, 7, 22).toordinal()
ADDITIONAL_FROM = date(2021, 12, 17).toordinal()  # 10722/BYT-DP: also after Sinopharm and Sputnik V
ADDITIONAL_IMMUNE_FROM = date(2021, 12, 1).toordinal()  # 10225/BYT-DP
BOOSTER_FROM = date(2021, 12, 17).toordinal()
SECOND_BOOSTER_FROM = date(2022, 5, 10).toordinal()


@dataclass(slots=True)
class Dose:
    day: int  # ordinal
    product: str
    ordinal: int
    kind: str = ""  # as it was written: "", "bổ sung", "nhắc lại"
    precision: str = "day"
    lot: str = ""
    site: str = ""
    volume_ml: str = ""
    source: str = "file"

    @property
    def given(self) -> tuple[int, int | None, int | None]:
        day = date.fromordinal(self.day)
        if self.precision == "year":
            return day.year, None, None
        return day.year, day.month, day.day if self.precision == "day" else None


@dataclass(slots=True)
class History:
    """The doses on record; `is_known`: whether they are all there are, None where nobody asked."""

    doses: list[Dose] = field(default_factory=list)
    is_known: bool | None = True
    reason: str = ""  # of an adult without any dose, a key of figures.toml `reasons`


def history(random: Random, person: Person, ward_name: str, on: date) -> History:
    """What this person had by day `on`, and what is on record of it."""
    until = on.toordinal()
    doses = [dose for dose in _after_tet(_course(random, person)) if dose.day <= until]
    told = History(doses)
    if person.age < 12:
        _write_down(random, doses, ward_name)
        return told
    if not doses and person.age >= 18:
        told.reason = _REASONS.draw(random)
    elif chance(random, _figures["unknown_history"]):
        told.is_known = False if chance(random, 70) else None
        keep = 0 if chance(random, _figures["unknown_without_dose"]) else max(1, len(doses) - 1)
        del doses[keep:]
    _write_down(random, doses, ward_name)
    if told.reason == "elsewhere":
        told.is_known = False
    elif told.reason == "not_surveyed":
        told.is_known = None
    return told


_REASONS = Weighted(load()["reasons"])


def _course(random: Random, person: Person) -> list[Dose]:
    """All doses of a person's course, as far as the curves go."""
    rank = random.random() * 100
    if person.age < 5:
        return []
    if person.age < 18:
        group, product = ("child", "PFZ-P") if person.age < 12 else ("teen", "PFZ")
        return _basic(
            random, product, _curve[f"first_{group}"].day_of(rank), _curve[f"second_{group}"].day_of(rank)
        )
    group = "from_50" if person.age >= 50 else "adult"
    first_day = _curve[f"first_{group}"].day_of(rank)
    if first_day is None:
        return []
    product = _products.draw(random)
    if first_day < _AVAILABLE[product]:
        product = "AZ"
    doses = _basic(random, product, first_day, _curve[f"second_{group}"].day_of(rank))
    complete = len(doses) == {"JAN": 1, "ABD": 3}.get(product, 2)
    return doses + _further(random, person, doses) if complete else doses


TET = range(date(2022, 1, 30).toordinal(), date(2022, 2, 4).toordinal())


def _after_tet(doses: list[Dose]) -> list[Dose]:
    """Nobody is vaccinated over the New Year holiday."""
    for dose in doses:
        if dose.day in TET:
            dose.day += len(TET)
    return doses


def _basic(random: Random, product: str, first_day: int | None, second_not_before: int | None) -> list[Dose]:
    if first_day is None:
        return []
    doses = [Dose(first_day, product, 1)]
    if product == "JAN" or second_not_before is None:
        return doses
    least, span = INTERVAL[product]
    day = max(first_day + least + int(random.triangular(0, span, 1)), second_not_before)
    if chance(random, _figures["too_early"]):
        day = first_day + least - random.randrange(1, 9)
    doses.append(Dose(day, _second_product(random, product, first_day, day), 2))
    if product == "ABD":
        doses.append(Dose(day + 14 + random.randrange(4), product, 3))
    return doses


def _second_product(random: Random, product: str, first_day: int, day: int) -> str:
    if (
        product == "AZ"
        and day >= MIX_ALLOWED
        and 56 <= day - first_day <= 84
        and chance(random, _figures["az_then_pfizer"] * 2)
    ):
        return "PFZ"
    if product != "ABD" and product != "PFZ-P" and chance(random, _figures["forbidden_mix"]):
        return "PFZ" if product in ("VERO", "SPU", "HAYAT") else "MOD" if product == "AZ" else "AZ"
    return product


def _further(random: Random, person: Person, basic: list[Dose]) -> list[Dose]:
    """Additional dose and boosters, each no earlier than its rule and its curve."""
    rank = random.random() * 100
    last = basic[-1]
    number = last.ordinal
    given: list[Dose] = []
    products = {dose.product for dose in basic}
    suppressed = bool(IMMUNOSUPPRESSION & set(person.conditions))
    if suppressed or products & {"VERO", "HAYAT", "SPU"}:
        begins = ADDITIONAL_IMMUNE_FROM if suppressed else ADDITIONAL_FROM
        day = _day(random, max(begins, last.day + 28), _curve["additional"].day_of(rank), 9)
        if day is None or day >= add_months(last.day, 3):  # the window closes
            if day is None:
                return []
        else:
            number += 1
            extra = (
                _after_vero.draw(random)
                if "VERO" in products
                else _additional_after.draw(random) or last.product
            )
            given.append(Dose(day, extra, number, "bổ sung"))
    before = given[-1] if given else last
    day = _day(random, max(BOOSTER_FROM, add_months(before.day, 3)), _curve["booster"].day_of(rank), 9)
    if day is None:
        return _named(random, given)
    number += 1
    given.append(Dose(day, _booster(random, products, last.product), number, "nhắc lại"))
    if person.age >= 50 or suppressed:
        again = _day(
            random, max(SECOND_BOOSTER_FROM, add_months(day, 4)), _curve["second_booster"].day_of(rank), 30
        )
        if again is not None:
            given.append(Dose(again, given[-1].product, number + 1, "nhắc lại"))
    return _named(random, given)


def _day(random: Random, allowed: int, willing: int | None, delay: int) -> int | None:
    if willing is None:
        return None
    return max(allowed + random.randrange(delay), willing)


def _booster(random: Random, products: set[str], last: str) -> str:
    if len(products) > 1:
        return _booster_mixed.draw(random)
    if last == "AZ":
        return _booster_after_az.draw(random)
    if last in ("PFZ", "MOD"):
        return _booster_after_mrna.draw(random) or last
    return _after_vero.draw(random)


def _named(random: Random, doses: list[Dose]) -> list[Dose]:
    """Some hands wrote only "mũi 3"."""
    for dose in doses:
        if chance(random, 8):
            dose.kind = ""
    return doses


def add_months(day: int, months: int) -> int:
    """Calendar months with the end of the month as limit."""
    start = date.fromordinal(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])).toordinal()


def _write_down(random: Random, doses: list[Dose], ward_name: str) -> None:
    """Lot, place, volume, and what was forgotten. Lots begin with GD (giả định, made up)."""
    home_site = random.choice(
        (
            f"Trạm Y tế phường {ward_name}",
            f"Điểm tiêm lưu động phường {ward_name}",
            "Trung tâm Y tế thành phố Bắc Ninh",
        )
    )
    for dose in doses:
        if chance(random, _figures["elsewhere"]):
            dose.site = random.choice(
                ("Hà Nội", "TP. Hồ Chí Minh", "Bắc Giang", "Bệnh viện Đa khoa tỉnh Bắc Ninh")
            )
        else:
            dose.site = home_site
        if not chance(random, _figures["no_lot"]):
            dose.lot = f"GD{dose.product}{dose.day // 9 % 900 + 100}"
        if dose.product == "MOD" and dose.ordinal > 2:
            dose.volume_ml = "0.50" if chance(random, _figures["moderna_booster_full"]) else "0.25"
        if chance(random, _figures["unknown_product"]):
            dose.product, dose.lot = "UNKNOWN", ""
        if chance(random, _figures["month_only"]):
            dose.precision = "month"
        elif chance(random, _figures["year_only"]):
            dose.precision = "year"


def claimed(random: Random, on: date) -> list[Dose]:
    """Two doses that a family tells of, without a paper: vaccinated in another city."""
    first = on.toordinal() - random.randrange(110, 190)
    product = random.choice(("AZ", "MOD", "PFZ", "UNKNOWN"))
    doses = [Dose(first, product, 1), Dose(first + random.randrange(28, 70), product, 2)]
    for dose in doses:
        dose.site, dose.source = "TP. Hồ Chí Minh", "claimed"
        dose.precision = "month" if chance(random, 50) else "day"
    return doses
