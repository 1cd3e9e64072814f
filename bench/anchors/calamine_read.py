"""python-calamine as its documentation shows it: every row of the first sheet, as Python values."""

from collections.abc import Iterator
from pathlib import Path

from python_calamine import CalamineWorkbook


def rows(path: Path) -> Iterator[list]:
    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows()
