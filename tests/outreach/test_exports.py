"""The list as CSV, XLSX and PDF: the rows and the order of the page; text stays text; the paper looks official."""

import csv
import io
import re
from datetime import datetime

import openpyxl
import pytest
from pypdf import PdfReader

from lib.clock import VIETNAM
from outreach import exports
from outreach.list_columns import UNVACCINATED as COLUMNS
from outreach.worklists import UNVACCINATED
from tests.outreach.conftest import LAN_NUMBER, ON, crowd

AT = datetime(2022, 2, 5, 8, 30, tzinfo=VIETNAM)


@pytest.fixture
def stamp(officer):
    return exports.Stamp.new(officer, AT, "Đi rà soát")


@pytest.fixture
def written(tmp_path):
    """`written(user, "csv", group="no_dose")`: the path of the file."""

    def write(user, file_format, **chosen):
        path = tmp_path / f"list.{file_format}"
        exports.write(
            UNVACCINATED.select(user, chosen, ON), file_format, path, exports.Stamp.new(user, AT, "Thử")
        )
        return path

    return write


def csv_rows(path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig")), delimiter=";"))


def xlsx_rows(path) -> list[dict[str, object]]:
    sheet = openpyxl.load_workbook(path).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head = next(index for index, row in enumerate(rows) if "Họ và tên" in row)
    return [dict(zip(rows[head], row, strict=True)) for row in rows[head + 1 :]]


def pdf_text(path) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def page_names(user, **chosen) -> list[str]:
    selection = UNVACCINATED.select(user, chosen, ON)
    names, after = [], ""
    while True:
        page = selection.page(after=after)
        names += [row.name for row in page.rows]
        if not page.next:
            return names
        after = page.next


@pytest.mark.parametrize("order", ["risk", "name", "address"])
def test_page_csv_xlsx_and_pdf_hold_the_same_people_in_the_same_order(centre, ward_a, ward_b, written, order):
    crowd([ward_a, ward_b], 160, seed=4)
    chosen = {"order": order, "group": "booster", "population": "all"}
    names = page_names(centre, **chosen)
    assert len(names) > 20
    assert [row["Họ và tên"] for row in csv_rows(written(centre, "csv", **chosen))] == names
    assert [row["Họ và tên"] for row in xlsx_rows(written(centre, "xlsx", **chosen))] == names
    text = squeezed(pdf_text(written(centre, "pdf", **chosen)))
    at = 0
    for number, name in enumerate(names, 1):
        found = text.find(squeezed(f"{number}{name}"), at)
        assert found >= 0, f"{number} {name} is not in the PDF after its predecessor"
        at = found
    assert f"Tổngsố:{len(names)}người" in text


def test_files_say_what_the_page_says_of_each_person(station, people, written):
    rows = list(UNVACCINATED.select(station, {}, ON).rows())
    for row, line in zip(rows, csv_rows(written(station, "csv")), strict=True):
        for column in COLUMNS:
            assert line[column.title()] == column.plain(row)


@pytest.mark.parametrize(
    "name", ['=HYPERLINK("http://x","y")', "+84 912", "-1", "@x", "\tTab", "\rCR", "＝1+1"]
)
def test_a_name_that_is_a_formula_stays_text_in_every_file(officer, people, written, name):
    people.no_dose.full_name = name
    people.no_dose.save()
    cells = [line["Họ và tên"] for line in csv_rows(written(officer, "csv"))]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝")) for cell in cells)
    sheet = openpyxl.load_workbook(written(officer, "xlsx")).active
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert any(str(cell.value).strip() == name.strip() for row in sheet.iter_rows() for cell in row)


def test_numbers_keep_their_zeros_and_dates_are_dates_where_the_day_is_known(officer, people, written):
    rows = {row["Họ và tên"]: row for row in xlsx_rows(written(officer, "xlsx"))}
    lan = rows["Nguyễn Thị Lan"]
    assert (lan["Số CCCD/định danh"], lan["Số điện thoại"]) == (LAN_NUMBER, "0912345678")
    assert lan["Ngày sinh (Nữ)"] == datetime(1950, 3, 2)
    assert lan["Ngày sinh (Nam)"] is None
    assert rows["Phạm Văn Dũng"]["Ngày sinh (Nam)"] == "1938"
    lines = {line["Họ và tên"]: line for line in csv_rows(written(officer, "csv"))}
    assert lines["Nguyễn Thị Lan"]["Ngày sinh (Nữ)"] == "02/03/1950"
    assert lines["Nguyễn Thị Lan"]["Số điện thoại"] == "0912345678"


def test_the_workbook_says_who_took_it_when_and_of_what(officer, people, tmp_path, stamp):
    path = tmp_path / "list.xlsx"
    exports.write(UNVACCINATED.select(officer, {}, ON), "xlsx", path, stamp)
    book = openpyxl.load_workbook(path)
    assert book.properties.creator == "Trần Thị Cán Bộ"
    assert book.properties.keywords == stamp.code
    assert "Phường Võ Cường" in book.properties.subject
    head = " ".join(str(cell.value) for row in book.active.iter_rows(max_row=5) for cell in row if cell.value)
    assert "Tính đến 08:30 05/02/2022" in head
    assert "người thuộc diện, trong 11 người đang cư trú" in head
    assert stamp.code in head


def test_the_paper_is_an_official_list_of_the_wards_committee(officer, people, tmp_path, stamp):
    path = tmp_path / "list.pdf"
    assert exports.write(UNVACCINATED.select(officer, {"order": "address"}, ON), "pdf", path, stamp) == 6
    reader = PdfReader(path)
    width, height = reader.pages[0].mediabox[2:]
    assert (round(width), round(height)) == (842, 595)
    text = " ".join(pdf_text(path).split())
    for said in (
        "ỦY BAN NHÂN DÂN THÀNH PHỐ BẮC NINH",
        "ỦY BAN NHÂN DÂN PHƯỜNG VÕ CƯỜNG",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Võ Cường, ngày 05 tháng 02 năm 2022",
        "người trong diện tiêm vắc xin phòng COVID-19 chưa tiêm, tiêm chưa đủ mũi",
        "Khu phố Bồ Sơn: 2 người, 1 hộ",
        "Khu phố Hòa Đình: 4 người, 1 hộ",
        "Tổng số: 6 người",
        "Người lập biểu",
        "TM. ỦY BAN NHÂN DÂN",
        "CHỦ TỊCH",
        "người thuộc diện, trong 11 người đang cư trú",
        "Trang 1/1",
        stamp.code,
    ):
        assert said in text
    assert reader.metadata.author == "Trần Thị Cán Bộ"


@pytest.mark.parametrize("file_format", ["xlsx", "pdf"])
def test_exp_06_every_page_and_the_properties_say_who_took_what_when(
    officer, ward_a, tmp_path, stamp, file_format
):
    crowd([ward_a], 150, seed=8)
    path = tmp_path / f"list.{file_format}"
    selection = UNVACCINATED.select(officer, {"population": "all", "group": "booster"}, ON)
    exports.write(selection, file_format, path, stamp)
    scope = "Phường Võ Cường · Tất cả người trong diện tiêm · Cần mũi nhắc lại"
    if file_format == "pdf":
        reader = PdfReader(path)
        pages = [squeezed(page.extract_text()) for page in reader.pages]
        found = reader.metadata
        author, said = found.author, found["/Keywords"]
    else:
        book = openpyxl.load_workbook(path)
        sheet = book.active
        pages = [squeezed(sheet.oddHeader.left.text + sheet.oddFooter.left.text)]
        author, said = book.properties.creator, f"{book.properties.keywords} {book.properties.subject}"
    for page in pages:
        for text in (
            "Trần Thị Cán Bộ",
            "tải lúc 08:30 05/02/2022",
            stamp.code,
            scope,
            "mục đích: Đi rà soát",
        ):
            assert squeezed(text) in page
    assert author == "Trần Thị Cán Bộ"
    assert stamp.code in said
    assert scope in said


def test_exp_06_a_csv_carries_its_code_in_its_name(officer, people, stamp):
    selection = UNVACCINATED.select(officer, {}, ON)
    assert (
        exports.file_name(selection, "csv", stamp)
        == f"danh-sach-chua-tiem_phuong-vo-cuong_2022-02-05_0830_{stamp.code}.csv"
    )


def test_a_list_of_the_city_is_the_health_centres(centre, people, written):
    text = " ".join(pdf_text(written(centre, "pdf", ward="all", order="address")).split())
    assert "TRUNG TÂM Y TẾ THÀNH PHỐ BẮC NINH" in text
    assert "GIÁM ĐỐC" in text
    assert "Suối Hoa – Chưa rõ khu phố: 1 người, 1 hộ" in text


def test_the_head_is_repeated_and_pages_are_numbered(officer, ward_a, written):
    crowd([ward_a], 150, seed=8)
    reader = PdfReader(written(officer, "pdf", order="address", population="all"))
    assert len(reader.pages) > 3
    for number, page in enumerate(reader.pages[:-1], 1):
        text = " ".join(page.extract_text().split())
        assert "Họ và tên" in text
        assert f"Trang {number}/{len(reader.pages)}" in text


def test_vietnamese_is_set_in_the_font_that_the_product_carries(officer, people, written):
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in PdfReader(written(officer, "pdf")).pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts
    assert all("LiberationSerif" in font for font in fonts)


def test_an_empty_list_is_still_a_paper(officer, people, written):
    text = " ".join(pdf_text(written(officer, "pdf", group="additional")).split())
    assert "Không có ai trong danh sách này." in text
    assert "Tổng số: 0 người" in text


def test_more_rows_than_a_format_takes_are_refused_before_anything_is_written(
    officer, people, tmp_path, stamp, monkeypatch
):
    monkeypatch.setitem(exports.LIMITS, "pdf", 5)
    with pytest.raises(exports.TooLong) as refused:
        exports.write(UNVACCINATED.select(officer, {}, ON), "pdf", tmp_path / "x.pdf", stamp)
    assert (refused.value.count, refused.value.limit) == (6, 5)
    assert not (tmp_path / "x.pdf").exists()


def test_diagnoses_are_in_no_file_of_a_reader_without_the_right(officer, station, people, written):
    for_officer = written(officer, "csv").read_text("utf-8-sig")
    assert not re.search("HIV|Đái tháo đường", for_officer)
    assert "HIV/AIDS" in written(station, "csv").read_text("utf-8-sig")
    assert not re.search("HIV|Đáitháođường", squeezed(pdf_text(written(officer, "pdf"))))
