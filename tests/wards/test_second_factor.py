"""The second factor: asked of those who take lists out, before anything else, by whichever door they come (TRUST T15)."""

from pathlib import Path

import allauth.mfa
import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.template.loader import render_to_string
from django.test import Client
from django.urls import resolve, reverse
from django.utils import translation

from lib import clock
from tests.api.conftest import Program, make_token
from tests.factories import make_user, make_ward
from tests.wards.sign_in_cast import PASSWORD, code_now, enrol, make_official, sign_in
from wards import gate, installation, second_factor, sessions
from wards.actions import second_factor as actions
from wards.models import AccessEvent, Installation, OpenSession, SignIn
from wards.roles import Role
from wards.second_factor import is_missing

pytestmark = pytest.mark.django_db
ENROL = "/accounts/2fa/"
MFA_MESSAGES = Path(allauth.mfa.__file__).parents[1] / "templates" / "mfa" / "messages"
ASKED = (Role.WARD_OFFICER, Role.STATION, Role.WARD_LEAD, Role.HEALTH_CENTRE, Role.ADMIN)
INSIDE = "/nguoi-dan/"


@pytest.fixture(autouse=True)
def city(db):
    """A real installation."""
    row = Installation.objects.create(city_name="Thành phố Thử")
    installation.forget()
    yield row
    installation.forget()


@pytest.fixture
def ward():
    return make_ward()


@pytest.fixture
def officer(ward):
    return make_official(Role.WARD_OFFICER, ward)


@pytest.fixture
def enrolled(client, officer) -> str:
    """The officer's app; nobody is signed in."""
    sign_in(client)
    secret = enrol(client)
    client.post("/accounts/logout/")
    return secret


# ---------------------------------------------------------------- who is asked


@pytest.mark.parametrize("role", Role)
def test_it_is_asked_of_those_who_take_lists_out_and_of_technical_staff(role):
    assert second_factor.is_required(make_user(role)) == (role in ASKED)


def test_a_demonstration_asks_nobody_and_says_that_a_real_city_would(client, city, officer):
    city.is_demo = True
    city.save()
    installation.forget()
    sign_in(client)
    assert client.get(INSIDE).status_code == 200
    page = client.get(reverse("my-account")).content.decode()
    assert "Đây là bản dùng thử nên không bắt buộc" in page


def test_a_database_without_a_city_asks_too(client, city, officer):
    city.delete()
    installation.forget()
    sign_in(client)
    assert client.get(INSIDE)["Location"] == ENROL


def test_who_is_not_asked_works_with_a_password_alone(client, ward):
    make_official(Role.SURVEYOR, ward)
    sign_in(client)
    assert client.get(INSIDE).status_code == 200


# ---------------------------------------------------------------- enrolment before anything else


@pytest.mark.parametrize(
    "address", ["/", INSIDE, "/chua-tiem/", "/chua-tiem/tai-ve/", "/nhap-tep/", "/accounts/cua-toi/"]
)
def test_without_a_factor_every_page_leads_to_making_one(client, officer, address):
    sign_in(client)
    assert client.get(address)["Location"] == ENROL
    assert client.post(address, {"q": "Bình"}).headers.get("Location") == ENROL


def test_a_fragment_moves_the_whole_page_there(client, officer):
    sign_in(client)
    answer = client.get("/chua-tiem/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (401, ENROL)


def test_the_page_says_why_and_the_password_is_not_asked_twice(client, officer):
    sign_in(client)
    page = client.get(ENROL).content.decode()
    assert "phải bật một trong hai cách dưới đây" in page
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200


@pytest.mark.parametrize("message", sorted(MFA_MESSAGES.glob("*.txt")), ids=lambda path: path.stem)
def test_what_the_library_says_about_the_factor_is_said_in_vietnamese(message):
    with translation.override("vi"):
        said = render_to_string(f"mfa/messages/{message.name}").strip()
    assert said.startswith("Đã ")


def test_what_was_wanted_is_reached_after_enrolling(client, officer):
    sign_in(client)
    enrol(client)
    assert client.get(INSIDE).status_code == 200
    codes = client.get("/accounts/2fa/recovery-codes/").content.decode()
    assert "Còn 10 mã chưa dùng" in codes


def test_the_secret_is_drawn_by_this_server_and_lies_sealed(client, officer):
    sign_in(client)
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    assert 'src="data:image/svg+xml;base64,' in page
    secret = enrol(client)
    for row in Authenticator.objects.filter(user=officer):
        assert secret not in str(row.data)
        assert set(row.data) <= {"secret", "seed", "used_mask"}


def test_leaving_is_always_possible(client, officer):
    sign_in(client)
    assert client.post("/accounts/logout/")["Location"] == "/accounts/login/"


# ---------------------------------------------------------------- no way around


def test_the_password_alone_opens_nothing(client, officer, enrolled):
    assert sign_in(client)["Location"].startswith("/accounts/2fa/authenticate/")
    assert client.get(INSIDE)["Location"].startswith("/accounts/login/")
    client.post("/accounts/2fa/authenticate/", {"code": code_now(enrolled)})
    assert client.get(INSIDE).status_code == 200


def test_remembering_skips_nothing(client, officer, enrolled):
    assert sign_in(client, remember="on")["Location"].startswith("/accounts/2fa/authenticate/")
    client.post("/accounts/2fa/authenticate/", {"code": code_now(enrolled)})
    client.post("/accounts/logout/")
    assert sign_in(client, remember="on")["Location"].startswith("/accounts/2fa/authenticate/")


def test_a_new_password_skips_nothing(client, officer, enrolled):
    officer.set_password("người-ơi-người-ở-2")
    officer.save()
    sign_in(client, password="người-ơi-người-ở-2")
    assert client.get(INSIDE)["Location"].startswith("/accounts/login/")


def test_another_door_that_did_not_ask_for_the_code_is_asked_at_the_gate(officer, enrolled):
    """A session made by any other means: a card, a link, a door of the future."""
    now = clock.real_now().timestamp()
    store = SessionStore()
    store.update({SESSION_KEY: str(officer.pk), BACKEND_SESSION_KEY: "wards.accounts.OfficialBackend"})
    store.update({HASH_SESSION_KEY: officer.get_session_auth_hash(), sessions.BEGAN: now, sessions.SEEN: now})
    store.save()
    client = Client()
    client.cookies["sessionid"] = store.session_key
    assert client.get(INSIDE)["Location"].startswith("/accounts/2fa/reauthenticate/")
    # not even by making another factor with the password alone, or by taking this one away
    for address in (
        "2fa/",
        "2fa/totp/activate/",
        "2fa/totp/deactivate/",
        "2fa/khoa/them/",
        "2fa/recovery-codes/",
    ):
        assert client.get(f"/accounts/{address}")["Location"].startswith("/accounts/2fa/reauthenticate/"), (
            address
        )
    client.post("/accounts/2fa/reauthenticate/", {"code": code_now(enrolled)})
    assert client.get(INSIDE).status_code == 200


def test_who_has_only_a_passkey_is_led_to_it_and_not_in_a_circle(client, officer):
    Authenticator.objects.create(
        user=officer, type=Authenticator.Type.WEBAUTHN, data={"name": "x", "credential": {}}
    )
    officer.roles = [Role.SURVEYOR]
    officer.save()
    assert sign_in(client)["Location"].startswith("/accounts/2fa/authenticate/")
    other = Client()
    other.force_login(officer)
    session = other.session
    del session[second_factor.PASSED]
    session.save()
    assert other.get(INSIDE)["Location"].startswith("/accounts/2fa/khoa/xac-nhan/")
    assert resolve("/accounts/2fa/khoa/xac-nhan/").view_name in gate.SHOWING_FACTOR


def test_a_role_given_later_asks_at_the_next_request(client, ward):
    surveyor = make_official(Role.SURVEYOR, ward)
    sign_in(client)
    assert client.get(INSIDE).status_code == 200
    surveyor.roles = [Role.WARD_OFFICER]
    surveyor.save()
    assert client.get(INSIDE)["Location"] == ENROL


def test_the_last_factor_cannot_be_turned_off_by_whoever_must_have_one(client, officer):
    sign_in(client)
    enrol(client)
    answer = client.post("/accounts/2fa/totp/deactivate/")
    assert "phải có xác nhận hai bước" in answer.content.decode()
    assert second_factor.has_one(officer)


def test_who_need_not_have_one_may_turn_it_off(client, ward):
    surveyor = make_official(Role.SURVEYOR, ward)
    sign_in(client)
    enrol(client)
    assert client.post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert not Authenticator.objects.filter(user=surveyor).exists()
    assert client.get(INSIDE).status_code == 200


def test_a_token_of_the_api_is_no_way_around(client, officer, ward, monkeypatch):
    """A token made before the role asked for more, or before the factor was reset."""
    monkeypatch.setattr(second_factor, "is_missing", is_missing)
    program = Program(make_token(officer))
    assert program.get("residents/").status_code == 403
    sign_in(client)
    enrol(client)
    assert program.get("residents/").status_code == 200
    actions.reset_second_factor(account=officer, by=make_user(Role.WARD_LEAD, ward))
    assert program.get("residents/").status_code == 401


# ---------------------------------------------------------------- codes


def test_a_recovery_code_opens_once(client, officer):
    sign_in(client)
    enrol(client)
    codes = client.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    client.post("/accounts/logout/")
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert client.get(INSIDE).status_code == 200
    client.post("/accounts/logout/")
    sign_in(client)
    assert "Mã chưa đúng" in client.post("/accounts/2fa/authenticate/", {"code": codes[0]}).content.decode()


def test_codes_cannot_be_guessed_through(client, officer, enrolled):
    thief = Client()  # has the password, and no browser that the officer ever used
    sign_in(thief, address="192.0.2.9")
    for number in range(5):
        page = thief.post("/accounts/2fa/authenticate/", {"code": f"{number:06}"}, REMOTE_ADDR="192.0.2.9")
        assert "Mã chưa đúng" in page.content.decode()
    right = thief.post("/accounts/2fa/authenticate/", {"code": code_now(enrolled)}, REMOTE_ADDR="192.0.2.9")
    assert "Sai mật khẩu nhiều lần" in right.content.decode()
    # the officer at the own desk goes on
    sign_in(client)
    assert client.post("/accounts/2fa/authenticate/", {"code": code_now(enrolled)}).status_code == 302
    outcomes = set(SignIn.objects.filter(user=officer).values_list("outcome", flat=True))
    assert outcomes == {"succeeded", "wrong_code", "must_wait"}


# ---------------------------------------------------------------- a lost telephone


@pytest.fixture
def lead(ward):
    return make_user(Role.WARD_LEAD, ward, full_name="Trần Thị Lãnh Đạo")


def reset_address(account) -> str:
    return reverse("wards:account-factor-reset", args=[account.pk])


def test_the_supervisor_resets_it_and_every_session_ends(client, officer, lead):
    sign_in(client)
    enrol(client)
    boss = Client()
    boss.force_login(lead)
    assert boss.post(reset_address(officer)).status_code == 302
    assert not Authenticator.objects.filter(user=officer).exists()
    assert client.get(INSIDE)["Location"].startswith("/accounts/login/")
    assert not OpenSession.objects.filter(user=officer).exists()
    event = AccessEvent.objects.get(user=lead, what="account", object_id=str(officer.pk))
    assert event.detail == {"verb": "reset_second_factor", "factors": 2}
    sign_in(client)
    assert client.get(INSIDE)["Location"] == ENROL  # the password stayed: enrolment again, nothing else


def test_nobody_resets_the_own_one_or_one_above(officer, lead, ward):
    boss = Client()
    boss.force_login(lead)
    assert boss.post(reset_address(lead)).status_code == 403
    assert boss.post(reset_address(make_user(Role.STATION, ward))).status_code == 403
    with pytest.raises(Exception, match="may not"):
        actions.reset_second_factor(account=lead, by=officer)


def test_a_change_of_factors_is_in_the_log_and_ends_the_other_sessions(
    client, officer, django_capture_on_commit_callbacks
):
    other = Client()
    sign_in(other)
    sign_in(client)
    with django_capture_on_commit_callbacks(execute=True):
        enrol(client)
    assert other.get(ENROL)["Location"].startswith("/accounts/login/")
    verbs = [event.detail["verb"] for event in AccessEvent.objects.filter(user=officer, what="account")]
    assert verbs == ["add_second_factor"] * len(verbs) != []


# ---------------------------------------------------------------- a password that others know


def test_a_password_that_somebody_else_knows_is_changed_before_anything_else(client, ward):
    surveyor = make_official(Role.SURVEYOR, ward, must_change_password=True)
    sign_in(client)
    assert client.get(INSIDE)["Location"] == "/accounts/password/change/"
    new = {"oldpassword": PASSWORD, "password1": "người-ơi-người-ở-2", "password2": "người-ơi-người-ở-2"}
    assert client.post("/accounts/password/change/", new).status_code == 302
    assert client.get(INSIDE).status_code == 200
    surveyor.refresh_from_db()
    assert not surveyor.must_change_password


def test_printed_passwords_of_a_demonstration_stay(client, city, ward):
    make_official(Role.SURVEYOR, ward, must_change_password=True)
    city.is_demo = True
    city.save()
    installation.forget()
    sign_in(client)
    assert client.get(INSIDE).status_code == 200


def test_an_account_without_a_password_is_told_how_to_get_one(client, ward):
    client.force_login(make_user(Role.SURVEYOR, ward))
    page = client.get("/accounts/password/change/")
    assert page.status_code == 200
    assert "chưa có mật khẩu" in page.content.decode()
