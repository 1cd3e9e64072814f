"""People on the desk's pages: the list and the search box, the form, its errors, and what nobody may see or lose."""

import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lib import clock
from tests.factories import SUOI_HOA, make_household, make_neighbourhood, make_resident, make_user, make_ward
from wards import actions
from wards.models import AccessEvent, Resident
from wards.roles import Role

CCCD = "027060001234"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("told")]


def text_of(response) -> str:
    """The page as read: without markup, spaces collapsed."""
    body = re.sub(r"<(script|template).*?</\1>", " ", response.content.decode(), flags=re.S)
    return " ".join(re.sub(r"<[^>]*>", " ", body).split())


def values(**more) -> dict:
    return {
        "form_id": str(uuid.uuid4()),
        "name": "Nguyễn Thị Lan",
        "born": "1950",
        "sex": "F",
        "residence": "here",
        "registration": "permanent",
        "mobility": "walks",
    } | more


def stored(resident, **more) -> dict:
    """What an untouched edit form of this person sends."""
    return values(
        name=resident.full_name, born=str(resident.born), sex=resident.sex, registration=resident.registration,
        mobility=resident.mobility, residence=resident.residence, version=resident.version,
        phones=", ".join(resident.phones),
    ) | more  # fmt: skip


def add_url(home):
    return reverse("wards:resident-add", args=[home.pk])


def edit_url(resident):
    return reverse("wards:resident-edit", args=[resident.pk])


def search(client, text):
    return client.post(reverse("wards:resident-search"), {"q": text})


# ---------------------------------------------------------------- the list


def test_the_list_walks_from_house_to_house(signed_in, clerk, ward, quarter):
    for at, number in enumerate(["2", "12", "12A", "112"]):
        home = make_household(ward, neighbourhood=quarter, house_number=number, walking_position=at)
        make_resident(ward, household=home, name=f"Nguyễn Văn Số {number}")
    page = signed_in(clerk).get(reverse("wards:resident-list"), {"neighbourhood": quarter.pk})
    assert [home.house_number for home, _ in page.context["homes"]] == ["2", "12", "12A", "112"]
    assert "Nguyễn Văn Số 12A" in text_of(page)


def test_paging_skips_and_repeats_nothing_while_homes_are_added(signed_in, clerk, ward, quarter):
    for at in range(65):
        make_household(ward, neighbourhood=quarter, walking_position=10 * at)
    client, seen, after = signed_in(clerk), [], ""
    while True:
        page = client.get(reverse("wards:resident-list"), {"neighbourhood": quarter.pk, "after": after})
        seen += [home.pk for home, _ in page.context["homes"]]
        make_household(ward, neighbourhood=quarter, walking_position=0)  # before the place reached
        after = page.context["next"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == 65


def test_a_place_in_the_list_that_is_no_place_is_the_first_page(signed_in, clerk, home, quarter):
    for after in ("x", "'; --", str(uuid.uuid4())):
        page = signed_in(clerk).get(
            reverse("wards:resident-list"), {"neighbourhood": quarter.pk, "after": after}
        )
        assert [found for found, _ in page.context["homes"]] == [home]


def test_the_number_of_queries_does_not_grow_with_the_people(signed_in, nurse, ward, quarter):
    client = signed_in(nurse)

    def count():
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("wards:resident-list"), {"neighbourhood": quarter.pk})
        return len(queries)

    make_resident(ward, household=make_household(ward, neighbourhood=quarter))
    count()
    few = count()
    for _ in range(25):
        home = make_household(ward, neighbourhood=quarter)
        for _ in range(3):
            make_resident(ward, household=home)
    assert count() == few <= 20


def test_a_surveyor_sees_the_own_neighbourhood_only(signed_in, surveyor, ward, home):
    make_resident(ward, household=home, name="Trần Văn Trong")
    elsewhere = make_household(ward, neighbourhood=make_neighbourhood(ward))
    outside = make_resident(ward, household=elsewhere, name="Trần Văn Ngoài")
    client = signed_in(surveyor)
    page = client.get(reverse("wards:resident-list"))
    assert "Trần Văn Trong" in text_of(page)
    assert "Ngoài" not in text_of(page)
    assert "Ngoài" not in text_of(search(client, "Trần Văn"))
    assert client.get(edit_url(outside)).status_code == 404


def test_the_stranger_finds_nobody(signed_in, stranger, ward, home):
    person = make_resident(ward, household=home)
    client = signed_in(stranger)
    assert client.get(edit_url(person)).status_code == 404
    assert client.get(add_url(home)).status_code == 404
    assert client.get(reverse("wards:resident-move", args=[person.pk])).status_code == 404
    assert client.post(reverse("wards:resident-duplicates", args=[home.pk])).status_code == 404
    page = client.get(
        reverse("wards:resident-list"), {"ward": ward.pk, "neighbourhood": home.neighbourhood_id}
    )
    assert person.full_name not in text_of(page)


@pytest.mark.parametrize("role", [Role.CITY_LEAD, Role.CDC, Role.HOTLINE, Role.COMMUNICATIONS, Role.AUDITOR])
def test_roles_without_names_get_403(signed_in, ward, home, role):
    client = signed_in(make_user(role, ward))
    assert client.get(reverse("wards:resident-list")).status_code == 403
    assert search(client, "lan").status_code == 403
    assert client.get(add_url(home)).status_code == 403


def test_the_police_read_identity_and_nothing_of_health(signed_in, ward, home, nurse):
    person = make_resident(ward, household=home, born="1930")
    actions.set_conditions(resident=person, numbers=[1, 10], by=nurse, on=clock.today())
    actions.add_identity_claim(
        resident=person, number=actions.read_number(CCCD, on=clock.today()), by=nurse, on=clock.today()
    )
    client = signed_in(make_user(Role.WARD_POLICE, ward))
    for page in (client.get(reverse("wards:resident-list")), search(client, person.full_name)):
        assert CCCD in text_of(page)
        assert "nguy cơ" not in text_of(page).lower()
        assert "Sửa" not in text_of(page)
    assert client.get(edit_url(person)).status_code == 403
    assert client.post(edit_url(person), stored(person, name="Khác")).status_code == 403


# ---------------------------------------------------------------- the search box


@pytest.fixture
def lan(ward, home):
    return make_resident(
        ward, household=home, name="Nguyễn Thị Lan", born="1950-03-07", phones=["0912345678"], sex="F"
    )


@pytest.mark.parametrize(
    "typed",
    [
        "nguyen thi lan",
        "Nguyễn Thị Lan",
        "NGUYEN  THI LAN",
        "ntl",
        "lan",
        "678",
        "5678",
        "0912 345 678",
        "+84912345678",
    ]
    + ["14", "14 phố thử", "7k2qf", "thi la"],
)
def test_the_same_person_is_found_however_it_is_typed(signed_in, clerk, lan, typed):
    page = search(signed_in(clerk), typed)
    assert [line.resident for line in page.context["lines"]] == [lan]


@pytest.mark.parametrize(
    "typed", ["", "  ", "%", "_", "678 0912", "lann", "999", "(", "'", "\\", "[", "*" * 500]
)
def test_what_nobody_is_called_finds_nobody(signed_in, clerk, lan, typed):
    page = search(signed_in(clerk), typed)
    assert page.status_code == 200
    assert page.context["lines"] == []


def test_exact_accents_come_first(signed_in, clerk, ward, home):
    for name in ("Nguyễn Thị Lạn", "Trần Thị Lan", "Nguyễn Thị Lán", "Nguyễn Thị Lan", "Nguyễn Thị Lan Anh"):
        make_resident(ward, household=home, name=name)
    page = search(signed_in(clerk), "Nguyễn Thị Lan")
    assert [line.resident.full_name for line in page.context["lines"]] == [
        "Nguyễn Thị Lan", "Nguyễn Thị Lán", "Nguyễn Thị Lạn", "Nguyễn Thị Lan Anh",
    ]  # fmt: skip


def test_i_and_y_are_searched_as_one(signed_in, clerk, ward, home):
    make_resident(ward, household=home, name="Phạm Văn Quý")
    assert len(search(signed_in(clerk), "pham van qui").context["lines"]) == 1


def test_a_full_identity_number_finds_its_person_and_nobody_elsewhere(signed_in, clerk, stranger, lan):
    today = clock.today()
    actions.add_identity_claim(resident=lan, number=actions.read_number(CCCD, on=today), by=clerk, on=today)
    assert [line.resident for line in search(signed_in(clerk), CCCD).context["lines"]] == [lan]
    assert [line.resident for line in search(signed_in(clerk), "027 060 001 234").context["lines"]] == [lan]
    answer, unknown = search(signed_in(stranger), CCCD), search(signed_in(stranger), "027060009999")
    assert answer.context["lines"] == []
    assert text_of(answer).replace(CCCD, "") == text_of(unknown).replace("027060009999", "")


def test_nothing_searched_for_stands_in_an_address_or_a_log(signed_in, clerk, lan):
    client = signed_in(clerk)
    assert client.get(reverse("wards:resident-search"), {"q": "Lan"}).status_code == 302
    search(client, "Nguyễn Thị Lan")
    event = AccessEvent.objects.get(action="search")
    assert (event.user, event.row_count, event.detail) == (clerk, 1, {"kind": "name"})


def test_a_fruitless_search_says_what_to_try(signed_in, clerk, lan):
    page = search(signed_in(clerk), "Không Có Ai")
    assert 'Không tìm thấy "Không Có Ai" trong địa bàn được giao. Thử tên không dấu' in text_of(page).replace(
        "&quot;", '"'
    )


def test_htmx_gets_the_answer_alone(signed_in, clerk, lan):
    url = reverse("wards:resident-search")
    fragment = signed_in(clerk).post(url, {"q": "lan"}, headers={"HX-Request": "true"})
    assert "<html" not in fragment.content.decode()
    assert "HX-Request" in fragment.headers["Vary"]


def test_looking_writes_an_access_event_with_the_number_of_people(signed_in, clerk, lan, quarter, home, ward):
    make_resident(ward, household=home)
    client = signed_in(clerk)
    client.get(reverse("wards:resident-list"), {"neighbourhood": quarter.pk})
    client.get(edit_url(lan))
    listed, viewed = AccessEvent.objects.order_by("pk")
    assert (listed.action, listed.what, listed.row_count, listed.ward) == ("list", "household", 2, ward)
    assert (viewed.action, viewed.what, viewed.object_id) == ("view", "resident", str(lan.pk))


# ---------------------------------------------------------------- adding


def test_a_person_is_added_and_the_birth_date_echoed(signed_in, clerk, home):
    page = signed_in(clerk).post(
        add_url(home), values(born="03/1950", phones="0912345678, 0987 654 321"), follow=True
    )
    person = Resident.objects.get()
    assert (person.born.iso(), person.phones) == ("1950-03", ["0912345678", "0987654321"])
    assert person.entered_by == clerk
    assert "Đã thêm Nguyễn Thị Lan. Chỉ có tháng và năm sinh: tháng 3 năm 1950." in text_of(page)


def test_a_double_click_makes_one_person(signed_in, clerk, home):
    sent = values()
    for _ in range(2):
        assert signed_in(clerk).post(add_url(home), sent).status_code == 302
    assert Resident.objects.count() == 1


def test_back_and_another_name_asks_first_then_adds(signed_in, clerk, home):
    client, sent = signed_in(clerk), values()
    client.post(add_url(home), sent)
    asked = client.post(add_url(home), sent | {"name": "Phạm Thị Cúc", "born": "1980"})
    assert "Trang này đã dùng để thêm Nguyễn Thị Lan" in text_of(asked)
    assert Resident.objects.count() == 1
    again = sent | {
        "name": "Phạm Thị Cúc",
        "born": "1980",
        "form_id": asked.context["form"]["form_id"].value(),
    }
    client.post(add_url(home), again)
    assert Resident.objects.count() == 2


def test_errors_stand_above_and_at_the_field_and_the_typing_stays(signed_in, clerk, home):
    page = signed_in(clerk).post(
        add_url(home),
        values(name="", born="31/02/1950", phones="12345", number="2,72E+10", employer="Công ty Thử"),
    )
    body = page.content.decode()
    for name in ("name", "born", "phones", "number"):
        assert f'href="#id_{name}"' in body
        assert f'id="id_{name}_error"' in body
    said = text_of(page)
    for sentence in ("Ghi họ và tên.", "Tháng 2/1950 không có ngày 31.", "Excel đã làm mất chữ số"):
        assert said.count(sentence) == 2
    for typed in ("31/02/1950", "12345", "2,72E+10", "Công ty Thử"):
        assert f'value="{typed}"' in body
    assert not Resident.objects.exists()


@pytest.mark.parametrize(
    ("typed", "stored_as"),
    [
        ("15/05/1972", "1972-05-15"), ("5/3/72", "1972-03-05"), ("05-03-1972", "1972-03-05"), ("1972", "1972"),
        ("05.03.1972", "1972-03-05"), ("3/1972", "1972-03"), ("1972-03-05", "1972-03-05"),
    ],
)  # fmt: skip
def test_birth_dates_are_taken_as_people_write_them(signed_in, clerk, home, typed, stored_as):
    signed_in(clerk).post(add_url(home), values(born=typed))
    assert Resident.objects.get().born.iso() == stored_as


def test_fields_of_the_row_that_are_no_fields_of_the_form_are_ignored(signed_in, clerk, home, stranger):
    other = make_household(make_ward(SUOI_HOA))
    signed_in(clerk).post(
        add_url(home),
        values(
            ward=other.ward_id,
            household=str(other.pk),
            entered_by=stranger.pk,
            version=99,
            source="import",
            id="x",
        ),
    )
    person = Resident.objects.get()
    assert (person.household, person.ward_id, person.entered_by) == (home, home.ward_id, clerk)
    assert (person.version, person.source) == (1, "desk")
    attempt = AccessEvent.objects.get(what="unexpected_fields")
    assert attempt.user == clerk
    assert attempt.detail["fields"] == ["entered_by", "household", "id", "source", "ward"]


def test_an_ordinary_form_leaves_no_suspicion(signed_in, clerk, home, lan):
    client = signed_in(clerk)
    for url in (add_url(home), edit_url(lan)):
        body = client.get(url).content.decode().partition("<main")[2].partition("</main>")[0]
        names = set(re.findall(r'<(?:input|select|textarea|button)[^>]* name="([^"]+)"', body))
        client.post(url, dict.fromkeys(names, ""))
    assert not AccessEvent.objects.filter(what="unexpected_fields").exists()


def test_a_contradicting_number_warns_and_is_saved(signed_in, clerk, home):
    page = signed_in(clerk).post(add_url(home), values(number=CCCD, born="1950", sex="F"), follow=True)
    assert "cho biết giới tính" in text_of(page)
    assert "cho biết năm sinh" in text_of(page)
    assert Resident.objects.get().identity_claims.exists()


def test_the_number_of_a_neighbour_shows_the_neighbour_and_the_choices(signed_in, clerk, home, lan):
    today = clock.today()
    actions.add_identity_claim(resident=lan, number=actions.read_number(CCCD, on=today), by=clerk, on=today)
    client, sent = signed_in(clerk), values(name="Phạm Văn Ba", born="1960", sex="M", number=CCCD)
    page = client.post(add_url(home), sent)
    assert "Số này đang ghi ở hồ sơ Nguyễn Thị Lan." in text_of(page)
    assert "Cùng một người" in text_of(page)
    assert edit_url(lan) in page.content.decode()
    assert Resident.objects.count() == 1
    client.post(add_url(home), sent | {"leave_number_out": "on"})
    assert not Resident.objects.exclude(pk=lan.pk).get().identity_claims.exists()


def test_the_number_of_somebody_out_of_scope_confirms_nothing_more(signed_in, clerk, stranger, home, lan):
    today = clock.today()
    actions.add_identity_claim(resident=lan, number=actions.read_number(CCCD, on=today), by=clerk, on=today)
    other_home = make_household(make_ward(SUOI_HOA))
    page = signed_in(stranger).post(add_url(other_home), values(name="Phạm Văn Ba", number=CCCD))
    assert "Số này đang có ở hồ sơ khác, chờ Trung tâm Y tế xem." in text_of(page)
    assert "Lan" not in text_of(page)
    assert str(lan.pk) not in page.content.decode()


def test_a_probable_duplicate_asks_before_it_is_saved(signed_in, clerk, home, lan):
    client, sent = signed_in(clerk), values(born="1950")
    page = client.post(add_url(home), sent)
    assert "Trùng tên và năm sinh, cùng hộ, số nhà 14" in text_of(page)
    assert Resident.objects.count() == 1
    client.post(add_url(home), sent | {"tell_apart": str(lan.pk)})
    assert Resident.objects.count() == 2


def test_told_apart_once_is_not_asked_again_when_another_field_is_wrong(signed_in, clerk, home, lan):
    client, sent = signed_in(clerk), values(born="1950", phones="1")
    page = client.post(add_url(home), sent | {"tell_apart": str(lan.pk)})
    assert str(lan.pk) in page.context["form"]["different_from"].value()
    assert page.context["form"].candidates == []


def test_the_card_while_typing_needs_no_finished_form(signed_in, clerk, home, lan):
    url = reverse("wards:resident-duplicates", args=[home.pk])
    page = signed_in(clerk).post(url, {"name": "nguyen thi lan", "born": "1950"})
    assert "Trùng tên không dấu và năm sinh" in text_of(page)
    assert "Chỉ có năm sinh 1950." in text_of(page)
    assert "<html" not in page.content.decode()
    assert Resident.objects.count() == 1
    assert signed_in(clerk).post(url, {"name": "nguy"}).status_code == 200


def test_the_card_shows_nobody_of_another_ward(signed_in, stranger, lan):
    other_home = make_household(make_ward(SUOI_HOA))
    page = signed_in(stranger).post(
        reverse("wards:resident-duplicates", args=[other_home.pk]),
        {"name": "Nguyễn Thị Lan", "born": "07/03/1950"},
    )
    assert "Trùng" not in text_of(page)


# ---------------------------------------------------------------- correcting


def test_the_second_of_two_tabs_sees_both_values_and_decides(signed_in, clerk, nurse, lan):
    opened = stored(lan)
    signed_in(nurse).post(edit_url(lan), opened | {"name": "Nguyễn Thị Lành", "mobility": "cannot_travel"})
    asked = signed_in(clerk).post(
        edit_url(lan), opened | {"name": "Nguyễn Thị Lam", "employer": "Công ty Thử"}
    )
    said = text_of(asked)
    assert "Lê Thị Y Tá đã sửa hồ sơ này sau khi anh/chị mở trang." in said
    assert "Nguyễn Thị Lành Nguyễn Thị Lam dùng bản anh/chị nhập" in said
    assert "Không di chuyển được Chưa rõ giữ bản đang ghi" in said
    lan.refresh_from_db()
    assert lan.full_name == "Nguyễn Thị Lành"
    form = asked.context["form"]
    again = {
        name: form[name].value()
        for name in ("name", "born", "version", "mobility", "employer", "phones", "sex")
    }
    signed_in(clerk).post(edit_url(lan), opened | again)
    lan.refresh_from_db()
    assert (lan.full_name, lan.mobility, lan.employer) == ("Nguyễn Thị Lam", "cannot_travel", "Công ty Thử")


def test_moved_away_is_confirmed_before_it_is_saved(signed_in, clerk, lan):
    client = signed_in(clerk)
    page = client.post(edit_url(lan), stored(lan, residence="moved"))
    assert "Đánh dấu xác nhận rồi lưu" in text_of(page)
    assert 'name="confirm_left"' in page.content.decode()
    client.post(edit_url(lan), stored(lan, residence="moved", confirm_left="on"))
    lan.refresh_from_db()
    assert lan.residence == "moved"


def test_a_number_is_masked_for_a_surveyor_and_can_be_taken_off_by_a_clerk(signed_in, clerk, surveyor, lan):
    today = clock.today()
    actions.add_identity_claim(resident=lan, number=actions.read_number(CCCD, on=today), by=clerk, on=today)
    lan.refresh_from_db()
    masked = text_of(signed_in(surveyor).get(edit_url(lan)))
    assert "0270****1234" in masked
    assert CCCD not in masked
    assert CCCD in text_of(signed_in(clerk).get(edit_url(lan)))
    signed_in(clerk).post(edit_url(lan), stored(lan, withdrawn=[lan.identity_claims.get().pk]))
    assert not lan.identity_claims.filter(withdrawn_at=None).exists()


def test_a_clerk_neither_sees_nor_ends_what_the_station_wrote(signed_in, clerk, nurse, lan):
    actions.set_conditions(resident=lan, numbers=[1, 10], by=nurse, on=clock.today())
    lan.refresh_from_db()
    page = signed_in(clerk).get(edit_url(lan))
    body = page.content.decode()
    assert "Thuộc nhóm nguy cơ: đã có bệnh nền được ghi." in text_of(page)
    assert "HIV" not in body
    assert not re.search(r'name="conditions"[^>]*checked', body)
    signed_in(clerk).post(edit_url(lan), stored(lan, conditions=["14"], conditions_shown=""))
    assert set(lan.conditions.filter(ended_on=None).values_list("condition_id", flat=True)) == {1, 10, 14}


def test_a_nurse_sees_ticks_and_unticking_ends(signed_in, nurse, lan):
    actions.set_conditions(resident=lan, numbers=[1, 10], by=nurse, on=clock.today())
    lan.refresh_from_db()
    page = signed_in(nurse).get(edit_url(lan))
    assert len(re.findall(r'name="conditions"[^>]*checked', page.content.decode())) == 2
    signed_in(nurse).post(edit_url(lan), stored(lan, conditions=["10"], conditions_shown="1,10"))
    assert set(lan.conditions.filter(ended_on=None).values_list("condition_id", flat=True)) == {10}
    assert lan.conditions.get(condition_id=1).ended_on == clock.today()


def test_a_second_tier_condition_cannot_be_sent_by_hand(signed_in, clerk, lan):
    page = signed_in(clerk).post(edit_url(lan), stored(lan, conditions=["10"]))
    assert page.status_code == 200
    assert not lan.conditions.exists()


def test_pregnancy_is_recorded_and_ended_from_the_form(signed_in, clerk, lan):
    signed_in(clerk).post(edit_url(lan), stored(lan, born="1995", pregnancy_weeks="9"))
    pregnancy = lan.pregnancies.get()
    assert (pregnancy.stated_weeks, pregnancy.stated_on) == (9, clock.today())
    lan.refresh_from_db()
    assert "Đang mang thai: 9 tuần" in text_of(signed_in(clerk).get(edit_url(lan)))
    signed_in(clerk).post(edit_url(lan), stored(lan, pregnancy_ended="on"))
    assert lan.pregnancies.get().ended_on == clock.today()


# ---------------------------------------------------------------- moving


def test_a_person_moves_to_a_home_found_by_its_number_and_back(signed_in, clerk, ward, quarter, lan, home):
    target = make_household(
        ward, neighbourhood=quarter, house_number="27", street="Phố Mới", address_key="27 moi"
    )
    client, url = signed_in(clerk), reverse("wards:resident-move", args=[lan.pk])
    sent = {"where": "existing", "version": lan.version, "find": "27"}
    assert "27 Phố Mới" in text_of(client.post(url, sent | {"search": "1"}))
    page = client.post(url, sent | {"household": str(target.pk)}, follow=True)
    assert "Đã chuyển Nguyễn Thị Lan đến 27 Phố Mới." in text_of(page)
    client.post(reverse("wards:move-undo"))
    lan.refresh_from_db()
    assert lan.household == home


def test_undo_is_gone_once_the_record_changed(signed_in, clerk, nurse, ward, quarter, lan):
    target = make_household(ward, neighbourhood=quarter, house_number="27", address_key="27 pho thu")
    client = signed_in(clerk)
    client.post(
        reverse("wards:resident-move", args=[lan.pk]),
        {"where": "existing", "version": lan.version, "find": "27", "household": str(target.pk)},
    )
    lan.refresh_from_db()
    actions.set_phones(resident=lan, phones=["0987654321"], by=nurse)
    page = client.get(reverse("wards:household-detail", args=[target.pk]))
    assert "Hoàn tác" not in text_of(page)
    client.post(reverse("wards:move-undo"))
    lan.refresh_from_db()
    assert lan.household == target


def test_a_person_moves_to_a_new_home(signed_in, clerk, quarter, lan):
    sent = {
        "where": "new",
        "version": lan.version,
        "place": f"n{quarter.pk}",
        "house_number": "31",
        "street": "Phố Mới",
    }
    client = signed_in(clerk)
    for _ in range(2):
        client.post(
            reverse("wards:resident-move", args=[lan.pk]),
            sent | {"form_id": "7d0f0a51-79b6-4b21-8a5c-64a8f1a3f001"},
        )
    lan.refresh_from_db()
    assert lan.household.address == "31 Phố Mới"


def test_a_home_of_another_ward_cannot_be_chosen_and_outside_says_what_to_do(signed_in, clerk, lan):
    other = make_household(make_ward(SUOI_HOA), house_number="99", address_key="99 thu")
    client, url = signed_in(clerk), reverse("wards:resident-move", args=[lan.pk])
    page = client.post(
        url, {"where": "existing", "version": lan.version, "find": "99", "household": str(other.pk)}
    )
    assert "Không tìm thấy hộ này trong địa bàn được giao." in text_of(page)
    page = client.post(url, {"where": "new", "version": lan.version, "place": "outside"})
    assert "chọn “Đã chuyển đi”" in text_of(page)
    lan.refresh_from_db()
    assert lan.ward_id != other.ward_id
