"""Double click, back and once more, refresh after sending: one effect, said so, with the record opened (TRUST API-03)."""

import uuid

import pytest
from django.urls import reverse

from tests.factories import (
    know_history,
    make_household,
    make_neighbourhood,
    make_resident,
    make_user,
    make_ward,
)
from vaccination.models import DoseRecord
from wards.models import Household, Resident
from wards.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    return make_ward()


@pytest.fixture
def desk(client, ward):
    client.force_login(make_user(Role.STATION, ward))
    return client


def twice(client, url: str, sent: dict) -> list:
    sent = {"form_id": str(uuid.uuid4())} | sent
    return [client.post(url, sent, follow=True) for _ in range(2)]


def said(page) -> str:
    return " ".join(str(message) for message in page.context["messages"])


def test_a_person_is_added_once(desk, ward):
    home = make_household(ward)
    sent = {
        "name": "Nguyễn Thị Lan",
        "born": "1950",
        "sex": "F",
        "residence": "here",
        "registration": "permanent",
        "mobility": "walks",
    }
    first, second = twice(desk, reverse("wards:resident-add", args=[home.pk]), sent)
    assert Resident.objects.count() == 1
    assert "Đã thêm Nguyễn Thị Lan" in said(first)
    assert "Nguyễn Thị Lan đã ghi rồi, không thêm lần nữa." in said(second)
    assert second.redirect_chain[-1][0] == reverse("wards:household-detail", args=[home.pk])
    assert reverse("outreach:resident-detail", args=[Resident.objects.get().pk]) in second.content.decode()


def test_a_home_is_added_once(desk, ward):
    place = make_neighbourhood(ward)
    form = desk.get(reverse("wards:household-add")).context["form"]
    choice = next(str(value) for value, label in form.fields["place"].choices if place.name in str(label))
    sent = {"place": choice, "house_number": "14", "street": "Phố Thử", "dwelling": "lived_in"}
    dwelling = form.fields["dwelling"]
    sent["dwelling"] = dwelling.initial or next(str(value) for value, _label in dwelling.choices if value)
    first, second = twice(desk, reverse("wards:household-add"), sent)
    assert Household.objects.count() == 1
    assert "Đã thêm hộ" in said(first)
    assert "đã ghi rồi, không thêm lần nữa." in said(second)
    assert second.redirect_chain[-1][0] == reverse(
        "wards:household-detail", args=[Household.objects.get().pk]
    )


def test_a_dose_is_recorded_once(desk, ward):
    person = make_resident(ward)
    know_history(person)
    sent = {
        "product": "AZ",
        "given": "01/06/2021",
        "remembered": "day",
        "source": "desk",
        "lot": "",
        "volume_ml": "",
        "site": "",
    }
    first, second = twice(desk, reverse("vaccination:dose-create", args=[person.pk]), sent)
    assert DoseRecord.objects.count() == 1
    assert "Đã ghi mũi" in said(first)
    assert "đã ghi rồi, không ghi lần nữa." in said(second)
