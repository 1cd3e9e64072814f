"""Columns chosen per person: which, in which order, on the page and in files; paper keeps the official form."""

import re

import pytest

from outreach import list_columns
from outreach.list_columns import PAPER, UNVACCINATED
from tests.outreach.conftest import LAN_NUMBER
from tests.outreach.test_worklist_pages import EXPORT, LIST, names_in

CHOOSE = f"{LIST}cot/"


def heads_in(response) -> list[str]:
    head = re.search(r"<thead>(.*?)</thead>", response.content.decode(), re.DOTALL)
    found = re.findall(r"<th [^>]*>(.*?)</th>", head[1], re.DOTALL)
    return [re.sub("<[^>]+>|▾", "", one).strip() for one in found]


def test_somebody_who_chose_nothing_sees_the_usual_five_cells(signed_in, officer, people):
    assert heads_in(signed_in(officer).get(LIST)) == [
        "Họ và tên",
        "Địa chỉ",
        "Nguy cơ",
        "Mũi tiêm",
        "Vì sao có tên",
    ]


def test_chosen_columns_stand_in_the_chosen_order(signed_in, officer, people):
    client = signed_in(officer)
    sent = {
        "column": ["name", "state", "phone", "needed"],
        "place-name": "4",
        "place-state": "3",
        "place-phone": "2",
        "place-needed": "1",
    }
    answer = client.post(f"{CHOOSE}?group=booster", sent)
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}?group=booster")
    page = client.get(LIST)
    assert heads_in(page) == ["Họ và tên", "Mũi cần tiêm", "Số điện thoại", "Tình trạng"]
    assert people.no_dose.full_name in names_in(page)
    assert "0912345678" in page.content.decode()
    assert LAN_NUMBER not in page.content.decode()


def test_files_follow_and_paper_keeps_the_official_form(signed_in, officer, people):
    list_columns.choose_columns(by=officer, keys=["phone", "name", "state"])
    client = signed_in(officer)
    file = client.post(EXPORT, {"format": "csv", "purpose": "visits"})
    first = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()[0]
    assert first.replace('"', "") == "TT;Họ và tên;Số điện thoại;Tình trạng"
    paper = client.post(EXPORT, {"format": "print", "purpose": "visits"}).content.decode()
    for column in PAPER:
        assert f"<th>{column.title()}</th>" in paper


def test_back_to_what_is_usual(signed_in, officer, people):
    list_columns.choose_columns(by=officer, keys=["phone"])
    client = signed_in(officer)
    client.post(CHOOSE, {"usual": "1", "column": ["phone"]})
    officer.refresh_from_db()
    assert list_columns.own_keys(officer) == []
    assert len(heads_in(client.get(LIST))) == 5


def test_each_person_has_their_own(officer, station, people):
    list_columns.choose_columns(by=officer, keys=["name", "phone"])
    assert list_columns.own_keys(officer) == ["name", "phone"]
    assert list_columns.own_keys(station) == []


def test_only_columns_that_the_role_may_see_are_offered_and_kept(officer, station, people):
    assert "conditions" in {column.key for column in list_columns.offered(station)}
    assert "conditions" not in {column.key for column in list_columns.offered(officer)}
    list_columns.choose_columns(by=officer, keys=["name", "conditions", "password", "phone", "phone"])
    assert list_columns.own_keys(officer) == ["name", "phone"]


def test_a_column_of_a_right_that_was_taken_away_is_gone(station, people):
    list_columns.choose_columns(by=station, keys=["name", "conditions"])
    station.roles = ["ward_officer"]
    assert list_columns.own_keys(station) == ["name"]


@pytest.mark.parametrize(
    "stored", [{}, [], None, {"unvaccinated": None}, {"unvaccinated": [1, "x"]}, {"other": ["name"]}]
)
def test_odd_things_stored_are_no_choice(officer, stored):
    officer.list_columns = stored
    assert list_columns.own_keys(officer) == []


def test_the_name_is_always_there(officer):
    list_columns.choose_columns(by=officer, keys=["phone"])
    assert list_columns.own_keys(officer) == ["name", "phone"]


def test_a_survey_team_usually_sees_no_identity_numbers(signed_in, surveyor, people):
    assert "identity" not in {column.key for column in list_columns.usual(surveyor)}
    assert "********0017" not in signed_in(surveyor).get(LIST).content.decode()
    list_columns.choose_columns(by=surveyor, keys=["name", "identity"])
    page = signed_in(surveyor).get(LIST).content.decode()
    assert LAN_NUMBER not in page
    assert "0017" in page  # masked, as everywhere


def test_chosen_columns_show_text_as_text(signed_in, officer, people):
    people.no_dose.full_name = "<b>Lan</b>"
    people.no_dose.phones = ['"><script>']
    people.no_dose.save()
    list_columns.choose_columns(by=officer, keys=[column.key for column in UNVACCINATED])
    page = signed_in(officer).get(LIST).content.decode()
    assert "<b>Lan" not in page
    assert '"><script>' not in page


def test_the_choice_works_without_script(signed_in, officer, people):
    page = signed_in(officer).get(LIST).content.decode()
    form = re.search(r'<form method="post" action="/chua-tiem/cot/[^"]*">(.*?)</form>', page, re.DOTALL)[1]
    offered = re.findall(r'type="checkbox" class="form-check-input" name="column" value="(\w+)"', form)
    assert offered == [column.key for column in list_columns.offered(officer)]
    assert "csrfmiddlewaretoken" in form
    assert "Dùng các cột thường dùng" in form
