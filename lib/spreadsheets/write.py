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
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

from lib.columns import Column, Kind, plain_text
from lib.spreadsheets import xlsx_parts
from lib.spreadsheets.formulas import TRIGGERS, formula_safe
from lib.spreadsheets.xlsx_cells import BLOCK, row_as_xml, rows_as_xml, style_of, text

# The format ends at 1,048,576; half of it opens on an official's machine, and nobody takes a full sheet for a cut one.
ROWS_PER_SHEET = 500_000
_LEVEL = 1  # of deflate: a third of the time of the usual 6, for a file a third larger
_PRINTED_CHARACTERS = 215  # beside each other on A4 landscape at the smallest size that is still read, 60 %


@dataclass(frozen=True)
class Document:
    """What stands around the rows.

    title, lines: above the header (the lines plain, the title bold). sheet: name of the sheet. header, footer: on every
    printed page, the footer beside the page number, e.g. who exported what and when. author, subject, keywords, made_at:
    file properties. language: of the column titles. repeated: the first columns, printed again where the list is wider
    than a page. printed: how many of the first columns are printed at all; 0 prints all.
    """

    title: str = ""
    lines: Sequence[str] = ()
    sheet: str = "Danh sách"
    header: str = ""
    footer: str = ""
    author: str = ""
    subject: str = ""
    keywords: str = ""
    made_at: datetime | None = None
    language: str = "vi"
    landscape: bool = True
    repeated: int = 0
    printed: int = 0


# ---------------------------------------------------------------- XLSX


def write_xlsx(
    path: str | os.PathLike[str],
    columns: Sequence[Column],
    rows: Iterable[Any],
    document: Document = Document(),
    *,
    rows_per_sheet: int = 0,
) -> int:
    """Writes the list to `path` and returns the number of rows.

    rows: anything the columns' `value` takes; consumed once, a block at a time. rows_per_sheet: more of them go on a next
    sheet with the same header; 0 takes ROWS_PER_SHEET.
    """
    layout = _Layout(columns, document)
    rows = iter(rows)
    sheets: list[xlsx_parts.Sheet] = []
    count = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        while not sheets or (following := next(rows, None)) is not None:
            on_sheet = chain([following], rows) if sheets else rows
            name = layout.sheet_name(len(sheets) + 1)
            with archive.open(f"xl/worksheets/sheet{len(sheets) + 1}.xml", "w") as part:
                written = _write_sheet(
                    part, layout, islice(on_sheet, rows_per_sheet or ROWS_PER_SHEET), not sheets
                )
                sheets.append(layout.sheet(name, written))
                part.write(xlsx_parts.sheet_after(sheets[-1], layout.rows_above).encode())
            count += written
        for name, content in layout.package(sheets).items():
            archive.writestr(name, content)
    return count


def _write_sheet(part: Any, layout: _Layout, rows: Iterable[Any], is_first: bool) -> int:
    head = layout.header_row
    part.write(xlsx_parts.sheet_before(layout.looks, head, is_first=is_first).encode())
    for number, line in enumerate(layout.above, 1):
        style = xlsx_parts.TITLE if number == 1 and layout.document.title else xlsx_parts.PLAIN
        part.write(row_as_xml(number, [line] if line else [], style))
    part.write(row_as_xml(head, layout.titles, xlsx_parts.HEADER, lines=layout.header_lines))
    count = 0
    for block, xml in rows_as_xml(layout.columns, rows, head + 1):
        part.write(xml)
        count += block
    return count


class _Layout:
    def __init__(self, columns: Sequence[Column], document: Document) -> None:
        self.columns, self.document = columns, document
        self.titles = unique_titles(column.title(document.language) for column in columns)
        lines = [line for line in (document.title, *document.lines) if line]
        self.above = [*map(text, lines), *([""] if lines else [])]
        self.header_row = len(self.above) + 1
        self.rows_above = [number for number, line in enumerate(self.above, 1) if line]
        self.looks = [
            xlsx_parts.ColumnLook(
                xlsx_parts.letters(place),
                column.characters,
                style_of(column),
                column.kind in (Kind.ID, Kind.PHONE),
            )
            for place, column in enumerate(columns)
        ]

    @property
    def header_lines(self) -> int:
        """Bold letters are wider than a column's width in characters promises."""
        pairs = zip(self.titles, self.columns, strict=True)
        return min(5, max(-(-len(title) * 6 // int(5 * column.characters)) for title, column in pairs))

    def sheet_name(self, number: int) -> str:
        name = " ".join(re.sub(r"[\[\]:*?/\\']", " ", text(self.document.sheet)).split())[:26] or "Danh sách"
        return name if number == 1 else f"{name} ({number})"

    def sheet(self, name: str, rows: int) -> xlsx_parts.Sheet:
        return xlsx_parts.Sheet(name, self.looks, self.header_row, self.header_row + rows, self.print)

    @property
    def print(self) -> xlsx_parts.Print:
        """As many pages beside each other as leave the letters large enough to be read."""
        document = self.document
        printed = document.printed or len(self.columns)
        widths = [column.characters for column in self.columns[:printed]]
        kept = sum(widths[: document.repeated])
        wide = max(1, -(-int(sum(widths) - kept) // max(int(_PRINTED_CHARACTERS - kept), 1)))
        return xlsx_parts.Print(
            landscape=document.landscape,
            header=text(document.header),
            footer=text(document.footer),
            wide=wide,
            repeated=document.repeated,
            columns=printed,
        )

    def package(self, sheets: Sequence[xlsx_parts.Sheet]) -> dict[str, str]:
        document = self.document
        properties = xlsx_parts.core_properties(
            title=text(document.title or document.sheet),
            subject=text(document.subject),
            author=text(document.author),
            keywords=text(document.keywords),
            made_at=document.made_at,
        )
        return {
            "[Content_Types].xml": xlsx_parts.content_types(len(sheets)),
            "_rels/.rels": xlsx_parts.relations(),
            "docProps/core.xml": properties,
            "xl/workbook.xml": xlsx_parts.workbook(sheets),
            "xl/_rels/workbook.xml.rels": xlsx_parts.workbook_relations(len(sheets)),
            "xl/styles.xml": xlsx_parts.STYLES,
        }


def unique_titles(titles: Iterable[str]) -> list[str]:
    """Repeated column titles numbered, so that each names one column."""
    seen: dict[str, int] = {}
    found = []
    for title in titles:
        title = text(title)
        seen[title] = seen.get(title, 0) + 1
        found.append(title if seen[title] == 1 else f"{title} ({seen[title]})")
    return found


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
    readers = [(column.value, _csv_texts(column)) for column in columns]
    rows = iter(rows)
    while block := list(islice(rows, BLOCK)):
        by_column = [texts([value(row) for row in block]) for value, texts in readers]
        writer.writerows(zip(*by_column, strict=True))
        if buffer.tell() > 65_536:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _csv_texts(column: Column) -> Callable[[list[Any]], list[str]]:
    """What makes texts of a block of this column's values: a block without anything to make safe is looked at as one.

    Text goes through `formula_safe`; numbers and dates, which begin with no trigger but a minus, do not.
    """
    known: dict[date, str] = {}

    def one(value: Any) -> str:
        if value.__class__ is str:
            return formula_safe(value)
        if value.__class__ is date:
            return known.get(value) or known.setdefault(value, plain_text(value))
        plain = plain_text(value)
        is_text = column.kind is Kind.TEXT or not isinstance(value, (int, float, date))
        return formula_safe(plain) if is_text else plain

    def texts(values: list[Any]) -> list[str]:
        try:
            together = "|".join(values)
        except TypeError:
            return [one(value) for value in values]
        if together.isprintable() and not _TRIGGERED_BETWEEN.search(together):
            return values
        return [formula_safe(value) for value in values]

    return texts


_TRIGGERED_BETWEEN = re.compile(rf"(?:^|\|)[{re.escape(TRIGGERS)}]")


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
