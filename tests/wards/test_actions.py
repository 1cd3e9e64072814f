"""The verbs for people and homes: who may, what is kept, what follows, and that twice is once."""

import uuid
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, connections

from lib import clock
from lib.dates_vn import PartialDate
from tests.factories import (
    SUOI_HOA,
    make_dose,
    make_household,
    make_neighbourhood,
    make_resident,
    make_user,
    make_ward,
)
from wards import actions, hooks, identity_numbers
from wards.models import Household, Pregnancy, Resident, ResidentCondition
from wards.roles import Role

ON = date(2022, 2, 5)
MARCH_1950 = PartialDate(1950, 3)
CCCD = "027060001234"

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    return make_ward()


@pytest.fixture
def clerk(ward):
    return make_user(Role.WARD_OFFICER, ward)


@pytest.fixture
def nurse(ward):
    return make_user(Role.STATION, ward)


@pytest.fixture
def home(ward):
    return make_household(ward, neighbourhood=make_neighbourhood(ward))


@pytest.fixture(autouse=True)
def told(monkeypatch):
    """The residents about whom the apps above were told."""
    told: list = []
    monkeypatch.setattr(hooks, "resident_facts_changed", [lambda ids, on: told.extend(ids)])
    return told


def add(home, by, *, name="nguyễn thị  lan", born=MARCH_1950, **more):
    return actions.add_resident(household=home, name=name, born=born, by=by, on=ON, **more)


def edit(person, by, **more):
    values = {"name": person.full_name, "born": person.born} | more
    return actions.update_resident(resident=person, by=by, on=ON, **values)


def number(text=CCCD, **more):
    return actions.read_number(text, on=ON, **more)


# ---------------------------------------------------------------- adding


def test_a_new_person_has_every_key_and_says_who_entered_it(home, clerk, told):
    person = add(home, clerk, phones=["0912345678"])
    person.refresh_from_db()
    assert (person.full_name, person.search_key) == ("Nguyễn Thị Lan", "nguyen thi lan")
    assert person.match_key == "nguyễn thị lan"
    assert person.sort_key.startswith("lan ")
    assert person.born == PartialDate(1950, 3)
    assert (person.ward_id, person.entered_by, person.version) == (home.ward_id, clerk, 1)
    assert told == [person.pk]


def test_a_form_sent_twice_makes_one_person(home, clerk):
    form_id = uuid.uuid4()
    first, second = add(home, clerk, id=form_id), add(home, clerk, id=form_id)
    assert first.pk == second.pk == form_id
    assert Resident.objects.count() == 1


def test_a_form_sent_again_with_another_name_is_a_question_and_changes_nothing(home, clerk):
    form_id = uuid.uuid4()
    add(home, clerk, id=form_id)
    with pytest.raises(actions.Spent) as found:
        add(home, clerk, id=form_id, name="Trần Văn Ba")
    assert found.value.made.full_name == "Nguyễn Thị Lan"
    assert Resident.objects.get().full_name == "Nguyễn Thị Lan"


def test_the_id_of_somebody_elses_form_tells_nothing(home, clerk, ward):
    form_id = uuid.uuid4()
    add(home, clerk, id=form_id)
    with pytest.raises(actions.OutOfScope):
        add(home, make_user(Role.WARD_OFFICER, ward), id=form_id)


@pytest.mark.django_db(transaction=True)
def test_the_same_form_at_the_same_instant_makes_one_person():
    ward = make_ward()
    home, by, form_id, start, made = (
        make_household(ward),
        make_user(Role.WARD_OFFICER, ward),
        uuid.uuid4(),
        Barrier(4),
        [],
    )

    def send():
        start.wait()
        made.append(add(home, by, id=form_id).pk)
        connections.close_all()

    threads = [Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [form_id] * 4
    assert Resident.objects.count() == 1


@pytest.mark.parametrize("name", ["", "   ", "--"])
def test_a_person_needs_a_name(home, clerk, name):
    with pytest.raises(ValidationError, match="họ và tên"):
        add(home, clerk, name=name)


def test_nobody_is_born_tomorrow(home, clerk):
    with pytest.raises(ValidationError, match="sau hôm nay"):
        add(home, clerk, born=PartialDate(2022, 2, 6))


@pytest.mark.parametrize(
    "role", [Role.WARD_LEAD, Role.WARD_POLICE, Role.CITY_LEAD, Role.HOTLINE, Role.AUDITOR]
)
def test_roles_without_the_verb_add_nobody(home, ward, role):
    with pytest.raises(PermissionDenied):
        add(home, make_user(role, ward))
    assert not Resident.objects.exists()


def test_a_home_of_another_ward_is_out_of_scope(home):
    stranger = make_user(Role.WARD_OFFICER, make_ward(SUOI_HOA))
    with pytest.raises(actions.OutOfScope):
        add(home, stranger)


def test_a_surveyor_adds_people_in_the_own_neighbourhood_only(ward, home):
    surveyor = make_user(Role.SURVEYOR)
    surveyor.assignments.create(neighbourhood=home.neighbourhood)
    assert add(home, surveyor).pk
    with pytest.raises(actions.OutOfScope):
        add(make_household(ward, neighbourhood=make_neighbourhood(ward)), surveyor)


# ---------------------------------------------------------------- correcting


def test_a_correction_keeps_the_former_row_with_its_author(home, clerk):
    person = add(home, clerk)
    edit(person, clerk, name="Nguyễn Thị Lành")
    former = person.history.get()
    assert (former.full_name, former.version) == ("Nguyễn Thị Lan", 1)
    assert former.pgh_context == {"user": clerk.pk, "verb": "update_resident"}
    person.refresh_from_db()
    assert (person.search_key, person.version) == ("nguyen thi lanh", 2)


def test_saving_without_a_change_writes_nothing(home, clerk, told):
    person = add(home, clerk)
    told.clear()
    edit(person, clerk)
    person.refresh_from_db()
    assert person.version == 1
    assert not person.history.exists()
    assert told == []


def test_a_corrected_birth_date_reaches_the_forecasts(home, clerk, told):
    person = add(home, clerk)
    told.clear()
    edit(person, clerk, employer="Công ty Thử")
    assert told == []
    edit(person, clerk, born=PartialDate(1950, 3, 7))
    assert told == [person.pk]


def test_a_form_opened_before_somebody_elses_change_is_stale(home, clerk, nurse):
    person = add(home, clerk)
    edit(person, nurse, name="Nguyễn Thị Lành", version=1)
    with pytest.raises(actions.Stale) as found:
        edit(person, clerk, name="Nguyễn Thị Lam", version=1)
    assert found.value.current.full_name == "Nguyễn Thị Lành"
    person.refresh_from_db()
    assert person.full_name == "Nguyễn Thị Lành"


def test_health_facts_make_open_forms_stale_too(home, nurse, clerk):
    person = add(home, clerk)
    actions.set_conditions(resident=person, numbers=[14], by=nurse, on=ON)
    with pytest.raises(actions.Stale):
        edit(person, clerk, name="Nguyễn Thị Lam", version=1)


@pytest.mark.parametrize("state", [Resident.Residence.MOVED, Resident.Residence.DECEASED])
def test_moved_away_and_died_must_be_confirmed(home, clerk, told, state):
    person = add(home, clerk)
    with pytest.raises(ValidationError) as found:
        actions.set_residence(resident=person, residence=state, by=clerk, on=ON)
    assert found.value.code == "confirm"
    told.clear()
    actions.set_residence(resident=person, residence=state, by=clerk, on=ON, confirmed=True)
    person.refresh_from_db()
    assert person.residence == state
    assert told == [person.pk]


def test_only_who_is_away_has_a_day_of_return(home, clerk):
    person = add(home, clerk)
    actions.set_residence(resident=person, residence="away", until=date(2022, 3, 1), by=clerk, on=ON)
    person.refresh_from_db()
    assert person.residence_until == date(2022, 3, 1)
    actions.set_residence(resident=person, residence="here", until=date(2022, 3, 1), by=clerk, on=ON)
    person.refresh_from_db()
    assert person.residence_until is None


def test_phones_and_mobility_have_verbs_of_their_own(home, clerk):
    person = add(home, clerk)
    actions.set_phones(resident=person, phones=["0912345678", "0987654321", "0912345678"], by=clerk)
    actions.set_mobility(resident=person, mobility="cannot_travel", by=clerk, on=ON)
    person.refresh_from_db()
    assert person.phones == ["0912345678", "0987654321"]
    assert (person.mobility, person.version) == ("cannot_travel", 3)


# ---------------------------------------------------------------- moving


def test_moving_a_person_takes_along_what_is_theirs(ward, clerk, told):
    other_ward = make_ward(SUOI_HOA)
    clerk.assignments.create(unit=other_ward)
    person = make_resident(ward)
    dose = make_dose(person)
    claim = actions.add_identity_claim(resident=person, number=number(), by=clerk, on=ON)
    actions.record_pregnancy(resident=person, weeks=9, stated_on=ON, by=clerk, on=ON)
    target = make_household(other_ward)
    told.clear()
    actions.move_resident(resident=person, household=target, by=clerk, on=ON)
    for row in (person, dose, claim, person.pregnancies.get()):
        row.refresh_from_db()
        assert row.ward_id == other_ward.pk
    assert person.household_id == target.pk
    assert told == [person.pk]


def test_moving_to_a_ward_outside_the_area_says_what_to_do(ward, clerk):
    person, target = make_resident(ward), make_household(make_ward(SUOI_HOA))
    with pytest.raises(ValidationError, match="Phường Suối Hoa ngoài địa bàn.*Chuyển sang phường khác"):
        actions.move_resident(resident=person, household=target, by=clerk, on=ON)
    person.refresh_from_db()
    assert person.ward_id == ward.pk


def test_moving_a_home_moves_everyone_in_it(ward, home, clerk, told):
    other_ward = make_ward(SUOI_HOA)
    clerk.assignments.create(unit=other_ward)
    people = {make_resident(ward, household=home).pk for _ in range(3)}
    there = make_neighbourhood(other_ward)
    moved = actions.move_household(household=home, ward=other_ward, neighbourhood=there, by=clerk, on=ON)
    assert (moved.ward_id, moved.neighbourhood_id, moved.version) == (other_ward.pk, there.pk, 2)
    assert set(Resident.objects.filter(ward=other_ward).values_list("pk", flat=True)) == people
    assert set(told) == people


def test_a_home_moved_inside_the_ward_touches_no_forecast(ward, home, clerk, told):
    make_resident(ward, household=home)
    actions.move_household(household=home, ward=ward, neighbourhood=make_neighbourhood(ward), by=clerk, on=ON)
    assert told == []


def test_a_home_whose_code_is_taken_in_the_new_ward_gets_another(ward, clerk):
    other_ward = make_ward(SUOI_HOA)
    clerk.assignments.create(unit=other_ward)
    home = make_household(ward, code="7K2QF")
    make_household(other_ward, code="7K2QF")
    moved = actions.move_household(household=home, ward=other_ward, neighbourhood=None, by=clerk, on=ON)
    assert moved.code not in ("", "7K2QF")


def test_a_home_is_not_moved_out_of_the_area(home, clerk):
    with pytest.raises(ValidationError, match="ngoài địa bàn"):
        actions.move_household(household=home, ward=make_ward(SUOI_HOA), neighbourhood=None, by=clerk, on=ON)


# ---------------------------------------------------------------- homes


def test_a_new_home_gets_a_code_its_keys_and_its_place_in_the_walk(ward, clerk):
    there = make_neighbourhood(ward)
    for at, text in ((10, "2"), (20, "12"), (30, "112")):
        make_household(
            ward,
            neighbourhood=there,
            walking_position=at,
            **actions.households.address_columns(house_number=text, street="Ngõ 5"),
        )
    new = actions.add_household(
        ward=ward, neighbourhood=there, house_number="Số 14A", street="hẻm 5", by=clerk
    )
    assert len(new.code) == 5
    assert new.address_key == "14a ngo 5"
    assert new.walking_position == 20


def test_a_home_form_sent_twice_makes_one_home(ward, clerk):
    form_id = uuid.uuid4()
    for _ in range(2):
        actions.add_household(ward=ward, neighbourhood=None, house_number="14", by=clerk, id=form_id)
    assert Household.objects.count() == 1
    with pytest.raises(actions.Spent):
        actions.add_household(ward=ward, neighbourhood=None, house_number="15", by=clerk, id=form_id)


def test_a_home_needs_some_address(ward, clerk):
    with pytest.raises(ValidationError, match="Ghi số nhà"):
        actions.add_household(ward=ward, neighbourhood=None, by=clerk)


def test_a_home_in_another_ward_is_out_of_scope(clerk):
    with pytest.raises(actions.OutOfScope):
        actions.add_household(ward=make_ward(SUOI_HOA), neighbourhood=None, house_number="1", by=clerk)


def test_a_stale_home_form_is_told(home, clerk):
    values = {"street": "Phố Thử", "dwelling": "empty", "walking_position": 5, "by": clerk}
    actions.update_household(household=home, house_number="1", version=1, **values)
    with pytest.raises(actions.Stale):
        actions.update_household(household=home, house_number="2", version=1, **values)


# ---------------------------------------------------------------- conditions and pregnancy


def present(person):
    return set(person.conditions.filter(ended_on=None).values_list("condition_id", flat=True))


def test_a_condition_that_ends_keeps_its_row(home, nurse, told):
    person = add(home, nurse)
    actions.set_conditions(resident=person, numbers=[1, 14], by=nurse, on=ON)
    actions.set_conditions(resident=person, numbers=[14], by=nurse, on=ON)
    assert present(person) == {14}
    assert person.conditions.get(condition_id=1).ended_on == ON
    actions.set_conditions(resident=person, numbers=[1, 14], by=nurse, on=ON)
    assert present(person) == {1, 14}
    assert person.conditions.filter(condition_id=1).count() == 2
    assert told == [person.pk] * 4


def test_who_sees_no_diagnosis_ends_none(home, nurse, clerk):
    person = add(home, nurse)
    actions.set_conditions(resident=person, numbers=[1, 10], by=nurse, on=ON)
    actions.set_conditions(resident=person, numbers=[], by=clerk, on=ON)
    assert present(person) == {1, 10}
    actions.set_conditions(resident=person, numbers=[14], by=clerk, on=ON)
    assert present(person) == {1, 10, 14}
    assert person.conditions.get(condition_id=14).source == "reported"


def test_reporting_what_is_already_there_unseen_tells_nothing(home, nurse, clerk):
    person = add(home, nurse)
    actions.set_conditions(resident=person, numbers=[1], by=nurse, on=ON)
    actions.set_conditions(resident=person, numbers=[1], by=clerk, on=ON)
    assert person.conditions.get().entered_by == nurse
    assert actions.managed_conditions(person, by=clerk) == set()


def test_a_slip_of_the_finger_is_put_right_within_a_day(home, clerk):
    person = add(home, clerk)
    actions.set_conditions(resident=person, numbers=[1, 14], by=clerk, on=ON)
    actions.set_conditions(resident=person, numbers=[14], by=clerk, on=ON)
    assert present(person) == {14}
    ResidentCondition.objects.update(created_at=clock.real_now() - timedelta(days=2))
    actions.set_conditions(resident=person, numbers=[], by=clerk, on=ON)
    assert present(person) == {14}


def test_second_tier_conditions_are_recorded_only_by_who_may_see_them(home, clerk):
    person = add(home, clerk)
    with pytest.raises(PermissionDenied):
        actions.set_conditions(resident=person, numbers=[10], by=clerk, on=ON)
    assert not present(person)


def test_a_form_ends_only_what_it_showed(home, nurse):
    person = add(home, nurse)
    actions.set_conditions(resident=person, numbers=[1, 14], by=nurse, on=ON)
    actions.set_conditions(resident=person, numbers=[], shown=[1], by=nurse, on=ON)
    assert present(person) == {14}


def test_pregnancy_counts_from_the_day_it_was_stated(home, clerk, told):
    person = add(home, clerk, sex="F", born=PartialDate(1995))
    told.clear()
    pregnancy = actions.record_pregnancy(
        resident=person, weeks=9, stated_on=date(2022, 1, 30), by=clerk, on=ON
    )
    assert pregnancy.began_on == date(2021, 11, 28)
    again = actions.record_pregnancy(resident=person, weeks=11, stated_on=ON, by=clerk, on=ON)
    assert again.pk == pregnancy.pk
    assert Pregnancy.objects.get().began_on == date(2021, 11, 20)
    assert told == [person.pk] * 2


def test_an_ended_pregnancy_stays_on_record(home, clerk):
    person = add(home, clerk, sex="F", born=PartialDate(1995))
    actions.record_pregnancy(resident=person, weeks=30, stated_on=ON, by=clerk, on=ON)
    actions.end_pregnancy(resident=person, ended_on=ON, by=clerk, on=ON)
    assert not Pregnancy.objects.current(ON).exists()
    assert Pregnancy.objects.get().ended_on == ON


@pytest.mark.parametrize(
    ("sex", "weeks", "stated_on", "code"),
    [
        ("M", 9, ON, "not_female"),
        ("F", 0, ON, "weeks"),
        ("F", 43, ON, "weeks"),
        ("F", 9, ON + timedelta(days=1), "in_future"),
        ("F", 9, ON - timedelta(weeks=33), "over_term"),
        ("F", 42, ON, "over_term"),
    ],
)
def test_impossible_pregnancies_are_explained(home, clerk, sex, weeks, stated_on, code):
    person = add(home, clerk, sex=sex)
    with pytest.raises(ValidationError) as found:
        actions.record_pregnancy(resident=person, weeks=weeks, stated_on=stated_on, by=clerk, on=ON)
    assert found.value.code == code


def test_the_last_day_of_the_forty_second_week_still_counts(home, clerk):
    person = add(home, clerk, sex="F")
    actions.record_pregnancy(
        resident=person, weeks=9, stated_on=ON - timedelta(weeks=33) + timedelta(days=1), by=clerk, on=ON
    )
    assert Pregnancy.objects.current(ON).exists()
    assert not Pregnancy.objects.current(ON + timedelta(days=1)).exists()


# ---------------------------------------------------------------- identity numbers


def test_a_number_is_sealed_masked_and_found_again(home, clerk):
    person = add(home, clerk, number=number())
    claim = person.identity_claims.get()
    assert CCCD not in claim.number_encrypted
    assert identity_numbers.decrypt(claim.number_encrypted) == CCCD
    assert (claim.mask, claim.last_four, claim.source) == ("0270****1234", "1234", "desk")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t::text FROM wards_identityclaim t UNION ALL SELECT t::text FROM wards_resident t"
        )
        assert not any(CCCD in row for (row,) in cursor.fetchall())


def test_a_person_may_have_several_numbers_and_the_same_one_once(home, clerk):
    person = add(home, clerk, number=number())
    for text in ("123876459", "B1234567", CCCD):
        actions.add_identity_claim(resident=person, number=number(text), by=clerk, on=ON)
    kinds = person.identity_claims.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["cccd", "cmnd", "passport"]


def test_the_citizen_number_of_a_visible_person_is_shown_as_theirs(home, clerk):
    lan = add(home, clerk, number=number())
    with pytest.raises(actions.NumberTaken) as found:
        add(home, clerk, name="Trần Văn Ba", number=number())
    assert found.value.resident == lan
    assert Resident.objects.count() == 1


def test_the_citizen_number_of_somebody_out_of_scope_names_nobody(home, clerk):
    elsewhere = make_ward(SUOI_HOA)
    add(make_household(elsewhere), make_user(Role.WARD_OFFICER, elsewhere), number=number())
    with pytest.raises(actions.NumberTaken) as found:
        add(home, clerk, name="Trần Văn Ba", number=number())
    assert found.value.resident is None


def test_an_old_nine_digit_number_may_stand_at_two_people(home, clerk):
    add(home, clerk, number=number("123876459"))
    assert add(home, clerk, name="Trần Văn Ba", number=number("123876459")).identity_claims.exists()


def test_a_withdrawn_number_is_free_again(home, clerk):
    lan = add(home, clerk, number=number())
    actions.withdraw_identity_claim(claim=lan.identity_claims.get(), by=clerk)
    assert lan.identity_claims.get().withdrawn_at is not None
    assert add(home, clerk, name="Trần Văn Ba", number=number()).identity_claims.exists()


def test_contradictions_warn_and_do_not_block(home, clerk):
    odd = number(sex="F", birth_year=1950)
    assert {warning.value for warning in odd.warnings} == {"sex_differs", "year_differs"}
    assert add(home, clerk, number=odd).identity_claims.exists()


def test_a_failed_number_leaves_nothing_half_written(home, clerk):
    add(home, clerk, number=number())
    with pytest.raises(actions.NumberTaken):
        add(home, clerk, name="Trần Văn Ba", number=number(), health=actions.Health(conditions=[14]))
    assert not ResidentCondition.objects.exists()
