"""The header is found wherever it stands (IMP-23)."""

import openpyxl
import pytest

from lib.spreadsheets.headers import find_header, normal_title
from lib.spreadsheets.read import rows

KNOWN = [
    "STT",
    "Họ và tên",
    "Ngày sinh",
    "Giới tính",
    "Số CCCD",
    "Số điện thoại",
    "Ngày tiêm",
    "Tên vắc xin",
    "Nam",
    "Nữ",
]
HEADER = ["STT", "Họ và tên (*)", "Ngày sinh (*)", "Giới tính (*)", "Số CCCD"]
DATA = ["1", "Nguyễn Thị Lan", "15/05/1985", "Nữ", "099185001234"]


@pytest.mark.parametrize(
    ("above", "at"),
    [
        ([], 0),
        ([["DANH SÁCH"], []], 2),
        (
            [
                ["UBND PHƯỜNG MẪU", None, "CỘNG HÒA"],
                [None],
                ["DANH SÁCH người tiêm"],
                ["Ngày 06/02/2022"],
                [],
                [],
            ],
            6,
        ),
    ],
)
def test_title_rows_above_are_passed(above, at):
    found = find_header([*above, HEADER, DATA, DATA], KNOWN)
    assert found.found
    assert (found.row_index, found.height, found.data_index) == (at, 1, at + 1)
    assert found.titles == HEADER
    assert found.matched == 5


@pytest.mark.parametrize(
    "written",
    [
        "HỌ VÀ TÊN",
        "Họ và tên (*)",
        "  họ  và\ntên ",
        "Ho va ten",
        "Họ và tên:",
        "Họ và tên (2)",
        "Họ và Tên*",
        "HO\u0323 VÀ TÊN",
    ],
)
def test_titles_are_compared_without_accents_marks_and_spaces(written):
    assert normal_title(written) == "ho va ten"


def test_numbers_of_columns_below_the_header_are_not_data():
    for numbers in (["(1)", "(2)", "(3)", "(4)", "(5)"], ["A", "B", 1, 2, 3], ["1", "2", "3", "4", "5"]):
        found = find_header([HEADER, numbers, DATA], KNOWN)
        assert (found.row_index, found.data_index) == (0, 2)


def test_a_header_of_two_rows_is_put_together():
    upper = ["STT", "Họ và tên", "Ngày sinh", None, "Mũi 1", None, "Mũi 2", None]
    lower = [None, None, "Nam", "Nữ", "Ngày tiêm", "Tên vắc xin", "Ngày tiêm", "Tên vắc xin"]
    data = ["1", "Lan", None, "1985", "03/08/2021", "AZ", None, None]
    found = find_header([["DANH SÁCH"], upper, lower, data], KNOWN)
    assert (found.row_index, found.height, found.data_index) == (1, 2, 3)
    assert found.titles == [
        "STT",
        "Họ và tên",
        "Ngày sinh Nam",
        "Ngày sinh Nữ",
        "Mũi 1 Ngày tiêm",
        "Mũi 1 Tên vắc xin",
        "Mũi 2 Ngày tiêm",
        "Mũi 2 Tên vắc xin",
    ]


def test_a_merged_header_of_a_real_workbook(tmp_path):
    path = tmp_path / "ds.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["DANH SÁCH"],
        [],
        ["STT", "Họ và tên", "Ngày sinh", None, "Số CCCD"],
        [None, None, "Nam", "Nữ", None],
        ["(1)", "(2)", "(3)", "(4)", "(5)"],
        [1, "Lan", None, 1985, "099185001234"],
    ):
        sheet.append(row)
    for merged in ("A1:E1", "A3:A4", "B3:B4", "C3:D3", "E3:E4"):
        sheet.merge_cells(merged)
    book.save(path)
    found = find_header(rows(path, first=40), KNOWN)
    assert found.titles == ["STT", "Họ và tên", "Ngày sinh Nam", "Ngày sinh Nữ", "Số CCCD"]
    assert (found.row_index, found.height, found.data_index) == (2, 2, 5)


def test_a_blank_cell_in_the_first_row_of_data_is_no_second_header():
    found = find_header([HEADER, ["1", "Lan", "1985", "Nữ", None], DATA], KNOWN)
    assert (found.height, found.data_index) == (1, 1)
    found = find_header([["STT", "Họ và tên", None, "Ngày sinh"], [None, "Lan", "con", "1985"]], KNOWN)
    assert found.height == 1


def test_repeated_titles_are_numbered():
    found = find_header([["STT", "Họ và tên", "Ngày tiêm", "Ngày tiêm", "NGÀY TIÊM"], DATA], KNOWN)
    assert found.titles == ["STT", "Họ và tên", "Ngày tiêm", "Ngày tiêm (2)", "NGÀY TIÊM (3)"]


def test_extra_renamed_and_missing_columns_leave_the_rest_found():
    found = find_header([["x"], ["Mã hộ", "Tên đầy đủ", "Ngày sinh", None, "Số CCCD"], DATA], KNOWN)
    assert (found.row_index, found.matched) == (1, 2)
    assert found.titles == ["Mã hộ", "Tên đầy đủ", "Ngày sinh", "", "Số CCCD"]


@pytest.mark.parametrize("content", [[], [[]], [["a", "b"], ["c", "d"]], [["1985"], ["1972"]]])
def test_without_a_header_the_guess_says_so(content):
    found = find_header(content, KNOWN)
    assert not found.found
    assert found.row_index == 0


def test_a_header_below_the_fortieth_row_is_not_looked_for():
    assert not find_header([[]] * 60 + [HEADER], KNOWN).found
    assert find_header([[]] * 39 + [HEADER], KNOWN).row_index == 39
