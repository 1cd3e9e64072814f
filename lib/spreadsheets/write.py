"""The one writer of every CSV and XLSX file that leaves the house.

It knows columns (lib/columns.py), not what they mean. Text is always written as text; what a spreadsheet would
run as a formula stays text (EXP-01); digits that are names keep their zeros (EXP-02); dates are real dates and a
year alone is text (EXP-03). Rows are streamed: memory does not grow with their number.
"""

from __future__ import annotations

import csv
import io
import os
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from rustpy_xlsxwriter import Format, write_worksheets

from lib.columns import Column, Kind, plain_text
from lib.spreadsheets.formulas import formula_safe, without_illegal

ROWS_PER_SHEET = (
    1_000_000  # below the 1,048,576 of the format, so that a full sheet is never mistaken for a cut one
)
_CELL_LIMIT = 32_767
_DATE = "dd/mm/yyyy"


@dataclass(frozen=True)
class Document:
    """What stands around the rows.

    title, lines: above the header (the lines plain, the title bold). sheet: name of the sheet. footer: on every
    printed page beside the page number, e.g. who exported what and when. author, subject, keywords, made_at: file
    properties. language: of the column titles.
    """

    title: str = ""
    lines: Sequence[str] = ()
    sheet: str = "Danh sách"
    footer: str = ""
    author: str = ""
    subject: str = ""
    keywords: str = ""
    made_at: datetime | None = None
    language: str = "vi"
    landscape: bool = True


# ---------------------------------------------------------------- XLSX


def write_xlsx(
    path: str | os.PathLike[str],
    columns: Sequence[Column],
    rows: Iterable[Any],
    document: Document = Document(),
    *,
    total: int | None = None,
) -> int:
    """Writes the list to `path` and returns the number of rows.

    rows: anything the columns' `value` takes; consumed once. total: the number of rows, needed only if they may
    exceed a million; they are then parted over several sheets. ValueError if they exceed what was announced.
    """
    sheets = max(1, -(-(total or 0) // ROWS_PER_SHEET))
    layout = _Layout(columns, document)
    counted = _Counted(rows)
    entries: list[tuple[str, Iterable[dict[str, Any]]]] = [
        (layout.sheet_name(number), layout.records(counted, ROWS_PER_SHEET if sheets > 1 else None))
        for number in range(1, sheets + 1)
    ]
    write_worksheets(entries, os.fspath(path), **layout.options([name for name, _records in entries]))
    if next(counted.rows, None) is not None or counted.count > ROWS_PER_SHEET * sheets:
        raise ValueError(f"more than {ROWS_PER_SHEET * sheets} rows; say their total")
    _set_properties(Path(path), document)
    return counted.count


class _Counted:
    def __init__(self, rows: Iterable[Any]) -> None:
        self.rows = iter(rows)
        self.count = 0


@dataclass
class _Layout:
    columns: Sequence[Column]
    document: Document
    titles: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.titles = unique_titles(column.title(self.document.language) for column in self.columns)

    @property
    def above(self) -> list[str]:
        lines = [line for line in (self.document.title, *self.document.lines) if line]
        return [*map(_text, lines), *([""] if lines else [])]

    def sheet_name(self, number: int) -> str:
        name = " ".join(re.sub(r"[\[\]:*?/\\']", " ", _text(self.document.sheet)).split())[:26] or "Danh sách"
        return name if number == 1 else f"{name} ({number})"

    def records(self, counted: _Counted, at_most: int | None) -> Iterator[dict[str, Any]]:
        pairs = [
            (title, column.value, column.as_cell)
            for title, column in zip(self.titles, self.columns, strict=True)
        ]
        for row in islice(counted.rows, at_most):
            counted.count += 1
            cells: dict[str, Any] = {}
            # Millions of cells pass here: what is clean text already goes through without another call.
            for title, value, as_cell in pairs:
                found = value(row)
                if found.__class__ is not str:
                    found = None if found is None else as_cell(found)
                if found.__class__ is str:
                    found = (
                        found or None if found.isprintable() and len(found) <= _CELL_LIMIT else _text(found)
                    )
                cells[title] = found
            yield cells
        if counted.count == 0:
            yield dict.fromkeys(self.titles)  # the header has to stand even over nothing

    def options(self, names: list[str]) -> dict[str, Any]:
        header = len(self.above)
        per_sheet: dict[str, Any] = {
            "column_widths": {t: float(c.characters) for t, c in zip(self.titles, self.columns, strict=True)},
            "column_formats": {t: _format(c) for t, c in zip(self.titles, self.columns, strict=True)},
            "header_format": _header_format(),
            "header_row": header,
            "merge_ranges": self._lines_above(),
            "autofilter": True,
            "page_setup": self._page(header),
            "ignore_errors": [
                t for t, c in zip(self.titles, self.columns, strict=True) if c.kind in (Kind.ID, Kind.PHONE)
            ],
        }
        freeze = {name: {"row": header + 1, "col": 0} for name in names}
        return {"freeze_panes": freeze} | {
            key: dict.fromkeys(names, value) for key, value in per_sheet.items() if value
        }

    def _lines_above(self) -> list[tuple[Any, ...]]:
        last = max(len(self.columns) - 1, 1)
        bold = Format().set_bold().set_font_size(13)
        plain = Format()
        return [
            (index, 0, index, last, line, bold if index == 0 and self.document.title else plain)
            for index, line in enumerate(self.above)
            if line
        ]

    def _page(self, header: int) -> dict[str, Any]:
        footer = _text(self.document.footer).replace("&", "&&")[:200]
        return {
            "landscape": self.document.landscape,
            "paper_size": 9,  # A4
            "repeat_rows": (header, header),
            "fit_to_pages": (1, 0),
            "footer": f"&L&8{footer}&R&8&P/&N",
        }


def _text(value: str) -> str:
    """Text that the format can hold. Longer than a cell allows is cut and says so by an ellipsis."""
    if not value.isprintable():
        value = without_illegal(value).replace("\r\n", "\n").replace("\r", "\n")
    return value if len(value) <= _CELL_LIMIT else value[: _CELL_LIMIT - 1] + "…"


def unique_titles(titles: Iterable[str]) -> list[str]:
    """Repeated column titles numbered: a row is written by title, so each must be there once."""
    seen: dict[str, int] = {}
    found = []
    for title in titles:
        title = _text(title)
        seen[title] = seen.get(title, 0) + 1
        found.append(title if seen[title] == 1 else f"{title} ({seen[title]})")
    return found


def _format(column: Column) -> Format:
    made = Format().set_align("top")
    if column.kind in (Kind.DATE, Kind.PARTIAL_DATE):
        return made.set_num_format(_DATE).set_align("left")
    if column.kind in (Kind.ID, Kind.PHONE):
        return made.set_num_format("@")
    return made if column.kind is Kind.NUMBER else made.set_text_wrap()


def _header_format() -> Format:
    made = Format().set_bold().set_text_wrap().set_align("vcenter").set_border("thin")
    return made.set_background_color("#E8EEF4")


def _set_properties(path: Path, document: Document) -> None:
    """Author, subject and time into the file, which the fast writer cannot do: the small part that holds them
    is written again at the end of the archive and its old place is dropped from the table of contents."""
    part = "docProps/core.xml"
    made_at = (document.made_at or datetime(2000, 1, 1, tzinfo=UTC)).astimezone(UTC)
    stamp = f"{made_at:%Y-%m-%dT%H:%M:%SZ}"
    texts = {
        "dc:title": document.title or document.sheet,
        "dc:subject": document.subject,
        "dc:creator": document.author,
        "cp:keywords": document.keywords,
        "cp:lastModifiedBy": document.author,
    }
    elements = "".join(f"<{tag}>{escape(_text(text))}</{tag}>" for tag, text in texts.items() if text)
    core = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:dcmitype="http://purl.org/dc/dcmitype/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f'{elements}<dcterms:created xsi:type="dcterms:W3CDTF">{stamp}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{stamp}</dcterms:modified></cp:coreProperties>'
    )
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.filelist.remove(archive.NameToInfo.pop(part))
        archive.writestr(part, core)


# ---------------------------------------------------------------- CSV


def csv_chunks(
    columns: Sequence[Column], rows: Iterable[Any], *, delimiter: str = ",", language: str = "vi"
) -> Iterator[bytes]:
    """The list as CSV in pieces, for a streamed answer: UTF-8 with its mark, CRLF, every text formula-safe.

    delimiter ";" suits Excel with Vietnamese settings, where the comma is the decimal mark.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow(
        [formula_safe(title) for title in unique_titles(column.title(language) for column in columns)]
    )
    cells = [_csv_cell(column) for column in columns]
    for row in rows:
        writer.writerow([cell(row) for cell in cells])
        if buffer.tell() > 65_536:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _csv_cell(column: Column) -> Callable[[Any], str]:
    """Text goes through `formula_safe`; numbers and dates, which begin with no trigger but a minus, do not."""
    value = column.value

    def cell(row: Any) -> str:
        found = value(row)
        if found.__class__ is str:
            return formula_safe(found)
        plain = plain_text(found)
        is_text = column.kind is Kind.TEXT or not isinstance(found, (int, float, date))
        return formula_safe(plain) if is_text else plain

    return cell


def write_csv(
    path: str | os.PathLike[str],
    columns: Sequence[Column],
    rows: Iterable[Any],
    *,
    delimiter: str = ",",
    language: str = "vi",
) -> None:
    """`csv_chunks` into a file."""
    with Path(path).open("wb") as file:
        for chunk in csv_chunks(columns, rows, delimiter=delimiter, language=language):
            file.write(chunk)
