"""The page of one person: what each role may read of it, and that every look is written down."""

import re

import pytest

from lib import clock
from tests.factories import make_dose
from tests.outreach.conftest import LAN_NUMBER, ON
from vaccination import forecasts
from wards.models import AccessEvent


def address(person) -> str:
    return f"/nguoi-dan/{person.pk}/"


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_the_page_says_who_where_with_whom_and_why(signed_in, station, people):
    text = text_of(signed_in(station).get(address(people.second)))
    for said in (
        "Trần Văn Bình",
        "Vì sao có tên trong danh sách",
        "đến lịch mũi 2 từ 31/12/2021",
        "01/07/1960",
        "12 Phố Thử, khu phố Bồ Sơn, Phường Võ Cường",
        "Nguyễn Thị Lan",
        "Được tính: mũi 1 cơ bản",
        "Ghi lần đầu",
    ):
        assert said in text


def test_somebody_who_is_not_on_the_list_is_told_why_not(signed_in, officer, people):
    text = text_of(signed_in(officer).get(address(people.too_soon)))
    assert "Vì sao không có tên trong danh sách" in text
    assert "chưa đến lịch" in text
    text = text_of(signed_in(officer).get(address(people.moved)))
    assert "Ông Cao Văn Lợi đã chuyển đi" in text


def test_a_dose_that_was_not_counted_says_why(signed_in, officer, people):
    make_dose(people.second, "PFZ", "2021-12-20")
    forecasts.refresh_residents([people.second.pk], ON)
    text = text_of(signed_in(officer).get(address(people.second)))
    assert "Chưa được tính" in text
    assert "cách mũi trước 10 ngày" in text


def test_police_see_who_it_is_and_nothing_of_health(signed_in, police, people):
    text = text_of(signed_in(police).get(address(people.diabetic)))
    assert "Bùi Văn Sơn" in text
    assert "08/08/1988" in text
    for health in ("Mũi", "tiêm", "Đái tháo đường", "nguy cơ", "Bệnh nền", "danh sách"):
        assert health.lower() not in text.lower()


@pytest.mark.parametrize(
    ("role", "named"), [("officer", False), ("surveyor", False), ("station", True), ("centre", True)]
)
def test_a_second_tier_disease_is_named_only_to_those_who_treat_or_screen(
    signed_in, request, role, named, people
):
    text = text_of(signed_in(request.getfixturevalue(role)).get(address(people.hiv)))
    assert ("HIV/AIDS" in text) is named
    assert named or "Thuộc nhóm nguy cơ" in text


def test_the_number_is_whole_or_masked_by_role(signed_in, officer, surveyor, people):
    assert LAN_NUMBER in text_of(signed_in(officer).get(address(people.no_dose)))
    assert LAN_NUMBER not in text_of(signed_in(surveyor).get(address(people.no_dose)))


def test_out_of_scope_is_404_and_leadership_never_gets_here(signed_in, officer, stranger, lead, people):
    assert signed_in(officer).get(address(people.foreign)).status_code == 404
    assert signed_in(stranger).get(address(people.no_dose)).status_code == 404
    assert signed_in(lead).get(address(people.no_dose)).status_code == 403
    assert set(AccessEvent.objects.values_list("what", "row_count")) == {("not_there", 0)}


def test_household_members_of_another_scope_are_not_shown(signed_in, people):
    from tests.factories import make_user

    team = make_user("surveyor")
    team.assignments.create(neighbourhood=people.home.neighbourhood)
    client = signed_in(team)
    assert people.second.full_name in text_of(client.get(address(people.no_dose)))
    assert client.get(address(people.booster)).status_code == 404


def test_every_look_is_written_down(signed_in, officer, people, ward_a):
    signed_in(officer).get(address(people.no_dose))
    event = AccessEvent.objects.get()
    assert (event.user, event.action, event.what) == (officer, "view", "resident")
    assert (event.object_id, event.ward_id) == (str(people.no_dose.pk), ward_a.pk)
    assert abs(clock.real_now() - event.at).total_seconds() < 60


def test_who_changed_what_is_said_in_plain_words(signed_in, officer, people):
    import pghistory

    with pghistory.context(user=officer.pk):
        people.no_dose.phones = ["0911111111"]
        people.no_dose.save()
    text = text_of(signed_in(officer).get(address(people.no_dose)))
    assert "Trần Thị Cán Bộ sửa Số điện thoại" in text
