"""How officials lay out a sheet: title rows, merged cells, headers of two rows, dates as dates and as text, or a CSV.

Written by XlsxWriter, never by the program that reads. The same rows give the same bytes.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import Any

import xlsxwriter

from lib.dates_vn import PartialDate, Precision
from outreach.demo.figures import chance
from outreach.demo.lines import SEXES, DoseCells, Line
from vaccination.imports.national import DOSE_TITLES, PERSON_TITLES, titles

CREATED = datetime(2022, 2, 4, 16, 30)
Cell = Any


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name, what stands above the header, one or two header rows, the rows."""

    name: str
    above: Sequence[str]
    header: Sequence[Sequence[str]]
    rows: Sequence[Sequence[Cell]]

    @property
    def first_row(self) -> int:
        """The number of the first data row as a spreadsheet shows it."""
        return (len(self.above) + 1 if self.above else 0) + len(self.header) + 1


# ---------------------------------------------------------------- cells


class Hand:
    """One person's habits of writing dates and numbers, by chance but for this file always the same."""

    def __init__(self, random: Random, *, real_dates: float = 50) -> None:
        self.random = random
        self.real_dates = real_dates

    def day(self, value: PartialDate) -> Cell:
        if value.precision is Precision.YEAR:
            return value.year if chance(self.random, 50) else str(value.year)
        if value.precision is Precision.MONTH:
            return f"{value.month:02}/{value.year}"
        if chance(self.random, self.real_dates):
            return value.earliest
        text = f"{value.day:02}/{value.month:02}/{value.year}"
        if chance(self.random, 10):
            return f"{value.day}/{value.month}/{value.year}"
        return text.replace("/", ".") if chance(self.random, 4) else text

    def number(self, line: Line) -> Cell:
        return int(line.number) if "lost_zero" in line.dirt else line.number

    def sex(self, line: Line) -> Cell:
        return {"M": "nam", "F": "NỮ"}.get(line.sex, "") if chance(self.random, 5) else SEXES[line.sex]


def national_row(
    hand: Hand, order: int, line: Line, ward: tuple[str, str], *, groups: int, is_csv: bool = False
) -> list[Cell]:
    """A row of the national platform's workbook. `ward`: code and full name."""
    code, name = ward
    person = [
        order,
        line.name,
        hand.day(line.born),
        hand.sex(line),
        line.group,
        line.employer,
        line.phone,
        hand.number(line),
        line.insurance,
        "Kinh",
        "Việt Nam",
        "27",
        "Tỉnh Bắc Ninh",
        "256",
        "Thành phố Bắc Ninh",
        code,
        name,
        f"{line.address}, {line.neighbourhood}",
        line.illness,
    ]
    given: list[Cell] = []
    for dose in line.doses[:groups]:
        given += [dose.ordinal, _kind(dose), dose.product, hand.day(dose.given), dose.lot, dose.site, ""]
    given += [""] * (groups * len(DOSE_TITLES) - len(given))
    return person + given + [line.reason, line.note]


def _kind(dose: DoseCells) -> str:
    return dose.kind or ("cơ bản" if (dose.ordinal or 0) <= 2 else "")


def national_header(groups: int, *, two_rows: bool) -> list[list[str]]:
    if not two_rows:
        return [titles(groups)]
    above = ["THÔNG TIN NGƯỜI DÂN"] + [""] * (len(PERSON_TITLES) - 1)
    for group in range(1, groups + 1):
        above += [f"MŨI TIÊM {group}"] + [""] * (len(DOSE_TITLES) - 1)
    return [[*above, "KHÁC", ""], titles(groups)]


# ---------------------------------------------------------------- files


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """An .xlsx file with these sheets."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"created": CREATED, "author": "", "company": "", "comments": "Số liệu giả định"})
    formats = {
        "title": book.add_format({"bold": True, "align": "center", "valign": "vcenter"}),
        "head": book.add_format(
            {"bold": True, "text_wrap": True, "border": 1, "align": "center", "valign": "vcenter"}
        ),
        "day": book.add_format({"num_format": "dd/mm/yyyy"}),
        "text": book.add_format({"num_format": "@"}),
    }
    for sheet in sheets:
        _write_sheet(book.add_worksheet(sheet.name), sheet, formats)
    book.close()
    return buffer.getvalue()


def _write_sheet(page: Any, sheet: Sheet, formats: dict[str, Any]) -> None:
    width = len(sheet.header[-1])
    row = 0
    for line in sheet.above:
        page.merge_range(row, 0, row, min(width, 12) - 1, line, formats["title"])
        row += 1
    row += bool(sheet.above)
    if len(sheet.header) == 2:
        _merged_headings(page, row, sheet.header[0], formats["head"])
        row += 1
    for column, title in enumerate(sheet.header[-1]):
        page.write_string(row, column, title, formats["head"])
    page.freeze_panes(row + 1, 2)
    page.set_column(1, 1, 26)
    for number, cells in enumerate(sheet.rows, start=row + 1):
        for column, value in enumerate(cells):
            _write_cell(page, number, column, value, formats)


def _merged_headings(page: Any, row: int, headings: Sequence[str], style: Any) -> None:
    starts = [column for column, text in enumerate(headings) if text] + [len(headings)]
    for start, end in zip(starts, starts[1:], strict=False):
        if end - start > 1:
            page.merge_range(row, start, row, end - 1, headings[start], style)
        else:
            page.write_string(row, start, headings[start], style)


def _write_cell(page: Any, row: int, column: int, value: Cell, formats: dict[str, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, date):
        page.write_datetime(row, column, datetime(value.year, value.month, value.day), formats["day"])
    elif isinstance(value, int):
        page.write_number(row, column, value)
    else:
        page.write_string(row, column, str(value), formats["text"])


def separated(sheet: Sheet, *, delimiter: str, encoding: str) -> bytes:
    """The sheet as a CSV file: dates as dd/mm/yyyy, an id that lost its zero stays without it."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    for line in sheet.above:
        writer.writerow([line])
    if sheet.above:
        writer.writerow([])
    writer.writerows(sheet.header)
    for cells in sheet.rows:
        writer.writerow(["" if cell is None else _plain(cell) for cell in cells])
    return buffer.getvalue().encode(encoding)


def _plain(cell: Cell) -> str:
    return cell.strftime("%d/%m/%Y") if isinstance(cell, date) else str(cell)
