"""Homes on the desk's pages."""

import uuid

import pytest
from django.urls import reverse

from tests.factories import SUOI_HOA, make_household, make_neighbourhood, make_resident, make_user, make_ward
from tests.wards.test_resident_pages import text_of
from wards.models import AccessEvent, Household
from wards.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("told")]


def detail(home):
    return reverse("wards:household-detail", args=[home.pk])


def edit(home):
    return reverse("wards:household-edit", args=[home.pk])


def move(home):
    return reverse("wards:household-move", args=[home.pk])


def values(quarter, **more):
    return {
        "form_id": str(uuid.uuid4()), "place": f"n{quarter.pk}", "house_number": "27", "street": "Phố Mới",
        "dwelling": "lived_in",
    } | more  # fmt: skip


def test_a_home_shows_its_people_the_eldest_first_and_those_who_left_last(signed_in, clerk, ward, home):
    for name, born, residence in (
        ("Cháu", "2010", "here"),
        ("Ông", "1940", "here"),
        ("Bà", "1935", "moved"),
        ("Mẹ", "1975", "here"),
    ):
        make_resident(ward, household=home, name=f"Trần {name}", born=born, residence=residence)
    page = signed_in(clerk).get(detail(home))
    names = [line.resident.full_name for line in page.context["people"]]
    assert names == ["Trần Ông", "Trần Mẹ", "Trần Cháu", "Trần Bà"]
    event = AccessEvent.objects.get()
    assert (event.action, event.what, event.object_id, event.row_count) == (
        "view",
        "household",
        str(home.pk),
        4,
    )


def test_the_way_back_leads_to_the_neighbourhood(signed_in, clerk, home, quarter, ward):
    body = signed_in(clerk).get(detail(home)).content.decode()
    assert f"?ward={ward.pk}&amp;neighbourhood={quarter.pk}" in body


def test_somebody_elses_home_does_not_exist(signed_in, stranger, home):
    client = signed_in(stranger)
    for url in (detail(home), edit(home), move(home)):
        assert client.get(url).status_code == 404
        assert client.post(url, {}).status_code in (404, 405)


@pytest.mark.parametrize("role", [Role.WARD_LEAD, Role.WARD_POLICE])
def test_readers_see_no_buttons_and_may_not_write(signed_in, ward, home, role):
    client = signed_in(make_user(role, ward))
    assert "Thêm người" not in text_of(client.get(detail(home)))
    for url in (edit(home), move(home), reverse("wards:household-add")):
        assert client.get(url).status_code == 403


def test_a_home_is_added_once_however_often_it_is_sent(signed_in, clerk, quarter, ward):
    client, sent = signed_in(clerk), values(quarter)
    for _ in range(2):
        page = client.post(reverse("wards:household-add"), sent, follow=True)
    home = Household.objects.get()
    assert (home.ward, home.neighbourhood, home.address, home.entered_by) == (
        ward,
        quarter,
        "27 Phố Mới",
        clerk,
    )
    assert f"mã hộ {home.code}" in text_of(page)


def test_the_same_page_used_for_another_home_asks(signed_in, clerk, quarter):
    client, sent = signed_in(clerk), values(quarter)
    client.post(reverse("wards:household-add"), sent)
    page = client.post(reverse("wards:household-add"), sent | {"house_number": "29"})
    assert "Trang này đã dùng để thêm hộ 27 Phố Mới" in text_of(page)
    assert Household.objects.count() == 1


def test_an_address_that_says_nothing_is_asked_for(signed_in, clerk, quarter):
    page = signed_in(clerk).post(reverse("wards:household-add"), values(quarter, house_number="", street=" "))
    assert text_of(page).count("Ghi số nhà, đường hoặc ngõ, hay lời chỉ đường.") == 2


def test_a_place_of_another_ward_cannot_be_chosen(signed_in, clerk):
    elsewhere = make_neighbourhood(make_ward(SUOI_HOA))
    page = signed_in(clerk).post(reverse("wards:household-add"), values(elsewhere))
    assert "Nơi này không có trong địa bàn được giao." in text_of(page)
    assert not Household.objects.exists()


def test_a_surveyor_may_choose_only_the_own_neighbourhood(signed_in, surveyor, ward, quarter):
    page = signed_in(surveyor).get(reverse("wards:household-add"))
    assert [value for value, _ in page.context["form"].fields["place"].choices] == [f"n{quarter.pk}"]
    make_neighbourhood(ward)
    page = signed_in(make_user(Role.WARD_OFFICER, ward)).get(reverse("wards:household-add"))
    assert page.context["form"]["place"].value() is None  # several: nothing is chosen for the user
    page = signed_in(surveyor).post(reverse("wards:household-add"), values(quarter, place=f"w{ward.pk}"))
    assert not Household.objects.exists()


def test_two_tabs_on_one_home_show_both_values(signed_in, clerk, nurse, home):
    sent = {
        "version": home.version,
        "house_number": "14",
        "street": "Phố Thử",
        "dwelling": "lived_in",
        "walking_position": "0",
    }
    signed_in(nurse).post(edit(home), sent | {"house_number": "14A"})
    page = signed_in(clerk).post(edit(home), sent | {"house_number": "14B", "dwelling": "empty"})
    assert "14A 14B dùng bản anh/chị nhập" in text_of(page)
    home.refresh_from_db()
    assert home.house_number == "14A"
    form = page.context["form"]
    signed_in(clerk).post(edit(home), {name: form[name].value() for name in (*sent, "version")})
    home.refresh_from_db()
    assert (home.house_number, home.dwelling) == ("14B", "empty")


def test_a_form_without_its_version_never_overwrites(signed_in, clerk, home):
    sent = {"house_number": "99", "street": "", "dwelling": "lived_in", "walking_position": "0"}
    signed_in(clerk).post(edit(home), sent)
    home.refresh_from_db()
    assert home.house_number == "14"


def test_a_home_moves_and_moves_back(signed_in, clerk, ward, home, quarter):
    there = make_neighbourhood(ward, "Xuân Ổ A")
    client = signed_in(clerk)
    page = client.post(move(home), {"version": home.version, "place": f"n{there.pk}"}, follow=True)
    assert "Đã chuyển hộ 14 Phố Thử đến khu phố Xuân Ổ A." in text_of(page)
    client.post(reverse("wards:move-undo"))
    home.refresh_from_db()
    assert home.neighbourhood == quarter


def test_moving_outside_the_area_says_what_to_do(signed_in, clerk, home):
    page = signed_in(clerk).post(move(home), {"version": home.version, "place": "outside"})
    assert "chọn “Đã chuyển đi”" in text_of(page)


def test_undo_without_anything_to_undo_says_so(signed_in, clerk):
    page = signed_in(clerk).post(reverse("wards:move-undo"), follow=True)
    assert "Không hoàn tác được nữa" in text_of(page)
    assert signed_in(clerk).get(reverse("wards:move-undo")).status_code == 405


def test_an_offer_to_undo_does_not_outlive_the_users_area(signed_in, clerk, ward, home):
    there = make_neighbourhood(ward)
    client = signed_in(clerk)
    client.post(move(home), {"version": home.version, "place": f"n{there.pk}"})
    clerk.assignments.all().delete()
    client.post(reverse("wards:move-undo"))
    home.refresh_from_db()
    assert home.neighbourhood == there
    assert client.get(detail(home)).status_code == 404


def test_homes_of_other_wards_are_not_in_the_walk(signed_in, stranger, ward, home):
    own = make_household(make_ward(SUOI_HOA), house_number="1")
    page = signed_in(stranger).get(reverse("wards:resident-list"))
    assert [found for found, _ in page.context["homes"]] == [own]
