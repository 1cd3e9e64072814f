"""What the database itself holds to, whatever the code does: wards, history, the past, and paired fields."""

import pghistory
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from lib import clock, identity
from tests.factories import SUOI_HOA, make_dose, make_household, make_resident, make_user, make_ward
from wards import identity_numbers
from wards.models import (
    AccessEvent,
    AdministrativeUnit,
    Assignment,
    Condition,
    Household,
    IdentityClaim,
    Neighbourhood,
    Pregnancy,
    Resident,
    ResidentCondition,
    RiskGroup,
    User,
)
from wards.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(ward):
    return make_resident(ward)


@pytest.fixture
def elsewhere(db):
    return make_ward(SUOI_HOA)


def refused(*, kind=IntegrityError):
    """The block is refused by the database at the latest when its constraints are checked."""

    class Refused:
        def __enter__(self):
            self.atomic = transaction.atomic()
            self.atomic.__enter__()

        def __exit__(self, exc_type, exc, tb):
            try:
                if exc is None:
                    connection.check_constraints()
                self.atomic.__exit__(exc_type, exc, tb)
            except kind:
                return True
            if exc_type is not None and issubclass(exc_type, kind):
                return True
            pytest.fail("the database took it")

    return Refused()


def claim_of(person, number="027060001234"):
    return IdentityClaim.objects.create(
        resident=person, ward_id=person.ward_id, **identity_numbers.claim_values(identity.classify(number))
    )


# ---------------------------------------------------------------- ward on every personal fact


def test_a_person_cannot_stand_in_another_ward_than_the_home(person, elsewhere):
    with refused():
        Resident.objects.filter(pk=person.pk).update(ward=elsewhere)


@pytest.mark.parametrize("make", ["condition", "pregnancy", "claim", "dose"])
def test_a_fact_cannot_stand_in_another_ward_than_its_person(person, elsewhere, make):
    with refused():
        if make == "condition":
            ResidentCondition.objects.create(
                resident=person, ward=elsewhere, condition=Condition.objects.get(number=1)
            )
        elif make == "pregnancy":
            Pregnancy.objects.create(
                resident=person, ward=elsewhere, began_on="2021-12-01", stated_weeks=9, stated_on="2022-02-02"
            )
        elif make == "claim":
            IdentityClaim.objects.filter(pk=claim_of(person).pk).update(ward=elsewhere)
        else:
            make_dose(Resident(pk=person.pk, ward=elsewhere))


def test_moving_a_home_moves_everything_below_it_in_one_statement(person, elsewhere):
    claim, dose = claim_of(person), make_dose(person)
    Household.objects.filter(pk=person.household_id).update(ward=elsewhere, neighbourhood=None)
    for row in (person, claim, dose):
        row.refresh_from_db()
        assert row.ward_id == elsewhere.pk


def test_a_home_whose_people_remain_is_not_deleted(person):
    with refused(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM wards_household WHERE id = %s", [person.household_id])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


# ---------------------------------------------------------------- history


def test_bulk_writes_leave_their_history_too(ward):
    home = make_household(ward)
    people = [make_resident(ward, household=home) for _ in range(3)]
    with pghistory.context(user=7, verb="test"):
        Resident.objects.filter(household=home).update(employer="Công ty Thử")
    Resident.objects.bulk_update([Resident(pk=people[0].pk, note="x")], ["note"])
    first = people[0].history.order_by("pgh_id")
    assert [(row.employer, row.note) for row in first] == [("", ""), ("Công ty Thử", "")]
    assert first[0].pgh_context == {"user": 7, "verb": "test"}
    assert [person.history.count() for person in people] == [2, 1, 1]


def test_a_copied_in_row_that_is_then_changed_by_sql_alone_is_kept(person):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE wards_resident SET full_name = 'Tên Khác' WHERE id = %s", [person.pk])
    assert person.history.get().full_name == person.full_name


def test_a_deleted_row_stays_in_the_history(person):
    claim = claim_of(person)
    claim_id = claim.pk
    claim.delete()
    former = (
        IdentityClaim.pgh_event_models["deleted"].objects.get(id=claim_id)
        if hasattr(IdentityClaim, "pgh_event_models")
        else None
    )
    assert former is not None
    assert former.last_four == "1234"


def test_what_follows_a_moved_home_is_in_the_history_of_the_facts(person, elsewhere):
    claim = claim_of(person)
    Household.objects.filter(pk=person.household_id).update(ward=elsewhere)
    assert person.history.get().ward_id == person.ward_id
    assert claim.history.get().ward_id == person.ward_id


@pytest.mark.parametrize(
    "table", ["wards_residentevent", "wards_householdevent", "wards_identityclaimevent", "wards_accessevent"]
)
@pytest.mark.parametrize("statement", ["UPDATE {} SET {}", "DELETE FROM {}"])
def test_the_past_can_only_be_added_to(person, table, statement):
    column = "row_count = 0" if table == "wards_accessevent" else "pgh_label = 'x'"
    with refused(kind=ProgrammingError), connection.cursor() as cursor:
        cursor.execute(statement.format(table, column))


def test_the_application_creates_no_tables_and_drops_no_trigger():
    for statement in (
        "CREATE TABLE mine (id int)",
        "ALTER TABLE wards_resident DISABLE TRIGGER ALL",
        "DROP TABLE wards_accessevent",
        "TRUNCATE wards_accessevent",
        "ALTER TABLE wards_resident DROP CONSTRAINT wards_resident_of_household",
    ):
        with refused(kind=ProgrammingError), connection.cursor() as cursor:
            cursor.execute(statement)


# ---------------------------------------------------------------- fields that make sense only together


@pytest.mark.parametrize(
    "columns",
    [
        {"birth_month": None, "birth_day": 5},
        {"birth_month": 13},
        {"birth_day": 32},
        {"birth_year": 1899},
        {"priority_group": 17},
        {"priority_group": 0},
    ],
)
def test_impossible_people_are_refused(person, columns):
    with refused():
        Resident.objects.filter(pk=person.pk).update(**columns)


def test_one_citizen_number_stands_at_one_person(ward, person):
    claim_of(person)
    with refused():
        claim_of(make_resident(ward))


def test_a_withdrawn_citizen_number_may_be_claimed_again(ward, person):
    claim = claim_of(person)
    IdentityClaim.objects.filter(pk=claim.pk).update(withdrawn_at=clock.real_now())
    assert claim_of(make_resident(ward)).pk


def test_a_condition_stands_once_until_it_ends(person):
    fact = {"resident": person, "ward_id": person.ward_id, "condition": Condition.objects.get(number=1)}
    first = ResidentCondition.objects.create(**fact)
    with refused():
        ResidentCondition.objects.create(**fact)
    ResidentCondition.objects.filter(pk=first.pk).update(ended_on="2022-02-05")
    assert ResidentCondition.objects.create(**fact).pk


@pytest.mark.parametrize("columns", [{"stated_weeks": 43}, {"ended_on": "2021-01-01"}])
def test_impossible_pregnancies_are_refused(person, columns):
    values = {"began_on": "2021-12-01", "stated_weeks": 9, "stated_on": "2022-02-02"} | columns
    with refused():
        Pregnancy.objects.create(resident=person, ward_id=person.ward_id, **values)


def test_a_house_code_is_unique_in_its_ward_only(ward, elsewhere):
    make_household(ward, code="7K2QF")
    make_household(elsewhere, code="7K2QF")
    make_household(ward, code="")
    make_household(ward, code="")
    with refused():
        make_household(ward, code="7K2QF")


def test_a_unit_is_one_per_code_and_beginning(ward):
    with refused():
        AdministrativeUnit.objects.create(
            code=ward.code, valid_from=ward.valid_from, kind="Phường", name="x", full_name="x", search_key="x",
            province_code="27", province_name="x",
        )  # fmt: skip


def test_a_neighbourhood_name_is_one_per_ward(ward):
    Neighbourhood.objects.create(ward=ward, kind="khu phố", name="Bò Sơn", search_key="bo son")
    with refused():
        Neighbourhood.objects.create(ward=ward, kind="khu phố", name="Bồ Sơn", search_key="bo son")


def test_an_assignment_names_exactly_one_place_and_runs_forward(ward):
    user = make_user(Role.WARD_OFFICER)
    with refused():
        Assignment.objects.create(user=user)
    with refused():
        Assignment.objects.create(
            user=user,
            unit=ward,
            neighbourhood=Neighbourhood.objects.create(ward=ward, kind="k", name="x", search_key="x"),
        )
    now = clock.real_now()
    with refused():
        Assignment.objects.create(user=user, unit=ward, starts_at=now, ends_at=now)


def test_there_is_one_default_risk_group():
    with refused():
        RiskGroup.objects.update(is_default=True)


def test_an_official_who_looked_cannot_be_deleted(ward):
    user = make_user(Role.WARD_OFFICER, ward)
    AccessEvent.objects.create(at=clock.real_now(), user=user, action="view", what="resident")
    with refused(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM wards_assignment WHERE user_id = %s", [user.pk])
        cursor.execute("DELETE FROM wards_user WHERE id = %s", [user.pk])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert User.objects.filter(pk=user.pk).exists()
