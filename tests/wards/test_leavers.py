"""Leaving: now or on a day to come, by itself; what ends at once, what goes to somebody else, what stays."""

from datetime import datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from lib import clock
from tests.factories import make_resident, make_user
from tests.wards.test_resident_pages import text_of
from wards import hooks
from wards.access import can, scope_of
from wards.actions import OutOfScope, leavers, links
from wards.imports import batches
from wards.models import AccessEvent, ApiToken, ImportBatch, Leaving, User
from wards.roles import Ability, Role

pytestmark = pytest.mark.django_db
PASSWORD = "con trâu ăn cỏ ven đê"


@pytest.fixture
def lead(ward):
    return make_user(Role.WARD_LEAD, ward, full_name="Vũ Thị Lãnh Đạo")


def fresh(user):
    return User.objects.get(pk=user.pk)


def close(account, by, **more):
    leavers.close_account(account=account, by=by, at=clock.real_now(), **more)


def is_in(client):
    return client.get(reverse("wards:resident-list")).status_code == 200


def day_is_over(account):
    """The same account when its last day has passed; nobody has done anything meanwhile."""
    User.objects.filter(pk=account.pk).update(closes_at=clock.real_now() - timedelta(seconds=1))


def test_whoever_leaves_now_is_out_everywhere_with_the_next_request(clerk, lead):
    browsers = [Client(), Client()]
    for browser in browsers:
        browser.force_login(clerk)
        assert is_in(browser)
    close(clerk, lead, because=Leaving.LEFT)
    assert not any(map(is_in, browsers))
    assert (fresh(clerk).is_active, fresh(clerk).closed_because) == (False, "left")


def test_a_last_day_to_come_changes_nothing_before_and_everything_after_by_itself(clerk, lead, ward):
    browser = Client()
    browser.force_login(clerk)
    close(clerk, lead, closes_at=clock.real_now() + timedelta(days=3), because=Leaving.TRANSFERRED)
    assert is_in(browser)
    assert fresh(clerk).is_active
    day_is_over(clerk)
    gone = fresh(clerk)
    assert not is_in(browser)
    assert scope_of(gone).ward_ids == frozenset()
    assert not any(can(gone, ability) for ability in Ability)


def test_nobody_signs_in_after_the_last_day_even_before_the_account_was_tidied_up(client, clerk, lead):
    clerk.set_password(PASSWORD)
    clerk.save()
    close(clerk, lead, closes_at=clock.real_now() + timedelta(days=3))
    day_is_over(clerk)
    assert fresh(clerk).is_active
    answer = client.post(reverse("account_login"), {"login": clerk.username, "password": PASSWORD})
    assert reverse("account_inactive") in answer.url
    assert "_auth_user_id" not in client.session


def test_the_sweep_closes_those_whose_day_has_come_and_nobody_else(clerk, nurse, lead, ward):
    stays = make_user(Role.SURVEYOR, ward)
    close(clerk, lead, closes_at=clock.real_now() + timedelta(days=3))
    close(stays, lead, closes_at=clock.real_now() + timedelta(days=3))
    day_is_over(clerk)
    assert leavers.close_due(clock.real_now()) == 1
    assert leavers.close_due(clock.real_now()) == 0
    assert [fresh(one).is_active for one in (clerk, stays, nurse)] == [False, True, True]


def test_sessions_and_tokens_are_told_at_once(monkeypatch, clerk, lead):
    told = []
    monkeypatch.setattr(hooks, "access_withdrawn", [told.append])
    links.make_links(accounts=[clerk], by=lead, at=clock.real_now())
    close(clerk, lead)
    assert told == [clerk.pk, clerk.pk]


def test_the_name_stays_where_it_is_written(signed_in, clerk, lead, home, ward):
    person = make_resident(ward, household=home, entered_by=clerk)
    close(clerk, lead, because=Leaving.LEFT)
    person.refresh_from_db()
    assert person.entered_by == clerk
    page = text_of(signed_in(lead).get(reverse("wards:account-list")))
    assert "Trần Thị Thư Ký" in page
    assert "Thôi việc" in page


def test_an_account_opens_again_with_its_places_and_a_new_way_in(clerk, lead, ward):
    clerk.set_password(PASSWORD)
    clerk.save()
    close(clerk, lead, because=Leaving.LEFT)
    leavers.reopen_account(account=fresh(clerk), by=lead)
    back = fresh(clerk)
    assert scope_of(back).ward_ids == {ward.pk}
    assert (back.closes_at, back.closed_because) == (None, "")
    assert not back.has_usable_password()


def test_a_day_to_come_is_called_off_and_the_password_stays(clerk, lead):
    clerk.set_password(PASSWORD)
    clerk.save()
    close(clerk, lead, closes_at=clock.real_now() + timedelta(days=3))
    leavers.reopen_account(account=fresh(clerk), by=lead)
    assert fresh(clerk).closes_at is None
    assert fresh(clerk).check_password(PASSWORD)


def test_an_account_whose_day_has_passed_needs_a_new_way_in_even_before_the_sweep(clerk, lead):
    clerk.set_password(PASSWORD)
    clerk.save()
    close(clerk, lead, closes_at=clock.real_now() + timedelta(days=3))
    day_is_over(clerk)
    leavers.reopen_account(account=fresh(clerk), by=lead)
    assert not fresh(clerk).has_usable_password()


@pytest.mark.parametrize("what", ["closed", "reset"])
def test_api_tokens_end_with_the_account_and_with_a_reset(clerk, lead, what):
    now = clock.real_now()
    token = ApiToken.objects.create(
        user=clerk,
        name="máy trạm",
        scopes=["people"],
        prefix="abc",
        digest="0" * 64,
        created_at=now,
        expires_at=now + timedelta(days=9),
    )
    if what == "closed":
        close(clerk, lead, because=Leaving.LEFT)
    else:
        links.make_links(accounts=[clerk], by=lead, at=now)
    token.refresh_from_db()
    assert token.revoked_at is not None


# ---------------------------------------------------------------- handing over


def unfinished(by):
    lines = "Họ và tên;Ngày sinh;Giới tính\nLê Thị A;07/03/1950;Nữ\n"
    return batches.receive_file(by=by, source="residents", chunks=[lines.encode()], original_name="a.csv")


def test_unfinished_files_go_to_the_successor_and_finished_ones_stay(clerk, lead, ward):
    heir = make_user(Role.WARD_OFFICER, ward)
    open_one, done = unfinished(clerk), unfinished(clerk)
    ImportBatch.objects.filter(pk=done.pk).update(state=ImportBatch.State.DISCARDED)
    assert [work.count for work in hooks.work_lying_with(clerk)] == [1]
    close(clerk, lead, because=Leaving.TRANSFERRED, successor=heir)
    open_one.refresh_from_db()
    done.refresh_from_db()
    assert (open_one.uploaded_by, done.uploaded_by) == (heir, clerk)
    event = AccessEvent.objects.get(detail__verb="close_account")
    assert (event.detail["successor"], event.detail["handed_over"]) == (
        heir.pk,
        {"Tệp Excel đang nhập dở": 1},
    )


def test_a_successor_who_may_not_do_the_work_takes_nothing_and_the_account_stays_open(
    clerk, lead, ward, quarter
):
    team = make_user(Role.SURVEYOR)
    team.assignments.create(neighbourhood=quarter)
    unfinished(clerk)
    with pytest.raises(ValidationError):
        close(clerk, lead, successor=team)
    assert fresh(clerk).is_active


def test_a_successor_is_a_colleague_at_work(clerk, lead, stranger, ward):
    with pytest.raises(OutOfScope):
        close(clerk, lead, successor=stranger)
    gone = make_user(Role.WARD_OFFICER, ward)
    close(gone, lead)
    for successor in (gone, clerk):
        with pytest.raises(ValidationError):
            close(clerk, lead, successor=successor)


# ---------------------------------------------------------------- the page


def test_the_page_says_what_lies_open_and_takes_a_last_day(signed_in, clerk, lead):
    unfinished(clerk)
    client = signed_in(lead)
    url = reverse("wards:account-detail", args=[clerk.pk])
    assert "Tệp Excel đang nhập dở: 1." in text_of(client.get(url))
    last = clock.today() + timedelta(days=5)
    sent = {"because": "transferred", "last_day": f"{last:%d/%m/%Y}"}
    answer = client.post(reverse("wards:account-close", args=[clerk.pk]), sent)
    assert (answer.status_code, answer.url) == (302, url)
    assert fresh(clerk).closes_at == datetime.combine(last + timedelta(days=1), time(), tzinfo=clock.VIETNAM)
    assert "Tài khoản tự khóa lúc 00:00" in text_of(client.get(url))
    assert client.post(reverse("wards:account-reopen", args=[clerk.pk])).status_code == 302
    assert fresh(clerk).closes_at is None


def test_a_day_that_has_passed_is_a_sentence(signed_in, clerk, lead):
    url = reverse("wards:account-close", args=[clerk.pk])
    page = signed_in(lead).post(url, {"because": "left", "last_day": "01/01/2020"})
    assert "Ngày này đã qua." in text_of(page)
    assert fresh(clerk).closes_at is None


def test_several_are_closed_together_after_one_question(signed_in, lead, ward, clerk):
    team = [make_user(Role.SURVEYOR, ward) for _ in range(3)]
    client = signed_in(lead)
    url = reverse("wards:account-close-many")
    asked = client.post(url, {"account": [one.pk for one in team]})
    assert asked.status_code == 200
    assert all(fresh(one).is_active for one in team)
    assert client.post(url, {"account": [one.pk for one in team], "because": "left"}).status_code == 302
    assert not any(fresh(one).is_active for one in team)
    assert fresh(clerk).is_active


def test_nobody_is_closed_from_another_ward(signed_in, lead, stranger):
    url = reverse("wards:account-close-many")
    assert signed_in(lead).post(url, {"account": [stranger.pk], "because": "left"}).status_code == 404
    assert fresh(stranger).is_active
