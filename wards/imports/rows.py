"""One row of a file, read by field name instead of by column."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from lib.dates_vn import DayOrder
from lib.spreadsheets.cells import Cell, CellError, as_text
from wards.imports.sources import Findings, Source

_NOTHING = frozenset(
    {"-", "--", "_", ".", "/", "x", "không có", "ko có", "chưa có", "không", "n/a", "#n/a", "null"}
)


_LONGEST_NOTHING = 16  # with spaces around it; a longer cell says something


def column_letter(position: int) -> str:
    """0 → A, 26 → AA: what a person sees above the column."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@lru_cache(4096)
def _says_nothing(cell: str) -> bool:
    text = cell.strip()
    return not text or text.lower() in _NOTHING


class Columns:
    """Where each field stands in a file: made once from the mapping, asked for every row.

    `mapping`: position (text) → "field" or "field#group"; `orders`: position (text) → dmy or mdy.
    """

    def __init__(
        self,
        source: Source,
        mapping: Mapping[str, str],
        orders: Mapping[str, DayOrder],
        titles: Sequence[str],
    ) -> None:
        self.source = source
        self.titles = titles
        self.orders = orders
        self.positions: dict[tuple[str, int], int] = {}
        for position, target in mapping.items():
            name, _hash, group = target.partition("#")
            if name:
                self.positions[name, int(group or 0)] = int(position)
        self.groups = 1 + max((group for _name, group in self.positions), default=0)

    def has(self, name: str) -> bool:
        return (name, 0) in self.positions

    def title(self, position: int) -> str:
        return self.titles[position] if position < len(self.titles) else ""


class RowCells:
    """The cells of one row by field, and the findings about them. Set `row` and `findings` for each row in turn."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.row: Sequence[Cell] = ()
        self.findings = Findings()
        self.groups = columns.groups
        self._positions = [
            {name: position for (name, group), position in columns.positions.items() if group == wanted}
            for wanted in range(columns.groups)
        ]

    def turn_to(self, row: Sequence[Cell]) -> None:
        self.row = row
        self.findings = Findings()

    def get(self, name: str, group: int = 0) -> Cell:
        """The cell as it is in the file; None where the file has no such column, the cell is empty or says "none"."""
        position = self._positions[group].get(name)
        if position is None or position >= len(self.row):
            return None
        cell = self.row[position]
        if cell.__class__ is str:
            return None if len(cell) <= _LONGEST_NOTHING and _says_nothing(cell) else cell
        if isinstance(cell, CellError):
            self.problem(
                name,
                "cell_error",
                f"Ô này là lỗi công thức {cell.code}. Ghi lại giá trị.",
                value=cell.code,
                group=group,
            )
            return None
        return cell

    def text(self, name: str, group: int = 0) -> str:
        cell = self.get(name, group)
        if cell.__class__ is str:  # millions of cells pass here
            return cell.strip()
        return "" if cell is None else as_text(cell).strip()

    def order(self, name: str, group: int = 0) -> DayOrder:
        return self.columns.orders.get(str(self.columns.positions.get((name, group))), "dmy")

    def problem(
        self, name: str, code: str, text: str, *, value: Any = None, group: int = 0, proposal: Any = None
    ) -> None:
        """The row cannot be written: which column, what is wrong, what would be right."""
        self.findings.problems.append(self._finding(name, code, text, value, group, proposal))

    def warn(self, name: str, code: str, text: str, *, value: Any = None, group: int = 0) -> None:
        """The row is written; a person should look."""
        self.findings.warnings.append(self._finding(name, code, text, value, group, None))

    def _finding(
        self, name: str, code: str, text: str, value: Any, group: int, proposal: Any
    ) -> dict[str, Any]:
        position = self.columns.positions.get((name, group))
        finding = {
            "column": "" if position is None else column_letter(position),
            "title": "" if position is None else self.columns.title(position),
            "field": name,
            "code": code,
            "text": text,
        }
        if value is not None:
            finding["value"] = as_text(value)[:80]
        if proposal is not None:
            finding["proposal"] = str(proposal)[:80]
        return finding
