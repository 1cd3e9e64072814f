"""The way in: the page, cookies that die, cards only in a demonstration."""

import time

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import NoReverseMatch, reverse

from tests.factories import make_user, make_ward
from wards import demo_cards, installation, passwords
from wards.models import Installation
from wards.roles import Role

pytestmark = pytest.mark.django_db

PASSWORD = "bèo-dạt-mây-trôi-1"
LOGIN = "/accounts/login/"


@pytest.fixture
def officer():
    user = make_user(Role.WARD_OFFICER, make_ward(), username="canbo.vocuong")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def city():
    """A real installation."""
    row = Installation.objects.create(
        city_name="Thành phố Thử",
        words={"health_centre": "Trung tâm Y tế Thử"},
        support_phone="0900 123 456",
    )
    installation.forget()
    yield row
    installation.forget()


@pytest.fixture
def demo_city(city):
    city.is_demo = True
    city.save()
    installation.forget()
    return city


def sign_in(client, username="canbo.vocuong", password=PASSWORD, address="10.0.0.1", **data):
    return client.post(LOGIN, {"login": username, "password": password} | data, REMOTE_ADDR=address)


def signed_in(client) -> bool:
    return client.get("/accounts/password/change/").status_code == 200


# ---------------------------------------------------------------- the page


def test_sign_in_page_is_vietnamese_and_helps_password_managers(client, city):
    page = client.get(LOGIN)
    text = page.content.decode()
    assert "Tên đăng nhập" in text
    assert "gọi Trung tâm Y tế Thử, 0900 123 456" in text
    assert 'autocomplete="username"' in text
    assert 'autocomplete="current-password"' in text
    assert "Sign" not in text
    assert "Username" not in text


def test_right_password_signs_in_and_goes_where_one_wanted_to(client, officer, city):
    answer = sign_in(client, next="/chua-tiem/?nhom=1")
    assert answer.status_code == 302
    assert answer["Location"] == "/chua-tiem/?nhom=1"
    assert signed_in(client)


def test_next_never_leads_to_another_site(client, officer, city):
    assert sign_in(client, next="https://example.org/")["Location"] == "/"


def test_user_name_may_be_typed_in_capitals_and_with_spaces(client, officer, city):
    assert sign_in(client, username="  CanBo.VoCuong ").status_code == 302


def test_wrong_password_and_unknown_user_read_the_same(client, officer, city):
    wrong = sign_in(client, password="sai").content.decode()
    unknown = sign_in(client, username="khong.co", password="sai").content.decode()
    assert "Tên đăng nhập hoặc mật khẩu chưa đúng." in wrong
    assert "Tên đăng nhập hoặc mật khẩu chưa đúng." in unknown


def test_the_typed_name_stays_after_a_typo_and_the_password_does_not(client, officer, city):
    text = sign_in(client, password="gõ-nhầm-mất-rồi").content.decode()
    assert 'value="canbo.vocuong"' in text
    assert "gõ-nhầm-mất-rồi" not in text


@pytest.mark.parametrize(
    "path",
    ["signup/", "email/", "password/reset/", "password/set/", "social/login/cancelled/", "login/code/"],
)
def test_what_makes_no_sense_here_is_not_there(client, officer, path):
    client.force_login(officer)
    assert client.get(f"/accounts/{path}").status_code == 404


@pytest.mark.parametrize("name", ["account_signup", "account_email", "account_reset_password"])
def test_allauth_has_no_name_for_it_either(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_pages_of_a_signed_in_user_open_in_vietnamese(client, officer, city):
    sign_in(client)
    for path, words in (
        ("password/change/", "Mật khẩu mới"),
        ("logout/", "Đăng xuất"),
        ("reauthenticate/", "Nhập lại mật khẩu"),
        ("2fa/", "Xác nhận hai bước"),
    ):
        page = client.get(f"/accounts/{path}")
        assert page.status_code == 200, path
        assert words in page.content.decode()


# ---------------------------------------------------------------- cookies


def test_cookie_is_dead_after_signing_out(client, officer, city):
    sign_in(client)
    thief = Client()
    thief.cookies["sessionid"] = client.cookies["sessionid"].value
    assert signed_in(thief)
    client.post("/accounts/logout/")
    assert not signed_in(thief)


def test_changed_password_ends_the_other_sessions_and_keeps_this_one(client, officer, city):
    other = Client()
    sign_in(client)
    sign_in(other)
    answer = client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "người-ơi-người-ở-2", "password2": "người-ơi-người-ở-2"},
    )
    assert answer.status_code == 302
    assert signed_in(client)
    assert not signed_in(other)


def test_closed_account_is_out_at_once_and_reads_why_at_the_next_sign_in(client, officer, city):
    sign_in(client)
    officer.is_active = False
    officer.save()
    assert not signed_in(client)
    answer = client.post(LOGIN, {"login": officer.username, "password": PASSWORD}, follow=True)
    assert "Tài khoản này không còn dùng được" in answer.content.decode()


def test_unequal_new_passwords_are_refused_in_vietnamese(client, officer, city):
    sign_in(client)
    answer = client.post(
        "/accounts/password/change/",
        {"oldpassword": "sai", "password1": "người-ơi-người-ở-2", "password2": "người-ơi-người-ở-3"},
    )
    text = answer.content.decode()
    assert "Hai lần nhập mật khẩu mới chưa giống nhau." in text
    assert "Mật khẩu đang dùng chưa đúng." in text
    assert "You must type" not in text


def test_session_does_not_outlive_the_browser(client, officer, city):
    sign_in(client)
    assert client.cookies["sessionid"]["max-age"] == ""
    assert client.cookies["sessionid"]["httponly"]


def test_password_hash_costs_little_enough_for_a_city_at_eight(officer):
    hasher = passwords.TunedArgon2Hasher()
    started = time.process_time()
    for _ in range(3):
        hasher.verify(PASSWORD, officer.password)
    assert (time.process_time() - started) / 3 < 0.2


# ---------------------------------------------------------------- cards of a demonstration


def test_real_installation_shows_no_cards_and_lets_nobody_in_by_one(client, city):
    card = demo_cards.cards[0]
    make_user(Role.HEALTH_CENTRE, username=card.username)
    assert "Dùng thử" not in client.get(LOGIN).content.decode()
    assert client.post("/accounts/login/demo/", {"username": card.username}).status_code == 404
    assert not signed_in(client)


def test_database_without_installation_shows_no_cards(client):
    installation.forget()
    assert "Dùng thử" not in client.get(LOGIN).content.decode()


def test_demonstration_shows_a_card_for_every_role(client, demo_city):
    text = client.get(LOGIN).content.decode()
    assert "Dùng thử với vai trò này" in text
    for role in Role:
        assert str(role.label) in text


def test_card_signs_in_as_its_account(client, demo_city):
    card = demo_cards.cards[0]
    user = make_user(Role.HEALTH_CENTRE, username=card.username)
    answer = client.post("/accounts/login/demo/", {"username": card.username, "next": "/chua-tiem/"})
    assert answer["Location"] == "/chua-tiem/"
    assert int(client.session["_auth_user_id"]) == user.pk


def test_card_leads_to_no_other_site(client, demo_city):
    card = demo_cards.cards[0]
    make_user(Role.HEALTH_CENTRE, username=card.username)
    answer = client.post("/accounts/login/demo/", {"username": card.username, "next": "//example.org/"})
    assert answer["Location"] == "/"


def test_card_of_an_ordinary_account_does_not_exist(client, demo_city, officer):
    assert client.post("/accounts/login/demo/", {"username": officer.username}).status_code == 404
    assert client.get("/accounts/login/demo/").status_code == 405


def test_card_needs_the_token_of_the_page(demo_city):
    strict = Client(enforce_csrf_checks=True)
    card = demo_cards.cards[0]
    make_user(Role.HEALTH_CENTRE, username=card.username)
    assert strict.post("/accounts/login/demo/", {"username": card.username}).status_code == 403


def test_the_page_says_that_no_city_was_set_up_only_when_the_database_said_so(client, db, monkeypatch):
    installation.forget()
    assert "setup_city" in client.get(reverse("account_login")).content.decode()
    installation.forget()
    monkeypatch.setattr(Installation.objects, "first", _gone)
    assert "setup_city" not in client.get(reverse("account_login")).content.decode()


def _gone():
    raise OperationalError("the server is away")
