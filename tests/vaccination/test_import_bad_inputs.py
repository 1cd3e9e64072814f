"""The bad inputs that a tired official or a careful attacker would send, each by its number in the trust file.

The files are written by XlsxWriter, openpyxl, LibreOffice or by hand, never by the library that reads them.
"""

import csv
from datetime import date, datetime, timedelta

import openpyxl
import pytest

from lib import clock
from lib.spreadsheets import read as spreadsheets
from tests.vaccination import workbooks
from tests.vaccination.workbooks import SHORT, person, synthetic_cccd
from vaccination.imports import national
from vaccination.models import DoseRecord
from wards.imports import batches, files, review, steps
from wards.models import Household, IdentityClaim, ImportBatch, Resident

ALICE = person(1, "Nguyễn Thị Lan", "07/03/1950", cccd=synthetic_cccd(1, born=1950), address="12 ngõ 5")


def names_on_record() -> list[str]:
    return sorted(Resident.objects.values_list("full_name", flat=True))


def received(path, by, *, source="residents", **more) -> ImportBatch:
    """A batch as the page makes it, looked at and waiting for its columns."""
    batch = batches.receive_file(
        by=by, source=source, chunks=[path.read_bytes()], original_name=path.name, **more
    )
    return moved_on(batch)


def moved_on(batch) -> ImportBatch:
    steps.work(batch.pk)
    batch.refresh_from_db()
    return batch


def staged(path, by, **more) -> ImportBatch:
    """A batch read and compared, waiting for review."""
    batch = received(path, by, **more)
    batches.choose_columns(batch=batch, mapping=batch.mapping, date_orders=batch.date_orders, by=by)
    return moved_on(batch)


def written(batch, by) -> ImportBatch:
    batches.request_writing(batch=batch, by=by)
    return moved_on(batch)


def rows_of(batch, outcome, by) -> list[review.Row]:
    return review.page(batch, by, outcome=outcome).rows


# ---------------------------------------------------------------- dates


def test_imp_05_mixed_birth_dates_are_read_by_one_format_and_bad_ones_are_errors(tmp_path, commit):
    births = [date(1985, 5, 15), 31182, "15/05/1985", "5/15/1985", "1985", "05/1985", "15/05/1985 "]
    rows = [person(n, f"Trần Văn Số{n}", born, "Nam") for n, born in enumerate(births, 1)]
    account = commit(workbooks.write(tmp_path / "ds.xlsx", rows))
    born = {r.full_name[-1]: str(r.born) for r in Resident.objects.all()}
    assert born == {
        "1": "15/05/1985", "2": "15/05/1985", "3": "15/05/1985", "5": "1985", "6": "05/1985", "7": "15/05/1985",
    }  # fmt: skip
    assert account["errors"] == 1
    assert account["groups"] == [{"column": "C", "problem": "month_over_12", "rows": 1, "example_row": 5}]


def test_imp_06_an_ambiguous_column_asks_and_shows_three_readings_in_words(tmp_path, officer):
    rows = [person(n, f"Lê Thị Mơ{n}", f"0{n}/0{n + 2}/1960") for n in range(1, 6)]
    batch = received(workbooks.write(tmp_path / "ds.xlsx", rows), officer)
    seen = batch.layout["dates"]["2"]
    assert seen["needs_answer"]
    assert batch.date_orders["2"] == "dmy"
    assert seen["samples"][0] == ["01/03/1960", "ngày 1 tháng 3 năm 1960", "ngày 3 tháng 1 năm 1960"]
    assert len(seen["samples"]) == 3


def test_imp_06_the_answer_holds_for_the_whole_column(tmp_path, officer):
    rows = [person(n, f"Lê Thị Mơ{n}", f"0{n}/0{n + 2}/1960") for n in range(1, 4)]
    batch = received(workbooks.write(tmp_path / "ds.xlsx", rows), officer)
    batches.choose_columns(batch=batch, mapping=batch.mapping, date_orders={"2": "mdy"}, by=officer)
    written(moved_on(batch), officer)
    assert sorted(str(r.born) for r in Resident.objects.all()) == ["03/01/1960", "04/02/1960", "05/03/1960"]


def test_imp_09_a_birth_year_alone_stays_a_year_and_matches_by_the_year(tmp_path, commit):
    first = [person(1, "Bùi Văn Sơn", "1972", "Nam", address="7 phố Mới")]
    commit(workbooks.write(tmp_path / "a.xlsx", first))
    son = Resident.objects.get()
    assert (son.birth_year, son.birth_month, son.birth_day) == (1972, None, None)
    again = commit(
        workbooks.write(tmp_path / "b.xlsx", [person(9, "BÙI VĂN SƠN", 1972, "Nam", address="Số 7, phố Mới")])
    )
    assert again["same"] == 1
    closer = commit(
        workbooks.write(
            tmp_path / "c.xlsx", [person(1, "Bùi Văn Sơn", "05/11/1972", "Nam", address="7 phố Mới")]
        )
    )
    assert closer["changed"] == 1
    son.refresh_from_db()
    assert str(son.born) == "05/11/1972"
    vaguer = commit(workbooks.write(tmp_path / "d.xlsx", [*first, person(2, "Bùi Thị Khác", "1980")]))
    assert (vaguer["same"], vaguer["new"]) == (1, 1)
    son.refresh_from_db()
    assert str(son.born) == "05/11/1972"


def test_imp_11_impossible_birth_and_dose_dates_are_errors_with_their_cell(tmp_path, officer):
    future = f"{clock.today() + timedelta(days=40):%d/%m/%Y}"
    dose = [("1", "", "AstraZeneca", day) for day in ("01/07/2021", "01/01/2020", "01/02/1999", future)]
    rows = [
        workbooks.national_row(1, "Cao Văn Mai Sau", future),
        workbooks.national_row(2, "Cao Văn Xưa", "01/01/1899"),
        workbooks.national_row(3, "Cao Văn Nhuận", "29/02/1959"),
        workbooks.national_row(4, "Cao Văn Sớm", "01/01/1960", doses=[dose[1]]),
        workbooks.national_row(5, "Cao Văn Chưa Sinh", "01/01/2022", doses=[dose[0]]),
        workbooks.national_row(6, "Cao Văn Ngày Mai", "01/01/1960", doses=[dose[0], dose[3]]),
        workbooks.national_row(7, "Cao Văn Đúng", "29/02/1960", doses=[dose[0]]),
    ]
    batch = staged(workbooks.write(tmp_path / "ds.xlsx", rows, titles=national.titles()), officer)
    found = {
        row.row_no: (row.findings[0]["column"], row.findings[0]["code"])
        for row in rows_of(batch, "errors", officer)
    }
    assert found == {
        2: ("C", "in_future"),
        3: ("C", "too_early"),
        4: ("C", "no_such_day"),
        5: ("W", "before_programme"),
        6: ("W", "before_birth"),
        7: ("AD", "in_future"),
    }
    assert batch.new_rows == 1


# ---------------------------------------------------------------- numbers and names


def test_imp_12_a_lost_zero_is_repaired_marked_and_never_decides_by_itself(tmp_path, officer, commit, ward):
    number = f"0{int('27150000017')}"  # 027 1 50 000017: a woman born in 1950
    commit(
        workbooks.write(
            tmp_path / "a.xlsx", [person(1, "Đỗ Thị Chính", "01/05/1950", cccd=number, address="3 phố Cũ")]
        )
    )
    lost = [
        person(1, "Hoàng Thị Lạ", "02/06/1950", cccd="27150000017", address="8 phố Khác"),
        person(2, "Vũ Thị Số", "02/06/1950", cccd="2,72E+10"),
    ]
    path = workbooks.write(tmp_path / "b.xlsx", lost)
    book = openpyxl.load_workbook(path)
    book.active["F2"] = 27150000017  # a number, as Excel leaves it
    book.active["F2"].number_format = "General"
    book.save(path)
    batch = staged(path, officer)
    assert (batch.duplicate_rows, batch.error_rows, batch.same_rows) == (1, 1, 0)
    (asked,) = rows_of(batch, "duplicate_review", officer)
    assert asked.rival["name"] == "Đỗ Thị Chính"
    assert [f["code"] for f in asked.findings] == ["repaired"]
    (error,) = rows_of(batch, "errors", officer)
    assert error.findings[0]["code"] == "digits_lost"
    assert "Excel đã làm mất chữ số" in error.findings[0]["text"]


def test_imp_16_twins_are_never_one_person(tmp_path, commit):
    twins = [
        person(1, "Phạm Thị Hồng Hà", "12/09/1969", address="77 phố Mới", phone="0912345678"),
        person(2, "Phạm Thị Hồng Hạ", "12/09/1969", address="77 phố Mới", phone="0912345678"),
    ]
    account = commit(workbooks.write(tmp_path / "a.xlsx", twins))
    assert account["new"] == 2
    assert names_on_record() == ["Phạm Thị Hồng Hà", "Phạm Thị Hồng Hạ"]
    again = commit(workbooks.write(tmp_path / "b.xlsx", list(reversed(twins))))
    assert again["same"] == 2


def test_imp_16_the_twin_of_somebody_on_record_is_another_person_or_a_question(tmp_path, commit, read_file):
    one = person(1, "Phạm Thị Hồng Hà", "12/09/1969", address="77 phố Mới")
    other = person(2, "Phạm Thị Hồng Hạ", "12/09/1969", address="77 phố Mới")
    commit(workbooks.write(tmp_path / "a.xlsx", [one]))
    _code, alone = read_file(workbooks.write(tmp_path / "b.xlsx", [other]))
    assert (alone["duplicate_review"], alone["same"], alone["changed"]) == (1, 0, 0)
    both = commit(workbooks.write(tmp_path / "c.xlsx", [one, other]))
    assert (both["same"], both["new"]) == (1, 1)
    plain = [row[:1] + [row[1].replace("ạ", "a").replace("à", "a")] + row[2:] for row in (one, other)]
    plain = [row[:1] + ["PHAM THI HONG HA"] + row[2:] for row in plain]
    _code, asked = read_file(workbooks.write(tmp_path / "d.xlsx", plain))
    assert asked["changed"] == asked["new"] == 0
    assert Resident.objects.count() == 2


@pytest.mark.parametrize(
    "spelling",
    [
        "NGUYỄN THỊ HOÀ",
        "nguyễn thị hoà",
        "Nguyễn Thị Hòa",
        "Nguyễn  Thị\u00a0Hoà ",
        "NGUYEN THI HOA",
        "Nguye\u0302\u0303n Thi\u0323 Hoa\u0300",
    ],
)
def test_imp_17_one_name_in_every_spelling_is_one_person(tmp_path, commit, spelling):
    commit(
        workbooks.write(tmp_path / "a.xlsx", [person(1, "Nguyễn Thị Hoà", "01/02/1960", address="5 phố Mới")])
    )
    again = commit(
        workbooks.write(tmp_path / "b.xlsx", [person(1, spelling, "01/02/1960", address="5 phố Mới")])
    )
    assert again["same"] == 1
    assert names_on_record() == ["Nguyễn Thị Hoà"]


def test_imp_18_eth_and_decomposed_d_are_the_letter_d_with_stroke(tmp_path, commit):
    commit(
        workbooks.write(tmp_path / "a.xlsx", [person(1, "Đặng Văn Đức", "01/02/1960", address="5 phố Mới")])
    )
    eth = commit(
        workbooks.write(tmp_path / "b.xlsx", [person(1, "ÐẶNG VĂN ÐỨC", "01/02/1960", address="5 phố Mới")])
    )
    assert eth["same"] == 1
    assert Resident.objects.get().search_key == "dang van duc"


# ---------------------------------------------------------------- headers and containers


def test_imp_23_a_header_below_titles_renamed_reordered_and_with_extra_columns_is_found(tmp_path, commit):
    titles = ["TT", "HỌ TÊN", "SĐT", "Năm sinh", "Ghi chú thêm", "Nơi ở hiện nay", "Giới"]
    rows = [[1, "Ngô Thị Thu", "0912 345 678", "1955", "?", "9 phố Mới", "nữ"]]
    above = ["UBND PHƯỜNG VÕ CƯỜNG", "", "DANH SÁCH", "(kèm theo công văn)", "", "Tổ 5"]
    commit(workbooks.write(tmp_path / "ds.xlsx", rows, titles=titles, above=above))
    thu = Resident.objects.get()
    assert (thu.full_name, thu.sex, thu.phones, thu.household.address) == (
        "Ngô Thị Thu",
        "F",
        ["0912345678"],
        "9 phố Mới",
    )


def test_imp_23_a_missing_column_is_refused_before_any_row_is_read(tmp_path, read_file, officer):
    titles = [title for title in SHORT if title != "Ngày sinh"]
    path = workbooks.write(tmp_path / "ds_vocuong.xlsx", [[1, "Ngô Thị Thu"]], titles=titles, sheet="Tổ 5")
    code, refused = read_file(path, "--commit")
    assert code == 2
    assert refused["refused"] == (
        "Tệp “ds_vocuong.xlsx”, trang “Tổ 5”: chưa thấy cột ngày sinh. Chọn cột chứa ngày sinh ở bảng bên dưới"
        " rồi bấm Tiếp tục. Chưa có dữ liệu nào bị thay đổi."
    )
    assert ImportBatch.objects.get().rows_read is None
    assert not Resident.objects.exists()


def test_imp_23_what_the_office_said_of_the_columns_is_remembered(tmp_path, officer):
    titles = ["Cột 1", "Ai", "Bao giờ", "Đâu"]
    rows = [["x", "Ngô Thị Thu", "01/02/1955", "9 phố Mới"]]
    batch = received(workbooks.write(tmp_path / "a.xlsx", rows, titles=titles), officer)
    assert {field.name for field in batches.missing_columns(batch, batch.mapping)} == {"full_name", "birth"}
    mapping = {"1": "full_name", "2": "birth", "3": "address"}
    batches.choose_columns(batch=batch, mapping=mapping, date_orders={"2": "dmy"}, by=officer)
    assert moved_on(batch).new_rows == 1
    other = [["y", "Ngô Thị Hai", "13/02/1955", "10 phố Mới"]]
    again = received(workbooks.write(tmp_path / "b.xlsx", other, titles=titles), officer)
    assert again.mapping == mapping


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_imp_29_a_truncated_file_is_refused_and_nothing_is_written(tmp_path, read_file, share):
    whole = workbooks.write(tmp_path / "a.xlsx", [ALICE] * 50).read_bytes()
    path = tmp_path / "cut.xlsx"
    path.write_bytes(whole[: int(len(whole) * share)])
    code, refused = read_file(path, "--commit")
    assert code == 2
    assert "Chưa có dữ liệu nào bị thay đổi" in refused["refused"]
    assert not Resident.objects.exists()


def test_imp_29_an_upload_whose_sum_differs_is_refused_and_not_kept(tmp_path, officer):
    whole = workbooks.write(tmp_path / "a.csv", [ALICE]).read_bytes()
    before = set(files.folder().iterdir())
    with pytest.raises(batches.Refused, match="chưa tải lên hết"):
        batches.receive_file(
            by=officer,
            source="residents",
            chunks=[whole[:100]],
            original_name="a.csv",
            expected_sha256="ab" * 32,
        )
    assert set(files.folder().iterdir()) == before
    assert not ImportBatch.objects.exists()


# ---------------------------------------------------------------- the same again


def test_imp_30_the_same_file_again_is_recognised_and_changes_nothing(tmp_path, officer, commit):
    path = workbooks.write(tmp_path / "ds.xlsx", [ALICE])
    commit(path)
    batch = staged(path, officer)
    assert batch.repeat_of.uploaded_by == officer
    assert batch.repeat_of.state == "done"
    assert (batch.new_rows, batch.changed_rows, batch.same_rows) == (0, 0, 1)
    with pytest.raises(batches.Refused, match="Không có dòng nào để ghi"):
        batches.request_writing(batch=batch, by=officer)


def test_imp_30_of_two_uploads_at_once_one_writes_and_the_other_finds_nothing_to_add(tmp_path, officer):
    path = workbooks.write(
        tmp_path / "ds.xlsx", [ALICE, person(2, "Vũ Văn Hai", "1960", "Nam", address="3 phố Mới")]
    )
    one, other = staged(path, officer), staged(path, officer)
    assert (one.new_rows, other.new_rows) == (2, 2)
    assert (one.repeat_of, other.repeat_of) == (None, one)
    written(one, officer)
    written(other, officer)
    assert Resident.objects.count() == 2
    assert (other.rows_written, other.same_rows + other.duplicate_rows) == (0, 2)


def test_imp_31_the_same_data_under_another_name_and_order_changes_nothing(tmp_path, commit):
    rows = [
        person(n, f"Bùi Thị Người{n}", f"1{n}/0{n}/1960", address=f"{n} phố Mới", quarter="Khu phố 2")
        for n in range(1, 9)
    ]
    rows += [
        person(9, "Bùi Văn Năm", "1948", "Nam", address="30 phố Mới"),
        person(10, "Bùi Thị Trống", "10/10/1950"),
    ]
    first = commit(workbooks.write(tmp_path / "a.xlsx", rows))
    before = list(Resident.objects.order_by("pk").values())
    homes = Household.objects.count()
    path = tmp_path / "danh sách khác.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows([SHORT, *reversed(rows)])
    again = commit(path)
    assert (first["new"], again["same"], again["new"], again["changed"]) == (10, 10, 0, 0)
    assert list(Resident.objects.order_by("pk").values()) == before
    assert Household.objects.count() == homes


def test_imp_33_our_own_record_id_in_a_file_finds_the_person_whatever_else_changed(tmp_path, commit):
    commit(workbooks.write(tmp_path / "a.xlsx", [person(1, "Lê Thị Cũ", "01/02/1960", address="5 phố Mới")]))
    resident = Resident.objects.get()
    titles, row = ["Mã hồ sơ", *SHORT[1:]], person(0, "Lê Thị Mới", "03/04/1961", address="6 phố Mới")
    account = commit(workbooks.write(tmp_path / "b.xlsx", [[str(resident.pk), *row[1:]]], titles=titles))
    resident.refresh_from_db()
    assert (account["changed"], resident.full_name, str(resident.born)) == (1, "Lê Thị Mới", "03/04/1961")
    assert Resident.objects.count() == 1


# ---------------------------------------------------------------- scope


def national_rows(count: int, ward: str) -> list:
    return [
        workbooks.national_row(n, f"Đỗ Thị Người{n}", f"1{n}/01/1960", ward=ward, address=f"{n} phố Mới")
        for n in range(1, count + 1)
    ]


def test_imp_34_rows_of_another_ward_are_refused_as_one_block_and_the_others_go_on(
    tmp_path, commit, officer, ward
):
    rows = national_rows(3, "09190") + national_rows(4, "09187")
    account = commit(workbooks.write(tmp_path / "ds.xlsx", rows, titles=national.titles()))
    assert (account["new"], account["out_of_scope"], account["errors"]) == (3, 4, 0)
    assert set(Resident.objects.values_list("ward_id", flat=True)) == {ward.pk}
    batch = ImportBatch.objects.get()
    assert batch.ward_ids == [ward.pk]


def test_imp_34_a_file_wholly_out_of_scope_is_refused_and_nothing_is_written(tmp_path, read_file):
    path = workbooks.write(tmp_path / "ds.xlsx", national_rows(4, "09187"), titles=national.titles())
    code, refused = read_file(path, "--commit")
    assert code == 2
    assert "Cả 4 dòng" in refused["refused"]
    assert not Resident.objects.exists()
    assert ImportBatch.objects.get().state == "refused"


def test_a_person_of_another_ward_waits_for_the_health_centre_and_nothing_is_told(
    tmp_path, commit, officer, centre, next_ward
):
    number = synthetic_cccd(5, born=1955)
    there = workbooks.national_row(
        1, "Lý Thị Dời", "05/05/1955", ward="09187", cccd=number, address="1 phố Cũ"
    )
    commit(workbooks.write(tmp_path / "a.xlsx", [there], titles=national.titles()), by=centre)
    here = workbooks.national_row(1, "Lý Thị Dời", "05/05/1955", cccd=number, address="2 phố Mới")
    batch = staged(workbooks.write(tmp_path / "b.xlsx", [here], titles=national.titles()), officer)
    assert (batch.moved_rows, batches.rows_to_write(batch)) == (1, 0)
    (row,) = rows_of(batch, "moved", officer)
    assert (row.waits, row.rival, row.changes, row.evidence) == (True, None, [], "")
    assert batches.take_over_waiting(batch=batch, by=officer) == 0
    assert batches.take_over_waiting(batch=batch, by=centre) == 1
    batch.refresh_from_db()
    (row,) = rows_of(batch, "moved", centre)
    assert (row.rival["ward"], row.rival["address"]) == ("Phường Suối Hoa", "1 phố Cũ")
    written(batch, centre)
    mover = Resident.objects.get()
    assert (mover.ward.name, mover.household.address) == ("Võ Cường", "2 phố Mới")
    assert set(IdentityClaim.objects.values_list("ward__name", flat=True)) == {"Võ Cường"}


# ---------------------------------------------------------------- between review and writing, and errors


def test_imp_37_rows_changed_by_others_since_the_review_go_back_and_the_rest_is_written(
    tmp_path, officer, commit
):
    rows = [person(n, f"Bùi Thị Người{n}", f"1{n}/0{n}/1960", address=f"{n} phố Mới") for n in (1, 2)]
    commit(workbooks.write(tmp_path / "a.xlsx", rows))
    for row in rows:
        row[4] = "0912345678"
    newcomer = person(3, "Bùi Thị Người3", "13/03/1960", address="3 phố Mới")
    batch = staged(
        workbooks.write(tmp_path / "b.xlsx", [*rows, newcomer, person(4, "Bùi Thị Người4", "1950")]), officer
    )
    assert (batch.changed_rows, batch.new_rows) == (2, 2)
    touched = Resident.objects.get(full_name="Bùi Thị Người1")
    Resident.objects.filter(pk=touched.pk).update(version=touched.version + 1, note="sửa tay")
    Resident.objects.create(  # entered by hand meanwhile
        ward_id=touched.ward_id, household=touched.household, full_name="Bùi Thị Người3", search_key="bui thi nguoi3",
        match_key="bùi thị người3", sort_key="x", birth_year=1960, birth_month=3, birth_day=13,
    )  # fmt: skip
    written(batch, officer)
    batch.refresh_from_db()
    assert (batch.rows_written, batch.rows_sent_back, batch.duplicate_rows) == (2, 2, 2)
    assert Resident.objects.get(full_name="Bùi Thị Người2").phones == ["0912345678"]
    touched.refresh_from_db()
    assert (touched.phones, touched.note) == ([], "sửa tay")
    assert Resident.objects.filter(full_name="Bùi Thị Người3").count() == 1
    batches.decide_row(batch=batch, row_no=2, decision="same", by=officer)
    written(batch, officer)
    touched.refresh_from_db()
    assert (touched.phones, touched.note) == (["0912345678"], "sửa tay")


def test_imp_39_one_bad_row_does_not_stop_the_others_and_comes_back_as_a_file(tmp_path, officer, commit):
    rows = [person(n, f"Trần Thị Dòng{n}", "01/02/1960", address=f"{n} phố Mới") for n in range(1, 60)]
    rows[40][2] = "31/02/1960"
    account = commit(workbooks.write(tmp_path / "ds.xlsx", rows, above=["DANH SÁCH"]))
    assert (account["new"], account["errors"], Resident.objects.count()) == (58, 1, 58)
    book = openpyxl.load_workbook(account["error_file"])
    titles, line = list(book.active.values)
    assert list(titles) == [*SHORT, "Lỗi"]
    assert line[1:3] == ("Trần Thị Dòng41", "31/02/1960")
    assert line[-1].startswith("Cột C (Ngày sinh): Tháng 2/1960 không có ngày 31.")
    book.active["C2"] = "28/02/1960"
    book.save(tmp_path / "sua.xlsx")
    again = commit(tmp_path / "sua.xlsx")
    assert (again["new"], again["errors"]) == (1, 0)
    assert Resident.objects.count() == 59


def test_imp_40_equal_errors_are_one_line(tmp_path, read_file):
    rows = [person(n, f"Trần Thị Dòng{n}", "không nhớ rõ ngày nào") for n in range(1, 301)]
    code, account = read_file(workbooks.write(tmp_path / "ds.xlsx", rows))
    assert code == 3
    assert account["groups"] == [{"column": "C", "problem": "not_a_date", "rows": 300, "example_row": 2}]
    assert ImportBatch.objects.get().groups[0]["text"] == "không phải ngày"


def test_imp_41_odd_doses_are_kept_and_flagged(tmp_path, officer, commit):
    rows = [
        workbooks.national_row(
            1, "Đỗ Thị Lạ", "01/02/1960", address="1 phố Mới",
            doses=[("3", "Nhắc lại", "Vắc xin nước ngoài", "01/10/2021"), ("1", "", "AZ", "01/07/2021", datetime(2012, 3, 1))],
        )
    ]  # fmt: skip
    batch = staged(workbooks.write(tmp_path / "a.xlsx", rows, titles=national.titles()), officer)
    (row,) = rows_of(batch, "new", officer)
    assert {f["code"] for f in row.findings} == {"product_unknown", "lot_is_date"}
    written(batch, officer)
    unknown = DoseRecord.objects.get(product_id="UNKNOWN")
    assert (unknown.stated_ordinal, unknown.stated_type) == (3, "Nhắc lại; Vắc xin nước ngoài")
    beside = [
        workbooks.national_row(
            1, "Đỗ Thị Lạ", "01/02/1960", address="1 phố Mới", doses=[("1", "", "AZ", "02/07/2021")]
        )
    ]
    batch = staged(workbooks.write(tmp_path / "b.xlsx", beside, titles=national.titles()), officer)
    (row,) = rows_of(batch, "changed", officer)
    assert "có thể là một mũi" in row.changes[0]["note"]


@pytest.mark.parametrize(
    "name", ["../../x.xlsx", "a" * 400 + ".xlsx", 'x"\n<b>.xlsx', "..\\..\\x.xlsx", "\0.xlsx", "…/.xlsx"]
)
def test_imp_43_a_file_is_stored_under_a_name_of_our_own(tmp_path, officer, name):
    content = workbooks.write(tmp_path / "a.xlsx", [ALICE]).read_bytes()
    batch = batches.receive_file(by=officer, source="residents", chunks=[content], original_name=name)
    path = files.path_of(batch.stored_name)
    assert path.parent == files.folder()
    assert path.name.replace(".xlsx", "").isalnum()
    assert len(batch.original_name) <= 300
    assert "/" not in batch.original_name
    assert "\n" not in batch.original_name


def test_libreoffice_writes_a_list_that_reads_the_same(commit):
    from pathlib import Path

    path = Path(__file__).parent / "files" / "libreoffice_residents.ods"
    account = commit(path)
    assert (account["new"], account["errors"]) == (3, 1)
    lan = Resident.objects.get(search_key="nguyen thi lan")
    assert (str(lan.born), lan.phones) == ("07/03/1950", ["0912345678"])


def test_a_parser_that_is_killed_leaves_nothing(tmp_path, officer, monkeypatch):
    batch = received(workbooks.write(tmp_path / "a.xlsx", [ALICE]), officer)
    batches.choose_columns(batch=batch, mapping=batch.mapping, date_orders=batch.date_orders, by=officer)

    files.forget_rows(batch.stored_name)

    def cut_off(*_arguments, **_options):
        yield ["STT"]
        raise spreadsheets.SpreadsheetProblem("took_too_long", "Đọc tệp quá lâu.")

    monkeypatch.setattr(steps.read, "rows", cut_off)
    assert moved_on(batch).state == "refused"
    assert not Resident.objects.exists()
