"""The list of accounts: who is found how, in which order, and that it leaves the house only with a purpose."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from lib import clock
from tests.factories import SUOI_HOA, make_user, make_ward
from tests.wards.test_resident_pages import text_of
from wards import account_list
from wards.actions import leavers, links, stand_ins
from wards.models import AccessEvent, Organisation
from wards.roles import Role

pytestmark = pytest.mark.django_db
URL = "wards:account-list"


@pytest.fixture
def other(db):
    return make_ward(SUOI_HOA)


@pytest.fixture
def centre(ward, other):
    office = Organisation.objects.create(kind="health_centre", name="Trung tâm Y tế thử")
    office.units.set([ward, other])
    user = make_user(Role.HEALTH_CENTRE, full_name="Phạm Văn Trung Tâm")
    user.assignments.create(organisation=office)
    return user


@pytest.fixture
def team(ward):
    names = ("Nguyễn Thị Ánh", "Trần Văn Ân", "Lê Thị Bình", "Đỗ Văn An")
    return [
        make_user(Role.SURVEYOR, ward, full_name=name, phone=f"090000000{number}")
        for number, name in enumerate(names, 1)
    ]


def listed(client, search="", **chosen):
    url = reverse(URL)
    if search:
        answer = client.post(url, {"q": search}, query_params=chosen)
    else:
        answer = client.get(url, chosen)
    return [row.account.full_name for row, _mine in answer.context["rows"]]


def test_the_list_is_in_the_order_of_given_names_and_closed_accounts_come_last(signed_in, centre, team):
    leavers.close_account(account=team[3], by=centre, at=clock.real_now())
    assert listed(signed_in(centre), role="surveyor") == [
        "Nguyễn Thị Ánh",
        "Trần Văn Ân",
        "Lê Thị Bình",
        "Đỗ Văn An",
    ]
    leavers.reopen_account(account=team[3], by=centre)
    assert listed(signed_in(centre), role="surveyor")[0] == "Đỗ Văn An"


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("anh", ["Nguyễn Thị Ánh"]),
        ("NGUYEN THI", ["Nguyễn Thị Ánh"]),
        ("do van", ["Đỗ Văn An"]),
        ("Lê", ["Lê Thị Bình"]),
        ("0900000003", ["Lê Thị Bình"]),
        ("+84 900 000 003", ["Lê Thị Bình"]),
        ("003", ["Lê Thị Bình"]),
        ("zzz", []),
        ("%", []),
    ],
)
def test_somebody_is_found_without_accents_or_by_number(signed_in, centre, team, search, found):
    assert listed(signed_in(centre), search) == found


def test_a_search_is_in_no_address_and_its_words_are_not_in_the_log(signed_in, centre, team):
    client = signed_in(centre)
    assert len(listed(client, q="anh")) == 5  # not a filter of the address
    listed(client, "anh")
    event = AccessEvent.objects.get(action="search", what="account")
    assert (event.row_count, event.detail) == (1, {"filters": {}})


def test_filters_by_ward_role_and_state(signed_in, centre, team, clerk, stranger, ward, other):
    client = signed_in(centre)
    now = clock.real_now()
    assert listed(client, ward=str(other.pk)) == [centre.full_name, stranger.full_name]
    assert listed(client, ward=str(make_ward("09184").pk), role="ward_officer") == listed(
        client, role="ward_officer"
    )
    team[0].last_login = now
    team[0].save()
    assert team[0].full_name not in listed(client, state="never")
    links.make_links(accounts=[team[1]], by=centre, at=now)
    without = listed(client, state="no_slip", role="surveyor")
    assert team[1].full_name not in without
    assert team[2].full_name in without
    stand_ins.stand_in(
        account=team[2], absent=clerk, starts_at=now, ends_at=now + timedelta(days=1), by=centre, at=now
    )
    assert listed(client, state="acting") == [team[2].full_name]
    leavers.close_account(account=team[3], by=centre, at=now, closes_at=now + timedelta(days=9))
    assert listed(client, state="leaving") == [team[3].full_name]
    leavers.close_account(account=team[3], by=centre, at=now)
    assert listed(client, state="closed") == [team[3].full_name]
    assert team[3].full_name not in listed(client, state="open")


def test_boxes_stand_only_beside_accounts_that_one_may_change(signed_in, centre, clerk, ward):
    admin = make_user(Role.ADMIN, ward, full_name="Quản Trị")
    page = signed_in(centre).get(reverse(URL))
    mine = {row.account.pk: mine for row, mine in page.context["rows"]}
    assert (mine[clerk.pk], mine[admin.pk], mine[centre.pk]) == (True, False, False)


def test_the_list_goes_on_over_pages(signed_in, centre, ward, monkeypatch):
    monkeypatch.setattr(account_list, "PAGE", 3)
    for letter in "ABCDEFG":
        make_user(Role.SURVEYOR, ward, full_name=f"Nguyễn Văn {letter}")
    client = signed_in(centre)
    seen = [name for page in ("1", "2", "3") for name in listed(client, role="surveyor", page=page)]
    assert seen == [f"Nguyễn Văn {letter}" for letter in "ABCDEFG"]
    assert listed(client, role="surveyor", page="zz") == seen[:3]


def test_the_file_says_who_took_it_for_what_and_so_does_the_log(signed_in, centre, team):
    client = signed_in(centre)
    url = reverse("wards:account-export")
    refused = client.post(url, {"format": "xlsx"})
    assert "Chọn một mục." in text_of(refused)
    assert not AccessEvent.objects.filter(action="export").exists()
    answer = client.post(
        url,
        {"format": "xlsx", "purpose": "handover", "recipient": "UBND phường"},
        query_params={"role": "surveyor"},
    )
    event = AccessEvent.objects.get(action="export", what="account")
    assert (event.purpose, event.row_count) == ("Bàn giao, phân công, UBND phường", 4)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(
        0
    )
    rows = sheet.to_python()
    text = str(rows)
    assert event.detail["code"] in text
    assert "Phạm Văn Trung Tâm tải lúc" in text
    assert [row[0] for row in rows[-4:]] == ["Đỗ Văn An", "Nguyễn Thị Ánh", "Trần Văn Ân", "Lê Thị Bình"]
    assert rows[-1][2] == "0900000003"


def test_a_name_that_is_a_formula_stays_text(signed_in, centre, ward):
    make_user(Role.SURVEYOR, ward, full_name="=HYPERLINK(1)")
    client = signed_in(centre)
    answer = client.post(reverse("wards:account-export"), {"format": "xlsx", "purpose": "records"})
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet


def test_the_printed_list_is_logged_as_a_print(signed_in, centre, team):
    answer = signed_in(centre).post(
        reverse("wards:account-export"), {"format": "print", "purpose": "records"}
    )
    assert "no-store" in answer.headers["Cache-Control"]
    event = AccessEvent.objects.get(action="print", what="account")
    assert event.detail["code"] in text_of(answer)
    assert "Lê Thị Bình" in text_of(answer)


def test_the_number_of_queries_does_not_grow(signed_in, centre, clerk, ward, django_assert_max_num_queries):
    now = clock.real_now()
    for _ in range(30):
        user = make_user(Role.SURVEYOR, ward)
        stand_ins.stand_in(
            account=user, absent=clerk, starts_at=now, ends_at=now + timedelta(days=1), by=centre, at=now
        )
    client = signed_in(centre)
    for url in (reverse(URL), reverse("wards:account-export")):
        with django_assert_max_num_queries(20):
            client.get(url)
