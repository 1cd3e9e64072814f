"""What an uploaded file really is, before anything in it is parsed.

Looks at the first bytes, and for a zip container at its table of contents and the head of each XML part.
Nothing is unpacked to disk or in full; a file name is never trusted (IMP-01, 26, 27, 29).
"""

from __future__ import annotations

import lzma
import mmap
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from lib.spreadsheets.problems import SpreadsheetProblem, problem


class Kind(StrEnum):
    XLSX = "xlsx"
    ODS = "ods"
    XLS = "xls"
    TEXT = "text"  # CSV or TSV, whatever the name says


@dataclass(frozen=True)
class Limits:
    """What is still taken for a list of people. A workbook of 300,000 rows by 20 columns is well inside."""

    bytes: int = 128 * 2**20
    entries: int = 2_000
    directory_bytes: int = 2 * 2**20
    unpacked: int = 2 * 2**30
    ratio: int = 200  # judged only above `ratio_from` bytes; sheets of repeated rows pack 40 : 1
    ratio_from: int = 32 * 2**20


LIMITS = Limits()


@dataclass(frozen=True)
class Checked:
    """kind: how it is read. ignored: parts that are there and are never opened ("external_links")."""

    kind: Kind
    ignored: tuple[str, ...] = ()


_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHER_BINARY = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"MZ", b"\x7fELF", b"BM", b"{\\rtf")  # fmt: skip
_HTML = re.compile(rb"<\s*(?:!doctype\s+html|html|head|body|table|meta|style|div|script)\b", re.IGNORECASE)
_MACRO_NAMES = (".xlsm", ".xltm", ".xlam", ".xlsb")


def check(path: str | Path, name: str | None = None, limits: Limits = LIMITS) -> Checked:
    """The kind of the file, or SpreadsheetProblem saying why it is not taken.

    name: as the user called the file, for the messages and for telling a macro workbook by its extension.
    """
    path = Path(path)
    name = name or path.name
    size = path.stat().st_size
    if size == 0:
        raise problem("empty", file=name)
    if size > limits.bytes:
        raise problem("too_big", file=name, size=-(-size // 2**20), limit=limits.bytes // 2**20)
    if name.lower().endswith(_MACRO_NAMES):
        raise problem("macro", file=name)
    with path.open("rb") as file:
        head = file.read(4096)
        if head.startswith(_ZIP):
            return _check_zip(file, size, name, limits)
        if head.startswith(_OLE):
            return _check_ole(file, name)
    return _check_text(head, name)


# ---------------------------------------------------------------- text


def _check_text(head: bytes, name: str) -> Checked:
    if head.startswith((*_OTHER_BINARY, _EMPTY_ZIP)):
        raise problem("not_a_spreadsheet", file=name)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or looks_utf16(head):
        plain = head.replace(b"\x00", b"")
    elif b"\x00" in head.rstrip(b"\x00"):
        raise problem("not_a_spreadsheet", file=name)
    else:
        plain = head
    start = plain.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if start.startswith(b"<"):
        if b"urn:schemas-microsoft-com:office:spreadsheet" in plain:
            raise problem("xml_2003", file=name)
        raise problem("html" if _HTML.search(plain) else "not_a_spreadsheet", file=name)
    if start.lower().startswith(b"mime-version:") or start.startswith(b"ID;P"):
        raise problem("html" if start.lower().startswith(b"mime") else "not_a_spreadsheet", file=name)
    return Checked(Kind.TEXT)


def looks_utf16(head: bytes) -> str | None:
    """ "utf-16-le" or "utf-16-be" for text without a byte order mark whose every other byte is mostly zero."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if half < 4 or even + odd < half * 0.4:
        return None
    return "utf-16-le" if odd > even * 8 else "utf-16-be" if even > odd * 8 else None


# ---------------------------------------------------------------- the old binary container


def _check_ole(file: BinaryIO, name: str) -> Checked:
    """An OLE container: a BIFF workbook, an encrypted .xlsx, or another program's document."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return _check_directory(content, name)


def _check_directory(content: mmap.mmap, name: str) -> Checked:
    if _stream(content, "EncryptedPackage"):
        raise problem("encrypted", file=name)
    if not (_stream(content, "Workbook") or _stream(content, "Book")):
        raise problem("not_a_spreadsheet", file=name)
    if _stream(content, "_VBA_PROJECT_CUR") or _stream(content, "_VBA_PROJECT"):
        raise problem("macro", file=name)
    if _FILEPASS.search(content):
        raise problem("encrypted", file=name)
    return Checked(Kind.XLS)


def _stream(content: mmap.mmap, name: str) -> bool:
    """Whether the directory names a stream: entries are 128 bytes, the name in UTF-16 with its length at 64."""
    encoded = name.encode("utf-16-le")
    at = content.find(encoded)
    while at >= 0:
        entry = content[at : at + 128]
        if at % 128 == 0 and len(entry) == 128 and entry[64:66] == struct.pack("<H", len(encoded) + 2):
            return True
        at = content.find(encoded, at + 2)
    return False


# FILEPASS (0x2F) right after the first record of the globals, where an encrypted BIFF8 workbook has it.
_FILEPASS = re.compile(rb"\x09\x08\x10\x00\x00\x06\x05\x00.{12}\x2f\x00", re.DOTALL)


# ---------------------------------------------------------------- the zip container


_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)


def _check_zip(file: BinaryIO, size: int, name: str, limits: Limits) -> Checked:
    entries, directory_bytes = _end_of_directory(file, size, name)
    if entries > limits.entries or directory_bytes > limits.directory_bytes:
        raise problem("zip_bomb", file=name)
    try:
        with zipfile.ZipFile(file) as archive:
            return _check_archive(archive, size, name, limits)
    except SpreadsheetProblem:
        raise
    except _UNREADABLE as error:
        raise problem("damaged", file=name) from error


def _end_of_directory(file: BinaryIO, size: int, name: str) -> tuple[int, int]:
    """Entries and bytes of the table of contents, from the record at the end, before anything trusts it."""
    file.seek(max(0, size - 65_557))
    tail = file.read()
    at = tail.rfind(_EMPTY_ZIP)
    if at < 0 or len(tail) - at < 22:
        raise problem("truncated", file=name)
    entries, directory_bytes, offset = struct.unpack("<HII", tail[at + 10 : at + 20])
    if entries == 0xFFFF or 0xFFFFFFFF in (directory_bytes, offset):
        raise problem("zip_bomb", file=name)  # zip64: no list of people needs it
    if offset + directory_bytes > size:
        raise problem("truncated", file=name)
    return entries, directory_bytes


_NESTED = (
    ".zip",
    ".xlsx",
    ".xlsm",
    ".xls",
    ".docx",
    ".docm",
    ".pptx",
    ".ods",
    ".odt",
    ".jar",
    ".7z",
    ".rar",
    ".gz",
)


def _check_archive(archive: zipfile.ZipFile, size: int, name: str, limits: Limits) -> Checked:
    infos = archive.infolist()
    names = {info.filename.lower().lstrip("/") for info in infos}
    if any(info.flag_bits & 1 for info in infos):
        raise problem("encrypted", file=name)
    _check_sizes(infos, size, name, limits)
    _check_parts(names, name)
    kind = _container_kind(archive, names, name)
    for info in infos:
        _check_head(archive, info, name)
    ignored = ("external_links",) if any(part.startswith("xl/externallinks/") for part in names) else ()
    return Checked(kind, ignored)


def _check_sizes(infos: list[zipfile.ZipInfo], size: int, name: str, limits: Limits) -> None:
    packed = sum(info.compress_size for info in infos)
    unpacked = sum(info.file_size for info in infos)
    if packed > size or unpacked > limits.unpacked:  # more packed bytes than bytes: overlapping entries
        raise problem("zip_bomb", file=name)
    if unpacked > limits.ratio_from and unpacked > limits.ratio * max(packed, 1):
        raise problem("zip_bomb", file=name)


def _check_parts(names: set[str], name: str) -> None:
    if any(
        "vbaproject" in part or part.startswith(("xl/macrosheets/", "basic/", "scripts/")) for part in names
    ):
        raise problem("macro", file=name)
    if any(part.endswith(_NESTED) for part in names):
        raise problem("nested_zip", file=name)
    if any(part.startswith(("xl/embeddings/", "xl/activex/")) or "oleobject" in part for part in names):
        raise problem("embedded_object", file=name)


_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"


def _container_kind(archive: zipfile.ZipFile, names: set[str], name: str) -> Kind:
    if "[content_types].xml" in names and "xl/workbook.xml" in names:
        types = _head_of(archive, "[Content_Types].xml", 2**20).lower()
        if b"macroenabled" in types:
            raise problem("macro", file=name)
        return Kind.XLSX
    if (
        "mimetype" in names
        and "content.xml" in names
        and _head_of(archive, "mimetype", 100).strip() == _ODS_TYPE
    ):
        has_manifest = "meta-inf/manifest.xml" in names
        if has_manifest and b"encryption-data" in _head_of(archive, "META-INF/manifest.xml", 2**20):
            raise problem("encrypted", file=name)
        return Kind.ODS
    raise problem("not_a_spreadsheet", file=name)


def _head_of(archive: zipfile.ZipFile, part: str, limit: int) -> bytes:
    with archive.open(part) as stream:
        return stream.read(limit)


_PROLOG = re.compile(rb"\s*(?:<\?.*?\?>|<!--.*?-->)", re.DOTALL)
_PROLOG_LIMIT = 16_384


def _check_head(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> None:
    """No nested archive, and no DOCTYPE before the root element: entities need one."""
    if info.is_dir() or info.file_size == 0:
        return
    head = _head_of(archive, info.filename, _PROLOG_LIMIT)
    if head.startswith((_ZIP, b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")):
        raise problem("nested_zip", file=name)
    if head.startswith(_OLE):
        raise problem("embedded_object", file=name)
    if not info.filename.lower().endswith((".xml", ".rels", ".vml")):
        return
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in head[:200]:
        raise problem("xml_entities", file=name)  # UTF-16 parts are legal and never written; they hide words
    at = 3 if head.startswith(b"\xef\xbb\xbf") else 0
    while found := _PROLOG.match(head, at):
        at = found.end()
    rest = head[at:].lstrip()
    if rest[:2] == b"<!" or not rest[:1] == b"<":
        raise problem("xml_entities", file=name)
