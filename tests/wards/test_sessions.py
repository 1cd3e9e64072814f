"""Sessions end where and when they are ended (TRUST SES-01, T16), and their owner sees all of them."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse

from lib import browsers, clock
from tests.factories import make_household, make_resident, make_user, make_ward
from tests.wards.sign_in_cast import PASSWORD, make_official, sign_in
from wards import sessions
from wards.actions import leavers
from wards.models import OpenSession, SignIn
from wards.roles import Role

pytestmark = pytest.mark.django_db
INSIDE = "/nguoi-dan/"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"
PHONE = "Mozilla/5.0 (Linux; Android 13; SM-A245F) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/23.0 Chrome/115.0 Mobile Safari/537.36"


@pytest.fixture
def ward():
    return make_ward()


@pytest.fixture
def surveyor(ward):
    return make_official(Role.SURVEYOR, ward)


@pytest.fixture
def desk(surveyor):
    client = Client(headers={"User-Agent": CHROME})
    sign_in(client)
    return client


@pytest.fixture
def phone(surveyor):
    client = Client(headers={"User-Agent": PHONE})
    sign_in(client, address="10.0.0.7")
    return client


def is_in(client) -> bool:
    return client.get(INSIDE).status_code == 200


def back_date(client, **seconds: float) -> None:
    """The session as if these of its moments lay so many seconds further back."""
    session = client.session
    for name, back in seconds.items():
        session[name] -= back
    session.save()


# ---------------------------------------------------------------- the list


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (CHROME, "Chrome, Windows"),
        (PHONE, "Samsung Internet, Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox, Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) coc_coc_browser/110.0 Chrome/104.0 Safari/537.36",
            "Cốc Cốc, Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) Version/17.0 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        ("curl/8.0", ""),
        ("", ""),
    ],
)
def test_a_browser_is_named_so_that_its_owner_knows_it(header, name):
    assert browsers.family(header) == name


def test_the_page_lists_every_browser_that_is_in(desk, phone):
    page = desk.get(reverse("my-account")).content.decode()
    assert "Chrome, Windows" in page
    assert "Samsung Internet, Android" in page
    assert "10.0.0.7" in page
    assert page.count("Máy này</strong>") == 1


def test_failed_tries_are_listed_with_their_address(desk, surveyor):
    stranger = Client(headers={"User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/130.0"})
    sign_in(stranger, password="sai", address="203.0.113.5")
    page = desk.get(reverse("my-account")).content.decode()
    assert "Sai mật khẩu" in page
    assert "203.0.113.5" in page
    assert "Firefox, Linux" in page


def test_the_owner_is_told_at_the_next_sign_in(desk, surveyor):
    for _ in range(2):
        sign_in(Client(), password="sai", address="203.0.113.5")
    page = Client().post("/accounts/login/", {"login": surveyor.username, "password": PASSWORD}, follow=True)
    assert "có 2 lần nhập sai mật khẩu hoặc mã" in page.content.decode()
    again = Client().post("/accounts/login/", {"login": surveyor.username, "password": PASSWORD}, follow=True)
    assert "lần nhập sai" not in again.content.decode()


def test_a_name_that_no_account_has_is_not_kept(client):
    sign_in(client, "mat-khau-go-nham-cho", password="x")
    assert not SignIn.objects.exists()


def test_sign_ins_cannot_be_changed_or_taken_away_by_the_application(desk):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege('wards_signin', 'UPDATE') OR has_table_privilege('wards_signin', 'DELETE')"
        )
        assert cursor.fetchone() == (False,)


# ---------------------------------------------------------------- ending


def test_one_browser_is_signed_out_from_another(desk, phone, surveyor):
    row = surveyor.open_sessions.get(browser="Samsung Internet, Android")
    assert desk.post(reverse("session-end", args=[row.pk])).status_code == 302
    assert not is_in(phone)
    assert is_in(desk)


def test_all_others_are_signed_out_at_once(desk, phone, surveyor):
    third = Client()
    sign_in(third)
    desk.post(reverse("session-end-others"))
    assert [is_in(client) for client in (desk, phone, third)] == [True, False, False]


def test_somebody_elses_session_cannot_be_ended(desk, ward):
    other = Client()
    sign_in(other, make_official(Role.SURVEYOR, ward, username="nguoi.khac"))
    row = OpenSession.objects.get(user__username="nguoi.khac")
    assert desk.post(reverse("session-end", args=[row.pk])).status_code == 404
    assert is_in(other)


def test_a_new_password_ends_the_others_and_their_rows(desk, phone, surveyor):
    new = {"oldpassword": PASSWORD, "password1": "người-ơi-người-ở-2", "password2": "người-ơi-người-ở-2"}
    assert desk.post("/accounts/password/change/", new).status_code == 302
    assert [is_in(client) for client in (desk, phone)] == [True, False]
    row = surveyor.open_sessions.get()
    assert row.session_key == desk.session.session_key


def test_a_closed_account_is_out_with_the_next_request_and_its_sessions_are_gone(desk, phone, surveyor, ward):
    leavers.close_account(account=surveyor, by=make_user(Role.WARD_LEAD, ward), at=clock.real_now())
    assert not is_in(desk)
    assert not is_in(phone)
    assert not OpenSession.objects.filter(user=surveyor).exists()
    keys = [client.cookies["sessionid"].value for client in (desk, phone)]
    assert not Session.objects.filter(session_key__in=keys).exists()


def test_signing_out_takes_the_row_away(desk, surveyor):
    desk.post("/accounts/logout/")
    assert not surveyor.open_sessions.exists()


def test_a_role_taken_away_closes_its_pages_at_the_next_request(desk, surveyor):
    assert is_in(desk)
    surveyor.roles = [Role.FACILITY]
    surveyor.save()
    assert desk.get(INSIDE).status_code == 403


def test_who_is_moved_to_another_ward_finds_the_former_one_gone_in_an_open_tab(desk, surveyor, ward):
    """AUTH-12 online: at 09:00:01 the page that was open says 404."""
    person = make_resident(ward, household=make_household(ward))
    address = reverse("outreach:resident-detail", args=[person.pk])
    assert desk.get(address).status_code == 200
    surveyor.assignments.update(ends_at=clock.real_now())
    surveyor.assignments.create(unit=make_ward("09187"))
    assert desk.get(address).status_code == 404


def test_a_replacement_ends_by_itself(desk, surveyor, ward):
    """AUTH-13: two wards, the second for a time."""
    other = make_ward("09187")
    person = make_resident(other, household=make_household(other))
    address = reverse("outreach:resident-detail", args=[person.pk])
    assert desk.get(address).status_code == 404
    now = clock.real_now()
    grant = surveyor.assignments.create(
        unit=other, starts_at=now - timedelta(days=7), ends_at=now + timedelta(minutes=1)
    )
    assert desk.get(address).status_code == 200
    type(grant).objects.filter(pk=grant.pk).update(ends_at=now - timedelta(seconds=1))
    assert desk.get(address).status_code == 404


# ---------------------------------------------------------------- twelve hours


def test_no_session_lasts_longer_than_twelve_hours_however_busy(desk):
    back_date(desk, began_at=12 * 3600 - 60)
    assert is_in(desk)
    back_date(desk, began_at=61)
    assert desk.get(INSIDE)["Location"] == f"/accounts/login/?next={INSIDE}"
    assert not desk.session.get("_auth_user_id")


def test_what_is_over_is_cleared_away(desk, phone, surveyor):
    Session.objects.filter(session_key=phone.session.session_key).update(
        expire_date=clock.real_now() - timedelta(1)
    )
    OpenSession.objects.update(began_at=clock.real_now() - timedelta(days=1))
    assert sessions.forget_ended(clock.real_now()) == 1
    assert surveyor.open_sessions.count() == 1


def test_a_page_costs_no_further_query_for_all_this(desk, django_assert_max_num_queries):
    is_in(desk)
    address = reverse("my-account")
    desk.get(address)
    with django_assert_max_num_queries(8):
        desk.get(address)
