"""The cast of the list: two wards on 05/02/2022, their officials, and a person for every reason to be on it or not."""

from datetime import date, datetime, timedelta
from random import Random
from types import SimpleNamespace

import pytest

from lib import identity, names
from lib.addresses import address_search_key, house_sort_key
from lib.clock import VIETNAM, real_now
from tests.factories import (
    SUOI_HOA,
    know_history,
    make_dose,
    make_household,
    make_neighbourhood,
    make_resident,
    make_user,
    make_ward,
)
from vaccination import forecasts
from vaccination.models import DoseHistory, DoseRecord, Screening
from wards import identity_numbers, installation
from wards.models import (
    Assignment,
    Household,
    IdentityClaim,
    Installation,
    Organisation,
    Pregnancy,
    Resident,
    ResidentCondition,
)
from wards.roles import Role

ON = date(2022, 2, 5)
LAN_NUMBER = "099150000017"


@pytest.fixture
def city(db):
    """An installation whose clock shows 08:00 of 05/02/2022 and ticks on."""
    row = Installation.objects.create(
        city_name="Thành phố Bắc Ninh",
        province_code="27",
        is_demo=True,
        words={"health_centre": "Trung tâm Y tế thành phố Bắc Ninh"},
        clock_offset=datetime(2022, 2, 5, 8, tzinfo=VIETNAM) - real_now(),
    )
    installation.forget()
    yield row
    installation.forget()


@pytest.fixture
def ward_a(city):
    return make_ward()


@pytest.fixture
def ward_b(city):
    return make_ward(SUOI_HOA)


@pytest.fixture
def officer(ward_a):
    return make_user(Role.WARD_OFFICER, ward_a, full_name="Trần Thị Cán Bộ")


@pytest.fixture
def station(ward_a):
    return make_user(Role.STATION, ward_a, full_name="Lê Thị Trạm")


@pytest.fixture
def surveyor(ward_a):
    return make_user(Role.SURVEYOR, ward_a, full_name="Đỗ Thị Rà Soát")


@pytest.fixture
def police(ward_a):
    return make_user(Role.WARD_POLICE, ward_a, full_name="Vũ Văn Công An")


@pytest.fixture
def stranger(ward_b):
    return make_user(Role.WARD_OFFICER, ward_b, full_name="Bùi Văn Phường Khác")


def _for_both(role: Role, kind: str, name: str, wards: list):
    office = Organisation.objects.create(kind=kind, name=name)
    office.units.set(wards)
    user = make_user(role, full_name=f"Người của {name}")
    Assignment.objects.create(user=user, organisation=office)
    return user


@pytest.fixture
def centre(ward_a, ward_b):
    return _for_both(Role.HEALTH_CENTRE, "health_centre", "Trung tâm thử", [ward_a, ward_b])


@pytest.fixture
def lead(ward_a, ward_b):
    return _for_both(Role.CITY_LEAD, "city_committee", "Ủy ban thử", [ward_a, ward_b])


@pytest.fixture
def signed_in(client):
    def as_user(user):
        client.force_login(user)
        return client

    return as_user


@pytest.fixture
def people(ward_a, ward_b):
    """By what is the matter with them; all of ward A but `foreign`."""
    places = [make_neighbourhood(ward_a, "Bồ Sơn"), make_neighbourhood(ward_a, "Hòa Đình")]
    home = _home(ward_a, places[0], "12", 1)
    other = _home(ward_a, places[1], "7A", 1)
    cast = SimpleNamespace(
        home=home,
        no_dose=_person(ward_a, "Nguyễn Thị Lan", "1950-03-02", home, sex="F", phones=["0912345678"]),
        second=_person(ward_a, "Trần Văn Bình", "1960-07-01", home, sex="M", phones=["0987654321"]),
        booster=_person(ward_a, "Phạm Văn Dũng", "1938", other, sex="M"),
        complete=_person(ward_a, "Hoàng Thị Tâm", "1955-01-01", other, sex="F"),
        too_soon=_person(ward_a, "Đặng Văn Hải", "1959-02-03", other, sex="M"),
        unknown=_person(ward_a, "Lê Thị Hoa", "1948-09-09", other, sex="F"),
        young=_person(ward_a, "Vũ Thị Mai", "1990-06-06", other, sex="F"),
        hiv=_person(ward_a, "Ngô Văn Quý", "1985-05-05", other, sex="M"),
        diabetic=_person(ward_a, "Bùi Văn Sơn", "1988-08-08", other, sex="M"),
        moved=_person(ward_a, "Cao Văn Lợi", "1951-04-04", other, sex="M", residence="moved"),
        guest=_person(ward_a, "Đỗ Văn Minh", "1953-04-04", other, sex="M", residence="guest"),
        contraindicated=_person(ward_a, "Trịnh Thị Nga", "1956-10-10", other, sex="F"),
        pregnant=_person(ward_a, "Nguyễn Thu Hà", "1995-10-10", other, sex="F"),
        foreign=_person(ward_b, "Nguyễn Thị Lan Ngoại", "1949-03-02", None, sex="F", phones=["0912345699"]),
    )
    for known in (
        "no_dose",
        "young",
        "hiv",
        "diabetic",
        "moved",
        "guest",
        "contraindicated",
        "pregnant",
        "foreign",
    ):
        know_history(getattr(cast, known))
    make_dose(cast.second, "PFZ", "2021-12-10")
    for day in ("2021-06-01", "2021-08-03"):
        make_dose(cast.booster, "AZ", day)
    for day in ("2021-06-01", "2021-08-03", "2022-01-15"):
        make_dose(cast.complete, "AZ", day)
    for day in ("2021-10-25", "2021-11-25"):
        make_dose(cast.too_soon, "PFZ", day)
    ResidentCondition.objects.create(resident=cast.hiv, ward=ward_a, condition_id=10)
    ResidentCondition.objects.create(resident=cast.diabetic, ward=ward_a, condition_id=1)
    Pregnancy.objects.create(
        resident=cast.pregnant, ward=ward_a, began_on=ON - timedelta(weeks=9), stated_weeks=9, stated_on=ON
    )
    Screening.objects.create(
        resident=cast.contraindicated,
        ward=ward_a,
        programme_id="COVID-19",
        category="CONTRA",
        screened_on=date(2021, 10, 12),
    )
    give_number(cast.no_dose, LAN_NUMBER)
    give_number(cast.foreign, "099149000018")
    forecasts.refresh_residents(list(Resident.objects.values_list("pk", flat=True)), ON)
    return cast


def _home(ward, place, number: str, position: int) -> Household:
    key = address_search_key(f"{number} Phố Thử")
    return make_household(
        ward, neighbourhood=place, house_number=number, address_key=key, number_sort_key=house_sort_key(number),
        walking_position=position,
    )  # fmt: skip


def _person(ward, name: str, born: str, home, **fields) -> Resident:
    return make_resident(ward, name=name, born=born, household=home, **fields)


def give_number(resident: Resident, number: str) -> None:
    values = identity_numbers.claim_values(identity.classify(number, synthetic=True))
    IdentityClaim.objects.create(resident=resident, ward_id=resident.ward_id, **values)


FAMILIES = ["Nguyễn", "Trần", "Lê", "Phạm", "Đặng", "Bùi", "Đỗ"]
GIVEN = ["An", "Ánh", "Bình", "Đức", "Hòa", "Hoa", "Lan", "Mỹ", "Quý", "Sơn", "Yến"]


def crowd(wards: list, size: int, seed: int = 1) -> list[Resident]:
    """Random people in random homes of these wards, some doses, conditions and absences among them; forecast as of ON."""
    random = Random(seed)
    homes, residents, doses, histories, conditions = [], [], [], [], []
    places = {ward.pk: [make_neighbourhood(ward) for _ in range(3)] for ward in wards}
    while len(residents) < size:
        ward = random.choice(wards)
        place = random.choice([*places[ward.pk], None])
        number = str(random.randint(1, 60))
        home = Household(
            ward=ward, neighbourhood=place, house_number=number, street="Phố Thử", number_sort_key=house_sort_key(number),
            walking_position=random.randint(0, 9), code=f"S{seed}N{len(homes)}",
        )  # fmt: skip
        homes.append(home)
        for _ in range(random.randint(1, 4)):
            person = _random_person(random, ward, home)
            residents.append(person)
            _random_history(random, person, doses, histories)
            if random.random() < 0.2:
                conditions.append(
                    ResidentCondition(resident=person, ward=ward, condition_id=random.randint(1, 19))
                )
    for model, rows in (
        (Household, homes),
        (Resident, residents),
        (DoseRecord, doses),
        (DoseHistory, histories),
        (ResidentCondition, conditions),
    ):
        model.objects.bulk_create(rows)
    forecasts.refresh_residents([person.pk for person in residents], ON)
    return residents


def _random_person(random: Random, ward, home) -> Resident:
    name = f"{random.choice(FAMILIES)} {random.choice(['Thị', 'Văn', ''])} {random.choice(GIVEN)}".replace(
        "  ", " "
    )
    keys = names.keys(name)
    month = random.choice([None, random.randint(1, 12)])
    return Resident(
        ward=ward, household=home, full_name=name, search_key=keys.search, match_key=keys.match, sort_key=keys.sort,
        birth_year=random.choice([1935, 1950, 1965, 1972, 1990, 2015]), birth_month=month,
        birth_day=random.randint(1, 28) if month and random.random() < 0.8 else None, sex=random.choice("MFU"),
        phones=[f"09{random.randint(10_000_000, 99_999_999)}"], is_synthetic=True,
        residence=random.choice(["here"] * 6 + ["new", "away", "guest", "moved"]),
        mobility=random.choice(["walks", "unknown", "cannot_travel", "needs_help"]),
    )  # fmt: skip


def _random_history(random: Random, person: Resident, doses: list, histories: list) -> None:
    given = random.choice([None, 0, 1, 2, 2, 3])
    if given is not None:
        histories.append(DoseHistory(resident=person, ward_id=person.ward_id, is_known=True))
    product = random.choice(["AZ", "PFZ", "VERO", "ABD"])
    for number in range(given or 0):
        day = date(2021, 7, 1) + timedelta(days=random.choice([20, 30, 65]) * number + random.randint(0, 30))
        doses.append(
            DoseRecord(
                resident=person,
                ward_id=person.ward_id,
                programme_id="COVID-19",
                product_id=product,
                given_year=day.year,
                given_month=day.month,
                given_day=day.day,
            )  # fmt: skip
        )
