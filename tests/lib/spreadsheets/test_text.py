"""CSV and TSV in whatever encoding and with whatever delimiter (IMP-20)."""

import codecs
import unicodedata

import pytest

from lib.names import looks_legacy
from lib.spreadsheets.problems import SpreadsheetProblem
from lib.spreadsheets.read import rows, sheets
from lib.spreadsheets.text import delimiter_of, encoding_of

LINES = [
    ["Họ và tên", "Ngày sinh", "Địa chỉ"],
    ["Nguyễn Thị Hoà", "15/05/1985", "Số 12 ngõ 5"],
    ["Đỗ Văn Quỳnh", "1972", "khu phố Bò Sơn"],
    ["Trần Bảy", "03/04/1960", "thôn Đông"],
]


def text(delimiter=",", lines=LINES):
    return "".join(delimiter.join(line) + "\r\n" for line in lines)


def cp1258(value):
    """As an old Windows writes Vietnamese: base letters and combining tones."""
    marks = "\u0300\u0309\u0303\u0301\u0323"
    out = b""
    for char in value:
        try:
            out += char.encode("cp1258")
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", char)
            tone = [mark for mark in parts if mark in marks]
            base = unicodedata.normalize("NFC", "".join(mark for mark in parts if mark not in marks))
            out += base.encode("cp1258") + "".join(tone).encode("cp1258")
    return out


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (text().encode("utf-8"), "utf-8"),
        (text().encode("utf-8-sig"), "utf-8-sig"),
        (text().encode("utf-16"), "utf-16"),
        (codecs.BOM_UTF16_BE + text().encode("utf-16-be"), "utf-16"),
        (text().encode("utf-16-le"), "utf-16-le"),
        (text().encode("utf-16-be"), "utf-16-be"),
        (cp1258(text()), "cp1258"),
        (unicodedata.normalize("NFD", text()).encode("utf-8"), "utf-8"),
        ("a,b\n1,2\n".encode("ascii"), "utf-8"),
    ],
)
def test_the_encoding_is_found_and_the_names_arrive_whole(tmp_path, raw, encoding):
    path = tmp_path / "ds.csv"
    path.write_bytes(raw)
    assert encoding_of(path, "ds.csv") == encoding
    if b"1,2" not in raw:
        assert list(rows(path)) == LINES


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", ["ds.csv", "ds.txt", "xuat.xls"])
def test_the_delimiter_is_found(tmp_path, delimiter, name):
    path = tmp_path / name
    path.write_text(text(delimiter), encoding="utf-8", newline="")
    assert list(rows(path)) == LINES
    (sheet,) = sheets(path)
    assert (sheet.rows, sheet.columns) == (4, 3)


def test_commas_inside_a_list_with_semicolons_do_not_mislead():
    sample = "DANH SÁCH, phường Mẫu, năm 2022\n\nHọ tên;Địa chỉ\n" + "Lan;Số 12, ngõ 5, tổ 3\n" * 5
    assert delimiter_of(sample) == ";"
    assert delimiter_of("một cột\nhai\n") == ","


def test_a_declared_delimiter_is_obeyed_and_its_line_keeps_its_number(tmp_path):
    path = tmp_path / "ds.csv"
    path.write_text("sep=|\na,b|c\n", encoding="utf-8")
    assert list(rows(path)) == [[], ["a,b", "c"]]


def test_quoted_cells_with_line_breaks_are_one_row(tmp_path):
    path = tmp_path / "ds.csv"
    path.write_text('a,"b\nc",d\n"e ""f""",g,h\n', encoding="utf-8")
    assert list(rows(path)) == [["a", "b\nc", "d"], ['e "f"', "g", "h"]]


def test_a_quote_that_never_closes_does_not_swallow_the_list(tmp_path):
    path = tmp_path / "ds.csv"
    path.write_text("a,b\n" * 3 + '"Lan,b\n' + "a,b\n" * 100, encoding="utf-8")
    with pytest.raises(SpreadsheetProblem, match="dòng 4: dấu nháy kép") as caught:
        list(rows(path))
    assert caught.value.code == "broken_quotes"


def test_an_endless_cell_is_refused(tmp_path):
    path = tmp_path / "ds.csv"
    path.write_text("a,b\n" + '"' + "x" * 200_000 + "\n", encoding="utf-8")
    with pytest.raises(SpreadsheetProblem) as caught:
        list(rows(path))
    assert caught.value.code == "broken_quotes"


def test_a_damaged_place_in_utf8_is_named_by_its_line(tmp_path):
    path = tmp_path / "ds.csv"
    good = "Nguyễn Thị Hoà,1985\n".encode()
    path.write_bytes(good * 56 + b"Nguy\xe1\xbb,1985\n" + good * 50)
    with pytest.raises(SpreadsheetProblem, match="dòng 57: có ký tự không đọc được") as caught:
        list(rows(path))
    assert caught.value.code == "undecodable"


def test_a_text_that_says_utf8_and_is_not_is_refused(tmp_path):
    path = tmp_path / "ds.csv"
    path.write_bytes(codecs.BOM_UTF8 + b"a\nb\xff\n")
    with pytest.raises(SpreadsheetProblem, match="dòng 2"):
        list(rows(path))


def test_bytes_of_no_known_encoding_are_refused(tmp_path):
    path = tmp_path / "ds.csv"
    path.write_bytes(b"\x93\xfa\x96{\x8c\xea,\x83e\x83X\x83g\n" * 20)  # Shift-JIS
    with pytest.raises(SpreadsheetProblem) as caught:
        list(rows(path))
    assert caught.value.code == "undecodable"


def test_old_font_text_is_read_as_it_is_and_offered_for_conversion(tmp_path):
    path = tmp_path / "ds.csv"
    path.write_bytes("NguyÔn V¨n An,1985\nTrÇn ThÞ Hoµ,1972\nPh¹m §×nh Phïng,1960\n".encode("cp1252"))
    found = [row[0] for row in rows(path)]
    assert found == ["NguyÔn V¨n An", "TrÇn ThÞ Hoµ", "Ph¹m §×nh Phïng"]
    assert all(map(looks_legacy, found))


def test_nul_characters_are_dropped(tmp_path):
    path = tmp_path / "ds.csv"
    path.write_bytes(b"a" * 5000 + b",b\nc\x00d,e\n")
    assert list(rows(path))[1] == ["cd", "e"]
