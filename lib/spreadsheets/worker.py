"""The process that parses an uploaded file: limited, without secrets, thrown away afterwards.

Run by read.py as a script: worker.py MODE PATH KIND SHEET LIMITS. It sets its own limits before it looks
at the file and answers on standard output, one line each:
    {"sheets": […]}         mode "sheets"
    {"sheet": name}         mode "rows", then one JSON array per row, from row 1 of the sheet
    {"problem": code, …}    instead of, or after, any of these
    {"end": true}           the last line; without it the answer is not complete
The file's own name stays with the reader, which puts it into the messages.
"""

from __future__ import annotations

import html
import json
import posixpath
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from lib.spreadsheets.cells import CellError, encode_row
from lib.spreadsheets.check import Kind
from lib.spreadsheets.limits import ReadLimits, SheetInfo
from lib.spreadsheets.problems import SpreadsheetProblem, problem

HARD_LIMITS = (65_536, 1_048_576)  # rows of a sheet in .xls and in .xlsx: what is exactly full may be cut
TEXT_SHEET = "CSV"


def main(arguments: list[str]) -> None:
    mode, path, kind, sheet, packed = arguments
    limits = ReadLimits(**json.loads(packed))
    _set_limits(limits)
    out = sys.stdout
    try:
        source = _Text(Path(path)) if kind == Kind.TEXT else _Workbook(Path(path), Kind(kind), limits)
        for line in _sheets(source) if mode == "sheets" else _rows(source, sheet or None, limits):
            out.write(line)
            out.write("\n")
        out.write('{"end":true}\n')
    except SpreadsheetProblem as found:
        params = {key: value for key, value in found.params.items() if key != "file"}
        out.write(json.dumps({"problem": found.code, "params": params}) + "\n")
    except MemoryError:
        out.write('{"problem":"too_much_memory","params":{}}\n')
    out.flush()


def _set_limits(limits: ReadLimits) -> None:
    for what, amount in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_FSIZE, 0),  # it writes to nothing but the pipe
        (resource.RLIMIT_NOFILE, 32),
        (resource.RLIMIT_CORE, 0),
    ):
        _soft, hard = resource.getrlimit(what)
        allowed = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(what, (allowed, allowed))


# ---------------------------------------------------------------- sources: a workbook, or text as one sheet


class _Text:
    def __init__(self, path: Path) -> None:
        self.path = path

    def sheets(self) -> Iterator[SheetInfo]:
        widths = [len(row) for row in self._read()]
        yield SheetInfo(TEXT_SHEET, len(widths), max(widths, default=0))

    def rows(self, sheet: str | None, *, limit_confirmed: bool) -> tuple[str, Iterator[list[Any]]]:
        return TEXT_SHEET, self._counted(limit_confirmed)

    def _counted(self, limit_confirmed: bool) -> Iterator[list[Any]]:
        count = 0
        for row in self._read():
            count += 1
            yield row
        _refuse_full(count, TEXT_SHEET, limit_confirmed)

    def _read(self) -> Iterator[list[str]]:
        from lib.spreadsheets.text import text_rows

        return text_rows(self.path, "")


class _Workbook:
    def __init__(self, path: Path, kind: Kind, limits: ReadLimits) -> None:
        import python_calamine as calamine

        self.path, self.kind, self.limits = path, kind, limits
        self.calamine = calamine
        self.last_loaded: tuple[str, Any] | None = None
        self.workbook = self._guarded(calamine.CalamineWorkbook.from_path, str(path))
        wanted = calamine.SheetTypeEnum.WorkSheet
        self.found = [sheet for sheet in self.workbook.sheets_metadata if sheet.typ == wanted]

    def sheets(self) -> Iterator[SheetInfo]:
        written = _written_sizes(self.path) if self.kind is Kind.XLSX else {}
        visible = self.calamine.SheetVisibleEnum.Visible
        for sheet in self.found:
            hidden = sheet.visible != visible
            if sheet.name in written:
                yield SheetInfo(sheet.name, *written[sheet.name], hidden=hidden, exact=False)
            else:
                rows, columns = _size(self._load(sheet.name))
                yield SheetInfo(sheet.name, rows, columns, hidden=hidden)

    def rows(self, sheet: str | None, *, limit_confirmed: bool) -> tuple[str, Iterator[list[Any]]]:
        name = sheet if sheet is not None else self._first_with_rows()
        if name not in [each.name for each in self.found]:
            raise problem("no_such_sheet", file="", sheet=name)
        loaded = self._load(name)
        rows, columns = _size(loaded)
        if columns > self.limits.columns:
            raise problem("too_wide", file="", sheet=name, limit=self.limits.columns)
        _refuse_full(rows, name, limit_confirmed)
        return name, self._read(loaded, name)

    def _read(self, loaded: Any, name: str) -> Iterator[list[Any]]:
        errors = _error_cells(self.path, name) if self.kind is Kind.XLSX else {}
        before = [""] * (loaded.start[1] if loaded.start else 0)
        for number, row in enumerate(loaded.iter_rows(), 1):
            if before:
                row = before + row
            for column, code in errors.get(number, ()):
                if column < len(row):
                    row[column] = CellError(code)
            yield row

    def _first_with_rows(self) -> str:
        for sheet in self.sheets():
            # A blank sheet may say that it has a cell A1.
            if not sheet.hidden and (sheet.rows > 1 or _size(self._load(sheet.name))[0]):
                return sheet.name
        raise problem("empty", file="")

    def _load(self, name: str) -> Any:
        if self.last_loaded is None or self.last_loaded[0] != name:
            self.last_loaded = None  # let go of it before the next one is read
            self.last_loaded = (name, self._guarded(self.workbook.get_sheet_by_name, name))
        return self.last_loaded[1]

    def _guarded(self, call: Any, argument: str) -> Any:
        """calamine's own errors, and a panic inside it, as our problem."""
        try:
            return call(argument)
        except MemoryError:
            raise
        except self.calamine.PasswordError as error:
            raise problem("encrypted", file="") from error
        except BaseException as error:  # a panic in Rust arrives as a BaseException
            if isinstance(error, (KeyboardInterrupt, SystemExit)):
                raise
            raise problem("damaged", file="") from error


def _size(loaded: Any) -> tuple[int, int]:
    """Rows and columns from A1 to the last cell that has something in it."""
    return (loaded.end[0] + 1, loaded.end[1] + 1) if loaded.end else (0, 0)


def _refuse_full(rows: int, sheet: str, limit_confirmed: bool) -> None:
    if rows in HARD_LIMITS and not limit_confirmed:
        raise problem("row_limit", file="", sheet=sheet, rows=rows)


# ---------------------------------------------------------------- what calamine does not say about an .xlsx

_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
_DIMENSION = re.compile(rb'<(?:\w+:)?dimension\b[^>]*\bref="[A-Z]+\d+:([A-Z]+)(\d+)"')
_ERROR_CELL = re.compile(
    rb'<c [^>]*?\br="([A-Z]+)(\d+)"[^>]*?\bt="e"[^>]*>.*?<v>(#[^<]{1,20})</v>', re.DOTALL
)


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return html.unescape(found[1]) if found else ""


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name -> name of its part in the archive."""
    workbook = archive.read("xl/workbook.xml").decode("utf-8")
    relations = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8")
    targets = {_attribute(tag, "Id"): _attribute(tag, "Target") for tag in _RELATION.findall(relations)}
    found = {}
    for tag in _SHEET.findall(workbook):
        target = targets.get(_attribute(tag, "r:id"), "")
        found[_attribute(tag, "name")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    return found


def _written_sizes(path: Path) -> dict[str, tuple[int, int]]:
    """What each sheet says of its own size in its head: quick, at least as large as the truth, not always there."""
    sizes = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for name, part in _parts(archive).items():
                with archive.open(part) as stream:
                    found = _DIMENSION.search(stream.read(4096))
                if found:
                    sizes[name] = (int(found[2]), _column_number(found[1]))
    except (KeyError, UnicodeDecodeError, zipfile.BadZipFile):
        return {}  # calamine will say what is wrong, or count for itself
    return sizes


def _error_cells(path: Path, sheet: str) -> dict[int, list[tuple[int, str]]]:
    """Row -> (column from 0, "#N/A") of failed formulas, which calamine gives as empty; the first 100,000."""
    found: dict[int, list[tuple[int, str]]] = {}
    count = 0
    try:
        with zipfile.ZipFile(path) as archive, archive.open(_parts(archive)[sheet]) as stream:
            for chunk in _whole_cells(stream):
                if b't="e"' not in chunk:
                    continue
                for column, row, code in _ERROR_CELL.findall(chunk):
                    found.setdefault(int(row), []).append((_column_number(column) - 1, code.decode()))
                    count += 1
                if count > 100_000:
                    break
    except (KeyError, UnicodeDecodeError, zipfile.BadZipFile):
        return {}
    return found


def _whole_cells(stream: IO[bytes]) -> Iterator[bytes]:
    """Chunks of sheet XML that end where a cell ends."""
    rest = b""
    while chunk := stream.read(1 << 20):
        whole, mark, rest_of_chunk = (rest + chunk).rpartition(b"</c>")
        if mark:
            yield whole + mark
            rest = rest_of_chunk
        else:
            rest += chunk
            if len(rest) > 1 << 22:
                return
    yield rest


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


# ---------------------------------------------------------------- answers


def _sheets(source: _Text | _Workbook) -> Iterator[str]:
    yield json.dumps({"sheets": [asdict(sheet) for sheet in source.sheets()]}, ensure_ascii=False)


def _rows(source: _Text | _Workbook, sheet: str | None, limits: ReadLimits) -> Iterator[str]:
    name, rows = source.rows(sheet, limit_confirmed=limits.limit_confirmed)
    yield json.dumps({"sheet": name}, ensure_ascii=False)
    for number, row in enumerate(rows, 1):
        if number > limits.rows:
            raise problem("too_many_rows", file="", limit=limits.rows)
        if limits.first and number > limits.first:
            return
        if len(row) > limits.columns:
            raise problem("too_wide", file="", sheet=name, limit=limits.columns)
        yield encode_row(row)


if __name__ == "__main__":
    main(sys.argv[1:])
