"""XlsxWriter with constant_memory, in the two ways its tutorials show: a call per cell of the cell's own type, or `write`,
which finds the type out."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import xlsxwriter


def write(path: Path, titles: Sequence[str], rows: Iterable[Sequence], *, by_type: bool = True) -> None:
    """Typed cells under a bold header; the rows come one by one."""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        header = book.add_format({"bold": True})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, titles, header)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if not by_type:
                    sheet.write(number, column, value, day if isinstance(value, date) else None)
                elif isinstance(value, str):
                    if value:
                        sheet.write_string(number, column, value)
                elif isinstance(value, date):
                    sheet.write_datetime(number, column, value, day)
                elif value is not None:
                    sheet.write_number(number, column, value)
