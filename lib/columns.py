"""One column of a list: the same definition gives the cell on the page, in CSV, XLSX, PDF and in the API.

UNVACCINATED = (
    Column("name", "Họ và tên", "Name", lambda row: row.resident.name, width=26),
    Column("born", "Ngày sinh", "Born", lambda row: row.resident.born, Kind.PARTIAL_DATE),
)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from lib.dates_vn import PartialDate
from lib.problems import gettext_noop

_ = gettext_noop

YES, NO = _("Có"), _("Không")


class Kind(StrEnum):
    TEXT = "text"
    DATE = "date"
    PARTIAL_DATE = "partial_date"
    NUMBER = "number"
    ID = "id"  # identity numbers, lots, codes: digits that are text and keep their zeros
    PHONE = "phone"
    BOOL = "bool"


# Excel's column width in characters, and the share of the width of a printed page.
_WIDTHS = {Kind.DATE: 12, Kind.PARTIAL_DATE: 12, Kind.NUMBER: 10, Kind.ID: 15, Kind.PHONE: 13, Kind.BOOL: 8}


@dataclass(frozen=True)
class Column:
    """value: takes a row of the list and gives a plain value of `kind`: str, date, PartialDate, number or bool;
    None or "" for an empty cell. width in characters; 0 takes what suits the kind."""

    key: str
    title_vi: str
    title_en: str
    value: Callable[[Any], Any]
    kind: Kind = Kind.TEXT
    width: float = 0

    def title(self, language: str = "vi") -> str:
        return self.title_en if language == "en" and self.title_en else self.title_vi

    @property
    def characters(self) -> float:
        return self.width or _WIDTHS.get(self.kind, 20)

    @property
    def aligned_right(self) -> bool:
        return self.kind is Kind.NUMBER

    def text(self, row: Any) -> str:
        """The cell as people read it on a Vietnamese page: 1.234,5 and 06/02/2022."""
        value = self.value(row)
        return vietnamese_number(value) if self.kind is Kind.NUMBER else plain_text(value)

    def plain(self, row: Any) -> str:
        """The cell for CSV: dates as dd/mm/yyyy, numbers without separators."""
        return plain_text(self.value(row))

    def typed(self, row: Any) -> str | float | int | date | None:
        """The cell for XLSX: a real date or number where it is one, text otherwise, None when empty."""
        return self.as_cell(self.value(row))

    @property
    def as_cell(self) -> Callable[[Any], str | float | int | date | None]:
        """What makes an XLSX cell of a value of this column."""
        return _TYPED[self.kind]

    def json(self, row: Any) -> Any:
        """The cell for an interface: dates in ISO form, partial ones as far as they are known."""
        value = self.value(row)
        if isinstance(value, PartialDate):
            return value.iso()
        return value.isoformat() if isinstance(value, date) else value


def select(columns: Sequence[Column], keys: Iterable[str]) -> list[Column]:
    """The columns of these keys, in this order. KeyError for an unknown one."""
    by_key = {column.key: column for column in columns}
    return [by_key[key] for key in keys]


# ---------------------------------------------------------------- values as text


def plain_text(value: Any) -> str:
    """Any cell value as text, without separators of thousands."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def vietnamese_number(value: float | int | Decimal | str | None) -> str:
    """1234567.5 as 1.234.567,5; text is left as it is."""
    if value is None or isinstance(value, str):
        return value or ""
    return f"{value:,}".removesuffix(".0").translate(str.maketrans(",.", ".,"))


# ---------------------------------------------------------------- values as spreadsheet cells


def _text_cell(value: Any) -> str | None:
    return plain_text(value) or None


def _date_cell(value: Any) -> date | str | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else _partial_cell(value)


def _partial_cell(value: Any) -> date | str | None:
    """A whole day as a date; a month or a year as text, so that no 01/01 is made up (EXP-03)."""
    if isinstance(value, PartialDate):
        return value.as_date() or str(value)
    return (
        value.date()
        if isinstance(value, datetime)
        else value
        if isinstance(value, date)
        else _text_cell(value)
    )


def _number_cell(value: Any) -> float | int | str | None:
    if isinstance(value, Decimal):
        return float(value)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else _text_cell(value)


_TYPED: dict[Kind, Callable[[Any], Any]] = dict.fromkeys(Kind, _text_cell)
_TYPED |= {Kind.DATE: _date_cell, Kind.PARTIAL_DATE: _partial_cell, Kind.NUMBER: _number_cell}
