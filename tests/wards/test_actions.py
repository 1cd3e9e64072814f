"""The verbs for people and homes: who may, what is kept, what follows, and that twice is once."""

import uuid
from datetime import date
from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connections

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
from tests.wards.verbs import ON, add, edit, number
from wards import actions
from wards.models import Household, Resident
from wards.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("told")]


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
