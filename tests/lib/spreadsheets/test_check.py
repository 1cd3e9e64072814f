"""What an uploaded file really is: refused before it is parsed, with advice (IMP-01, 26, 27, 29)."""

import io
import random
import struct
import zipfile
from contextlib import suppress

import openpyxl
import pytest
import xlsxwriter

from lib.spreadsheets.check import Kind, Limits, check
from lib.spreadsheets.problems import SAFE, TEXTS, SpreadsheetProblem, problem


def refused(path, name=None, **options):
    with pytest.raises(SpreadsheetProblem) as caught:
        check(path, name, **options)
    assert (name or path.name) in caught.value.message
    assert caught.value.message.endswith(SAFE)
    return caught.value.code


@pytest.mark.parametrize(
    ("name", "kind"),
    [("libreoffice.xlsx", Kind.XLSX), ("libreoffice.xls", Kind.XLS), ("libreoffice.ods", Kind.ODS)],
)
def test_files_of_libreoffice_are_what_they_say(files, name, kind):
    assert check(files / name).kind is kind


@pytest.mark.parametrize("name", ["ds.xls", "ds.xlsx", "ds.csv", "../../x.csv", "không đuôi"])
def test_the_content_decides_and_not_the_name(files, name):
    assert check(files / "libreoffice.xlsx", name).kind is Kind.XLSX
    assert check(files / "libreoffice.xls", name).kind is Kind.XLS


def test_tab_separated_text_called_xls_is_read_as_text(tmp_path):
    path = tmp_path / "xuat.xls"
    path.write_text("Họ và tên\tNgày sinh\nNguyễn Văn An\t1985\n", encoding="utf-8")
    assert check(path).kind is Kind.TEXT


@pytest.mark.parametrize(
    "start",
    [
        "<html><body><table>",
        "\ufeff<!DOCTYPE html>\n<html>",
        "  \n<table border=1>",
        "<HTML xmlns:x='urn:x'>",
        "<meta charset=utf-8><table>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_web_page_called_xls_is_refused_with_advice(tmp_path, start, encoding):
    path = tmp_path / "xuat.xls"
    path.write_bytes(f"{start}<tr><td>Nguyễn Văn An</td></tr></table>".encode(encoding))
    with pytest.raises(SpreadsheetProblem, match="Mở bằng Excel và lưu thành .xlsx") as caught:
        check(path)
    assert caught.value.code == "html"


def test_the_html_and_xml_of_libreoffice_are_recognised(files):
    assert refused(files / "libreoffice.html", "xuat.xls") == "html"
    assert refused(files / "libreoffice_2003.xml", "xuat.xls") == "xml_2003"


def test_a_saved_web_archive_is_refused(tmp_path):
    path = tmp_path / "x.xls"
    path.write_bytes(b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n")
    assert refused(path) == "html"


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n...",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0 jpeg",
        b"MZ\x90\x00",
        b"a,b\x00\x01\x02c\n",
        b"<svg/>",
    ],
)
def test_other_files_are_no_spreadsheets(tmp_path, content):
    path = tmp_path / "ds.xlsx"
    path.write_bytes(content)
    assert refused(path) == "not_a_spreadsheet"


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "ds.csv").write_bytes(b"")
    assert refused(tmp_path / "ds.csv") == "empty"


def test_a_file_that_is_too_heavy_is_refused_with_both_sizes(tmp_path):
    path = tmp_path / "ds.csv"
    path.write_bytes(b"a,b\n" * 2**19)
    with pytest.raises(SpreadsheetProblem, match="nặng 2 MB, tối đa 1 MB"):
        check(path, limits=Limits(bytes=2**20))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95, 0.999])
def test_a_truncated_upload_is_recognised(tmp_path, files, share):
    whole = (files / "libreoffice.xlsx").read_bytes()
    path = tmp_path / "ds.xlsx"
    path.write_bytes(whole[: int(len(whole) * share)])
    assert refused(path) == "truncated"


# ---------------------------------------------------------------- archives


def test_a_workbook_with_macros_is_refused_by_name_part_or_type(workbook):
    assert refused(workbook("ds.xlsm")) == "macro"
    assert refused(workbook(parts={"xl/vbaProject.bin": b"\x00"})) == "macro"
    typed = "<Types><Override ContentType='application/vnd.ms-excel.sheet.macroEnabled.main+xml'/></Types>"
    assert refused(workbook(parts={"[Content_Types].xml": typed})) == "macro"


def test_a_workbook_with_macros_of_xlsxwriter_is_refused_under_any_name(tmp_path):
    path = tmp_path / "ds.xlsm"
    (tmp_path / "vba.bin").write_bytes(b"vba")
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet()
    book.add_vba_project(str(tmp_path / "vba.bin"))
    book.close()
    assert refused(path, "ds.xlsx") == "macro"


def test_embedded_objects_and_nested_archives_are_refused(workbook, files):
    inner = (files / "libreoffice.xlsx").read_bytes()
    assert refused(workbook(parts={"xl/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0"})) == "embedded_object"
    assert (
        refused(workbook(parts={"xl/media/image1.png": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"}))
        == "embedded_object"
    )
    assert refused(workbook(parts={"xl/embeddings/Sheet1.xlsx": inner})) == "nested_zip"
    assert refused(workbook(parts={"xl/media/image1.png": inner})) == "nested_zip"
    assert refused(workbook(parts={"a.zip": b""})) == "nested_zip"


def test_pictures_and_external_links_are_left_alone_and_the_links_named(workbook):
    path = workbook(
        parts={"xl/media/image1.png": b"\x89PNG", "xl/externalLinks/externalLink1.xml": "<externalLink/>"}
    )
    assert check(path).ignored == ("external_links",)


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE x [<!ENTITY a "b">]>',
        '<!DOCTYPE x SYSTEM "http://192.0.2.1/x.dtd">',
        '<?xml version="1.0"?><!-- a --><?pi?>\n<!DOCTYPE x>',
        "\ufeff<!DOCTYPE x>",
        "<!-- " + "x" * 20_000 + " --><!DOCTYPE x>",
    ],
)
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "_rels/.rels"])
def test_xml_that_declares_anything_is_refused(workbook, declaration, part):
    assert refused(workbook(parts={part: declaration + "<x/>"})) == "xml_entities"


def test_xml_in_another_encoding_cannot_hide_a_declaration(workbook):
    hidden = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x><x/>'
    assert refused(workbook(parts={"xl/sharedStrings.xml": hidden.encode("utf-16")})) == "xml_entities"


def test_a_zip_bomb_is_refused_from_its_table_of_contents(workbook):
    small = Limits(ratio_from=2**20, ratio=100)
    assert refused(workbook(parts={"xl/bomb.xml": "<x>" + "0" * 2**23 + "</x>"}), limits=small) == "zip_bomb"
    assert (
        refused(workbook(parts={"xl/bomb.xml": "<x>" + "0" * 2**23}), limits=Limits(unpacked=2**22))
        == "zip_bomb"
    )


def test_forty_megabytes_in_forty_kilobytes_are_refused_with_the_limits_in_force(workbook):
    path = workbook(parts={"xl/bomb.xml": b"<" + b"0" * (40 * 2**20)})
    assert path.stat().st_size < 60_000
    assert refused(path) == "zip_bomb"


def test_a_hundred_thousand_entries_are_refused_without_reading_them(tmp_path, monkeypatch):
    path = tmp_path / "ds.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(100_000 // 2):  # still under 65,536, so no zip64
            archive.writestr(f"{number}", b"")
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("the directory was read"))
    assert refused(path) == "zip_bomb"


def test_more_entries_than_the_end_record_admits_are_refused(tmp_path):
    """The count at the end says 5; the directory itself is too long."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(40_000):
            archive.writestr(f"{number:060}", b"")
    raw = bytearray(buffer.getvalue())
    raw[-14:-10] = struct.pack("<HH", 5, 5)
    path = tmp_path / "ds.xlsx"
    path.write_bytes(raw)
    assert refused(path) == "zip_bomb"


def test_overlapping_entries_are_refused(tmp_path):
    """The trick of the 42 kB bomb without nesting: many entries share the same packed bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", b"<x>" + bytes(range(256)) * 400)
        first = archive.filelist[0]
        for number in range(50):
            twin = zipfile.ZipInfo(f"{number:05}")
            for attribute in (
                "compress_type",
                "CRC",
                "compress_size",
                "file_size",
                "header_offset",
                "flag_bits",
            ):
                setattr(twin, attribute, getattr(first, attribute))
            archive.filelist.append(twin)
    path = tmp_path / "ds.xlsx"
    path.write_bytes(buffer.getvalue())
    assert refused(path) == "zip_bomb"


def test_zips_that_are_no_workbook_are_refused(tmp_path, workbook):
    assert (
        refused(workbook(parts={"xl/workbook.xml": None, "word/document.xml": "<x/>"})) == "not_a_spreadsheet"
    )
    path = tmp_path / "ds.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "x")
    assert refused(path) == "not_a_spreadsheet"
    with zipfile.ZipFile(path, "w"):
        pass
    assert refused(path) == "not_a_spreadsheet"


def test_an_encrypted_archive_is_refused(workbook):
    path = workbook()
    raw = bytearray(path.read_bytes())
    at = raw.find(b"PK\x01\x02")
    while at >= 0:
        raw[at + 8] |= 1
        at = raw.find(b"PK\x01\x02", at + 4)
    path.write_bytes(raw)
    assert refused(path) == "encrypted"


def test_an_encrypted_ods_is_refused(tmp_path, files):
    path = tmp_path / "ds.ods"
    with zipfile.ZipFile(files / "libreoffice.ods") as whole, zipfile.ZipFile(path, "w") as changed:
        for info in whole.infolist():
            body = whole.read(info)
            if info.filename == "META-INF/manifest.xml":
                body = body.replace(
                    b"</manifest:manifest>", b"<manifest:encryption-data/></manifest:manifest>"
                )
            changed.writestr(info, body)
    assert refused(path) == "encrypted"


# ---------------------------------------------------------------- the old binary container


def ole(*streams):
    """An OLE container with these stream names in its directory: enough to be recognised, not to be read."""
    entries = b""
    for name in ("Root Entry", *streams):
        encoded = name.encode("utf-16-le")
        entries += encoded.ljust(64, b"\x00") + struct.pack("<H", len(encoded) + 2) + b"\x00" * 62
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\x00") + entries.ljust(1024, b"\x00")


@pytest.mark.parametrize(
    ("streams", "code"),
    [
        (["EncryptionInfo", "EncryptedPackage"], "encrypted"),
        (["WordDocument"], "not_a_spreadsheet"),
        (["Workbook", "_VBA_PROJECT_CUR"], "macro"),
    ],
)
def test_other_ole_files_are_told_apart(tmp_path, streams, code):
    path = tmp_path / "ds.xls"
    path.write_bytes(ole(*streams))
    assert refused(path) == code


def test_an_xls_with_a_password_is_refused(tmp_path, files):
    """The globals of an encrypted BIFF8 begin with BOF and FILEPASS."""
    raw = bytearray((files / "libreoffice.xls").read_bytes())
    at = raw.find(b"\x09\x08\x10\x00\x00\x06\x05\x00")
    assert at > 0
    raw[at + 20 : at + 24] = b"\x2f\x00\x36\x00"
    path = tmp_path / "ds.xls"
    path.write_bytes(raw)
    assert refused(path) == "encrypted"


@pytest.mark.parametrize("name", ["libreoffice.xlsx", "libreoffice.ods", "libreoffice.xls"])
def test_a_file_with_any_damage_is_taken_or_refused_but_never_breaks(tmp_path, files, name):
    chance = random.Random(20220206)
    whole = (files / name).read_bytes()
    path = tmp_path / name
    for _attempt in range(400):
        raw = bytearray(whole)
        for _flip in range(chance.randint(1, 12)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        path.write_bytes(raw[: chance.randint(1, len(raw))] if chance.random() < 0.2 else raw)
        with suppress(SpreadsheetProblem):
            assert check(path).kind in Kind


def test_a_workbook_of_openpyxl_passes(tmp_path):
    path = tmp_path / "ds.xlsx"
    openpyxl.Workbook().save(path)
    assert check(path).kind is Kind.XLSX


@pytest.mark.parametrize("code", sorted(TEXTS))
def test_every_problem_says_where_what_how_and_what_is_safe(code):
    params = {"size": 70, "limit": 64, "sheet": "Tổ 5", "rows": 65_536, "row": 3}
    message = problem(code, file="ds_vocuong.xlsx", **params).message
    assert "ds_vocuong.xlsx" in message
    assert message.endswith("Chưa có dữ liệu nào bị thay đổi.")
    assert "{" not in message
