"""A slip opens no way around the second factor; who acts in somebody's place needs what that role needs."""

from datetime import timedelta

import pytest
from django.urls import reverse

from lib import clock
from tests.factories import make_user, make_ward
from tests.wards.sign_in_cast import enrol, make_official, sign_in
from wards import installation, second_factor
from wards.actions import links, stand_ins
from wards.models import Installation, User
from wards.roles import Role

pytestmark = pytest.mark.django_db
NEW = "con trâu ăn cỏ ven đê"
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
def centre(ward):
    return make_user(Role.HEALTH_CENTRE, ward)


@pytest.fixture
def officer(ward):
    return make_official(Role.WARD_OFFICER, ward)


def through_a_slip(client, account, centre):
    (slip,) = links.make_links(accounts=[account], by=centre, at=clock.real_now())
    client.get(reverse("wards:link-sign-in", args=[slip.token]))
    return client.post(reverse("wards:link-password"), {"password1": NEW, "password2": NEW})


def test_whoever_needs_a_second_factor_and_has_none_makes_one_first(client, officer, centre):
    through_a_slip(client, officer, centre)
    answer = client.get(INSIDE)
    assert (answer.status_code, answer.url) == (302, reverse("mfa_index"))


def test_whoever_has_one_shows_it_before_anything_opens(client, officer, centre):
    sign_in(client)
    enrol(client)
    client.post("/accounts/logout/")
    answer = through_a_slip(client, officer, centre)
    assert answer.url.startswith(reverse("mfa_authenticate"))
    assert client.get(INSIDE).status_code == 302
    assert second_factor.has_one(officer)


def test_a_survey_team_comes_in_at_once(client, ward, centre):
    team = make_official(Role.SURVEYOR, ward, username="to.rasoat")
    through_a_slip(client, team, centre)
    assert client.get(INSIDE).status_code == 200


def test_whoever_stands_in_for_somebody_needs_what_that_role_needs(ward, centre, officer):
    team = make_official(Role.SURVEYOR, ward, username="to.rasoat")
    assert not second_factor.is_required(team)
    now = clock.real_now()
    stand_ins.stand_in(
        account=team, absent=officer, starts_at=now, ends_at=now + timedelta(days=1), by=centre, at=now
    )
    assert second_factor.is_required(User.objects.get(pk=team.pk))
