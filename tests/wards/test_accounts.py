"""Accounts: who may give which role where, what ends at once, and that every change is in the log."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from lib import clock
from tests.factories import SUOI_HOA, make_neighbourhood, make_user, make_ward
from tests.wards.test_resident_pages import text_of
from wards import installation
from wards.access import can, scope_of
from wards.actions import OutOfScope, accounts, leavers
from wards.models import AccessEvent, Assignment, Organisation, User
from wards.roles import ABILITIES, GRANTS, Ability, Role, grantable

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(ward):
    """A health centre that serves two wards."""
    office = Organisation.objects.create(kind="health_centre", name="Trung tâm Y tế thử")
    office.units.set([ward, make_ward(SUOI_HOA)])
    return office


@pytest.fixture
def centre(office):
    user = make_user(Role.HEALTH_CENTRE, full_name="Phạm Văn Trung Tâm")
    user.assignments.create(organisation=office)
    return user


@pytest.fixture
def admin(office):
    user = make_user(Role.ADMIN)
    user.assignments.create(organisation=office)
    return user


def opened(by, place, **more):
    values = {"username": "lan.vocuong", "full_name": "nguyễn thị lan", "roles": [Role.WARD_OFFICER]} | more
    return accounts.open_account(place=place, by=by, **values)


def fresh(user):
    return User.objects.get(pk=user.pk)


# ---------------------------------------------------------------- the table of who gives what


def test_nobody_gives_a_role_that_can_do_more_than_the_giver_except_administrators_and_ward_leads():
    # a ward lead appoints the ward's own clerks and teams, and stays inside the ward
    assert GRANTS[Role.WARD_LEAD] == {Role.SURVEYOR, Role.WARD_OFFICER}
    for giver in GRANTS.keys() - {Role.ADMIN, Role.WARD_LEAD}:
        assert all(ABILITIES[role] <= ABILITIES[giver] for role in GRANTS[giver]), giver


def test_only_who_manages_accounts_stands_in_the_table():
    assert {role for role in Role if Ability.MANAGE_ACCOUNTS in ABILITIES[role]} == set(GRANTS)
    assert grantable([Role.WARD_OFFICER, Role.STATION]) == set()
    assert Role.HEALTH_CENTRE not in grantable([Role.HEALTH_CENTRE])
    assert Role.AUDITOR not in grantable([Role.HEALTH_CENTRE])


# ---------------------------------------------------------------- the verbs


def test_an_opened_account_works_in_its_place_and_has_no_password_yet(centre, ward):
    account = opened(centre, ward)
    assert (account.username, account.full_name) == ("lan.vocuong", "Nguyễn Thị Lan")
    assert not account.has_usable_password()
    assert scope_of(fresh(account)).ward_ids == {ward.pk}
    assert account.assignments.get().granted_by == centre
    event = AccessEvent.objects.get(what="account")
    assert (event.user, event.action, event.object_id) == (centre, "change", str(account.pk))
    assert event.detail["verb"] == "open_account"


@pytest.mark.parametrize("role", [Role.HEALTH_CENTRE, Role.CITY_LEAD, Role.CDC, Role.ADMIN, Role.AUDITOR])
def test_a_health_centre_gives_no_role_above_or_beside_its_own(centre, ward, role):
    with pytest.raises(PermissionDenied):
        opened(centre, ward, roles=[Role.WARD_OFFICER, role])
    assert not User.objects.filter(username="lan.vocuong").exists()


def test_nobody_places_an_account_outside_the_own_area(centre, ward):
    elsewhere = make_ward("09184")
    wide = Organisation.objects.create(kind="health_centre", name="Rộng hơn")
    wide.units.set([ward, elsewhere])
    empty = Organisation.objects.create(kind="facility", name="Không phường nào")
    for place in (elsewhere, make_neighbourhood(elsewhere), wide, empty):
        with pytest.raises(OutOfScope):
            opened(centre, place)
    assert not User.objects.filter(username="lan.vocuong").exists()


def test_a_username_is_taken_whatever_its_case(centre, ward):
    opened(centre, ward)
    with pytest.raises(ValidationError, match="đã có người dùng"):
        opened(centre, ward, username="Lan.VoCuong")


@pytest.mark.parametrize("role", [role for role in Role if role not in GRANTS])
def test_other_roles_manage_no_account(ward, role):
    with pytest.raises(PermissionDenied):
        opened(make_user(role, ward), ward)


def test_an_account_that_also_works_elsewhere_is_not_the_centres_to_change(centre, admin, ward):
    account = opened(centre, ward)
    account.assignments.create(unit=make_ward("09184"))
    with pytest.raises(OutOfScope):
        leavers.close_account(account=account, by=centre, at=clock.real_now())
    account.assignments.filter(unit__code="09184").update(ends_at=clock.real_now() - timedelta(seconds=1))
    leavers.close_account(account=account, by=centre, at=clock.real_now())
    assert not fresh(account).is_active


def test_a_colleague_and_oneself_are_not_ones_own_to_change(centre, office):
    colleague = make_user(Role.HEALTH_CENTRE)
    colleague.assignments.create(organisation=office)
    for account in (colleague, centre):
        with pytest.raises(PermissionDenied):
            accounts.change_account(
                account=account, full_name="x y", phone="", roles=[Role.SURVEYOR], by=centre
            )


def test_a_role_beyond_ones_own_cannot_be_taken_away_either(centre, ward):
    account = make_user([Role.WARD_OFFICER, Role.CDC], ward)
    with pytest.raises(PermissionDenied):
        accounts.change_account(
            account=account, full_name="x y", phone="", roles=[Role.WARD_OFFICER], by=centre
        )


def test_a_change_of_roles_is_in_the_log_with_what_was_before(centre, ward):
    account = opened(centre, ward)
    accounts.change_account(
        account=account,
        full_name="Nguyễn Thị Lan",
        phone="",
        roles=[Role.STATION, Role.WARD_OFFICER],
        by=centre,
    )
    assert can(fresh(account), Ability.SCREEN)
    event = AccessEvent.objects.filter(what="account").latest("pk")
    assert event.detail["former_roles"] == ["ward_officer"]
    assert event.detail["roles"] == ["station", "ward_officer"]


def test_a_replacements_place_ends_by_itself(centre, ward):
    account = opened(centre, ward)
    now = clock.real_now()
    other = make_ward(SUOI_HOA)
    accounts.assign(account=account, place=other, by=centre, starts_at=now, ends_at=now + timedelta(days=7))
    assert scope_of(fresh(account)).ward_ids == {ward.pk, other.pk}
    Assignment.objects.filter(unit=other).update(starts_at=now - timedelta(days=7), ends_at=now)
    assert scope_of(fresh(account)).ward_ids == {ward.pk}


def test_an_ended_place_is_gone_at_once_and_stays_on_record(centre, ward):
    account = opened(centre, ward)
    accounts.end_assignment(assignment=account.assignments.get(), by=centre, at=clock.real_now())
    assert scope_of(fresh(account)).ward_ids == frozenset()
    assert account.assignments.get().ends_at is not None


def test_a_place_that_has_not_begun_is_taken_away(centre, ward):
    account = opened(centre, ward)
    later = clock.real_now() + timedelta(days=3)
    future = accounts.assign(account=account, place=make_ward(SUOI_HOA), by=centre, starts_at=later)
    accounts.end_assignment(assignment=future, by=centre, at=clock.real_now())
    assert account.assignments.count() == 1


# ---------------------------------------------------------------- the pages


def test_a_closed_account_is_out_with_its_next_request(client, centre, clerk):
    client.force_login(clerk)
    assert client.get(reverse("wards:resident-list")).status_code == 200
    leavers.close_account(account=clerk, by=centre, at=clock.real_now())
    answer = client.get(reverse("wards:resident-list"))
    assert answer.status_code == 302
    assert reverse("account_login") in answer.url


def test_the_form_offers_only_roles_and_places_the_user_may_give(signed_in, centre, ward):
    page = signed_in(centre).get(reverse("wards:account-add"))
    offered = {value for value, _ in page.context["form"].fields["roles"].choices}
    assert offered == GRANTS[Role.HEALTH_CENTRE]
    page = signed_in(centre).post(
        reverse("wards:account-add"),
        {
            "full_name": "Nguyễn Thị Lan",
            "username": "lan",
            "roles": ["admin"],
            "place": f"w{make_ward('09184').pk}",
        },
    )
    assert page.status_code == 200
    assert set(page.context["form"].errors) == {"roles"}
    assert set(page.context["where"].errors) == {"place"}
    assert not User.objects.filter(username="lan").exists()


def test_accounts_outside_the_area_do_not_exist(signed_in, ward, clerk, stranger):
    narrow = make_user(Role.HEALTH_CENTRE, ward)
    client = signed_in(narrow)
    listed = {row.account for row, _mine in client.get(reverse("wards:account-list")).context["rows"]}
    assert listed == {clerk, narrow}
    for name in (
        "account-detail",
        "account-close",
        "account-slip",
        "account-assign",
        "account-stand-in",
        "account-reopen",
    ):
        url = reverse(f"wards:{name}", args=[stranger.pk])
        assert client.post(url).status_code == 404, name
    assert fresh(stranger).is_active


def test_an_account_is_moved_to_another_ward_from_its_page(signed_in, centre, clerk, ward):
    other = make_ward(SUOI_HOA)
    client = signed_in(centre)
    client.post(
        reverse("wards:account-assign", args=[clerk.pk]), {"place": f"w{other.pk}", "ends_on": "31/12/2099"}
    )
    old = clerk.assignments.get(unit=ward)
    client.post(reverse("wards:account-unassign", args=[clerk.pk, old.pk]))
    assert scope_of(fresh(clerk)).ward_ids == {other.pk}


def test_a_place_of_somebody_else_is_not_ended_through_this_account(signed_in, centre, clerk, stranger):
    theirs = stranger.assignments.get()
    url = reverse("wards:account-unassign", args=[clerk.pk, theirs.pk])
    assert signed_in(centre).post(url).status_code == 404
    assert stranger.assignments.get().ends_at is None


def test_dates_in_the_wrong_order_are_a_sentence(signed_in, centre, clerk, ward):
    url = reverse("wards:account-assign", args=[clerk.pk])
    page = signed_in(centre).post(
        url, {"place": f"w{ward.pk}", "starts_on": "05/02/2099", "ends_on": "04/02/2099"}
    )
    assert "Ngày cuối phải từ ngày bắt đầu trở đi." in text_of(page)
    assert clerk.assignments.count() == 1


def test_ones_own_account_shows_no_buttons(signed_in, centre):
    page = signed_in(centre).get(reverse("wards:account-detail", args=[centre.pk]))
    assert "Khóa tài khoản" not in text_of(page)
    assert signed_in(centre).post(reverse("wards:account-close", args=[centre.pk])).status_code == 403


def test_the_number_of_queries_does_not_grow_with_the_accounts(
    signed_in, centre, ward, django_assert_max_num_queries
):
    for _ in range(30):
        make_user(Role.SURVEYOR, ward)
    client = signed_in(centre)
    installation.current()  # read every few seconds, not for every page
    with django_assert_max_num_queries(10):
        client.get(reverse("wards:account-list"))


def test_an_administrator_sees_accounts_without_a_place(admin, centre):
    lost = make_user(Role.SURVEYOR)
    now = clock.real_now()
    assert lost in accounts.accounts_of(admin, at=now)
    assert lost not in accounts.accounts_of(centre, at=now)
