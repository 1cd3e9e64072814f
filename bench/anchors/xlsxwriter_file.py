"""XlsxWriter with constant_memory, as its documentation shows it: one write call per cell, of the cell's own type."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import xlsxwriter


def write(path: Path, titles: Sequence[str], rows: Iterable[Sequence]) -> None:
    """Typed cells under a bold header; the rows come one by one."""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        header = book.add_format({"bold": True})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, titles, header)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    if value:
                        sheet.write_string(number, column, value)
                elif isinstance(value, date):
                    sheet.write_datetime(number, column, value, day)
                elif value is not None:
                    sheet.write_number(number, column, value)
