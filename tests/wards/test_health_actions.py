"""Conditions and pregnancy: who may say what, what ends, what stays on record."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from lib import clock
from lib.dates_vn import PartialDate
from tests.wards.verbs import ON, add
from wards import actions
from wards.models import Pregnancy, ResidentCondition

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("told")]


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
