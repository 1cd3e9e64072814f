"""Who belongs to a risk group on a day; ages of imprecise birth dates held to a brute-force count of days."""

import random
from datetime import date, timedelta

import pytest

from lib.dates_vn import PartialDate
from tests.factories import make_household, make_resident, make_ward
from wards import risk_groups
from wards.models import Condition, Pregnancy, Resident, ResidentCondition, RiskGroup

ON = date(2022, 2, 6)
pytestmark = pytest.mark.django_db


def age(born: date, on: date) -> int:
    """Completed years; born 29/02, the birthday of a common year is 28/02 (counted day by day, not by our code)."""
    years = on.year - born.year
    leap = on.year % 4 == 0 and (on.year % 100 != 0 or on.year % 400 == 0)
    birthday = (2, 28) if (born.month, born.day) == (2, 29) and not leap else (born.month, born.day)
    return years if (on.month, on.day) >= birthday else years - 1


def days_of(born: PartialDate) -> list[date]:
    """Every day that the person may have been born on."""
    return [born.earliest + timedelta(days=n) for n in range((born.latest - born.earliest).days + 1)]


def people_born(ward, births: list[PartialDate]) -> dict:
    home = make_household(ward)
    blank = make_resident(ward, household=home)
    blank.delete()
    rows = []
    for born in births:
        rows.append(
            Resident(
                ward=ward,
                household=home,
                full_name="Người Thử",
                search_key="nguoi thu",
                match_key="người thử",
                sort_key="thu",
                birth_year=born.year,
                birth_month=born.month,
                birth_day=born.day,
            )  # fmt: skip
        )
    Resident.objects.bulk_create(rows)
    return {row.pk: born for row, born in zip(rows, births, strict=True)}


def births_around(year: int) -> list[PartialDate]:
    """Every precision on every edge, leap days included."""
    found = []
    for y in (year - 1, year, year + 1):
        found.append(PartialDate(y))
        found += [PartialDate(y, month) for month in range(1, 13)]
        day = date(y, 1, 1)
        while day.year == y:
            if day.day in (1, 2, 5, 6, 7, 27, 28, 29, 30, 31):
                found.append(PartialDate.of(day))
            day += timedelta(days=1)
    return found


@pytest.mark.parametrize(
    "on",
    [
        ON,
        date(2022, 2, 28),
        date(2022, 3, 1),
        date(2024, 2, 28),
        date(2023, 2, 28),
        date(2024, 2, 29),
        date(2024, 3, 1),
        date(2021, 12, 31),
    ]
    + [date(2022, 1, 1), date(2022, 4, 30), date(2022, 1, 31), date(2022, 12, 30)],
)
@pytest.mark.parametrize("min_age", [50, 18])
def test_age_is_three_valued_like_a_count_of_all_possible_days(on, min_age):
    born = people_born(make_ward(), births_around(on.year - min_age))
    certain = set(
        Resident.objects.filter(risk_groups.age_q(min_age, on, certain=True)).values_list("pk", flat=True)
    )
    possible = set(
        Resident.objects.filter(risk_groups.age_q(min_age, on, certain=False)).values_list("pk", flat=True)
    )
    reached = {pk: [age(day, on) >= min_age for day in days_of(birth)] for pk, birth in born.items()}
    wrong = [
        (str(born[pk]), pk in certain, pk in possible)
        for pk, answers in reached.items()
        if (pk in certain) != all(answers) or (pk in possible) != any(answers)
    ]
    assert wrong == []


def test_leap_years_chosen_at_random_agree_too():
    chance = random.Random(1815)
    ward = make_ward()
    days = [date(1960, 2, 29), date(1972, 2, 29), date(1999, 12, 31), date(2000, 2, 29)]
    births = [PartialDate.of(day) for day in days] + [
        PartialDate(1972, 2),
        PartialDate(1971, 2),
        PartialDate(1972),
    ]
    born = people_born(ward, births)
    for _ in range(60):
        on = date(2020, 1, 1) + timedelta(days=chance.randrange(2000))
        min_age = chance.choice([18, 20, 22, 48, 49, 50, 51, 60])
        for certain, join in ((True, all), (False, any)):
            got = set(
                Resident.objects.filter(risk_groups.age_q(min_age, on, certain=certain)).values_list(
                    "pk", flat=True
                )
            )
            expected = {
                pk for pk, birth in born.items() if join(age(day, on) >= min_age for day in days_of(birth))
            }
            assert got == expected, (on, min_age, certain)


# ---------------------------------------------------------------- membership


def members(code: str, on: date = ON, **how) -> set[str]:
    group = RiskGroup.objects.get(code=code)
    found = Resident.objects.filter(risk_groups.membership(group, on, **how))
    return set(found.values_list("full_name", flat=True))


@pytest.fixture
def cast():
    ward = make_ward()
    people = {
        name: make_resident(ward, name=name, born=born)
        for name, born in {
            "Năm Mươi": "1972-02-06", "Mai Mới Năm Mươi": "1972-02-07", "Sáu Mươi": "1962-02-06", "Trẻ": "1995-01-01",
            "Có Bệnh": "1995-01-01", "Khỏi Bệnh": "1995-01-01", "Có Thai": "1995-01-01", "Đã Sinh": "1995-01-01",
            "Quá Tuần": "1995-01-01", "Chỉ Năm": "1972",
        }.items()
    }  # fmt: skip
    tang = Condition.objects.get(number=14)
    ResidentCondition.objects.create(resident=people["Có Bệnh"], ward=ward, condition=tang)
    ResidentCondition.objects.create(resident=people["Khỏi Bệnh"], ward=ward, condition=tang, ended_on=ON)
    for name, began, ended in (
        ("Có Thai", ON - timedelta(weeks=42) + timedelta(days=1), None),
        ("Đã Sinh", ON - timedelta(weeks=40), ON),
        ("Quá Tuần", ON - timedelta(weeks=42), None),
    ):
        Pregnancy.objects.create(
            resident=people[name], ward=ward, began_on=began, stated_weeks=1, stated_on=began, ended_on=ended
        )
    return people


def test_fifty_and_over_or_an_underlying_disease(cast):
    assert members("RG-BN-2022") == {"Năm Mươi", "Sáu Mươi", "Có Bệnh", "Chỉ Năm"}
    assert members("RG-BN-2022", certain=True) == {"Năm Mươi", "Sáu Mươi", "Có Bệnh"}


def test_the_elderly_an_underlying_disease_or_pregnancy(cast):
    assert members("RG-LS-2022") == {"Sáu Mươi", "Có Bệnh", "Có Thai"}


def test_a_condition_counts_to_the_day_it_ended(cast):
    assert "Khỏi Bệnh" in members("RG-BN-2022", ON - timedelta(days=1))


def test_chosen_conditions_alone_make_a_group(cast):
    RiskGroup.objects.create(
        code="X", name="x", name_en="x", definition={"conditions": [3, 5]}, legal_ref="thử"
    )
    assert members("X") == set()
    RiskGroup.objects.filter(code="X").update(definition={"conditions": [14]})
    assert members("X") == {"Có Bệnh"}


def test_an_empty_definition_has_no_members(cast):
    RiskGroup.objects.create(code="X", name="x", name_en="x", definition={}, legal_ref="thử")
    assert members("X") == set()


def test_membership_reaches_through_other_tables(cast):
    group = RiskGroup.objects.get(code="RG-LS-2022")
    facts = ResidentCondition.objects.filter(
        risk_groups.membership(group, ON, resident="resident_id", prefix="resident__")
    )
    assert {fact.resident.full_name for fact in facts} == {"Có Bệnh"}


def test_lists_use_the_default_group(cast):
    assert risk_groups.default_group().code == "RG-BN-2022"
