"""Tokens: shown once, made after the password, no more powerful than their user at that moment, dead when they should be."""

from datetime import timedelta

import pytest
from django.urls import reverse

from lib import clock
from tests.api.conftest import EVERY_SCOPE, Program, make_token, problem
from tests.factories import make_resident, make_user, make_ward
from wards import api_tokens
from wards.models import AccessEvent, ApiToken, Assignment, User
from wards.roles import Role

pytestmark = pytest.mark.django_db

PASSWORD = "bèo-dạt-mây-trôi-1"


@pytest.fixture
def ward():
    return make_ward()


@pytest.fixture
def officer(ward) -> User:
    user = make_user(Role.WARD_OFFICER, ward, username="canbo.khoa")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def surveyor(ward) -> User:
    """Somebody whose role needs no second factor."""
    user = make_user(Role.SURVEYOR, ward, username="to.rasoat")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def signed_in(client, surveyor):
    client.post("/accounts/login/", {"login": "to.rasoat", "password": PASSWORD})
    return client


def issue(user: User, **fields):
    usual = {"name": "Phần mềm thử", "scopes": ["read:people"], "days": 7, "at": clock.real_now()}
    return api_tokens.issue(user=user, **usual | fields)


# ---------------------------------------------------------------- the page


def test_a_token_is_shown_once_and_kept_as_a_digest(signed_in, surveyor):
    sent = {"name": "Sổ tiêm của Trạm", "scopes": ["read:people", "write:people"], "days": "30"}
    page = signed_in.post(reverse("api-token-add"), sent)
    secret = page.content.decode().split('value="tungnha_')[1].split('"')[0]
    token = ApiToken.objects.get(user=surveyor)
    assert api_tokens.digest_of(api_tokens.MARK + secret) == token.digest
    assert secret not in str(list(ApiToken.objects.values()))
    assert "no-store" in page["Cache-Control"]
    listed = signed_in.get(reverse("api-token-list")).content.decode()
    assert "Sổ tiêm của Trạm" in listed
    assert token.prefix in listed
    assert secret not in listed
    assert Program(api_tokens.MARK + secret).get("residents/").status_code == 200


def test_sending_the_form_twice_makes_one_token_and_shows_its_secret_once(signed_in, surveyor):
    form_id = "0b7f0a5e-8e6a-4b68-9a58-1f4c8cf1a001"
    sent = {"name": "Một lần", "scopes": ["read:people"], "days": "7", "form_id": form_id}
    first = signed_in.post(reverse("api-token-add"), sent).content.decode()
    again = signed_in.post(reverse("api-token-add"), sent).content.decode()
    assert ApiToken.objects.count() == 1
    assert "tungnha_" in first
    assert "tungnha_" not in again
    assert "chỉ hiện một lần" in again


def test_the_password_is_asked_again_before_a_token_is_made(client, officer):
    client.force_login(officer)  # a session that somebody left open
    for answer in (
        client.get(reverse("api-token-add")),
        client.post(reverse("api-token-add"), {"name": "x"}),
    ):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert not ApiToken.objects.exists()


def test_only_scopes_that_the_role_can_use_are_offered(signed_in, surveyor):
    page = signed_in.get(reverse("api-token-add")).content.decode()
    assert 'value="write:people"' in page
    assert 'value="read:diagnoses"' not in page
    assert 'value="write:doses"' not in page
    signed_in.post(reverse("api-token-add"), {"name": "x", "scopes": ["read:diagnoses"], "days": "7"})
    assert not ApiToken.objects.exists()


def test_a_token_lives_no_longer_than_ninety_days(signed_in, surveyor):
    for days in ("91", "3650", "0", "-1"):
        signed_in.post(reverse("api-token-add"), {"name": "x", "scopes": ["read:people"], "days": days})
    assert not ApiToken.objects.exists()


def test_nobody_has_more_than_ten_tokens_in_force(officer):
    for number in range(api_tokens.MOST):
        issue(officer, name=str(number))
    with pytest.raises(api_tokens.TooMany):
        issue(officer)


def test_a_token_is_taken_back_on_the_page_and_both_stand_in_the_log(signed_in, surveyor):
    token, secret = issue(surveyor)
    program = Program(secret)
    assert program.get("residents/").status_code == 200
    signed_in.post(reverse("api-token-revoke", args=[token.pk]))
    problem(program.get("residents/"), 401, "unauthenticated")
    verbs = AccessEvent.objects.filter(what="api_token").order_by("pk").values_list("detail__verb", flat=True)
    assert list(verbs) == ["make_token", "revoke_token"]


# ---------------------------------------------------------------- its power


def test_an_expired_token_is_dead(officer):
    now = clock.real_now()
    secret = make_token(officer, created_at=now - timedelta(days=8), expires_at=now - timedelta(seconds=1))
    problem(Program(secret).get("units/"), 401, "unauthenticated")


@pytest.mark.parametrize(
    "change",
    [
        {"is_active": False},
        {"closes_at": clock.real_now() - timedelta(minutes=1)},
    ],
)
def test_the_tokens_of_a_closed_account_are_dead_at_once(officer, change):
    program = Program(make_token(officer))
    assert program.get("residents/").status_code == 200
    User.objects.filter(pk=officer.pk).update(**change)
    problem(program.get("residents/"), 401, "unauthenticated")


def test_a_changed_role_holds_with_the_next_request(officer, ward):
    make_resident(ward)
    program = Program(make_token(officer))
    assert len(program.get("residents/").json()["results"]) == 1
    User.objects.filter(pk=officer.pk).update(roles=[Role.CITY_LEAD])
    problem(program.get("residents/"), 404, "not_found")


def test_an_official_who_was_transferred_is_gone_from_the_former_ward(officer, ward):
    resident = make_resident(ward)
    program = Program(make_token(officer))
    assert program.get(f"residents/{resident.pk}/").status_code == 200
    Assignment.objects.filter(user=officer).update(ends_at=clock.real_now())
    problem(program.get(f"residents/{resident.pk}/"), 404, "not_found")
    assert program.get("residents/").json()["results"] == []


def test_a_token_shows_less_than_its_user_may_see(ward):
    """A station nurse sees whole numbers, health and diagnoses; her token for people alone sees none of them."""
    nurse = make_user(Role.STATION, ward)
    make_resident(ward, note="Ghi chú riêng", insurance_number="DN4279912345678", priority_group=9)
    narrow = Program(make_token(nurse, ["read:people"])).get("residents/").json()["results"][0]
    wide = Program(make_token(nurse, EVERY_SCOPE)).get("residents/").json()["results"][0]
    hidden = ("note", "priority_group", "at_risk", "insurance_number")
    assert [narrow[name] for name in hidden] == [None] * 4
    assert None not in [wide[name] for name in hidden]


def test_last_use_is_noted_by_the_day(officer):
    token, secret = issue(officer)
    Program(secret).get("units/")
    token.refresh_from_db()
    assert token.last_used_on == clock.vietnamese_day(clock.real_now())


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic Y2FuYm86MTIz",
        "Bearer " + "x" * 5000,
        "Bearer tungnha_\u00e9",
        "Bearer a, Bearer b",
    ],
)
def test_what_is_no_token_is_401_in_the_one_shape(header):
    answer = Program(Authorization=header).get("residents/")
    problem(answer, 401, "unauthenticated")
    assert answer["WWW-Authenticate"] == "Bearer"
