"""One ward of the demonstration city: neighbourhoods, homes, people, their health and doses, as rows ready to be copied."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from lib import identity, names
from lib.keyring import KeyRing, keyed_hash
from outreach.demo import children, doses, health
from outreach.demo.figures import ByAge, Weighted, chance, load
from outreach.demo.households import Home, Person, homes_of_ward, members
from outreach.demo.numbers import Numbers
from outreach.demo.tables import Rows
from wards.actions.households import address_columns

_people = load()["people"]
_immobile = ByAge(_people["immobile"])
_needs_help = ByAge(_people["needs_help"])
_residence = Weighted(_people["residence"])

STREETS = (
    "Nguyễn Trãi",
    "Lý Thái Tổ",
    "Trần Hưng Đạo",
    "Ngô Gia Tự",
    "Nguyễn Du",
    "Lê Thái Tổ",
    "Bình Than",
    "Hoàng Quốc Việt",
    "Thiên Đức",
    "Rạp Hát",
    "Đấu Mã",
    "Nguyễn Đăng Đạo",
    "Hồ Ngọc Lân",
    "Huyền Quang",
    "Lê Văn Thịnh",
    "Kinh Dương Vương",
)
FACTORIES = (
    "Công ty Điện tử Hoa Sen (giả định)",
    "Công ty May Quan Họ (giả định)",
    "Công ty Linh kiện Sông Cầu (giả định)",
    "Công ty Bao bì Kinh Bắc (giả định)",
)
REFUSALS = ("sợ phản ứng sau tiêm", "chờ loại vắc xin khác", "gia đình chưa đồng ý", "lý do khác")


@dataclass
class WardPlan:
    """A ward, how many people it gets, and the ids of its neighbourhoods in order."""

    unit_id: int
    name: str
    people: int
    renters: float
    neighbourhood_names: list[str]
    neighbourhood_ids: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Keys:
    """What seals and hashes identity numbers, who entered the data, and when."""

    ring: KeyRing
    hash_key: bytes
    entered_by: int
    at: datetime


def shares(residents: int) -> dict[str, int]:
    """People per ward code, adding up to `residents`: by population, the largest remainders rounded up."""
    wards = load()["wards"]
    total = sum(ward["population"] for ward in wards)
    exact = {ward["code"]: residents * ward["population"] / total for ward in wards}
    found = {code: int(value) for code, value in exact.items()}
    for code in sorted(exact, key=lambda code: (found[code] - exact[code], code))[
        : residents - sum(found.values())
    ]:
        found[code] += 1
    return found


def neighbourhood_names(ward: dict, people: int) -> list[str]:
    """Known names first, then numbers; as many as the homes ask for."""
    homes = people / 3.3
    wanted = max(1, round(homes / load()["city"]["households_per_neighbourhood"]))
    known = list(ward["neighbourhoods"])[:wanted]
    return known + [str(number) for number in range(len(known) + 1, wanted + 1)]


def ward_rows(random: Random, numbers: Numbers, plan: WardPlan, keys: Keys, on: date) -> Rows:
    """Everything about the people of one ward."""
    rows = Rows()
    homes = homes_of_ward(random, plan.people, plan.renters, on)
    for person in members(homes):
        _circumstances(random, person)
    _spread_over(random, homes, plan, numbers, keys, on, rows)
    return rows


def _circumstances(random: Random, person: Person) -> None:
    person.conditions = health.diseases(random, person.age)
    if chance(random, _immobile.of(person.age)):
        person.mobility = "cannot_travel"
    elif chance(random, _needs_help.of(person.age)):
        person.mobility = "needs_help"
    elif chance(random, 8):
        person.mobility = "unknown"
    person.residence = _residence.draw(random)
    person.priority_group = _priority_group(random, person)


def _priority_group(random: Random, person: Person) -> int | None:
    if person.age >= 65 or (person.age >= 18 and person.conditions):
        return 9
    if person.age < 12:
        return None
    if person.age < 18:
        return 8
    group = random.choices((1, 2, 4, 7, 8, 11, 13, 15, 16), (1, 1, 1, 5, 9, 3, 38, 22, 20))[0]
    if group == 13:
        person.employer = random.choice(FACTORIES)
    return group


def _spread_over(
    random: Random, homes: list[Home], plan: WardPlan, numbers: Numbers, keys: Keys, on: date, rows: Rows
) -> None:
    """Homes to neighbourhoods in walking order; a street has some thirty homes."""
    count = len(plan.neighbourhood_ids)
    for index, neighbourhood_id in enumerate(plan.neighbourhood_ids):
        share = homes[len(homes) * index // count : len(homes) * (index + 1) // count]
        streets = list(_streets(random, len(share)))
        for position, home in enumerate(share, start=1):
            street, house_number = streets[position - 1]
            household_id = _uuid(random)
            code = f"{index + 1:02}-{position:03}"
            _household(rows, household_id, plan, neighbourhood_id, code, house_number, street, position, keys)
            home_phone = "" if chance(random, _people["no_phone"]) else numbers.phone()
            for person in home.people:
                person.registration = _registration(random, home, person)
                numbers.give(person, home_phone)
                person.as_a_child = children.circumstances(person, home, plan.name, home_phone, on)
                _person_rows(random, rows, household_id, person, plan, keys, on)


def _streets(random: Random, homes: int) -> Iterator[tuple[str, str]]:
    given = 0
    for number in range(1, homes + 2):
        main = random.choice(STREETS)
        street = f"đường {main}" if number == 1 else f"ngõ {number * random.choice((1, 2, 3))} đường {main}"
        for step in range(random.randrange(22, 40)):
            if given == homes:
                return
            given += 1
            suffix = random.choice(("", "", "", "", "", "A", "/2"))
            yield street, f"{2 * step + 1}{suffix}"


def _registration(random: Random, home: Home, person: Person) -> str:
    if person.residence == "guest":
        return "none"
    if home.is_rented:
        return random.choices(("temporary", "none", "unknown"), (74, 20, 6))[0]
    return "permanent" if chance(random, 97) else "temporary"


def _household(
    rows: Rows,
    household_id: UUID,
    plan: WardPlan,
    neighbourhood_id: int,
    code: str,
    number: str,
    street: str,
    position: int,
    keys: Keys,
) -> None:
    address = address_columns(house_number=number, street=street)
    rows.add(
        "household",
        household_id, plan.unit_id, neighbourhood_id, code, address["house_number"], address["street"], address["address_text"],
        address["address_key"], address["number_sort_key"], position, "lived_in", "file", keys.entered_by, keys.at, keys.at, 1,
    )  # fmt: skip


def _person_rows(
    random: Random, rows: Rows, household_id: UUID, person: Person, plan: WardPlan, keys: Keys, on: date
) -> None:
    person_id = _uuid(random)
    told = doses.history(random, person, plan.name, on)
    _because_of(random, person, told, on)
    name = names.keys(person.name)
    rows.residents.append(person_id)
    rows.add(
        "resident",
        person_id, plan.unit_id, household_id, name.display, name.search, name.match, name.sort, *person.birth, person.sex,
        person.phones, person.insurance_number, person.residence, person.residence_until, person.registration, person.mobility,
        person.employer, person.priority_group, person.note, *person.as_a_child, True, "file", keys.entered_by, keys.at, keys.at, 1,
    )  # fmt: skip
    _identity_rows(rows, person_id, person, plan, keys)
    _health_rows(random, rows, person_id, person, told, plan, keys, on)
    _dose_rows(random, rows, person_id, told, plan, keys)


def _because_of(random: Random, person: Person, told: doses.History, on: date) -> None:
    """What the reason for not being vaccinated says about the person."""
    day = (on - timedelta(days=random.randrange(1, 12))).strftime("%d/%m/%Y")
    if told.reason == "refuses":
        person.note = f"Chưa đồng ý tiêm (ghi ngày {day}, {random.choices(REFUSALS, (5, 2, 3, 1))[0]})"
    elif told.reason == "evades":
        person.note = f"Nhiều lần hẹn nhưng không gặp được (lần gần nhất {day})"
    elif told.reason == "away":
        person.residence, person.note = "away", "Đi vắng, tạm trú nơi khác"
        person.residence_until = on + timedelta(days=random.randrange(5, 60)) if chance(random, 50) else None
    elif told.reason == "immobile":
        person.mobility = "cannot_travel"
    elif told.reason == "not_surveyed":
        person.mobility = "unknown"
    elif told.reason == "elsewhere":
        person.note = "Gia đình báo đã tiêm ở nơi khác, chưa có giấy xác nhận"
        told.doses.extend(doses.claimed(random, on))


def _identity_rows(rows: Rows, person_id: UUID, person: Person, plan: WardPlan, keys: Keys) -> None:
    if not person.id_number:
        return
    number = person.id_number
    rows.add(
        "identity",
        person_id, plan.unit_id, person.id_kind, keys.ring.encrypt(number), keyed_hash(number, keys.hash_key), number[-4:],
        identity.mask(number), False, "file", keys.entered_by, keys.at, None,
    )  # fmt: skip


_PREGNANT = health.pregnant_percent()


def _health_rows(
    random: Random,
    rows: Rows,
    person_id: UUID,
    person: Person,
    told: doses.History,
    plan: WardPlan,
    keys: Keys,
    on: date,
) -> None:
    for number in person.conditions:
        rows.add("condition", person_id, plan.unit_id, number, "", "file", keys.entered_by, keys.at, None)
    if carried := health.pregnancy(random, person, _PREGNANT, on):
        rows.add(
            "pregnancy",
            person_id, plan.unit_id, carried.began_on, carried.stated_weeks, carried.stated_on, None, "file", keys.entered_by, keys.at,
        )  # fmt: skip
    if ill := health.infection(random, on):
        rows.add(
            "infection",
            person_id, plan.unit_id, ill.confirmed_on, ill.recovered_on, ill.discharged_on, "file", keys.entered_by, keys.at,
        )  # fmt: skip
    for found in health.screenings(random, person, told, on):
        rows.add(
            "screening",
            person_id, plan.unit_id, "COVID-19", found.category, found.product, found.screened_on, found.until, found.reason,
            load()["city"]["health_centre"], keys.entered_by, keys.at,
        )  # fmt: skip


def _dose_rows(
    random: Random, rows: Rows, person_id: UUID, told: doses.History, plan: WardPlan, keys: Keys
) -> None:
    if told.is_known is not None:
        rows.add("history", person_id, plan.unit_id, told.is_known, "file", keys.entered_by, keys.at)
    for dose in told.doses:
        rows.add(
            "dose",
            _uuid(random), person_id, plan.unit_id, "COVID-19", dose.product, *dose.given, dose.volume_ml or None, dose.lot,
            dose.site, "", dose.kind, dose.ordinal, dose.source, None, keys.entered_by, keys.at,
        )  # fmt: skip


def _uuid(random: Random) -> UUID:
    return UUID(int=random.getrandbits(128), version=4)
