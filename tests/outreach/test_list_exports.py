"""Long lists are made in the background: asked for, made, fetched once more with the rights of the moment, gone after a day."""

import hashlib
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from lib import clock
from outreach import (
    export_files,
    export_jobs,
    export_leases,
    export_queue,
    export_recovery,
    exports,
    list_exports,
)
from outreach.models import ListExport
from outreach.worklists import UNVACCINATED
from tests.factories import make_user
from tests.outreach.conftest import ON, crowd
from wards.models import AccessEvent
from wards.roles import Role

PAGE = "/chua-tiem/tep/"
FORM = {"purpose": "session", "recipient": "Trung tâm Y tế", "format": "xlsx"}


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """Two people are many, nothing is announced to a broker, nothing is left from another test."""
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    monkeypatch.setattr(export_queue, "ring", lambda: True)


def asked(user, file_format="csv", **chosen) -> ListExport:
    selection = UNVACCINATED.select(user, chosen, ON)
    return list_exports.request_export(
        by=user,
        selection=selection,
        file_format=file_format,
        purpose="Tổ chức buổi tiêm",
        rows=selection.count(),
    )


def made(user, file_format="csv", **chosen) -> ListExport:
    export = asked(user, file_format, **chosen)
    assert export_jobs.make_next()
    return later(export)


def later(export: ListExport) -> ListExport:
    return ListExport.objects.get(pk=export.pk)


def plain(export: ListExport) -> bytes:
    return b"".join(export_files.opened(export.stored_name, export.pk))


def verbs() -> list[tuple[str, int]]:
    events = AccessEvent.objects.filter(action="export").order_by("pk")
    return [(event.detail["verb"], event.row_count) for event in events]


def fetch(client, export: ListExport):
    response = client.get(f"{PAGE}{export.pk}/tai/")
    content = response.getvalue() if response.streaming else response.content
    return response.status_code, content


# ---------------------------------------------------------------- asking


def test_a_long_list_becomes_a_job_and_a_short_one_is_handed_out_at_once(officer, people, signed_in):
    client = signed_in(officer)
    response = client.post("/chua-tiem/tai-ve/", FORM)
    assert (response.status_code, response["Location"]) == (302, PAGE)
    export = ListExport.objects.get()
    assert (export.user, export.state, export.rows_total) == (officer, "queued", 6)
    assert (export.format, export.purpose) == ("xlsx", "Tổ chức buổi tiêm, Trung tâm Y tế")
    assert export.recipient == "Trung tâm Y tế"
    response = client.post("/chua-tiem/tai-ve/?group=basic_incomplete", FORM)
    assert response["Content-Disposition"].startswith("attachment")
    assert response.getvalue().startswith(b"PK")
    assert ListExport.objects.count() == 1


def test_the_purpose_is_asked_and_one_of_ones_own_is_to_be_said(officer, people, signed_in):
    client = signed_in(officer)
    assert client.post("/chua-tiem/tai-ve/", {"format": "csv"}).status_code == 400
    refused = client.post("/chua-tiem/tai-ve/", {"format": "csv", "purpose": "other"})
    assert refused.status_code == 400
    assert "Ghi rõ danh sách dùng để làm gì" in refused.content.decode()
    told = {"format": "csv", "purpose": "other", "purpose_text": "Đối chiếu với sổ của trạm"}
    assert client.post("/chua-tiem/tai-ve/", told).status_code == 302
    assert ListExport.objects.get().purpose == "Đối chiếu với sổ của trạm"


def test_asked_for_twice_it_is_made_once(officer, people):
    assert asked(officer, group="no_dose") == asked(officer, group="no_dose")
    assert asked(officer) != asked(officer, "xlsx")
    assert ListExport.objects.count() == 3


def test_one_person_does_not_fill_the_queue(officer, people):
    for group in ("no_dose", "booster", "unknown", "additional", ""):
        asked(officer, group=group)
    with pytest.raises(list_exports.Refused, match="Đang có 5 tệp chờ lập"):
        asked(officer, "xlsx")


def test_named_lists_are_counted_by_the_hour(officer, people, signed_in, monkeypatch):
    monkeypatch.setattr(list_exports, "PER_HOUR", 2)
    client = signed_in(officer)
    assert client.post("/chua-tiem/tai-ve/", FORM).status_code == 302
    export_jobs.make_next()
    fetch(client, ListExport.objects.get())
    assert client.post("/chua-tiem/tai-ve/?group=booster", FORM).getvalue().startswith(b"PK")
    refused = client.post("/chua-tiem/tai-ve/?group=booster", FORM)
    assert refused.status_code == 429
    assert "Trong một giờ chỉ tải được 2 danh sách" in refused.content.decode()


def test_a_pdf_for_nobody_to_read_is_offered_as_a_spreadsheet(officer, people, signed_in, monkeypatch):
    monkeypatch.setitem(exports.LIMITS, "pdf", 5)
    client = signed_in(officer)
    response = client.post("/chua-tiem/tai-ve/", FORM | {"format": "pdf"})
    assert response.status_code == 413
    page = response.content.decode()
    assert "chọn Excel" in page
    assert 'value="xlsx"' in page
    assert 'value="pdf"' not in page
    assert "Bản in chỉ nhận đến 2.000 người" not in page
    monkeypatch.setitem(exports.LIMITS, "print", 5)
    page = client.get("/chua-tiem/tai-ve/").content.decode()
    assert "Bản in chỉ nhận đến 5 người" in page
    assert 'value="print"' not in page
    assert not ListExport.objects.exists()


def test_who_may_not_take_lists_out_cannot_ask(surveyor, lead, people):
    for user in (surveyor, lead):
        with pytest.raises(PermissionDenied):
            asked(user)


# ---------------------------------------------------------------- making


@pytest.mark.parametrize("file_format", ["xlsx", "csv", "pdf"])
def test_the_file_is_the_one_that_is_handed_out_at_once(officer, ward_a, people, tmp_path, file_format):
    crowd([ward_a], 60)
    export = made(officer, file_format, order="name")
    assert (export.state, export.reason) == ("ready", "")
    content = plain(export)
    assert (export.size, export.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    path = tmp_path / f"at-once.{file_format}"
    selection = UNVACCINATED.select(officer, {"order": "name"}, ON)
    stamp = exports.Stamp(officer, clock.now(), export.purpose, export.code)
    assert exports.write(selection, file_format, path, stamp) == export.rows_written == export.rows_total
    if file_format == "xlsx":
        direct, kept = (openpyxl.load_workbook(source).active for source in (path, BytesIO(content)))
        rows = [
            [[cell.value for cell in row] for row in sheet.iter_rows(min_row=7)] for sheet in (direct, kept)
        ]
        assert rows[0] == rows[1]
        head = " ".join(str(kept.cell(row, 1).value) for row in range(1, 6))
        assert export.code in head
        assert f"Tổng số: {export.rows_total} người" in head
        assert export.code in kept.oddFooter.left.text
    elif file_format == "csv":
        assert path.read_bytes() == content
    else:
        assert content[:4] == b"%PDF"


def test_columns_are_those_chosen_when_it_was_asked_for(officer, people):
    officer.list_columns = {"unvaccinated": ["name", "phone", "why"]}
    officer.save()
    export = asked(officer)
    assert asked(officer) == export
    assert export.columns == ["name", "phone", "why"]
    ListExport.objects.filter(pk=export.pk).update(columns=["name", "phone", "of_an_older_version"])
    export_jobs.make_next()
    head = plain(later(export)).decode("utf-8-sig").splitlines()[0]
    assert head == "TT;Họ và tên;Số điện thoại"


def test_the_file_on_disk_is_sealed_and_only_the_server_may_read_it(officer, people):
    export = made(officer)
    path = export_files.path_of(export.stored_name)
    assert "Nguyễn Thị Lan".encode() in plain(export)
    assert "Nguyễn Thị Lan".encode() not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [found.name for found in path.parent.iterdir()].count(path.name) == 1


def test_asked_made_and_fetched_stand_in_the_access_log(officer, people, signed_in):
    export = made(officer)
    fetch(signed_in(officer), export)
    assert verbs() == [("request_export", 6), ("make_export", 6), ("download_export", 6)]
    for event in AccessEvent.objects.filter(action="export"):
        assert (event.user, event.purpose, event.detail["code"]) == (
            officer,
            "Tổ chức buổi tiêm",
            export.code,
        )
        assert event.object_id == str(export.pk)
        assert event.ward_id == export.ward_ids[0]


def test_auth_19_the_list_is_made_with_the_scope_of_the_moment(centre, people, ward_a, ward_b):
    everywhere = asked(centre, ward="all", population="all")
    office = centre.assignments.get().organisation
    office.units.set([ward_a])
    assert export_jobs.make_next()
    refused = later(everywhere)
    assert (refused.state, refused.stored_name, refused.rows_written) == ("failed", "", 0)
    assert "Địa bàn được giao đã thay đổi" in refused.reason
    assert verbs() == [("request_export", everywhere.rows_total)]


@pytest.mark.parametrize("change", ["disabled", "other_role", "moved"])
def test_auth_19_nothing_is_made_for_who_lost_the_right_meanwhile(officer, people, ward_b, change):
    export = asked(officer)
    if change == "disabled":
        officer.is_active = False
    elif change == "other_role":
        officer.roles = [Role.SURVEYOR]
    else:
        officer.assignments.update(unit=ward_b)
    officer.save()
    assert export_jobs.make_next()
    export = later(export)
    assert (export.state, export.stored_name, export.size) == ("failed", "", 0)
    assert export.reason in (export_jobs.NOT_ALLOWED, export_jobs.PLACE_CHANGED)
    assert not list(export_files.folder().glob(f"*{export.stored_name or 'x'}*.sealed"))


def test_rights_lost_while_it_is_written_leave_no_file(officer, people, monkeypatch):
    export = asked(officer)
    write = exports.write

    def and_then_disabled(*given, **more):
        rows = write(*given, **more)
        officer.is_active = False
        officer.save()
        return rows

    before = set(export_files.folder().iterdir())
    monkeypatch.setattr(exports, "write", and_then_disabled)
    export_jobs.make_next()
    assert (later(export).state, later(export).reason) == ("failed", export_jobs.NOT_ALLOWED)
    assert set(export_files.folder().iterdir()) == before


# ---------------------------------------------------------------- fetching


def test_the_owner_gets_the_file_as_an_attachment_that_nobody_keeps(officer, people, signed_in):
    export = made(officer)
    response = signed_in(officer).get(reverse("outreach:export-download", args=[export.pk]))
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith('attachment; filename="danh-sach-chua-tiem_')
    assert export.code in response["Content-Disposition"]
    assert response["Cache-Control"] == "no-store"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response.getvalue() == plain(export)
    assert later(export).downloads == 1


def test_nobody_else_gets_it_by_its_address(officer, station, stranger, centre, client, people, signed_in):
    export = made(officer)
    assert client.get(f"{PAGE}{export.pk}/tai/").status_code == 302  # to the sign-in
    for user in (station, stranger, centre):
        for address, method in (("tai", "get"), ("xoa", "post"), ("lam-lai", "post")):
            response = getattr(signed_in(user), method)(f"{PAGE}{export.pk}/{address}/")
            assert response.status_code == 404, (user, address)
        assert export.code not in signed_in(user).get(PAGE).content.decode()
    assert (later(export).state, later(export).downloads) == ("ready", 0)


@pytest.mark.parametrize("change", ["moved", "other_role", "no_full_numbers"])
def test_exp_05_rights_reduced_between_request_and_download_are_404(
    officer, people, ward_b, signed_in, change
):
    export = made(officer)
    client = signed_in(officer)
    if change == "moved":
        officer.assignments.update(unit=ward_b)
    else:  # a ward lead takes lists out too, but sees numbers masked
        officer.roles = [Role.SURVEYOR if change == "other_role" else Role.WARD_LEAD]
        officer.save()
    assert fetch(client, export)[0] == 404
    assert later(export).downloads == 0
    if change == "moved":
        assert "không tải được tệp này nữa" in client.get(PAGE).content.decode()


def test_a_list_of_one_ward_is_still_ones_own_when_another_ward_was_lost(
    centre, people, ward_a, ward_b, signed_in
):
    export = made(centre, ward=ward_a.code)
    assert export.ward_ids == [ward_a.pk]
    office = centre.assignments.get().organisation
    office.units.set([ward_a])
    assert fetch(signed_in(centre), export)[0] == 200
    office.units.set([ward_b])
    assert fetch(signed_in(centre), export)[0] == 404


def test_of_a_single_neighbourhood_the_export_remembers_the_neighbourhood(people, ward_a, signed_in):
    place = people.home.neighbourhood
    officer = make_user(Role.WARD_OFFICER)
    officer.assignments.create(neighbourhood=place)
    export = made(officer)
    assert (export.ward_ids, export.neighbourhood_ids) == ([], [place.pk])
    assert fetch(signed_in(officer), export)[0] == 200
    officer.assignments.all().delete()
    officer.assignments.create(unit=ward_a)
    assert fetch(signed_in(officer), export)[0] == 200  # the whole ward holds its neighbourhood
    officer.assignments.all().delete()
    officer.assignments.create(neighbourhood=ward_a.neighbourhoods.exclude(pk=place.pk).first())
    assert fetch(signed_in(officer), export)[0] == 404


def test_after_a_day_it_is_gone_and_says_so(officer, people, signed_in, django_capture_on_commit_callbacks):
    export = made(officer)
    assert export.expires_at - export.ready_at == timedelta(hours=24)
    path = export_files.path_of(export.stored_name)
    client = signed_in(officer)
    ListExport.objects.filter(pk=export.pk).update(expires_at=clock.real_now())
    status, page = fetch(client, export)
    assert status == 410
    assert "Tệp không còn nữa" in page.decode()
    assert "Đã hết hạn" in client.get(PAGE).content.decode()
    assert path.exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert export_recovery.clear(clock.real_now()) == 1
    assert not path.exists()
    assert (later(export).state, later(export).stored_name) == ("expired", "")
    assert fetch(client, export)[0] == 410
    officer.assignments.all().delete()
    assert fetch(client, export)[0] == 404


def test_a_file_that_is_not_on_the_disk_is_gone_too(officer, people, signed_in):
    export = made(officer)
    export_files.remove(export.stored_name)
    assert fetch(signed_in(officer), export)[0] == 410


def test_the_owner_may_throw_it_away_at_once(officer, people, signed_in, django_capture_on_commit_callbacks):
    export = made(officer)
    path = export_files.path_of(export.stored_name)
    client = signed_in(officer)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"{PAGE}{export.pk}/xoa/")["Location"] == PAGE
    assert not path.exists()
    assert later(export).state == "deleted"
    assert fetch(client, export)[0] == 410


# ---------------------------------------------------------------- the page


def test_the_page_shows_how_far_it_is_with_and_without_a_script(officer, people, signed_in):
    export = asked(officer, "xlsx")
    ListExport.objects.filter(pk=export.pk).update(
        state="running",
        rows_written=12_000,
        rows_total=41_200,
        lease_token=uuid4(),
        lease_until=clock.real_now(),
    )
    page = signed_in(officer).get(PAGE).content.decode()
    assert "12.000 / 41.200 dòng" in page
    assert '<progress value="12000" max="41200"' in page
    assert "Có thể đóng trang này." in page
    assert 'hx-trigger="every 3s"' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert f'href="{PAGE}"' in page
    fragment = signed_in(officer).get(PAGE, headers={"HX-Request": "true"}).content.decode()
    assert fragment.startswith('<section id="export-lines"')


def test_a_finished_page_asks_no_more_and_offers_the_file(officer, people, signed_in):
    export = made(officer, "xlsx")
    client = signed_in(officer)
    page = client.get(PAGE).content.decode()
    assert "hx-trigger" not in page
    assert "http-equiv" not in page
    assert f'href="{PAGE}{export.pk}/tai/"' in page
    assert "Đã xong" in page
    assert "Phường Võ Cường" in page
    assert "Có 1 tệp danh sách đã lập xong" in client.get("/").content.decode()
    fetch(client, export)
    assert "tệp danh sách đã lập xong" not in client.get("/").content.decode()


def test_one_that_failed_says_why_and_can_be_tried_again(officer, people, signed_in, monkeypatch):
    export = asked(officer)
    write = exports.write
    monkeypatch.setattr(exports, "write", lambda *_all, **_more: (_ for _ in ()).throw(OSError("no space")))
    for _attempt in range(3):
        with pytest.raises(OSError, match="no space"):
            export_jobs.make_next()
    assert not export_jobs.make_next()
    client = signed_in(officer)
    page = client.get(PAGE).content.decode()
    assert "Máy chủ chưa lập được tệp sau 3 lần thử. Bấm Làm lại" in page
    assert f"mã {export.code}" in page
    monkeypatch.setattr(exports, "write", write)
    client.post(f"{PAGE}{export.pk}/lam-lai/")
    assert (later(export).state, later(export).attempts) == ("queued", 0)
    assert export_jobs.make_next()
    assert later(export).state == "ready"


# ---------------------------------------------------------------- turns


def test_users_take_turns_and_each_has_one_made_at_a_time(officer, station, people):
    mine = [asked(officer, group=group) for group in ("no_dose", "booster", "unknown")]
    other = asked(station)
    order = []
    while lease := export_leases.claim_next(clock.real_now()):
        order.append(lease.export_id)
        assert not ListExport.objects.filter(state="running").exclude(pk=lease.export_id).exists()
        lease.end("failed", reason="x")
    assert order == [mine[0].pk, other.pk, mine[1].pk, mine[2].pk]


def test_a_user_whose_list_is_being_made_waits_and_others_do_not(officer, station, people):
    first, _second, other = asked(officer), asked(officer, "xlsx"), asked(station)
    now = clock.real_now()
    assert export_leases.claim_next(now).export_id == first.pk
    assert export_leases.claim_next(now).export_id == other.pk
    assert export_leases.claim_next(now) is None
    after = now + export_leases.DURATION + timedelta(seconds=1)
    assert export_leases.claim_next(after).export_id == first.pk  # its worker is dead: it goes first


def test_the_database_itself_refuses_a_second_running_one_and_half_states(officer, people):
    first, second = asked(officer), asked(officer, "xlsx")
    ListExport.objects.filter(pk=first.pk).update(state="running")
    for wrong in ({"state": "running"}, {"state": "ready"}, {"state": "failed"}, {"lease_token": uuid4()}):
        with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
            ListExport.objects.filter(pk=second.pk).update(**wrong)
