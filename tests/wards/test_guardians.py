"""Guardian, school and class of a child: form, page, history, search, and who is asked. All people are synthetic."""

from datetime import date

import pytest
from django.urls import reverse

from outreach import person_history
from outreach.search import find
from outreach.worklists import UNVACCINATED
from tests.factories import make_household, make_resident, make_user
from tests.wards.test_resident_pages import add_url, edit_url, stored, text_of, values
from wards.models import Resident
from wards.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("told")]

CHILD = {
    "name": "Trần Văn Bé", "born": "07/03/2012", "sex": "M", "guardian_name": "TRẦN  THỊ MẸ", "guardian_relation": "mother",
    "guardian_phone": "0912 345 678", "school": "Tiểu học Thử", "school_class": "4B",
}  # fmt: skip


@pytest.fixture
def child(signed_in, clerk, ward, quarter):
    home = make_household(ward, neighbourhood=quarter)
    signed_in(clerk).post(add_url(home), values(**CHILD))
    return Resident.objects.get(search_key="tran van be")


def test_a_child_is_entered_with_guardian_and_school(child):
    assert (child.guardian, child.guardian_phone) == ("Trần Thị Mẹ (mẹ)", "0912345678")
    assert child.school_and_class == "Tiểu học Thử, lớp 4B"


def test_the_page_shows_them_and_the_number_can_be_called(signed_in, clerk, child):
    page = signed_in(clerk).get(reverse("outreach:resident-detail", args=[child.pk]))
    assert "Người giám hộ Trần Thị Mẹ (mẹ), 0912345678" in text_of(page)
    assert "Trường, lớp Tiểu học Thử, lớp 4B" in text_of(page)
    assert 'href="tel:0912345678"' in page.content.decode()


def test_of_a_child_without_them_the_page_says_that_they_are_missing(signed_in, clerk, ward):
    minor, adult = make_resident(ward, born="2010"), make_resident(ward, born="1950")
    client = signed_in(clerk)
    assert "Người giám hộ chưa có" in text_of(
        client.get(reverse("outreach:resident-detail", args=[minor.pk]))
    )
    assert "Người giám hộ" not in text_of(client.get(reverse("outreach:resident-detail", args=[adult.pk])))


def test_the_form_asks_them_of_minors_and_of_whom_they_are_on_record(signed_in, clerk, ward):
    client = signed_in(clerk)
    asks = 'name="guardian_name"'
    for born, is_asked in (("2010", True), ("1950", False)):
        page = client.get(edit_url(make_resident(ward, born=born)))
        assert (asks in page.content.decode()) is is_asked
    grown_up = make_resident(ward, born="1990", guardian_name="Lê Thị Con")
    assert asks in client.get(edit_url(grown_up)).content.decode()
    assert asks in client.get(add_url(grown_up.household)).content.decode()


def test_a_form_without_the_part_leaves_an_adult_as_they_were(signed_in, clerk, ward):
    adult = make_resident(ward, born="1950")
    signed_in(clerk).post(edit_url(adult), stored(adult, employer="Công ty Thử"))
    adult.refresh_from_db()
    assert (adult.employer, adult.guardian_name, adult.school) == ("Công ty Thử", "", "")


@pytest.mark.parametrize("phone", ["12345", "0912345678, 0987654321"])
def test_a_number_that_is_none_or_two_is_said_at_the_field(signed_in, clerk, child, phone):
    page = signed_in(clerk).post(edit_url(child), stored(child, **CHILD | {"guardian_phone": phone}))
    assert page.context["form"].errors["guardian_phone"]
    child.refresh_from_db()
    assert child.guardian_phone == "0912345678"


def test_changes_are_kept_and_told(signed_in, clerk, child):
    signed_in(clerk).post(
        edit_url(child), stored(child, **CHILD | {"school_class": "5B", "guardian_phone": ""})
    )
    child.refresh_from_db()
    assert (child.school_class, child.guardian_phone) == ("5B", "")
    former = child.history.get()
    assert (former.school_class, former.guardian_phone) == ("4B", "0912345678")
    assert person_history.changes(child)[0].what == ["Trường, lớp", "Điện thoại người giám hộ"]


def test_two_who_edit_see_each_others_guardian(signed_in, clerk, child):
    opened = stored(child, **CHILD)
    Resident.objects.filter(pk=child.pk).update(guardian_name="Trần Văn Bố", version=child.version + 1)
    page = signed_in(clerk).post(edit_url(child), opened | {"school_class": "5B"})
    assert "Trần Văn Bố" in text_of(page)


def test_a_child_is_found_by_the_end_of_the_guardians_number(child, ward):
    station = make_user(Role.STATION, ward)
    answer = find("5678", UNVACCINATED.select(station, {}, date(2022, 2, 5)))
    assert [(match.row.name, match.matched) for match in answer.matches] == [
        ("Trần Văn Bé", "số cuối điện thoại người giám hộ")
    ]


@pytest.mark.parametrize(
    ("born", "on", "may_be"),
    [("2004-02-05", date(2022, 2, 4), True), ("2004-02-05", date(2022, 2, 5), False), ("2004", date(2022, 12, 30), True),
     ("2004", date(2022, 12, 31), False), ("2004-02", date(2022, 2, 27), True), ("2004-02", date(2022, 2, 28), True),
     ("2004-02", date(2022, 3, 1), False)],
)  # fmt: skip
def test_who_may_be_under_18(ward, born, on, may_be):
    assert make_resident(ward, born=born).may_be_minor(on) is may_be
