"""Standing in for somebody, two wards at once, moving to another ward: rights begin and end by themselves, to the second."""

from datetime import date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from lib import clock
from tests.factories import SUOI_HOA, make_resident, make_user, make_ward
from tests.wards.test_resident_pages import text_of
from wards.access import can, roles_of, scope_of
from wards.actions import OutOfScope, accounts, leavers, stand_ins
from wards.models import AccessEvent, Assignment, Organisation, User
from wards.roles import Ability, Role

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture
def other(db):
    return make_ward(SUOI_HOA)


@pytest.fixture
def centre(ward, other):
    """A health centre that serves both wards."""
    office = Organisation.objects.create(kind="health_centre", name="Trung tâm Y tế thử")
    office.units.set([ward, other])
    user = make_user(Role.HEALTH_CENTRE, full_name="Phạm Văn Trung Tâm")
    user.assignments.create(organisation=office)
    return user


@pytest.fixture
def lead(ward):
    return make_user(Role.WARD_LEAD, ward, full_name="Vũ Thị Lãnh Đạo")


@pytest.fixture
def far_nurse(other):
    return make_user(Role.STATION, other, full_name="Đào Thị Nơi Khác")


def fresh(user):
    return User.objects.get(pk=user.pk)


def acting(account, absent, by, *, since=None, until=None):
    now = clock.real_now()
    return stand_ins.stand_in(
        account=account, absent=absent, starts_at=since or now, ends_at=until or now + WEEK, by=by, at=now
    )


def as_if_over(account):
    """The same rows a week later."""
    now = clock.real_now()
    Assignment.objects.filter(user=account, in_place_of__isnull=False).update(
        starts_at=now - WEEK, ends_at=now
    )


# ---------------------------------------------------------------- standing in


def test_a_stand_in_has_role_and_place_while_it_lasts_and_neither_afterwards(
    clerk, far_nurse, centre, ward, other
):
    acting(clerk, far_nurse, centre)
    now_acting = fresh(clerk)
    assert scope_of(now_acting).ward_ids == {ward.pk, other.pk}
    assert roles_of(now_acting) == {"ward_officer", "station"}
    assert can(now_acting, Ability.SCREEN)
    assert now_acting.roles == ["ward_officer"]
    as_if_over(clerk)
    later = fresh(clerk)
    assert scope_of(later).ward_ids == {ward.pk}
    assert not can(later, Ability.SCREEN)


def test_a_stand_in_to_come_has_nothing_yet(clerk, far_nurse, centre, ward):
    tomorrow = clock.real_now() + timedelta(days=1)
    acting(clerk, far_nurse, centre, since=tomorrow, until=tomorrow + WEEK)
    assert scope_of(fresh(clerk)).ward_ids == {ward.pk}
    assert roles_of(fresh(clerk)) == {"ward_officer"}


def test_the_last_day_counts_whole_and_is_over_at_midnight_in_vietnam(signed_in, clerk, far_nurse, centre):
    today = clock.today()
    last = today + timedelta(days=2)
    url = reverse("wards:account-stand-in", args=[clerk.pk])
    answer = signed_in(centre).post(url, {"absent": far_nurse.pk, "until": f"{last:%d/%m/%Y}"})
    assert answer.status_code == 302
    row = clerk.assignments.get(in_place_of=far_nurse)
    assert row.ends_at == datetime.combine(last + timedelta(days=1), time(), tzinfo=clock.VIETNAM)
    assert row.acting_roles == ["station"]
    assert row.granted_by == centre


def test_both_sessions_stay_open_and_each_sees_only_its_own_time(clerk, far_nurse, centre, other):
    person = make_resident(other, name="Người Suối Hoa")
    page = reverse("wards:resident-edit", args=[person.pk])
    theirs, own = Client(), Client()
    theirs.force_login(clerk)
    own.force_login(far_nurse)
    assert theirs.get(page).status_code == 404
    acting(clerk, far_nurse, centre)
    assert (theirs.get(page).status_code, own.get(page).status_code) == (200, 200)
    as_if_over(clerk)
    assert (theirs.get(page).status_code, own.get(page).status_code) == (404, 200)


def test_a_button_pressed_twice_makes_one_stand_in_and_one_place(signed_in, clerk, far_nurse, centre, other):
    client = signed_in(centre)
    last = clock.today() + timedelta(days=3)
    for _ in range(2):
        client.post(
            reverse("wards:account-stand-in", args=[clerk.pk]),
            {"absent": far_nurse.pk, "until": f"{last:%d/%m/%Y}"},
        )
        client.post(reverse("wards:account-assign", args=[clerk.pk]), {"place": f"w{other.pk}"})
    assert clerk.assignments.filter(in_place_of=far_nurse).count() == 1
    assert clerk.assignments.filter(in_place_of=None, unit=other).count() == 1
    for _ in range(2):
        client.post(reverse("wards:account-assign", args=[clerk.pk]), {"place": f"w{other.pk}", "only": "on"})
    unended = clerk.assignments.filter(ends_at=None)
    assert [row.unit for row in unended] == [other]
    assert clerk.assignments.filter(unit=other, in_place_of=None).count() <= 2


def test_a_stand_in_is_prolonged_or_cut_short_by_saying_so_again(clerk, far_nurse, centre):
    now = clock.real_now()
    acting(clerk, far_nurse, centre)
    acting(clerk, far_nurse, centre, until=now + timedelta(days=2))
    (row,) = clerk.assignments.filter(in_place_of=far_nurse)
    assert row.ends_at == now + timedelta(days=2)


def test_a_role_that_is_not_the_givers_is_not_lent(lead, clerk, ward):
    chief = make_user(Role.STATION, ward)
    with pytest.raises(PermissionDenied):
        acting(clerk, chief, lead)
    assert not clerk.assignments.filter(in_place_of__isnull=False).exists()


def test_a_ward_lead_lends_what_they_may_give(lead, clerk, surveyor, quarter):
    acting(surveyor, clerk, lead)
    assert can(fresh(surveyor), Ability.IMPORT_FILES)


def test_nobody_stands_in_for_somebody_elsewhere(lead, clerk, far_nurse):
    with pytest.raises(OutOfScope):
        acting(clerk, far_nurse, lead)


def test_nobody_stands_in_for_themselves_or_in_the_past(centre, clerk, far_nurse):
    now = clock.real_now()
    with pytest.raises(ValidationError):
        acting(clerk, clerk, centre)
    with pytest.raises(ValidationError):
        acting(clerk, far_nurse, centre, since=now - WEEK, until=now - timedelta(days=1))


def test_what_is_lent_is_not_lent_on(centre, clerk, nurse, far_nurse, ward, other):
    """Whoever stands in for a stand-in gets the places of that person alone."""
    acting(clerk, far_nurse, centre)
    assert stand_ins.places_of(fresh(clerk), by=centre, at=clock.real_now()) == [ward]


def test_a_ward_lead_does_not_change_a_clerk_who_acts_above_them(lead, clerk, nurse, centre):
    acting(clerk, nurse, centre)
    assert not accounts.may_change(lead, fresh(clerk))
    as_if_over(clerk)
    assert accounts.may_change(lead, fresh(clerk))


def test_the_database_knows_no_stand_in_without_an_end(clerk, nurse, ward):
    now = clock.real_now()
    for fields in ({"in_place_of": nurse, "starts_at": now}, {"acting_roles": ["station"]}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Assignment.objects.create(user=clerk, unit=ward, **fields)


def test_both_account_pages_and_the_log_name_the_stand_in(signed_in, clerk, far_nurse, centre):
    acting(clerk, far_nurse, centre)
    client = signed_in(centre)
    assert "thay cho Đào Thị Nơi Khác" in text_of(
        client.get(reverse("wards:account-detail", args=[clerk.pk]))
    )
    absent = text_of(client.get(reverse("wards:account-detail", args=[far_nurse.pk])))
    assert "Trần Thị Thư Ký làm thay tại" in absent
    assert "thay cho Đào Thị Nơi Khác" in text_of(client.get(reverse("wards:account-list")))
    event = AccessEvent.objects.get(detail__verb="stand_in")
    assert (event.user, event.detail["in_place_of"], event.detail["roles"]) == (
        centre,
        far_nurse.pk,
        ["station"],
    )


def test_a_form_without_its_last_day_is_a_sentence_and_keeps_what_was_chosen(
    signed_in, clerk, far_nurse, centre
):
    url = reverse("wards:account-stand-in", args=[clerk.pk])
    page = signed_in(centre).post(url, {"absent": far_nurse.pk, "since": "01/02/2099"})
    assert "Ghi ngày cuối; hết ngày đó quyền tự hết." in text_of(page)
    assert page.context["acting"]["absent"].value() == str(far_nurse.pk)
    assert not clerk.assignments.filter(in_place_of__isnull=False).exists()


def test_in_a_training_installation_days_are_those_of_the_training_clock(
    signed_in, clerk, far_nurse, centre, monkeypatch
):
    behind = timedelta(days=1000)
    monkeypatch.setattr(clock, "offset", lambda: -behind)
    today = clock.today()
    url = reverse("wards:account-stand-in", args=[clerk.pk])
    signed_in(centre).post(url, {"absent": far_nurse.pk, "until": f"{today:%d/%m/%Y}"})
    row = clerk.assignments.get(in_place_of=far_nurse)
    assert timedelta() < row.ends_at - clock.real_now() <= timedelta(days=1)


# ---------------------------------------------------------------- two wards, and another ward


def test_an_official_of_two_wards_sees_both(clerk, centre, ward, other):
    accounts.assign(account=clerk, place=other, by=centre)
    assert scope_of(fresh(clerk)).ward_ids == {ward.pk, other.pk}


def test_a_transferred_official_loses_the_old_ward_at_once_in_an_open_tab(clerk, centre, ward, other):
    here, there = make_resident(ward), make_resident(other)
    tab, second_tab = Client(), Client()
    for browser in (tab, second_tab):
        browser.force_login(clerk)
        assert browser.get(reverse("wards:resident-edit", args=[here.pk])).status_code == 200
    stand_ins.transfer(account=clerk, place=other, by=centre, at=clock.real_now())
    for browser in (tab, second_tab):
        assert browser.get(reverse("wards:resident-edit", args=[here.pk])).status_code == 404
        assert browser.post(reverse("wards:resident-edit", args=[here.pk]), {"name": "X"}).status_code == 404
        assert browser.get(reverse("wards:resident-edit", args=[there.pk])).status_code == 200
    assert clerk.assignments.get(unit=ward).ends_at is not None


def test_a_transfer_to_come_leaves_everything_until_then(clerk, centre, ward, other):
    nine = datetime.combine(date(2099, 3, 1), time(9), tzinfo=clock.VIETNAM)
    stand_ins.transfer(account=clerk, place=other, by=centre, at=clock.real_now(), starts_at=nine)
    assert scope_of(fresh(clerk)).ward_ids == {ward.pk}
    active = Assignment.objects.filter(user=clerk)
    assert [row.unit for row in active.active(nine - timedelta(seconds=1))] == [ward]
    assert [row.unit for row in active.active(nine)] == [other]


def test_the_page_transfers_when_so_ticked(signed_in, clerk, centre, other):
    url = reverse("wards:account-assign", args=[clerk.pk])
    assert signed_in(centre).post(url, {"place": f"w{other.pk}", "only": "on"}).status_code == 302
    assert scope_of(fresh(clerk)).ward_ids == {other.pk}


def test_a_ward_lead_does_not_move_somebody_beyond_the_ward(lead, clerk, other, ward):
    with pytest.raises(OutOfScope):
        stand_ins.transfer(account=clerk, place=other, by=lead, at=clock.real_now())
    assert scope_of(fresh(clerk)).ward_ids == {ward.pk}


def test_a_closed_official_is_nobodys_stand_in(clerk, far_nurse, centre, ward):
    acting(clerk, far_nurse, centre)
    leavers.close_account(account=clerk, by=centre, at=clock.real_now())
    assert roles_of(fresh(clerk)) == frozenset()
    assert scope_of(fresh(clerk)).ward_ids == frozenset()
