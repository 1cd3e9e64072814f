"""Officials pasted from Excel, Word or Zalo: what is read, what the preview says, that all are opened or none."""

import pytest
from django.urls import reverse

from lib import clock
from tests.factories import SUOI_HOA, make_neighbourhood, make_user, make_ward
from tests.wards.test_resident_pages import text_of
from wards.access import scope_of
from wards.actions import leavers
from wards.models import AccessEvent, User
from wards.pasted_accounts import AT_MOST, lines_of, username_for
from wards.roles import Role

URL = "wards:account-paste"


# ---------------------------------------------------------------- reading


@pytest.mark.parametrize(
    ("line", "name", "phone", "place"),
    [
        ("NGUYỄN VĂN AN\t0912345678", "NGUYỄN VĂN AN", "0912345678", ""),
        ("1\tNguyễn Văn An\t0912345678\tKhu 5", "Nguyễn Văn An", "0912345678", "Khu 5"),
        ("Nguyễn Văn An; 0912 345 678", "Nguyễn Văn An", "0912 345 678", ""),
        ("Nguyễn Văn An, 912345678", "Nguyễn Văn An", "912345678", ""),
        ("Nguyễn Văn An +84 912.345.678", "Nguyễn Văn An", "+84 912.345.678", ""),
        ("1. Nguyễn Văn An 0912-345-678 Khu 5", "Nguyễn Văn An", "0912-345-678", "Khu 5"),
        ("- Nguyễn Văn An: (0912) 345 678", "Nguyễn Văn An", "(0912) 345 678", ""),
        ("0912345678\tNguyễn Văn An", "Nguyễn Văn An", "0912345678", ""),
        ("Nguyễn Văn An", "Nguyễn Văn An", "", ""),
        ("Nguyễn Văn An 091234", "Nguyễn Văn An", "091234", ""),
        ("9,12346E+08\tNguyễn Văn An", "Nguyễn Văn An", "9,12346E+08", ""),
        ('"Nguyễn Văn An"\t"0912345678"', "Nguyễn Văn An", "0912345678", ""),
        ("Nguyễn Văn An 0912345678, 0987654321", "Nguyễn Văn An", "0912345678, 0987654321", ""),
    ],
)
def test_a_line_is_read_however_it_was_written(line, name, phone, place):
    (found,) = lines_of(line)
    assert (found.name, found.phone, found.place) == (name, phone, place)


def test_titles_and_empty_lines_are_left_out_and_lines_keep_their_number():
    text = "STT\tHọ và tên\tSố điện thoại\r\n\r\n1\tAn\t0912345678\r\n\r\n2\tBình\t0912345679\r\n"
    assert [(line.number, line.name) for line in lines_of(text)] == [(3, "An"), (5, "Bình")]


def test_a_user_name_without_a_number_can_be_read_and_is_free():
    assert username_for("Nguyễn Thị Lan", set().__contains__) == "lan.nt"
    assert username_for("Nguyễn Thị Lan", {"lan.nt", "lan.nt2"}.__contains__) == "lan.nt3"
    assert len(username_for("Ê", set().__contains__)) >= 3


# ---------------------------------------------------------------- the pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(ward):
    return make_user(Role.WARD_LEAD, ward)


def pasted(client, ward, *lines, role="surveyor", place=""):
    return client.post(
        reverse(URL), {"text": "\n".join(lines), "role": role, "place": place or f"w{ward.pk}"}
    )


def as_sent(preview, **changed):
    """What the browser sends back of the preview."""
    sent = {"rows": str(len(preview.rows)), "role": preview.role, "place": preview.place, "step": "open"}
    for number, row in enumerate(preview.rows):
        sent |= {
            f"{name}-{number}": str(getattr(row, name)) for name in ("line", "name", "phone", "role", "place")
        }
        if row.may_add:
            sent[f"what-{number}"] = row.what
    return sent | changed


def opened(client, page, **changed):
    return client.post(reverse(URL), as_sent(page.context["preview"], **changed))


def test_a_pasted_list_becomes_accounts_after_the_preview(signed_in, lead, ward, quarter):
    client = signed_in(lead)
    page = pasted(client, ward, "NGUYỄN VĂN AN\t0912345678\tBò Sơn", "Trần Thị Bình +84 912.345.679")
    assert not User.objects.filter(username="0912345678").exists()
    assert [row.state for row in page.context["preview"].rows] == ["new", "new"]
    answer = opened(client, page)
    assert (answer.status_code, answer.url) == (302, reverse("wards:account-made"))
    an, binh = User.objects.get(username="0912345678"), User.objects.get(username="0912345679")
    assert (an.full_name, an.phone, an.roles) == ("Nguyễn Văn An", "0912345678", ["surveyor"])
    assert scope_of(an).neighbourhood_ids == {quarter.pk}
    assert scope_of(binh).ward_ids == {ward.pk}
    assert AccessEvent.objects.filter(detail__verb="open_account", user=lead).count() == 2
    made = client.get(answer.url)
    assert {row.account for row in made.context["rows"]} == {an, binh}


def test_role_and_place_differ_line_by_line(signed_in, lead, ward, quarter):
    client = signed_in(lead)
    page = pasted(client, ward, "An 0912345678", "Bình 0912345679")
    opened(client, page, **{"role-1": "ward_officer", "place-1": f"n{quarter.pk}"})
    assert User.objects.get(username="0912345678").roles == ["surveyor"]
    other = User.objects.get(username="0912345679")
    assert (other.roles, scope_of(other).neighbourhood_ids) == (["ward_officer"], {quarter.pk})


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("An 091234567", "“091234567” có 9 chữ số, số di động có 10 chữ số."),
        ("An\t9,12346E+08", "Excel đã làm mất chữ số"),
        ("0912345678", "Chưa có họ và tên."),
        ("An 0912345678, 0987654321", "Có 2 số điện thoại, giữ lại một số."),
        ("Bình 0912345679\nAn 0912345679", "Trùng số với dòng 1."),
    ],
)
def test_a_wrong_line_says_what_and_nothing_is_opened(signed_in, lead, ward, line, sentence):
    client = signed_in(lead)
    before = User.objects.count()
    page = pasted(client, ward, line)
    assert sentence in text_of(page)
    again = opened(client, page)
    assert again.status_code == 200
    assert sentence in text_of(again)
    assert User.objects.count() == before


def test_what_was_typed_is_there_after_an_error(signed_in, lead, ward):
    client = signed_in(lead)
    page = pasted(client, ward, "An 0912345678", "Bình 09123")
    again = opened(client, page, **{"name-0": "Nguyễn Văn Ân", "role-1": "ward_officer"})
    first, second = again.context["preview"].rows
    assert (first.name, second.name, second.phone, second.role) == (
        "Nguyễn Văn Ân",
        "Bình",
        "09123",
        "ward_officer",
    )
    assert 'value="09123"' in again.content.decode()


def test_a_corrected_line_is_opened(signed_in, lead, ward):
    client = signed_in(lead)
    page = pasted(client, ward, "An 09123")
    assert opened(client, page, **{"phone-0": "0912 345 678"}).status_code == 302
    assert User.objects.filter(username="0912345678").exists()


def test_a_dropped_line_is_left_out(signed_in, lead, ward):
    client = signed_in(lead)
    page = pasted(client, ward, "An 0912345678", "Bình 09123")
    assert opened(client, page, **{"drop-1": "1"}).status_code == 302
    assert User.objects.filter(full_name="Bình").count() == 0


def test_back_to_the_paste_keeps_the_corrections(signed_in, lead, ward):
    client = signed_in(lead)
    page = pasted(client, ward, "An 0912345678", "Bình 09123")
    back = opened(client, page, step="back", **{"name-1": "Nguyễn Bình"})
    assert back.context["form"].initial["text"] == "An\t0912345678\nNguyễn Bình\t09123"


def test_too_many_lines_are_a_sentence_and_the_text_stays(signed_in, lead, ward):
    lines = [f"Nguyễn Văn A{number} 09123{number:05}" for number in range(AT_MOST + 1)]
    page = pasted(signed_in(lead), ward, *lines)
    assert "Đang có 201 người" in text_of(page)
    assert "Nguyễn Văn A200" in page.content.decode()


def test_two_hundred_people_go_in_one_go(signed_in, lead, ward):
    client = signed_in(lead)
    page = pasted(client, ward, *[f"Nguyễn Văn A{number} 09123{number:05}" for number in range(AT_MOST)])
    assert opened(client, page).status_code == 302
    assert User.objects.filter(username__startswith="09123").count() == AT_MOST


# ---------------------------------------------------------------- numbers that have an account


def test_a_number_with_an_account_is_left_alone_unless_chosen(signed_in, lead, ward, quarter):
    known = make_user(Role.SURVEYOR, full_name="Lê Thị Cũ", phone="0912345678")
    known.assignments.create(neighbourhood=quarter)
    client = signed_in(lead)
    page = pasted(client, ward, "Lê Thị Cũ 0912345678", "An 0912345679", role="ward_officer")
    assert "Đã có tài khoản Lê Thị Cũ." in text_of(page)
    opened(client, page)
    known.refresh_from_db()
    assert known.roles == ["surveyor"]
    page = pasted(client, ward, "Lê Thị Cũ 0912345678", role="ward_officer")
    assert opened(client, page, **{"what-0": "add"}).status_code == 302
    known.refresh_from_db()
    assert set(known.roles) == {"surveyor", "ward_officer"}
    assert known.assignments.filter(unit=ward).exists()


def test_a_number_of_another_ward_is_not_named_and_not_touched(signed_in, lead, ward):
    stranger = make_user(
        Role.SURVEYOR, make_ward(SUOI_HOA), full_name="Người Phường Khác", phone="0912345678"
    )
    client = signed_in(lead)
    page = pasted(client, ward, "Ai Đó 0912345678")
    assert "ngoài địa bàn được giao" in text_of(page)
    assert "Người Phường Khác" not in text_of(page)
    opened(client, page, **{"what-0": "add"})
    assert stranger.assignments.count() == 1


def test_a_number_of_a_closed_account_says_so(signed_in, lead, ward, clerk):
    clerk.phone = "0912345678"
    clerk.save()
    leavers.close_account(account=clerk, by=lead, at=clock.real_now())
    assert "đang khóa" in text_of(pasted(signed_in(lead), ward, "Thư Ký 0912345678"))


def test_the_same_paste_sent_twice_opens_once(signed_in, lead, ward):
    client = signed_in(lead)
    page = pasted(client, ward, "An 0912345678")
    assert opened(client, page).status_code == 302
    again = opened(client, page)
    assert "Đã có tài khoản An." in text_of(again)
    assert User.objects.filter(phone="0912345678").count() == 1


# ---------------------------------------------------------------- fences


def test_nobody_pastes_a_role_or_a_place_that_is_not_theirs_to_give(signed_in, lead, ward):
    client = signed_in(lead)
    foreign = make_neighbourhood(make_ward(SUOI_HOA), "Xa Lạ")
    page = pasted(client, ward, "An 0912345678")
    for changed in ({"role": "admin"}, {"place": f"n{foreign.pk}"}, {"place": f"w{foreign.ward_id}"}):
        answer = opened(client, page, **changed)
        assert answer.status_code == 200, changed
        assert answer.context["preview"].problems, changed
    for changed in ({"role-0": "admin"}, {"place-0": f"n{foreign.pk}"}, {"place-0": f"w{foreign.ward_id}"}):
        answer = opened(client, page, **changed)  # said, not quietly replaced by what all get
        assert answer.status_code == 200, changed
        assert answer.context["preview"].rows[0].problems, changed
    assert not User.objects.filter(username="0912345678").exists()


def test_a_place_that_is_not_known_is_said(signed_in, lead, ward):
    page = pasted(signed_in(lead), ward, "An\t0912345678\tKhu Không Có")
    assert "Chưa rõ nơi “Khu Không Có”, đang lấy nơi làm việc chung." in text_of(page)
