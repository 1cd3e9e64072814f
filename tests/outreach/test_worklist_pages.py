"""The list as pages: who may open them, what they show, what the access log keeps, and how many queries they cost."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lib import clock
from tests.outreach.conftest import LAN_NUMBER, crowd
from wards.models import AccessEvent, Resident

LIST, EXPORT = "/chua-tiem/", "/chua-tiem/tai-ve/"


def text_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def names_in(response) -> list[str]:
    return re.findall(r'class="person" href="[^"]+">([^<]+)</a>', response.content.decode())


def test_a_ward_opens_on_its_own_people_with_the_sentence(signed_in, officer, people):
    response = signed_in(officer).get(LIST)
    assert response.status_code == 200
    assert names_in(response)[0] == people.booster.full_name
    text = text_of(response)
    assert "Ông Trần Văn Bình đã tiêm mũi 1 Pfizer ngày 10/12/2021 và đến lịch mũi 2 từ 31/12/2021" in text
    assert "Chưa rà soát" in text
    assert LAN_NUMBER in text
    assert people.foreign.full_name not in text
    assert "người thuộc diện, trong 11 người đang cư trú" in text


def test_the_centre_opens_on_counts_without_names(signed_in, centre, people):
    response = signed_in(centre).get(LIST)
    assert names_in(response) == []
    assert not any(person.full_name in text_of(response) for person in Resident.objects.all())
    assert "Phường Võ Cường 6 3 1 0 1 1 1" in text_of(response)
    assert "Phường Suối Hoa 1 1 0 0 0 0 0" in text_of(response)
    assert "ward=09190&amp;group=no_dose" in response.content.decode()
    assert AccessEvent.objects.count() == 0


def test_each_count_of_the_centre_opens_exactly_so_many_people(signed_in, centre, people):
    client = signed_in(centre)
    page = client.get(LIST).content.decode()
    links = re.findall(r'<td class="num"><a href="([^"]+)">(\d+)</a>', page)
    assert links
    for href, count in links:
        assert len(names_in(client.get(href.replace("&amp;", "&")))) == int(count)


def test_htmx_gets_the_fragment_of_the_same_address(signed_in, officer, people):
    fragment = signed_in(officer).get(LIST, headers={"HX-Request": "true"})
    assert b"<html" not in fragment.content
    assert names_in(fragment) == names_in(signed_in(officer).get(LIST))


@pytest.mark.parametrize("role", ["police", "lead"])
def test_roles_without_health_rights_get_403(signed_in, request, role, people):
    client = signed_in(request.getfixturevalue(role))
    assert client.get(LIST).status_code == 403
    assert client.post(LIST, {"q": "lan"}).status_code == 403
    assert client.get(EXPORT).status_code == 403
    assert client.post(EXPORT, {"purpose": "visits", "format": "csv"}).status_code == 403


def test_somebody_who_works_nowhere_any_more_sees_nobody(signed_in, officer, people):
    officer.assignments.all().delete()
    for address in (LIST, f"{LIST}?ward=all", f"{LIST}?population=all&group=not_surveyed", f"{LIST}bo-loc/"):
        page = signed_in(officer).get(address)
        assert page.status_code == 200, address
        assert names_in(page) == []
    assert signed_in(officer).get(LIST, {"ward": "09190"}).status_code == 400


def test_a_foreign_ward_in_the_address_is_refused_without_names(signed_in, officer, people):
    response = signed_in(officer).get(LIST, {"ward": "09187"})
    assert response.status_code == 400
    assert names_in(response) == []
    assert "không có trong địa bàn được giao" in text_of(response)


def test_a_search_is_a_post_and_stands_in_no_address(signed_in, officer, people):
    response = signed_in(officer).post(f"{LIST}?group=booster", {"q": "Nguyễn Thị Lan"})
    text = text_of(response)
    assert "Có tên, ngoài bộ lọc đang chọn" in text
    assert "Trùng khớp : đúng tên" in text or "Trùng khớp: đúng tên" in text
    assert "Lan" not in "".join(re.findall(r'(?:href|action|hx-post)="([^"]+)"', response.content.decode()))
    event = AccessEvent.objects.get()
    assert (event.action, event.what, event.row_count) == ("search", "worklist", 1)
    assert "Lan" not in str(event.detail)


def test_a_search_for_nobody_says_what_to_try(signed_in, officer, people):
    text = text_of(signed_in(officer).post(LIST, {"q": "Nguyễn Thị Lan Ngoại"}))
    assert "Không tìm thấy" in text
    assert "3 số cuối điện thoại" in text


def test_too_many_searches_are_held_back(signed_in, officer, people):
    from outreach.search import PER_HOUR

    AccessEvent.objects.bulk_create(
        AccessEvent(at=clock.real_now(), user=officer, action="search", what="worklist")
        for _ in range(PER_HOUR)
    )
    response = signed_in(officer).post(LIST, {"q": "lan"})
    assert "Đã tìm quá nhiều lần" in text_of(response)
    assert people.no_dose.full_name not in text_of(response)


def test_looking_at_a_list_is_written_down_with_its_rows_and_filters(signed_in, officer, people, ward_a):
    signed_in(officer).get(LIST, {"group": "no_dose"})
    event = AccessEvent.objects.get()
    assert (event.action, event.what, event.row_count, event.ward_id) == ("list", "worklist", 3, ward_a.pk)
    assert event.detail == {"list": "unvaccinated", "filters": {"group": "no_dose"}}


def test_the_number_of_queries_does_not_grow_with_the_people(
    signed_in, officer, centre, ward_a, ward_b, people
):
    def queries(client, *args, **kwargs) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(*args, **kwargs).status_code == 200
        return len(captured)

    client = signed_in(officer)
    client.get(LIST)
    few = queries(client, LIST)
    crowd([ward_a, ward_b], 400)
    client = signed_in(officer)
    assert queries(client, LIST) == few <= 20
    client = signed_in(centre)
    client.get(LIST)
    assert queries(client, LIST) <= 15
    assert queries(client, LIST, {"ward": "all"}) <= 20


def test_an_empty_list_says_how_many_nobody_has_asked(signed_in, officer, people):
    text = text_of(signed_in(officer).get(LIST, {"group": "additional"}))
    assert "Không còn ai chưa tiêm, chưa đủ mũi trong bộ lọc này. Chưa rà soát: 9 người." in text
    assert "Xem người chưa rà soát" in text


def test_a_ward_without_people_is_told_to_begin_with_its_file(signed_in, officer):
    text = text_of(signed_in(officer).get(LIST))
    assert "Chưa có người dân nào. Bắt đầu từ tệp Excel phường đang có, chưa cần sửa lại cột." in text


def test_names_are_shown_as_text_whatever_stands_in_them(signed_in, officer, people):
    people.no_dose.full_name = "<script>alert(1)</script>"
    people.no_dose.save()
    page = signed_in(officer).get(LIST).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


# ---------------------------------------------------------------- taking it out


def test_taking_out_asks_what_for(signed_in, officer, people):
    client = signed_in(officer)
    assert client.get(EXPORT).status_code == 200
    refused = client.post(EXPORT, {"format": "xlsx"})
    assert refused.status_code == 400
    assert AccessEvent.objects.count() == 0


def test_a_file_is_written_down_with_its_rows_its_purpose_and_the_code_inside(signed_in, officer, people):
    response = signed_in(officer).post(
        f"{EXPORT}?group=no_dose", {"format": "csv", "purpose": "report", "recipient": "Trung tâm Y tế"}
    )
    assert response.headers["Content-Disposition"].startswith(
        'attachment; filename="danh-sach-chua-tiem_phuong-vo-cuong'
    )
    assert response.headers["Cache-Control"] == "no-store"
    rows = b"".join(response).decode("utf-8-sig").splitlines()
    event = AccessEvent.objects.get()
    assert (event.action, event.row_count) == ("export", 3) == ("export", len(rows) - 1)
    assert event.purpose == "Gửi cấp trên theo văn bản, Trung tâm Y tế"
    assert event.detail["format"] == "csv"


def test_a_surveyor_may_print_but_not_take_a_file_out(signed_in, surveyor, people):
    client = signed_in(surveyor)
    assert client.post(EXPORT, {"format": "xlsx", "purpose": "visits"}).status_code == 403
    printed = client.post(EXPORT, {"format": "print", "purpose": "visits", "order": "address"})
    assert printed.status_code == 200
    text = text_of(printed)
    assert "Khu phố Bồ Sơn: 2 người, 1 hộ" in text
    assert LAN_NUMBER not in text
    assert AccessEvent.objects.get().action == "print"


def test_a_list_too_long_for_paper_is_offered_as_a_spreadsheet(signed_in, officer, people, monkeypatch):
    from outreach import exports

    monkeypatch.setitem(exports.LIMITS, "pdf", 3)
    response = signed_in(officer).post(EXPORT, {"format": "pdf", "purpose": "visits"})
    assert response.status_code == 413
    assert "Danh sách có 6 người; cách này chỉ nhận đến 3 người một lần" in text_of(response)
    assert AccessEvent.objects.count() == 0


def test_the_addresses_have_the_names_other_rooms_use(db):
    assert reverse("outreach:worklist") == LIST
    assert reverse("outreach:worklist-export") == EXPORT
    assert reverse("outreach:today") == "/"


def test_a_new_column_stands_on_the_page_without_another_line(officer, people):
    from lib.columns import Column
    from outreach.list_columns import UNVACCINATED as COLUMNS
    from outreach.list_page import drawn
    from outreach.worklists import UNVACCINATED
    from tests.outreach.conftest import ON

    employer = Column("employer", "Đơn vị công tác", "Employer", lambda row: "<Nhà máy>")
    rows = UNVACCINATED.select(officer, {}, ON).page().rows
    cells = drawn(rows, with_ward=False, columns=[*COLUMNS, employer])
    assert all("Đơn vị công tác: &lt;Nhà máy&gt;" in person[3] for person in cells)
    assert len(cells) == len(rows) == 6


def test_the_list_comes_compressed_over_a_slow_line(signed_in, officer, people):
    """TRUST D4: the list of a ward within 25 kB; static files are compressed by their own server."""
    client, url = signed_in(officer), reverse("outreach:worklist")
    small = client.get(url, headers={"Accept-Encoding": "gzip"})
    assert small["Content-Encoding"] == "gzip"
    assert len(small.content) < len(client.get(url).content) / 2
