import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.factories import SUOI_HOA, make_household, make_resident, make_user, make_ward
from tests.vaccination import workbooks
from wards import tasks
from wards.imports import batches, steps
from wards.models import AccessEvent, Condition, ImportBatch, Organisation, Resident
from wards.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def next_ward(db):
    return make_ward(SUOI_HOA)


@pytest.fixture
def outsider(next_ward):
    return make_user(Role.STATION, next_ward)


@pytest.fixture
def queued(monkeypatch, django_capture_on_commit_callbacks):
    """What the pages asked a worker to do; calling it does it."""
    wanted = []
    monkeypatch.setattr(tasks, "queue_import", lambda batch_id: wanted.append(batch_id) or True)

    def work():
        while wanted:
            steps.work(wanted.pop())

    work.wanted = wanted
    return work


@pytest.fixture
def desk(client, nurse, queued, django_capture_on_commit_callbacks):
    """A browser signed in as the station's nurse, with a worker that works after every click."""
    client.force_login(nurse)

    class Desk:
        def open(self, name, *arguments, query="", **headers):
            return client.get(reverse(f"wards:{name}", args=arguments) + query, headers=headers)

        def send(self, name, *arguments, data=None, **headers):
            with django_capture_on_commit_callbacks(execute=True):
                response = client.post(reverse(f"wards:{name}", args=arguments), data or {}, headers=headers)
            queued()
            return response

        def upload(self, content, name="ds.xlsx", source="residents", **more):
            self.send(
                "import-list", data={"source": source, "file": SimpleUploadedFile(name, content), **more}
            )
            return ImportBatch.objects.order_by("-uploaded_at").first()

        def to_review(self, content, **more):
            batch = self.upload(content, **more)
            data = {f"column-{position}": target for position, target in batch.mapping.items()}
            self.send("import-columns", batch.pk, data=data)
            batch.refresh_from_db()
            return batch

    return Desk()


def content(tmp_path, rows, **more) -> bytes:
    return workbooks.write(tmp_path / "upload.xlsx", rows, **more).read_bytes()


PEOPLE = [
    workbooks.person(1, "Nguyễn Thị Lan", "07/03/1950", address="12 ngõ 5", illness="HIV; tăng huyết áp"),
    workbooks.person(2, "Trần <b>Văn</b> Bình", "1972", "Nam", address="14 ngõ 5"),
    workbooks.person(3, "Lê Thị Hoa", "31/02/1960", address="15 ngõ 5"),
]


def test_a_first_visit_shows_what_to_do_and_no_file(desk):
    page = desk.open("import-list").content.decode()
    assert "Chưa có tệp nào. Bắt đầu từ tệp Excel phường đang có, chưa cần sửa lại cột." in page
    assert "Dùng tệp mẫu" not in page  # a real installation has none


def test_upload_columns_review_and_writing_lead_to_the_list(desk, tmp_path, ward):
    batch = desk.upload(content(tmp_path, PEOPLE))
    columns = desk.open("import-detail", batch.pk).content.decode()
    assert "Tìm thấy 3 dòng dưới dòng tiêu đề 1." in columns
    assert re.search(r'<option value="full_name" selected>', columns)
    batch = desk.to_review(content(tmp_path, [*PEOPLE, workbooks.person(4, "Vũ Thị Tư", "1961")]))
    review = desk.open("import-detail", batch.pk, query="?loai=new").content.decode()
    assert (
        "Đã đọc 4 dòng = 3 mới + 0 có thay đổi + 0 không đổi + 0 nghi trùng + 0 chuyển nơi ở + 0 ngoài địa bàn + 1 lỗi."
        in review
    )
    assert "chỉ có năm sinh 1972" in review
    assert "&gt;Văn&lt;" in review
    assert not Resident.objects.exists()
    ask = desk.open("import-write", batch.pk).content.decode()
    assert "<strong>3</strong> người mới được thêm" in ask
    desk.send("import-write", batch.pk)
    done = desk.open("import-detail", batch.pk).content.decode()
    assert "Đã ghi 3 dòng vào danh sách." in done
    assert f'{reverse("outreach:worklist")}?ward={ward.code}"' in done
    assert Resident.objects.count() == 3


def test_nothing_is_shown_of_another_office_not_the_file_nor_its_progress(desk, client, tmp_path, outsider):
    batch = desk.to_review(content(tmp_path, PEOPLE))
    assert batch.error_file
    own = desk.open("import-errors", batch.pk)
    assert (own.status_code, bool(b"".join(own.streaming_content))) == (200, True)
    client.force_login(outsider)
    for name in ("import-detail", "import-errors", "import-write"):
        assert desk.open(name, batch.pk).status_code == 404, name
    assert desk.open("import-detail", batch.pk, **{"HX-Request": "true"}).status_code == 404
    for name in ("import-columns", "import-write", "import-discard", "import-take-over", "import-reopen"):
        assert desk.send(name, batch.pk).status_code == 404, name
    assert desk.send("import-decide", batch.pk, 2, data={"decision": "same"}).status_code == 404
    assert batch.original_name not in desk.open("import-list").content.decode()


def test_an_official_who_left_the_ward_no_longer_sees_their_own_file(desk, nurse, next_ward, tmp_path):
    batch = desk.to_review(content(tmp_path, PEOPLE))
    nurse.assignments.update(unit=next_ward)
    assert desk.open("import-detail", batch.pk).status_code == 404


def test_a_colleague_of_the_same_ward_sees_the_same_state(desk, client, clerk, tmp_path):
    batch = desk.to_review(content(tmp_path, PEOPLE))
    client.force_login(clerk)
    assert desk.open("import-detail", batch.pk).status_code == 200


@pytest.mark.parametrize(
    "role", [Role.SURVEYOR, Role.WARD_LEAD, Role.WARD_POLICE, Role.CITY_LEAD, Role.ADMIN]
)
def test_who_may_not_read_in_files_gets_no_page_of_it(client, ward, role):
    client.force_login(make_user(role, ward))
    assert client.get(reverse("wards:import-list")).status_code == 403
    assert client.post(reverse("wards:import-list")).status_code == 403


def test_a_ward_of_somebody_else_is_not_offered_and_not_taken(desk, tmp_path, next_ward):
    assert f'value="{next_ward.pk}"' not in desk.open("import-list").content.decode()
    response = desk.send(
        "import-list",
        data={
            "source": "residents",
            "file": SimpleUploadedFile("a.xlsx", content(tmp_path, PEOPLE)),
            "unit": next_ward.pk,
        },
    )
    assert response.status_code == 422
    assert not ImportBatch.objects.exists()


def test_an_ambiguous_date_column_asks_with_three_readings(desk, tmp_path):
    rows = [workbooks.person(n, f"Lê Thị Mơ {n}", f"0{n}/0{n + 2}/1960") for n in range(1, 6)]
    batch = desk.upload(content(tmp_path, rows))
    page = desk.open("import-detail", batch.pk).content.decode()
    assert page.count("ngày 1 tháng 3 năm 1960") == 1
    assert page.count("ngày 3 tháng 1 năm 1960") == 1
    assert "Có cột ngày viết theo hai cách đều đọc được." in page
    data = {f"column-{position}": target for position, target in batch.mapping.items()} | {"order-2": "mdy"}
    desk.send("import-columns", batch.pk, data=data)
    batch.refresh_from_db()
    assert batch.date_orders == {"2": "mdy"}
    assert "03/01/1960" in desk.open("import-detail", batch.pk, query="?loai=new").content.decode()


def test_a_missing_column_is_asked_for_where_it_can_be_chosen(desk, tmp_path):
    batch = desk.upload(
        content(tmp_path, [["Nguyễn Thị Lan", "07/03/1950"]], titles=["Họ tên", "Khi nào ra đời"])
    )
    page = desk.open("import-detail", batch.pk).content.decode()
    assert "chưa thấy cột ngày sinh" in page
    assert desk.send("import-columns", batch.pk, data={"column-0": "full_name"}).status_code == 422
    twice = {"column-0": "full_name", "column-1": "full_name"}
    assert (
        "Cột A và cột B được chọn cùng một nội dung"
        in desk.send("import-columns", batch.pk, data=twice).content.decode()
    )
    batch.refresh_from_db()
    assert batch.state == "mapping"
    desk.send("import-columns", batch.pk, data={"column-0": "full_name", "column-1": "birth"})
    batch.refresh_from_db()
    assert (batch.state, batch.new_rows) == ("review", 1)


def test_progress_is_a_fragment_that_asks_again_and_leads_on_when_it_is_over(
    desk, queued, client, tmp_path, monkeypatch
):
    batch = desk.upload(content(tmp_path, PEOPLE))
    ImportBatch.objects.filter(pk=batch.pk).update(state="reading", rows_seen=1200, rows_expected=3000)
    fragment = desk.open("import-detail", batch.pk, **{"HX-Request": "true"}).content.decode()
    assert "Đang kiểm tra (1.200/3.000 dòng)" in fragment
    assert 'hx-trigger="every 2s"' in fragment
    assert "<html" not in fragment
    assert "Có thể đóng trang này." in desk.open("import-detail", batch.pk).content.decode()
    ImportBatch.objects.filter(pk=batch.pk).update(state="reading", rows_seen=0)
    assert "Đang chờ" in desk.open("import-detail", batch.pk).content.decode()
    steps.work(batch.pk)
    over = desk.open("import-detail", batch.pk, **{"HX-Request": "true"})
    assert over["HX-Redirect"] == reverse("wards:import-detail", args=[batch.pk])


def test_a_question_shows_both_sides_and_each_answer_does_what_it_says(desk, ward, tmp_path):
    home = make_household(ward, house_number="77", street="phố Mới", address_key="77 moi")
    for name in ("Phạm Thị Hồng Hà", "Đỗ Thị Kim Thoa"):
        make_resident(ward, name=name, born="1969-09-12", household=home)
    rows = [
        workbooks.person(1, "Phạm Thị Hồng Hạ", "12/09/1969", address="77 phố Mới", phone="0912345678"),
        workbooks.person(2, "Đỗ Thị Kim Toa", "12/09/1969", address="77 phố Mới"),
    ]
    batch = desk.to_review(content(tmp_path, rows))
    page = desk.open("import-detail", batch.pk).content.decode()
    assert page.count("Hai người khác nhau") == 2
    assert "Phạm Thị Hồng Hà" in page
    assert "Phạm Thị Hồng Hạ" in page
    assert desk.send("import-write", batch.pk).status_code == 302  # nothing was approved yet
    assert ImportBatch.objects.get(pk=batch.pk).state == "review"
    fragment = desk.send(
        "import-decide", batch.pk, 2, data={"decision": "different"}, **{"HX-Request": "true"}
    )
    assert "<html" not in fragment.content.decode()
    desk.send("import-decide", batch.pk, 3, data={"decision": "same"})
    desk.send("import-write", batch.pk)
    names = sorted(Resident.objects.values_list("full_name", flat=True))
    assert names == ["Phạm Thị Hồng Hà", "Phạm Thị Hồng Hạ", "Đỗ Thị Kim Thoa"]


def test_a_diagnosis_is_named_to_those_who_may_read_it(desk, client, clerk, tmp_path):
    make = desk.to_review(content(tmp_path, PEOPLE[:1]))
    desk.send("import-write", make.pk)
    changed = [*PEOPLE[:1][0][:-1], "HIV, tăng huyết áp, suy thận"]
    batch = desk.to_review(content(tmp_path, [changed]), name="b.xlsx")
    assert Condition.objects.get(number=4).name in desk.open("import-detail", batch.pk).content.decode()
    client.force_login(clerk)
    page = desk.open("import-detail", batch.pk).content.decode()
    assert Condition.objects.get(number=4).name not in page
    assert "thuộc nhóm nguy cơ" in page


def test_the_error_file_has_the_same_columns_and_looking_at_it_is_recorded(desk, tmp_path, nurse):
    batch = desk.to_review(content(tmp_path, PEOPLE))
    response = desk.open("import-errors", batch.pk)
    assert response["Content-Disposition"].startswith("attachment")
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active.values)
    assert list(rows[0]) == [*workbooks.SHORT, "Lỗi"]
    assert rows[1][1] == "Lê Thị Hoa"
    event = AccessEvent.objects.get(what="import_errors")
    assert (event.user, event.action, event.row_count) == (nurse, "export", 1)


def test_receiving_and_writing_are_recorded_without_names(desk, tmp_path, nurse):
    batch = desk.to_review(content(tmp_path, PEOPLE))
    desk.send("import-write", batch.pk)
    events = AccessEvent.objects.filter(what="import", action="import").order_by("at")
    assert [event.detail["step"] for event in events] == ["received", "writing", "written"]
    assert events.last().row_count == 2
    assert "Lan" not in str([event.detail for event in events])


def test_a_file_taken_away_leaves_its_account_and_nothing_else(desk, tmp_path):
    from wards.imports import files

    batch = desk.to_review(content(tmp_path, PEOPLE))
    desk.send("import-discard", batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.rows_read) == ("discarded", 3)
    assert not files.path_of(batch.stored_name).exists()
    assert "Đã bỏ" in desk.open("import-detail", batch.pk).content.decode()


def test_a_file_that_is_no_list_is_refused_in_a_sentence(desk):
    batch = desk.upload(b"%PDF-1.7 nothing", name="ds.xlsx")
    batch.refresh_from_db()
    page = desk.open("import-detail", batch.pk).content.decode()
    assert (batch.state, "không phải bảng tính" in page) == ("refused", True)


def test_a_sum_that_does_not_fit_is_refused_on_the_page(desk, tmp_path):
    desk.send(
        "import-list",
        data={
            "source": "residents",
            "file": SimpleUploadedFile("a.xlsx", content(tmp_path, PEOPLE)),
            "sha256": "0" * 64,
        },
    )
    assert "chưa tải lên hết" in desk.open("import-list").content.decode()
    assert not ImportBatch.objects.exists()


def test_the_pages_ask_the_database_a_fixed_number_of_times(desk, tmp_path, django_assert_max_num_queries):
    rows = [
        workbooks.person(n, f"Bùi Thị Người {n}", "01/02/1960", address=f"{n} phố Mới") for n in range(1, 70)
    ]
    batch = desk.to_review(content(tmp_path, rows))
    with django_assert_max_num_queries(20):
        page = desk.open("import-detail", batch.pk, query="?loai=new").content.decode()
    assert page.count('id="dong-') == 50
    rest = desk.open("import-detail", batch.pk, query="?loai=new&sau=51").content.decode()
    assert rest.count('id="dong-') == 19


def test_an_office_finds_its_batches_before_their_rows_were_read(desk, client, nurse, ward, tmp_path):
    office = Organisation.objects.create(kind="station", name="Trạm thử")
    nurse.organisation = office
    nurse.save()
    batch = batches.receive_file(
        by=nurse, source="residents", chunks=[content(tmp_path, PEOPLE)], original_name="a.xlsx"
    )
    colleague = make_user(Role.STATION, ward, organisation=office)
    assert ImportBatch.objects.visible_to(colleague).filter(pk=batch.pk).exists()


def test_columns_can_be_chosen_again_from_the_review(desk, tmp_path):
    batch = desk.to_review(content(tmp_path, PEOPLE))
    desk.send("import-reopen", batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.rows_read, batch.error_file, sum(batch.counts.values())) == (
        "mapping",
        None,
        "",
        0,
    )
    data = {f"column-{position}": target for position, target in batch.mapping.items() if target != "address"}
    desk.send("import-columns", batch.pk, data=data)
    batch.refresh_from_db()
    assert (batch.state, batch.new_rows) == ("review", 2)
    assert "Chưa rõ địa chỉ" in desk.open("import-detail", batch.pk, query="?loai=new").content.decode()
