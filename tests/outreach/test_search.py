"""The search box of the list: who matches, why they matched, and why they are or are not on it."""

import pytest
from django.urls import reverse

from outreach.search import PER_HOUR, find, searches_left
from outreach.worklists import UNVACCINATED
from tests.outreach.conftest import LAN_NUMBER, ON
from wards.models import AccessEvent


def asked(user, text, **chosen):
    return find(text, UNVACCINATED.select(user, chosen, ON))


def found(user, text, **chosen) -> list[str]:
    return [match.row.name for match in asked(user, text, **chosen).matches]


@pytest.mark.parametrize(
    ("text", "matched"),
    [
        ("nguyen thi lan", "tên"),
        ("Nguyễn Thị Lan", "đúng tên"),
        ("NGUYEN  THI LAN", "tên"),
        ("ntl", "chữ cái đầu của tên"),
        ("5678", "số cuối điện thoại"),
        ("678", "số cuối điện thoại"),
        ("+84912345678", "số cuối điện thoại"),
        (LAN_NUMBER, "đúng số định danh"),
        ("099 150 000 017", "đúng số định danh"),
    ],
)
def test_the_same_person_is_found_however_she_is_asked_for(officer, people, text, matched):
    matches = {match.row.name: match.matched for match in asked(officer, text).matches}
    assert matches[people.no_dose.full_name] == matched


def test_a_house_number_finds_the_home(officer, people):
    matches = asked(officer, "12").matches
    assert {match.row.name for match in matches} == {people.no_dose.full_name, people.second.full_name}
    assert {match.matched for match in matches} == {"số nhà"}


def test_accents_as_typed_come_first(officer, ward_a, people):
    from tests.factories import make_resident

    make_resident(ward_a, name="Nguyễn Thị Làn")
    assert found(officer, "Nguyễn Thị Lan")[0] == "Nguyễn Thị Lan"
    assert found(officer, "Nguyễn Thị Làn")[0] == "Nguyễn Thị Làn"


@pytest.mark.parametrize(
    ("who", "listed", "says"),
    [
        ("no_dose", True, "chưa có mũi tiêm nào được ghi nhận"),
        ("complete", False, "không có trong danh sách: đã tiêm đủ liều cơ bản và mũi nhắc lại lần 1"),
        ("too_soon", False, "chưa đến lịch"),
        ("moved", False, "Ông Cao Văn Lợi đã chuyển đi"),
        ("guest", False, "Đổi mục Cư trú để thấy tên"),
        ("young", False, "không thuộc nhóm nguy cơ đang chọn"),
        ("contraindicated", False, "chống chỉ định"),
        ("pregnant", False, "không thuộc nhóm nguy cơ đang chọn"),
    ],
)
def test_why_somebody_is_or_is_not_on_the_list(station, people, who, listed, says):
    person = getattr(people, who)
    match = next(match for match in asked(station, person.full_name).matches if match.row.id == person.pk)
    assert match.is_listed is listed
    assert says in match.reason


def test_a_listed_person_outside_the_chosen_filters_is_said_to_be_listed(officer, people):
    (match,) = asked(officer, "Trần Văn Bình", group="no_dose").matches
    assert (match.is_listed, match.in_filters) == (True, False)


@pytest.mark.parametrize("text", ["Nguyễn Thị Lan Ngoại", "345699", "0912345699", "099149000018"])
def test_people_of_another_ward_are_not_found_and_not_told_of(officer, people, text):
    answer = asked(officer, text)
    assert answer.matches == []
    nobody_at_all = asked(officer, "099149999999").nobody.replace("099149999999", text)
    assert answer.nobody == nobody_at_all
    assert answer.nobody.startswith(f'Không tìm thấy "{text}" trong địa bàn được giao.')


@pytest.mark.parametrize("text", ["", " ", "%", "_", "'; drop table", "\x00", "(", "[a", "\\", "ẩ" * 500])
def test_odd_texts_find_nobody_and_break_nothing(officer, people, text):
    assert len(asked(officer, text).matches) <= 50


def test_searching_has_an_hourly_limit(officer, people):
    from lib import clock

    at = clock.real_now()
    assert searches_left(officer, at) == PER_HOUR
    AccessEvent.objects.bulk_create(
        AccessEvent(at=at, user=officer, action="search", what="worklist") for _ in range(PER_HOUR)
    )
    assert searches_left(officer, at) == 0


def test_a_chosen_ward_does_not_hide_people_of_the_readers_other_wards(centre, people):
    (match,) = asked(centre, "Nguyễn Thị Lan Ngoại", ward="09190").matches
    assert (match.is_listed, match.in_filters) == (True, False)
    assert "chưa có mũi tiêm nào" in match.reason


def test_an_empty_search_is_the_list_again(signed_in, officer, people):
    page = signed_in(officer).post(reverse("outreach:worklist"), {"q": "  "}).content.decode()
    assert "Không tìm thấy" not in page
    assert people.no_dose.full_name in page
