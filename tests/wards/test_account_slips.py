"""Slips: the one-time way in. What ends it, what it opens, that nothing of it is kept but digests."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from lib import clock
from tests.factories import make_user
from tests.wards.test_resident_pages import text_of
from wards import throttling
from wards.actions import OutOfScope, accounts, leavers, links
from wards.models import AccessEvent, SignInLink, User
from wards.roles import Role

pytestmark = pytest.mark.django_db
PASSWORD = "con trâu ăn cỏ ven đê"


@pytest.fixture
def lead(ward):
    return make_user(Role.WARD_LEAD, ward, full_name="Vũ Thị Lãnh Đạo")


@pytest.fixture
def lan(lead, ward):
    return accounts.open_account(
        username="0900000001",
        full_name="Nguyễn Thị Lan",
        phone="0900000001",
        roles=["ward_officer"],
        place=ward,
        by=lead,
    )


def slip_for(account, lead, at=None):
    (made,) = links.make_links(accounts=[account], by=lead, at=at or clock.real_now())
    return made


def fresh(account):
    return User.objects.get(pk=account.pk)


def use(client, token, password=PASSWORD):
    opened = client.get(reverse("wards:link-sign-in", args=[token]), follow=True)
    return opened, client.post(reverse("wards:link-password"), {"password1": password, "password2": password})


def is_in(client):
    return client.get(reverse("wards:resident-list")).status_code == 200


# ---------------------------------------------------------------- the link


def test_a_link_lets_its_holder_set_a_password_and_come_in(client, lan, lead):
    opened, answer = use(client, slip_for(lan, lead).token)
    assert "Nguyễn Thị Lan" in text_of(opened)
    assert answer.status_code == 302
    assert fresh(lan).check_password(PASSWORD)
    assert int(client.session["_auth_user_id"]) == lan.pk
    assert fresh(lan).last_login is not None


def test_the_secret_leaves_the_address_at_once(client, lan, lead):
    token = slip_for(lan, lead).token
    answer = client.get(reverse("wards:link-sign-in", args=[token]))
    assert (answer.status_code, answer.url) == (302, reverse("wards:link-password"))
    assert token not in text_of(client.get(answer.url))


def test_a_link_opens_once(client, lan, lead):
    token = slip_for(lan, lead).token
    use(client, token)
    opened, answer = use(Client(), token, "một mật khẩu khác hẳn")
    assert opened.status_code == 410
    assert answer.status_code == 410
    assert fresh(lan).check_password(PASSWORD)


def test_two_browsers_with_the_same_slip_make_one_password(lan, lead):
    token = slip_for(lan, lead).token
    first, second = Client(), Client()
    for browser in (first, second):
        assert browser.get(reverse("wards:link-sign-in", args=[token])).status_code == 302
    sent = [
        browser.post(reverse("wards:link-password"), {"password1": word, "password2": word}).status_code
        for browser, word in ((first, PASSWORD), (second, "một mật khẩu khác hẳn"))
    ]
    assert sent == [302, 410]
    assert fresh(lan).check_password(PASSWORD)


def test_opening_a_link_without_setting_a_password_uses_nothing_up(client, lan, lead):
    token = slip_for(lan, lead).token
    for _ in range(3):
        assert Client().get(reverse("wards:link-sign-in", args=[token])).status_code == 302
    assert use(client, token)[1].status_code == 302


def test_a_link_is_dead_after_72_hours(client, lan, lead):
    made_at = clock.real_now() - timedelta(hours=72)
    token = slip_for(lan, lead, at=made_at).token
    assert client.get(reverse("wards:link-sign-in", args=[token])).status_code == 410
    assert links.link_of_token(token, at=made_at + timedelta(hours=71, minutes=59)) is not None


def test_a_link_that_runs_out_on_the_page_sets_no_password(client, lan, lead):
    token = slip_for(lan, lead).token
    client.get(reverse("wards:link-sign-in", args=[token]))
    now = clock.real_now()
    SignInLink.objects.update(made_at=now - timedelta(hours=73), expires_at=now - timedelta(hours=1))
    answer = client.post(reverse("wards:link-password"), {"password1": PASSWORD, "password2": PASSWORD})
    assert answer.status_code == 410
    assert not fresh(lan).has_usable_password()


def test_a_newer_slip_kills_the_older_one(client, lan, lead):
    old = slip_for(lan, lead)
    new = slip_for(lan, lead)
    assert client.get(reverse("wards:link-sign-in", args=[old.token])).status_code == 410
    assert links.link_of_code(lan, old.code, at=clock.real_now()) is None
    assert use(client, new.token)[1].status_code == 302


def test_closing_the_account_kills_its_link_and_reopening_does_not_bring_it_back(client, lan, lead):
    token = slip_for(lan, lead).token
    leavers.close_account(account=lan, by=lead, at=clock.real_now())
    leavers.reopen_account(account=lan, by=lead)
    assert client.get(reverse("wards:link-sign-in", args=[token])).status_code == 410


def test_only_digests_are_kept(lan, lead):
    slip = slip_for(lan, lead)
    row = str(SignInLink.objects.values().get())
    assert slip.token not in row
    assert slip.code.replace("-", "") not in row
    assert slip.token not in str(list(AccessEvent.objects.values()))
    assert len(slip.token) == 32  # 192 bits
    assert re.fullmatch(r"[a-z2-9]{4}-[a-z2-9]{4}", slip.code)


def test_the_database_holds_one_living_link_per_account(lan, lead):
    slip_for(lan, lead)
    link = SignInLink.objects.get()
    link.pk, link.token_hash = None, "0" * 64
    with pytest.raises(IntegrityError), transaction.atomic():
        link.save()


@pytest.mark.parametrize(
    ("password", "sentence"),
    [("ngắn", "10"), ("0900000001", "")],
)
def test_a_weak_password_is_refused_and_the_link_stays(client, lan, lead, password, sentence):
    token = slip_for(lan, lead).token
    answer = use(client, token, password)[1]
    assert answer.status_code == 200
    assert answer.context["form"].errors["password1"]
    assert sentence in text_of(answer)
    assert use(client, token)[1].status_code == 302


def test_a_signed_in_colleague_is_told_and_signed_out(client, lan, lead, clerk):
    client.force_login(clerk)
    opened, answer = use(client, slip_for(lan, lead).token)
    assert "đang đăng nhập tài khoản của Trần Thị Thư Ký" in text_of(opened)
    assert answer.status_code == 302
    assert int(client.session["_auth_user_id"]) == lan.pk


# ---------------------------------------------------------------- the code


def code_page(client, login, code):
    return client.post(reverse("wards:code-sign-in"), {"login": login, "code": code})


@pytest.mark.parametrize("written", ["{}", "  {} ", "{}."])
@pytest.mark.parametrize("login", ["0900000001", "+84 900.000.001"])
def test_the_code_read_over_the_telephone_opens_the_same_page(client, lan, lead, login, written):
    code = slip_for(lan, lead).code
    answer = code_page(client, login, written.format(code.upper().replace("-", " ")))
    assert (answer.status_code, answer.url) == (302, reverse("wards:link-password"))


def test_a_code_opens_no_other_account(client, lan, lead, clerk):
    slip = slip_for(lan, lead)
    slip_for(clerk, lead)
    assert code_page(client, clerk.username, slip.code).status_code == 200
    assert code_page(client, "nobody.here", slip.code).status_code == 200


def test_an_unknown_name_and_a_wrong_code_are_answered_alike(client, lan, lead):
    slip_for(lan, lead)
    pages = [text_of(code_page(client, login, "abcd-2345")) for login in ("0900000001", "0900000009")]
    assert [page.count("chưa đúng, hoặc mã đã hết hạn") for page in pages] == [1, 1]


def test_trying_codes_is_slowed_down(client, lan, lead):
    code = slip_for(lan, lead).code
    for _ in range(throttling.TRIES_PER_ACCOUNT_AND_PLACE):
        code_page(client, "0900000001", "zzzz-zzzz")
    assert code_page(client, "0900000001", code).status_code == 200


# ---------------------------------------------------------------- who makes them


def test_a_reset_ends_the_sessions_and_the_password_in_one_step(client, clerk, lead):
    clerk.set_password(PASSWORD)
    clerk.save()
    client.force_login(clerk)
    assert is_in(client)
    office = Client()
    office.force_login(lead)
    page = office.post(reverse("wards:account-slip", args=[clerk.pk]))
    assert page.status_code == 200
    assert not is_in(client)
    assert not fresh(clerk).has_usable_password()


def test_the_slip_says_everything_once(signed_in, clerk, lead):
    page = signed_in(lead).post(reverse("wards:account-slip", args=[clerk.pk]))
    text, (slip,) = text_of(page), page.context["sheets"][0]
    assert "no-store" in page.headers["Cache-Control"]
    for said in (
        "Trần Thị Thư Ký",
        clerk.username,
        slip.code,
        "http://testserver/vao/",
        "Cán bộ phường",
        "Võ Cường",
    ):
        assert said in text, said
    assert "<svg" in page.content.decode()
    assert slip.code not in text_of(signed_in(lead).get(reverse("wards:account-detail", args=[clerk.pk])))


def test_slips_are_eight_to_a_sheet_by_given_name(signed_in, lead, ward):
    made = [make_user(Role.SURVEYOR, ward, full_name=f"Nguyễn Văn {name}") for name in "BACDEGHIK"]
    page = signed_in(lead).post(reverse("wards:account-slips"), {"account": [one.pk for one in made]})
    sheets = page.context["sheets"]
    assert [len(sheet) for sheet in sheets] == [8, 1]
    assert [slip.account.full_name[-1] for slip in sheets[0][:3]] == ["A", "B", "C"]
    assert AccessEvent.objects.get(action="print", what="account_slips").row_count == 9


def test_whoever_has_a_password_is_asked_about_before_it_ends(signed_in, lead, clerk):
    clerk.set_password(PASSWORD)
    clerk.save()
    client = signed_in(lead)
    page = client.post(reverse("wards:account-slips"), {"account": [clerk.pk]})
    assert "1 người đang có mật khẩu" in text_of(page)
    assert fresh(clerk).has_usable_password()
    page = client.post(reverse("wards:account-slips"), {"account": [clerk.pk], "confirmed": "1"})
    assert len(page.context["sheets"][0]) == 1


def test_no_slip_for_a_closed_account_a_colleague_or_another_ward(lead, clerk, ward, stranger):
    leavers.close_account(account=clerk, by=lead, at=clock.real_now())
    nurse = make_user(Role.STATION, ward)
    for account, refusal in (
        (clerk, ValidationError),
        (nurse, PermissionDenied),
        (lead, PermissionDenied),
        (stranger, OutOfScope),
    ):
        with pytest.raises(refusal):
            slip_for(account, lead)
    assert not SignInLink.objects.exists()


def test_slips_of_accounts_elsewhere_do_not_exist(signed_in, lead, stranger):
    client = signed_in(lead)
    assert client.post(reverse("wards:account-slips"), {"account": [stranger.pk]}).status_code == 404
    assert client.post(reverse("wards:account-slip", args=[stranger.pk])).status_code == 404


def test_the_log_says_who_made_and_who_used_a_link(client, lan, lead):
    use(client, slip_for(lan, lead).token)
    verbs = [
        (event.user, event.detail["verb"])
        for event in AccessEvent.objects.filter(what="account").order_by("pk")
    ]
    assert (lead, "make_link") in verbs
    assert (lan, "use_link") in verbs


# ---------------------------------------------------------------- signing in by telephone number


@pytest.mark.parametrize("typed", ["0900000001", "+84 900 000 001", "0900.000.001", "84900000001"])
def test_sign_in_by_telephone_number_however_it_is_written(client, lan, typed):
    lan.set_password(PASSWORD)
    lan.save()
    client.post(reverse("account_login"), {"login": typed, "password": PASSWORD})
    assert int(client.session["_auth_user_id"]) == lan.pk


def test_a_number_of_two_accounts_signs_nobody_in(client, ward):
    for name in ("mot", "hai"):
        user = make_user(Role.SURVEYOR, ward, username=name, phone="0900000005")
        user.set_password(PASSWORD)
        user.save()
    client.post(reverse("account_login"), {"login": "0900000005", "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    client.post(reverse("account_login"), {"login": "mot", "password": PASSWORD})
    assert "_auth_user_id" in client.session


def test_slips_for_many_leave_out_who_is_not_theirs_to_change(client, lan, lead):
    client.force_login(lead)
    above = make_user(Role.HEALTH_CENTRE, full_name="Trần Văn Trên")
    above.assignments.create(unit=lan.assignments.get().unit)
    answer = client.post(
        reverse("wards:account-slips"), {"account": [lead.pk, lan.pk, above.pk], "confirmed": "1"}
    )
    assert "Nguyễn Thị Lan" in text_of(answer)
    assert set(SignInLink.objects.values_list("user", flat=True)) == {lan.pk}
    assert client.post(reverse("wards:account-slips"), {"account": [lead.pk]}).status_code == 404
