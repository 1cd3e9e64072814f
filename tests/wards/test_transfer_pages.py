"""Transfers on the pages: what each side sees at which moment, what is said, and what the log keeps (TRUST AUTH-11, T3, T10)."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from lib import clock, identity
from tests.api.conftest import Program, make_token, problem
from tests.factories import (
    SUOI_HOA,
    make_dose,
    make_household,
    make_neighbourhood,
    make_resident,
    make_user,
    make_ward,
)
from tests.wards.test_resident_pages import stored, text_of
from vaccination.models import DoseRecord
from wards import actions, identity_numbers, installation
from wards.imports import batches, steps
from wards.models import (
    AccessEvent,
    Condition,
    Household,
    IdentityClaim,
    Installation,
    Organisation,
    Resident,
    ResidentCondition,
    Transfer,
)
from wards.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]

NUMBER, PHONE = "099150000111", "0912345678"


@pytest.fixture
def there(db):
    return make_ward(SUOI_HOA)


@pytest.fixture
def city(ward, there):
    """An installation of two wards, on 05/02/2022."""
    offset = datetime(2022, 2, 5, 8, tzinfo=clock.VIETNAM) - clock.real_now()
    Installation.objects.create(city_name="Thành phố thử", is_demo=True, clock_offset=offset)
    installation.forget()
    centre = Organisation.objects.create(kind=Organisation.Kind.HEALTH_CENTRE, name="Trung tâm thử")
    centre.units.set([ward, there])
    yield centre
    installation.forget()


@pytest.fixture
def person(ward, home):
    found = make_resident(
        ward,
        household=home,
        name="Cao Văn Lợi",
        born="1950-02",
        sex="M",
        phones=[PHONE],
        note="Ghi chú riêng",
    )
    claim = identity_numbers.claim_values(identity.classify(NUMBER, synthetic=True))
    IdentityClaim.objects.create(resident=found, ward=ward, **claim)
    make_dose(found, lot="LO123")
    ResidentCondition.objects.create(resident=found, ward=ward, condition=Condition.objects.get(number=13))
    return found


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def here_desk(clerk):
    return browser(clerk)


@pytest.fixture
def receiver(there, city):
    return make_user(Role.WARD_OFFICER, there, full_name="Phạm Thị Tiếp Nhận")


@pytest.fixture
def there_desk(receiver):
    return browser(receiver)


@pytest.fixture
def quarter_there(there):
    return make_neighbourhood(there, "Niềm Xá")


LIST = "/chuyen-phuong/"


def move_url(what):
    kind = "household" if isinstance(what, Household) else "resident"
    return reverse(f"wards:{kind}-move", args=[what.pk])


def send(client, what, to_ward, **more):
    sent = {
        "where": "ward",
        "to_ward": to_ward.pk,
        "new_address": "12 Phố Vũ",
        "version": what.version,
    } | more
    return client.post(move_url(what), sent, follow=True)


def accept_url(transfer=None):
    return reverse("wards:transfer-accept", args=[(transfer or Transfer.objects.get()).pk])


def into_new_home(quarter, **more):
    return {"where": "new", "place": f"n{quarter.pk}", "house_number": "12", "street": "Phố Vũ"} | more


def pages_of(person):
    for name in ("outreach:resident-detail", "wards:resident-edit", "wards:resident-move"):
        yield reverse(name, args=[person.pk])
    for name in ("vaccination:dose-create", "vaccination:dose-history"):
        yield reverse(name, args=[person.pk])


# ---------------------------------------------------------------- sending


def test_the_move_page_sends_to_another_ward_and_says_that_nothing_has_moved(here_desk, person, there):
    assert "Chuyển sang phường khác" in text_of(here_desk.get(move_url(person)))
    page = text_of(send(here_desk, person, there))
    assert "Đã gửi Phường Suối Hoa đề nghị tiếp nhận Cao Văn Lợi" in page
    for url in pages_of(person):
        if "/chuyen/" in url or "/sua/" in url or url.endswith(f"{person.pk}/"):
            shown = text_of(here_desk.get(url))
            assert "Đang chờ Phường Suối Hoa tiếp nhận Cao Văn Lợi, gửi ngày 05/02/2022" in shown, url
            assert "Rút lại" in shown, url


def test_without_a_ward_nothing_is_sent_and_the_page_says_what_is_missing(here_desk, person, ward, there):
    assert "Chọn phường tiếp nhận." in text_of(
        here_desk.post(move_url(person), {"where": "ward", "version": 1})
    )
    assert "Chọn một phường của thành phố" in text_of(send(here_desk, person, ward))
    assert not Transfer.objects.exists()


def test_a_page_opened_before_somebody_edited_sends_nothing(here_desk, clerk, person, there):
    actions.set_phones(resident=person, phones=[PHONE], by=clerk)
    page = send(here_desk, person, there, version=0)
    assert "Có người vừa sửa hồ sơ này" in text_of(page)
    assert not Transfer.objects.exists()


def test_sent_twice_it_waits_once(here_desk, person, there):
    send(here_desk, person, there)
    assert "Đang chờ Phường Suối Hoa" in text_of(send(here_desk, person, there))
    assert Transfer.objects.count() == 1


def test_a_form_that_was_open_is_refused_in_words_and_taking_back_lets_it_through(here_desk, person, there):
    send(here_desk, person, there)
    url, changed = reverse("wards:resident-edit", args=[person.pk]), stored(person, name="Cao Văn Lợi Em")
    assert "thì bấm “Rút lại” trước" in text_of(here_desk.post(url, changed))
    here_desk.post(reverse("wards:transfer-withdraw", args=[Transfer.objects.get().pk]))
    here_desk.post(url, changed)
    person.refresh_from_db()
    assert person.full_name == "Cao Văn Lợi Em"


def test_that_somebody_died_is_written_at_the_form_and_closes_the_transfer(
    here_desk, there_desk, person, there
):
    send(here_desk, person, there)
    url = reverse("wards:resident-edit", args=[person.pk])
    here_desk.post(url, stored(person, residence="deceased", confirm_left="on"))
    person.refresh_from_db()
    assert person.residence == "deceased"
    page = there_desk.get(accept_url(), follow=True)
    assert "Không còn gì để tiếp nhận: người này đã mất" in text_of(page)


# ---------------------------------------------------------------- before the answer


def test_the_receiving_ward_sees_what_was_sent_and_nothing_else(here_desk, there_desk, person, there):
    send(here_desk, person, there, transfer_note="Về ở với con")
    for url in pages_of(person):
        assert there_desk.get(url).status_code == 404, url
    assert there_desk.get(reverse("wards:household-detail", args=[person.household_id])).status_code == 404
    condition = str(Condition.objects.get(number=13))
    for url in (LIST, accept_url()):
        page = text_of(there_desk.get(url))
        for told in ("Cao Văn Lợi", "02/1950", "Nam", "12 Phố Vũ", "Võ Cường", "Về ở với con"):
            assert told in page, told
        for kept in (
            PHONE,
            "0912 345 678",
            NUMBER,
            NUMBER[-4:],
            "LO123",
            condition,
            "Ghi chú riêng",
            "Phố Thử",
        ):
            assert kept not in page, kept


def test_today_tells_how_many_wait_to_those_who_may_accept(
    here_desk, there_desk, home, ward, person, there, quarter_there
):
    make_resident(ward, household=home, name="Lê Thị Vợ")
    gone = make_resident(ward, household=home, name="Lê Văn Trước", residence="moved")
    send(here_desk, home, there)
    assert "2 người chờ phường tiếp nhận." in text_of(there_desk.get("/"))
    assert gone.full_name not in text_of(there_desk.get(LIST))
    assert "chờ phường tiếp nhận" not in text_of(here_desk.get("/"))
    team = make_user(Role.SURVEYOR)
    team.assignments.create(neighbourhood=quarter_there)
    for user in (team, make_user(Role.WARD_LEAD, there)):
        assert "chờ phường tiếp nhận" not in text_of(browser(user).get("/"))


def test_a_survey_team_sees_what_left_its_neighbourhood_and_answers_nothing(
    surveyor, person, ward, there, here_desk, quarter_there
):
    other = make_resident(ward, name="Người Khu Khác")
    send(here_desk, person, there)
    send(here_desk, other, there)
    page = text_of(browser(surveyor).get(LIST))
    assert "Cao Văn Lợi" in page
    assert "Người Khu Khác" not in page
    assert "Chuyển đến" not in text_of(browser(surveyor).get(LIST, {"tab": "den"})).split("Chuyển đi")[0]
    team = make_user(Role.SURVEYOR)
    team.assignments.create(neighbourhood=quarter_there)
    for transfer in Transfer.objects.all():
        assert browser(team).get(accept_url(transfer)).status_code == 403


def test_both_tabs_are_told_when_they_are_empty(here_desk, there_desk):
    assert "Không có ai chờ tiếp nhận." in text_of(there_desk.get(LIST))
    assert "Không có ai đang chờ nơi khác tiếp nhận." in text_of(here_desk.get(LIST, {"tab": "di"}))


# ---------------------------------------------------------------- the answer


def test_accepted_into_a_new_home_the_former_ward_gets_404_everywhere_at_once(
    here_desk, there_desk, person, there, quarter_there
):
    send(here_desk, person, there)
    page = there_desk.post(accept_url(), into_new_home(quarter_there), follow=True)
    assert "Đã tiếp nhận Cao Văn Lợi." in text_of(page)
    person.refresh_from_db()
    assert (person.ward, person.household.neighbourhood, person.household.address) == (
        there,
        quarter_there,
        "12 Phố Vũ",
    )
    assert DoseRecord.objects.get().ward == there
    for url in pages_of(person):
        assert here_desk.get(url).status_code == 404, url
        assert there_desk.get(url).status_code == 200, url
    assert here_desk.post(reverse("wards:resident-edit", args=[person.pk]), {}).status_code == 404
    told = text_of(here_desk.get(LIST, {"tab": "di"}))
    assert "Cao Văn Lợi" in told
    assert "Đã tiếp nhận" in told


def test_accepted_into_a_home_on_record_found_by_its_address(
    here_desk, there_desk, person, there, quarter_there, ward
):
    theirs = make_household(there, neighbourhood=quarter_there, house_number="77", address_key="77 thu")
    ours = make_household(ward, house_number="77", address_key="77 thu")
    send(here_desk, person, there)
    find = {"where": "existing", "find": "77", "search": "1"}
    offered = there_desk.post(accept_url(), find).content.decode()
    assert str(theirs.pk) in offered
    assert str(ours.pk) not in offered
    refused = there_desk.post(accept_url(), {"where": "existing", "find": "77", "household": str(ours.pk)})
    assert "Không tìm thấy hộ này trong địa bàn được giao." in text_of(refused)
    there_desk.post(accept_url(), {"where": "existing", "find": "77", "household": str(theirs.pk)})
    person.refresh_from_db()
    assert person.household == theirs


def test_a_whole_home_is_accepted_under_a_neighbourhood_at_its_new_address(
    here_desk, there_desk, home, person, ward, there, quarter_there
):
    make_resident(ward, household=home, name="Lê Thị Vợ")
    send(here_desk, home, there, new_address="3 Phố Mới")
    page = there_desk.get(accept_url())
    assert "Tiếp nhận cả hộ, 2 người" in text_of(page)
    form = {"place": f"n{quarter_there.pk}", "house_number": "3", "street": "Phố Mới", "address_text": ""}
    there_desk.post(accept_url(), form)
    home.refresh_from_db()
    assert (home.ward, home.neighbourhood, home.address) == (there, quarter_there, "3 Phố Mới")
    assert here_desk.get(reverse("wards:household-detail", args=[home.pk])).status_code == 404


def test_the_second_to_answer_is_told_who_was_first_and_no_empty_home_is_left(
    here_desk, there_desk, person, there, quarter_there
):
    send(here_desk, person, there)
    sent = Transfer.objects.get()
    homes = Household.objects.count()
    there_desk.post(accept_url(), into_new_home(quarter_there))
    again = there_desk.post(accept_url(), into_new_home(quarter_there), follow=True)
    assert "Phạm Thị Tiếp Nhận đã tiếp nhận trước" in text_of(again)
    returned = there_desk.post(reverse("wards:transfer-return", args=[sent.pk]), {"reason": "x"}, follow=True)
    assert "đã tiếp nhận trước" in text_of(returned)
    back = here_desk.post(reverse("wards:transfer-withdraw", args=[sent.pk]), follow=True)
    assert "đã tiếp nhận trước" in text_of(back)
    assert Household.objects.count() == homes + 1


def test_accepting_somebody_moved_by_another_door_says_so_and_leaves_no_empty_home(
    here_desk, there_desk, person, there, quarter_there
):
    send(here_desk, person, there)
    elsewhere = make_household(there, neighbourhood=quarter_there)
    Resident.objects.filter(pk=person.pk).update(ward=there, household=elsewhere)
    homes = Household.objects.count()
    page = there_desk.post(accept_url(), into_new_home(quarter_there), follow=True)
    assert "hồ sơ đã được chuyển bằng cách khác" in text_of(page)
    assert Household.objects.count() == homes


def test_a_home_whose_people_changed_is_not_taken_and_the_page_says_why(
    here_desk, there_desk, home, person, ward, there, quarter_there
):
    send(here_desk, home, there)
    make_resident(ward, household=home, name="Đến Sau")
    form = {"place": f"n{quarter_there.pk}", "house_number": "3", "street": "Phố Mới"}
    page = there_desk.post(accept_url(), form, follow=True)
    assert "người trong hộ đã thay đổi sau khi gửi" in text_of(page)
    home.refresh_from_db()
    assert home.ward == ward


def test_returned_needs_a_reason_which_the_sending_ward_reads(here_desk, there_desk, person, there):
    send(here_desk, person, there)
    url = reverse("wards:transfer-return", args=[Transfer.objects.get().pk])
    refused = there_desk.post(url, {"reason": " "})
    assert (refused.status_code, Transfer.objects.get().state) == (422, "proposed")
    there_desk.post(url, {"reason": "Đã đến nhưng không gặp gia đình"})
    for address in (
        LIST + "?tab=di",
        reverse("outreach:resident-detail", args=[person.pk]),
        move_url(person),
    ):
        assert "Đã đến nhưng không gặp gia đình" in text_of(here_desk.get(address)), address


def test_the_health_centre_sees_both_sides_and_still_moves_directly(city, person, ward, there, here_desk):
    user = make_user(Role.HEALTH_CENTRE)
    user.assignments.create(organisation=city)
    centre = browser(user)
    send(here_desk, person, there)
    for tab in ("den", "di"):
        assert "Cao Văn Lợi" in text_of(centre.get(LIST, {"tab": tab}))
    other, target = make_resident(ward), make_household(there, house_number="9", address_key="9 thu")
    form = {"where": "existing", "version": other.version, "find": "9", "household": str(target.pk)}
    centre.post(move_url(other), form)
    other.refresh_from_db()
    assert other.ward == there


# ---------------------------------------------------------------- the log; files


def test_looks_and_decisions_stand_in_the_log_about_the_person(
    here_desk, there_desk, receiver, clerk, person, there, quarter_there
):
    send(here_desk, person, there)
    there_desk.get(LIST)
    there_desk.get(accept_url())
    there_desk.post(accept_url(), into_new_home(quarter_there))
    events = AccessEvent.objects.filter(what="transfer").order_by("pk")
    kept = [(e.user, e.action, e.detail.get("verb"), e.row_count) for e in events]
    assert kept == [
        (clerk, "change", "propose_transfer", 1),
        (receiver, "list", None, 1),
        (receiver, "view", None, 1),
        (receiver, "change", "accept_transfer", 1),
    ]
    assert {e.object_id for e in events if e.action != "list"} == {str(person.pk)}
    assert {e.ward for e in events if e.user == receiver} == {there}


def test_a_row_of_the_other_ward_for_somebody_who_waits_is_a_move_for_the_centre_as_ever(
    here_desk,
    receiver,
    person,
    there,
):
    send(here_desk, person, there)
    lines = ["Họ và tên;Ngày sinh;Giới tính;Địa chỉ;Số CCCD", f"Cao Văn Lợi;02/1950;Nam;12 phố Vũ;{NUMBER}"]
    batch = batches.receive_file(
        by=receiver, source="residents", chunks=["\n".join(lines).encode()], original_name="b.csv"
    )
    steps.work(batch.pk)
    batch.refresh_from_db()
    batches.choose_columns(batch=batch, mapping=batch.mapping, date_orders=batch.date_orders, by=receiver)
    steps.work(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.rows_read, batch.moved_rows) == ("review", 1, 1), batch.refusal
    person.refresh_from_db()
    assert person.ward != there
    assert Transfer.objects.get().is_open


def test_a_program_is_refused_as_the_desk_is_and_may_record_a_dose(nurse, person, there):
    program = Program(make_token(nurse))
    send(browser(nurse), person, there)
    body = problem(program.patch(f"residents/{person.pk}/", {"version": 1, "sex": "F"}), 409, "refused")
    assert body["errors"][""][0]["code"] == "waiting"
    dose = {"product": "AZ", "given": "2022-01-20", "history_complete": True, "confirmed": True}
    assert program.post(f"residents/{person.pk}/doses/", dose).status_code == 201
