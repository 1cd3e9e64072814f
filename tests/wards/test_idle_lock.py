"""The screen lock, and forms that meet a session that is locked, over or new: nothing that was typed is lost (SES-02, SES-03,
API-04, API-05), and no other site can have a form sent by it.
"""

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_household, make_ward
from tests.wards.sign_in_cast import PASSWORD, enrol, make_official, sign_in
from tests.wards.test_sessions import back_date
from wards import kept_forms, sessions
from wards.models import Resident
from wards.roles import Role

pytestmark = pytest.mark.django_db
INSIDE = "/nguoi-dan/"
UNLOCK = "/accounts/reauthenticate/"
AGAIN = "/accounts/gui-lai/"
QUARTER = 15 * 60
HERE = {"Origin": "http://testserver"}
TYPED = {
    "name": "Lưu Thị Không Mất",
    "born": "03/1949",
    "sex": "F",
    "registration": "permanent",
    "mobility": "walks",
    "residence": "here",
    "note": "dòng một\r\ndòng hai",
}


@pytest.fixture
def ward():
    return make_ward()


@pytest.fixture
def surveyor(ward):
    return make_official(Role.SURVEYOR, ward)


@pytest.fixture
def home(ward):
    return make_household(ward)


@pytest.fixture
def desk(surveyor):
    client = Client()
    sign_in(client)
    return client


@pytest.fixture
def locked(desk):
    assert desk.get(INSIDE).status_code == 200
    back_date(desk, seen_at=QUARTER)
    return desk


def add_address(home) -> str:
    return reverse("wards:resident-add", args=[home.pk])


def hidden_fields(page: str) -> dict[str, str]:
    """What the button "Gửi lại" would send; nothing where there is none."""
    form = re.search(r'<form method="post" action="[^"]*" class="toolbar">(.*?)</form>', page, re.DOTALL)
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[1] if form else "")
    return {name: unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


# ---------------------------------------------------------------- the lock


def test_after_a_quarter_of_an_hour_the_password_is_asked_and_the_page_comes_back(locked):
    answer = locked.get("/nguoi-dan/?khu=1")
    assert answer["Location"] == f"{UNLOCK}?next=/nguoi-dan/%3Fkhu%3D1"
    page = locked.get(answer["Location"]).content.decode()
    assert "Màn hình đã khóa" in page
    back = locked.post(UNLOCK, {"password": PASSWORD, "next": "/nguoi-dan/?khu=1"})
    assert back["Location"] == "/nguoi-dan/?khu=1"
    assert locked.get(INSIDE).status_code == 200


def test_a_wrong_password_opens_nothing(locked):
    locked.get(INSIDE)
    assert "Mật khẩu chưa đúng" in locked.post(UNLOCK, {"password": "sai"}).content.decode()
    assert locked.get(INSIDE).status_code == 302


def test_whoever_works_is_not_locked_out(desk):
    for _ in range(4):
        back_date(desk, seen_at=QUARTER - 60)
        assert desk.get(INSIDE).status_code == 200
    assert sessions.IDLE.total_seconds() == QUARTER


def test_a_page_that_asks_by_itself_keeps_no_screen_open(desk):
    """Polling is not work: only requests of a hand count."""
    back_date(desk, seen_at=QUARTER - 60)
    assert desk.get(INSIDE, headers={"HX-Request": "true"}).status_code == 200
    back_date(desk, seen_at=61)
    answer = desk.get(INSIDE, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Trigger"], answer.content) == (204, "session-locked", b"")


def test_a_request_by_hand_inside_the_page_counts(desk):
    back_date(desk, seen_at=QUARTER - 60)
    desk.get(INSIDE, headers={"HX-Request": "true", "X-By-Hand": "1"})
    back_date(desk, seen_at=61)
    assert desk.get(INSIDE).status_code == 200


def test_typing_counts_when_the_page_tells_so(desk):
    back_date(desk, seen_at=QUARTER - 60)
    assert desk.post(reverse("session-still-working")).status_code == 204
    back_date(desk, seen_at=61)
    assert desk.get(INSIDE).status_code == 200


def test_the_user_locks_the_screen_at_once_and_nothing_but_the_way_out_stays_open(desk):
    assert desk.post(reverse("session-lock"))["Location"] == UNLOCK
    for address in ("/", INSIDE, "/accounts/cua-toi/", "/accounts/2fa/", "/accounts/password/change/"):
        assert desk.get(address)["Location"].startswith(UNLOCK), address
    assert desk.post(reverse("session-still-working"), headers={"HX-Request": "true"}).headers["HX-Trigger"]
    assert desk.post("/accounts/logout/")["Location"] == "/accounts/login/"


def test_a_request_that_never_ends_the_lock_by_waiting(locked):
    locked.get(INSIDE)
    back_date(locked, seen_at=-QUARTER)  # something noted activity after all
    assert locked.get(INSIDE).status_code == 302


def test_proving_oneself_once_does_not_unlock_every_later_lock(locked):
    locked.get(INSIDE)
    locked.post(UNLOCK, {"password": PASSWORD})
    assert locked.get(INSIDE).status_code == 200
    session = locked.session
    session["seen_at"] -= QUARTER
    for record in session["account_authentication_methods"]:
        record["at"] -= QUARTER
    session.save()
    assert locked.get(INSIDE).status_code == 302


def test_a_code_unlocks_as_well(surveyor, desk):
    from tests.wards.sign_in_cast import code_now

    secret = enrol(desk)
    desk.post(reverse("session-lock"))
    assert desk.get("/accounts/2fa/reauthenticate/").status_code == 200
    desk.post("/accounts/2fa/reauthenticate/", {"code": code_now(secret)})
    assert desk.get(INSIDE).status_code == 200


def test_every_signed_in_page_carries_the_cover_and_no_other_page_does(desk, client):
    assert 'id="lock-screen"' in desk.get(INSIDE).content.decode()
    assert "idle.js" in desk.get(INSIDE).content.decode()
    assert 'id="lock-screen"' not in client.get("/accounts/login/").content.decode()


# ---------------------------------------------------------------- typing that meets the lock


def test_what_was_typed_into_a_locked_session_is_sent_after_the_password_by_one_button(locked, home):
    address = add_address(home)
    answer = locked.post(address, TYPED | {"form_id": "2b1f8ff4-6d5f-4b6e-a35e-8b53b8ee9f01"}, headers=HERE)
    assert answer["Location"] == f"{UNLOCK}?next={AGAIN}"
    assert not Resident.objects.exists()
    locked.post(UNLOCK, {"password": PASSWORD, "next": AGAIN})
    page = locked.get(AGAIN).content.decode()
    assert f'action="{address}"' in page
    assert "Gửi lại" in page
    fields = hidden_fields(page)
    assert {name: fields[name].replace("\n", "\r\n").replace("\r\r", "\r") for name in TYPED} == TYPED
    locked.post(address, fields, headers=HERE)
    assert Resident.objects.get().full_name == "Lưu Thị Không Mất"
    locked.post(address, fields, headers=HERE)  # the button once more, from the history of the browser
    assert Resident.objects.count() == 1


def test_what_was_typed_into_a_dead_session_waits_for_the_same_user(desk, home, surveyor):
    sessions.end_all(surveyor)
    answer = desk.post(add_address(home), TYPED, headers=HERE)
    assert answer["Location"] == f"/accounts/login/?next={AGAIN}"
    sign_in(desk, next=AGAIN)
    assert hidden_fields(desk.get(AGAIN).content.decode())["name"] == "Lưu Thị Không Mất"


def test_another_user_of_the_browser_does_not_get_it(desk, home, surveyor, ward):
    sessions.end_all(surveyor)
    desk.post(add_address(home), TYPED, headers=HERE)
    sign_in(desk, make_official(Role.SURVEYOR, ward, username="nguoi.sau"), next=AGAIN)
    assert desk.get(AGAIN)["Location"] == "/"
    assert "kept_form" not in desk.session


def test_a_browser_that_several_people_use_keeps_nothing_for_anybody(desk, home, surveyor, ward):
    """Nobody can tell whose form it was; the tab's own memory can (static/desk.js)."""
    desk.post("/accounts/logout/")
    sign_in(desk, make_official(Role.SURVEYOR, ward, username="nguoi.sau"))
    sessions.end(sessions.OpenSession.objects.all())
    answer = desk.post(add_address(home), TYPED, headers=HERE)
    assert AGAIN not in answer["Location"]


@pytest.mark.parametrize(
    "sent_by",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "cross-site"},
        {"Referer": "https://elsewhere.example/testserver"},
        {},
    ],
)
def test_a_form_that_another_site_sent_is_not_kept(locked, home, sent_by):
    answer = locked.post(add_address(home), TYPED, headers=sent_by)
    assert AGAIN not in answer["Location"]
    assert "kept_form" not in locked.session


def test_a_browser_that_never_signed_in_has_nothing_kept(client, home):
    assert AGAIN not in client.post(add_address(home), TYPED, headers=HERE)["Location"]


def test_secrets_and_files_are_not_kept(locked, home):
    from django.core.files.uploadedfile import SimpleUploadedFile

    sent = TYPED | {
        "password": "bí mật",
        "password1": "bí mật",
        "code": "123456",
        "file": SimpleUploadedFile("a.csv", b"x"),
    }
    locked.post(add_address(home), sent, headers=HERE)
    locked.post(UNLOCK, {"password": PASSWORD, "next": AGAIN})
    page = locked.get(AGAIN).content.decode()
    assert set(hidden_fields(page)) == set(TYPED)
    assert "Tệp đã chọn không giữ lại được" in page
    assert "bí mật" not in page
    assert "Gửi lại</button>" not in page


def test_a_form_of_a_page_of_the_sign_in_is_never_kept(desk):
    desk.post(reverse("session-lock"))
    desk.post("/accounts/password/change/", {"oldpassword": PASSWORD, "x": "y"}, headers=HERE)
    assert "kept_form" not in desk.session


def test_what_is_kept_lies_sealed_and_only_so_long(locked, home, monkeypatch):
    locked.post(add_address(home), TYPED, headers=HERE)
    assert "Không Mất" not in str(dict(locked.session))
    monkeypatch.setattr(kept_forms, "KEPT_FOR", -1)
    locked.post(UNLOCK, {"password": PASSWORD})
    assert locked.get(AGAIN)["Location"] == "/"


def test_too_much_is_not_kept(locked, home):
    locked.post(add_address(home), {"note": "x" * 70_000}, headers=HERE)
    assert "kept_form" not in locked.session


def test_twelve_hours_end_with_the_form_kept(desk, home):
    back_date(desk, began_at=12 * 3600)
    answer = desk.post(add_address(home), TYPED, headers=HERE)
    assert answer["Location"] == f"/accounts/login/?next={AGAIN}"
    sign_in(desk, next=AGAIN)
    assert hidden_fields(desk.get(AGAIN).content.decode())["name"] == "Lưu Thị Không Mất"


# ---------------------------------------------------------------- a token older than the session (API-05)


@pytest.fixture
def strict(surveyor):
    """A browser whose security tokens are looked at; signed in."""
    client = Client(enforce_csrf_checks=True)
    token = re.search(
        r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get("/accounts/login/").content.decode()
    )
    client.post(
        "/accounts/login/",
        {"login": surveyor.username, "password": PASSWORD, "csrfmiddlewaretoken": token[1]},
    )
    return client


def test_a_form_with_an_old_token_is_offered_to_be_sent_again(strict, home):
    answer = strict.post(add_address(home), TYPED | {"csrfmiddlewaretoken": "x" * 64}, headers=HERE)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "Trang này đã mở quá lâu" in page
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[-1]
    sent = strict.post(add_address(home), hidden_fields(page) | {"csrfmiddlewaretoken": token}, headers=HERE)
    assert sent.status_code == 302
    assert Resident.objects.get().full_name == "Lưu Thị Không Mất"


def test_another_site_gains_nothing_from_the_friendly_page(strict, home):
    evil = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    page = strict.post(add_address(home), TYPED, headers=evil).content.decode()
    assert "Không Mất" not in page
    assert "Gửi lại" not in page


def test_an_old_token_in_a_locked_session_shows_nothing(strict, home):
    back_date(strict, seen_at=QUARTER)
    page = strict.post(add_address(home), TYPED, headers=HERE).content.decode()
    assert "Không Mất" not in page
