"""What the log can be asked: who has seen this person, who took this file out, who looks at unusually much; page by page."""

import io
import logging
from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.urls import reverse
from python_calamine import CalamineWorkbook

from config.grants import append_only_tables
from lib import clock, identity
from tests.factories import SUOI_HOA, make_resident, make_ward
from tests.wards.test_resident_pages import text_of
from wards import access_log, access_volumes, actions, identity_numbers
from wards.access_volumes import UNUSUAL_PER_HOUR
from wards.models import AccessEvent, IdentityClaim

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("told")]
URL = "wards:access-log"


def question(**more):
    now = clock.real_now()
    return access_log.Question(since=now - timedelta(days=7), until=now + timedelta(days=1), **more)


def event(user, ward, *, action="view", what="resident", ago=timedelta(), rows=1, **more):
    if action in ("export", "print"):
        more.setdefault("purpose", "Lưu hồ sơ")
    return AccessEvent.objects.create(
        at=clock.real_now() - ago, user=user, ward=ward, action=action, what=what, row_count=rows, **more
    )


# ---------------------------------------------------------------- who has seen this person


def test_who_saw_a_person_is_found_in_two_steps(signed_in, clerk, nurse, centre, lan, home):
    for user in (clerk, nurse):
        signed_in(user).get(reverse("wards:resident-edit", args=[lan.pk]))
    signed_in(nurse).get(reverse("wards:household-detail", args=[home.pk]))
    client = signed_in(centre)
    found = client.post(reverse("wards:access-log-person"), {"q": "nguyen thi lan"})
    link = f"{reverse(URL)}?person={lan.pk}"
    assert link in found.content.decode()
    page = client.get(link)
    told = [(line.user_id, line.what) for line, *_rest in page.context["lines"]]
    assert told == [(nurse.pk, "Hộ"), (nurse.pk, "Người dân"), (clerk.pk, "Người dân")]
    assert "Danh sách và tệp không ghi từng tên" in text_of(page)


def test_a_person_of_another_ward_is_not_found(signed_in, centre):
    make_resident(make_ward(SUOI_HOA), name="Trần Văn Nơi Khác")
    page = signed_in(centre).post(reverse("wards:access-log-person"), {"q": "tran van noi khac"})
    assert "Không tìm thấy hồ sơ này trong địa bàn được giao." in text_of(page)


def test_an_auditor_finds_a_record_by_its_whole_number_and_reads_no_name(signed_in, auditor, lan, ward):
    number = "099150000111"
    values = identity_numbers.claim_values(identity.classify(number, synthetic=True))
    IdentityClaim.objects.create(resident=lan, ward=ward, **values)
    client = signed_in(auditor)
    url = reverse("wards:access-log-person")
    by_name = client.post(url, {"q": "nguyen thi lan"})
    assert by_name.context["people"] == []
    by_number = client.post(url, {"q": number})
    assert [person.pk for person in by_number.context["people"]] == [lan.pk]
    assert "Lan" not in text_of(by_number).replace(number, "")
    assert str(lan.pk)[:8] in text_of(by_number)


def test_what_was_searched_for_is_in_no_address_and_not_in_the_log(signed_in, centre, lan):
    client = signed_in(centre)
    assert client.get(reverse("wards:access-log-person"), {"q": "lan"}).status_code == 405
    client.post(reverse("wards:access-log-person"), {"q": "nguyen thi lan"})
    kept = AccessEvent.objects.get(what="access_log", action="search")
    assert (kept.row_count, kept.detail) == (1, {"kind": "name"})


# ---------------------------------------------------------------- who took this file out


def test_a_leaked_file_leads_to_who_took_it_out_however_long_ago(signed_in, centre, clerk, ward):
    taken = event(
        clerk,
        ward,
        action="export",
        what="worklist",
        ago=timedelta(days=900),
        rows=612,
        detail={"code": "TX12AB34CD"},
    )
    event(clerk, ward, action="export", what="worklist", detail={"code": "TX99999999"})
    page = signed_in(centre).get(reverse(URL), {"code": " tx12ab34cd "})
    ((line, official, *_rest),) = page.context["lines"]
    assert (line.at, line.row_count, line.code, official) == (taken.at, 612, "TX12AB34CD", clerk)


def test_a_file_of_another_ward_leads_nowhere(signed_in, centre, stranger):
    event(stranger, make_ward(SUOI_HOA), action="export", what="worklist", detail={"code": "TX12AB34CD"})
    assert signed_in(centre).get(reverse(URL), {"code": "TX12AB34CD"}).context["lines"] == []


def test_kind_ward_and_purpose_narrow(signed_in, centre, clerk, ward):
    event(clerk, ward, action="export", what="worklist", purpose="Tổ chức buổi tiêm, Trạm Y tế")
    event(clerk, ward, action="export", what="worklist", purpose="Lưu hồ sơ")
    event(clerk, ward, action="print", what="worklist", purpose="Lưu hồ sơ")
    event(clerk, None, action="search", what="resident")
    client = signed_in(centre)

    def count(**asked):
        return len(client.get(reverse(URL), asked).context["lines"])

    page = client.get(reverse(URL), {"kind": "export"})
    assert len(page.context["lines"]) == 2
    offered = [value for value, _label in page.context["form"].fields["purpose"].widget.choices]
    assert offered == ["", "Lưu hồ sơ", "Tổ chức buổi tiêm"]
    assert count(purpose="Lưu hồ sơ") == 2
    assert count(purpose="Lưu hồ sơ", kind="print") == 1
    assert count(ward=str(ward.pk), kind="search") == 0
    assert count(ward=str(make_ward(SUOI_HOA).pk), kind="export") == 2  # no ward of the reader: not a choice


# ---------------------------------------------------------------- page by page


def test_pages_of_looks_skip_and_repeat_nothing_though_instants_are_equal(centre, clerk, ward):
    at = clock.real_now()
    made = [
        AccessEvent(at=at, user=clerk, ward=ward, action="view", what="resident", object_id="")
        for _ in range(23)
    ]
    AccessEvent.objects.bulk_create(made)
    seen, after = [], ""
    while True:
        page = access_log.looked(centre, question(), after=after, limit=5)
        seen += [line.at for line in page.lines]
        AccessEvent(
            at=clock.real_now(), user=clerk, ward=ward, action="list", what="worklist"
        ).save()  # meanwhile
        if not page.next:
            break
        after = page.next
    assert len(seen) == 23


def test_pages_of_changes_skip_and_repeat_nothing_over_several_tables(centre, clerk, nurse, lan, ward, home):
    today = clock.today()
    people = [lan, *(make_resident(ward, household=home, name=f"Người {letter}") for letter in "ABCD")]
    for person in people:
        actions.update_resident(
            resident=person, name=f"{person.full_name} Hai", born=person.born, by=clerk, on=today
        )
        actions.set_conditions(resident=person, numbers=[1], by=nurse, on=today)
        actions.set_conditions(resident=person, numbers=[], by=nurse, on=today)
    whole = access_log.changed(centre, question(), limit=1000).lines
    parts, after = [], ""
    while True:
        page = access_log.changed(centre, question(), after=after, limit=3)
        parts += page.lines
        if not page.next:
            break
        after = page.next

    def key(line):
        return line.at, line.what, line.object_id, line.action

    assert len(whole) >= 10
    assert sorted(map(key, parts)) == sorted(map(key, whole))


def test_the_page_leads_on_to_older_lines(signed_in, centre, clerk, ward):
    AccessEvent.objects.bulk_create(
        AccessEvent(at=clock.real_now(), user=clerk, ward=ward, action="view", what="resident", object_id="")
        for _ in range(access_log.PAGE + 7)
    )
    client = signed_in(centre)
    first = client.get(reverse(URL), {"kind": "view"})
    assert len(first.context["lines"]) == access_log.PAGE
    second = client.get(f"{reverse(URL)}?{first.context['next']}")
    assert len(second.context["lines"]) == 7
    assert second.context["next"] == ""


# ---------------------------------------------------------------- how much


@pytest.mark.parametrize("kind", ["view", "list", "export", "print"])
def test_more_than_the_limit_in_an_hour_is_marked_and_the_limit_itself_is_not(
    centre, clerk, nurse, ward, kind
):
    event(clerk, ward, action=kind, what="worklist", rows=UNUSUAL_PER_HOUR[kind])
    event(nurse, ward, action=kind, what="worklist", rows=UNUSUAL_PER_HOUR[kind] + 1)
    marked = {volume.user_id: bool(volume.unusual) for volume in access_volumes.volumes(centre, question())}
    assert marked == {clerk.pk: False, nurse.pk: True}


def test_searches_are_counted_by_how_often(centre, clerk, ward):
    limit = UNUSUAL_PER_HOUR["search"]
    event(clerk, ward, action="search", rows=limit * 10)
    assert not access_volumes.volumes(centre, question())[0].unusual
    assert not access_volumes.is_unusual("search", limit, 0)
    assert access_volumes.is_unusual("search", limit + 1, 0)


def test_the_same_amount_over_a_day_is_not_unusual(centre, clerk, ward):
    for hours in range(1, 4):
        event(
            clerk,
            ward,
            action="list",
            what="worklist",
            ago=timedelta(hours=hours),
            rows=UNUSUAL_PER_HOUR["list"],
        )
    found = access_volumes.volumes(centre, question())
    assert not any(volume.unusual for volume in found)
    assert sum(volume.people for volume in found) == 3 * UNUSUAL_PER_HOUR["list"]


def test_the_page_counts_by_official_and_day_and_shows_the_mark(signed_in, centre, clerk, ward):
    event(clerk, ward, action="export", what="worklist", rows=UNUSUAL_PER_HOUR["export"] + 1)
    event(clerk, ward)
    page = signed_in(centre).get(reverse(URL), {"tab": "volume"})
    assert f"Tải tệp {UNUSUAL_PER_HOUR['export'] + 1:,}".replace(",", ".") in text_of(page)
    ((volume, official),) = page.context["volumes"]
    assert (official, volume.times) == (clerk, {"export": 1, "view": 1})


def test_the_log_opens_on_what_stood_out_since_yesterday(signed_in, centre, clerk, nurse, ward):
    event(
        clerk,
        ward,
        action="print",
        what="worklist",
        ago=timedelta(hours=3),
        rows=UNUSUAL_PER_HOUR["print"] + 1,
    )
    event(
        nurse,
        ward,
        action="print",
        what="worklist",
        ago=timedelta(hours=30),
        rows=UNUSUAL_PER_HOUR["print"] + 1,
    )
    page = signed_in(centre).get(reverse(URL), {"tab": "changed"})
    assert [official for _volume, official in page.context["lately"]] == [clerk]
    assert "24 giờ qua có người xem nhiều hơn thường lệ: Trần Thị Thư Ký" in text_of(page)


def test_trying_addresses_of_records_elsewhere_stands_out_too(centre, clerk):
    AccessEvent.objects.bulk_create(
        AccessEvent(at=clock.real_now(), user=clerk, action="view", what="not_there", row_count=0)
        for _ in range(UNUSUAL_PER_HOUR["view"] + 1)
    )
    assert any(volume.unusual for volume in access_volumes.volumes(centre, question()))


def test_the_operators_are_warned_without_a_name(caplog, clerk, ward):
    event(
        clerk,
        ward,
        action="export",
        what="worklist",
        ago=timedelta(hours=1),
        rows=UNUSUAL_PER_HOUR["export"] + 1,
    )
    with caplog.at_level(logging.WARNING):
        assert access_volumes.watch(clock.real_now()) == 1
    assert f"user {clerk.pk}, export" in caplog.text
    assert "Thư Ký" not in caplog.text


def test_a_long_list_counts_once_when_it_is_fetched(centre, clerk, ward):
    for verb in ("request_export", "make_export", "download_export"):
        event(
            clerk,
            ward,
            action="export",
            what="worklist",
            rows=6_000,
            detail={"verb": verb, "code": "TX11111111"},
        )
    (volume,) = access_volumes.volumes(centre, question())
    assert (volume.people, volume.unusual) == (6_000, [])


def test_volumes_of_another_ward_are_not_told(centre, stranger):
    event(stranger, make_ward(SUOI_HOA), rows=10_000)
    assert access_volumes.volumes(centre, question()) == []


# ---------------------------------------------------------------- taking the log out, and leaving it alone


def test_taking_the_log_out_asks_for_the_purpose_and_is_in_the_log(signed_in, centre, clerk, lan):
    signed_in(clerk).get(reverse("wards:resident-edit", args=[lan.pk]))
    client = signed_in(centre)
    url = reverse("wards:access-log-export")
    refused = client.post(url, {"format": "xlsx"})
    assert "Chọn một mục." in text_of(refused)
    answer = client.post(url, {"format": "xlsx", "purpose": "complaint", "recipient": "Thanh tra thành phố"})
    kept = AccessEvent.objects.get(what="access_log", action="export")
    assert kept.purpose == "Giải quyết phản ánh, khiếu nại, Thanh tra thành phố"
    rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
        .get_sheet_by_index(0)
        .to_python()
    )
    text = str(rows)
    assert kept.detail["code"] in text
    assert "Nguyễn Thị Lan" in text
    assert (kept.row_count, kept.user) == (1, centre)


def test_an_auditors_file_has_no_resident_in_it(signed_in, auditor, clerk, lan):
    signed_in(clerk).get(reverse("wards:resident-edit", args=[lan.pk]))
    page = signed_in(auditor).post(
        reverse("wards:access-log-export"), {"format": "print", "purpose": "review"}
    )
    assert "Lan" not in text_of(page)
    assert str(lan.pk)[:8] in text_of(page)


@pytest.mark.parametrize("action", ["export", "print"])
def test_nothing_is_taken_out_without_a_purpose(clerk, ward, action):
    with pytest.raises(IntegrityError, match="taken_out_for_a_purpose"), transaction.atomic():
        event(clerk, ward, action=action, purpose="")
    event(clerk, ward, action="view", purpose="")


@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_nobody_changes_or_deletes_the_log(clerk, ward, change):
    event(clerk, ward)
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format("wards_accessevent"))
    assert AccessEvent.objects.count() == 1


def test_every_table_of_the_past_is_closed_to_change():
    with connection.cursor() as cursor:
        for table in append_only_tables():
            for right in ("UPDATE", "DELETE", "TRUNCATE"):
                cursor.execute("SELECT has_table_privilege(%s, %s)", [table, right])
                assert cursor.fetchone() == (False,), f"{right} {table}"
    assert "wards_accessevent" in append_only_tables()


def test_an_account_in_the_log_goes_by_its_officials_name(signed_in, centre, auditor, clerk, stranger):
    from_here = {"what": "account", "action": "change", "detail": {"verb": "make_link"}}
    event(centre, None, object_id=str(clerk.pk), **from_here)
    event(centre, None, object_id=str(stranger.pk), **from_here)
    page = text_of(signed_in(auditor).get(reverse(URL), {"kind": "change"}))
    assert "Tạo phiếu đăng nhập · Tài khoản Trần Thị Thư Ký" in page
    assert f"Tạo phiếu đăng nhập · Tài khoản {stranger.pk}" in page
