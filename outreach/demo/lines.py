"""Rows as officials keep them: people of the demonstration city as they stand in the register, and people nobody knew."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from lib.dates_vn import PartialDate
from outreach.demo import doses as courses
from outreach.demo import names
from outreach.demo.figures import chance, load
from outreach.demo.households import Person, born_on
from vaccination.models import DoseRecord, Product
from wards import identity_numbers
from wards.models import AdministrativeUnit, Condition, Neighbourhood, Resident

ILLNESS = {1: "Đái tháo đường", 2: "COPD", 3: "Ung thư", 4: "Suy thận", 6: "Béo phì", 7: "Suy tim", 8: "Tai biến", 13: "Hen phế quản", 14: "Tăng huyết áp", 16: "Viêm gan"}  # fmt: skip
SEXES = {"M": "Nam", "F": "Nữ", "U": ""}


@dataclass
class DoseCells:
    """One dose as a file tells it."""

    ordinal: int | None
    kind: str
    product: str
    given: PartialDate
    lot: str = ""
    site: str = ""


@dataclass
class Line:
    """One person as a file tells of them. `dirt`: what was made wrong on purpose.

    `origin`: same, changed or new to the register, moved from another ward, doubtful (nearly somebody known), duplicate (once
    more in this file), stranger (a dose of somebody unknown).
    """

    name: str
    born: PartialDate
    sex: str
    address: str
    neighbourhood: str
    number: str = ""
    phone: str = ""
    insurance: str = ""
    group: int | None = None
    employer: str = ""
    registration: str = ""
    illness: str = ""
    doses: list[DoseCells] = field(default_factory=list)
    reason: str = ""
    note: str = ""
    origin: str = "same"
    dirt: set[str] = field(default_factory=set)


def known(unit: AdministrativeUnit, *, limit: int | None = None) -> list[Line]:
    """People of a ward with a known history who live there, written down exactly as they are on record, in walking order."""
    claims = DoseRecord.objects.filter(ward=unit, source=DoseRecord.Source.CLAIMED)
    people = (
        Resident.objects.filter(ward=unit, residence=Resident.Residence.HERE, dose_history__is_known=True)
        # a list of the few, since the planner now and then loops over all doses for a subquery
        .exclude(pk__in=list(claims.values_list("resident_id", flat=True)))
        .select_related("household__neighbourhood")
        .prefetch_related("identity_claims", "conditions", "doses")
        .order_by(
            "household__neighbourhood__walking_order", "household__walking_position", "birth_year", "id"
        )
    )
    products = dict(Product.objects.values_list("code", "short_name"))
    diseases = {condition.number: condition.name for condition in Condition.objects.all()}
    return [_of_record(person, products, diseases) for person in people[:limit]]


def _of_record(person: Resident, products: dict[str, str], diseases: dict[int, str]) -> Line:
    home = person.household
    claims = sorted(person.identity_claims.all(), key=lambda claim: claim.pk)
    given = sorted(person.doses.all(), key=lambda dose: (dose.stated_ordinal or 0, dose.given_year))
    return Line(
        name=person.full_name,
        born=person.born,
        sex=person.sex,
        address=home.address,
        neighbourhood=str(home.neighbourhood),
        number=identity_numbers.decrypt(claims[0].number_encrypted) if claims else "",
        phone=person.phones[0] if person.phones else "",
        insurance=person.insurance_number,
        group=person.priority_group,
        employer=person.employer,
        registration={"permanent": "Thường trú", "temporary": "Tạm trú"}.get(person.registration, ""),
        illness=", ".join(
            ILLNESS.get(row.condition_id, diseases[row.condition_id]) for row in person.conditions.all()
        ),
        doses=[
            DoseCells(
                dose.stated_ordinal,
                dose.stated_type,
                "" if dose.product_id == "UNKNOWN" else products[dose.product_id],
                dose.given,
                dose.lot,
                dose.site,
            )
            for dose in given
        ],
    )


class Newcomers:
    """People whom the register does not know: numbers ending above 900000 that the city's own were not drawn from twice."""

    def __init__(self, random: Random, unit: AdministrativeUnit, on: date) -> None:
        self.random = random
        self.unit = unit
        self.on = on
        self.count = 0
        found = [str(neighbourhood) for neighbourhood in Neighbourhood.objects.filter(ward=unit)]
        self.neighbourhoods = found or [f"{load()['city']['neighbourhood_word']} 1"]
        self.products = dict(Product.objects.values_list("code", "short_name"))

    def number(self, born: date, sex: str) -> str:
        self.count += 1
        prefix = load()["people"]["cccd_province"]
        century = (born.year // 100 - 19) * 2 + (sex == "F")
        return f"{prefix}{century}{born.year % 100:02}{int(self.unit.code) % 90:02}{self.count:04}"

    def phone(self) -> str:
        return f"{load()['people']['phone_prefix']}{self.random.randrange(10**6):06}"

    def line(self) -> Line:
        """Somebody who moved in: an age, a name, doses as anybody of this age has them."""
        random = self.random
        age = random.choice((19, 22, 24, 26, 27, 29, 31, 34, 38, 43, 47, 52, 58, 63, 69, 74, 81, 8, 14))
        sex = random.choice("MF")
        born = born_on(random, age, self.on)
        person = Person(sex, age, born, name=names.person(random, names.family(random), sex, age))
        history = courses.history(random, person, self.unit.name, self.on)
        return Line(
            name=person.name,
            born=PartialDate.of(born),
            sex=sex,
            address=f"{random.randrange(1, 60)} ngõ {random.randrange(2, 40)} đường Mới",
            neighbourhood=random.choice(self.neighbourhoods),
            number=self.number(born, sex),
            phone=self.phone(),
            group=random.choice((13, 13, 15, 16)) if age >= 18 else None,
            registration=random.choice(("Thường trú", "Tạm trú", "Tạm trú")),
            doses=[
                DoseCells(
                    dose.ordinal,
                    dose.kind,
                    "" if dose.product == "UNKNOWN" else self.products[dose.product],
                    PartialDate(*dose.given),
                    dose.lot,
                    dose.site,
                )
                for dose in history.doses
            ],
            origin="new",
        )


def changed(random: Random, line: Line, on: date, products: dict[str, str]) -> Line:
    """The same person with one thing that the register does not have yet: a phone, an illness, a further dose."""
    line = replace(line, origin="changed", doses=list(line.doses))
    last = line.doses[-1] if line.doses else None
    if last and len(line.doses) == 2 and last.given.day and chance(random, 60):
        day = min(on - timedelta(days=1), last.given.earliest + timedelta(days=random.randrange(95, 120)))
        if day > last.given.earliest + timedelta(days=28):
            kind = "bổ sung" if last.product == products["VERO"] else "nhắc lại"
            line.doses.append(
                DoseCells(3, kind, products["PFZ"], PartialDate.of(day), "GDPFZ411", "Trạm Y tế phường")
            )
            return line
    if not line.illness and chance(random, 50):
        return replace(line, illness=random.choice(("Tăng huyết áp", "Đái tháo đường", "Hen phế quản")))
    return replace(line, phone=f"{load()['people']['phone_prefix']}{random.randrange(10**6):06}")


def mixed(
    random: Random, unit: AdministrativeUnit, on: date, *, rows: int, new: float = 4, change: float = 5
) -> list[Line]:
    """`rows` people of a ward as its officials see it some days later: mostly the same, some changed, some new (percent)."""
    products = dict(Product.objects.values_list("code", "short_name"))
    newcomers = Newcomers(random, unit, on)
    lines: list[Line] = []
    for line in known(unit, limit=rows):
        lines.append(changed(random, line, on, products) if chance(random, change) else line)
        if chance(random, new):
            lines.append(newcomers.line())
    return lines[:rows]


def total_by_origin(lines: Iterable[Line]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.origin] = counts.get(line.origin, 0) + 1
    return counts
