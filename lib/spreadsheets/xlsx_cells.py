"""Rows as the XML of a sheet: millions of cells pass here, a block of rows at a time and within it column by column.

A cell is written as `<c r="B7" s="3"` and its tail. Text stands in the cell itself (`t="str"`, without a formula, is the
shortest way to say so that every reader knows), so that no table of strings has to be kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any

from lib.columns import Column, Kind
from lib.spreadsheets import xlsx_parts
from lib.spreadsheets.formulas import without_illegal

CELL_LIMIT = 32_767
BLOCK = 256  # rows
_REMEMBERED = 40_000  # days per column: those of a century
_EMPTY = "/>"
_DAY_NUMBERS_FROM = date(
    1900, 3, 1
)  # before it Excel counts a day that never was; such days are written as text
_DAY_ZERO = date(1899, 12, 30).toordinal()
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_STYLES = {
    Kind.DATE: xlsx_parts.DATE,
    Kind.PARTIAL_DATE: xlsx_parts.DATE,
    Kind.ID: xlsx_parts.DIGITS,
    Kind.PHONE: xlsx_parts.DIGITS,
    Kind.NUMBER: xlsx_parts.NUMBER,
}

Tails = Callable[[list[Any]], list[bytes]]


def text(value: str) -> str:
    """Text that the format can hold. Longer than a cell allows is cut and says so by an ellipsis."""
    if not value.isprintable():
        value = without_illegal(value).replace("\r\n", "\n").replace("\r", "\n")
    return value if len(value) <= CELL_LIMIT else value[: CELL_LIMIT - 1] + "…"


def text_tail(value: str) -> str:
    """Text inside the cell. What the format would read as a mark-up, or as an escape (_x0041_), is kept as it is."""
    if not value.isprintable() or len(value) > CELL_LIMIT:
        value = text(value)
    if not value:
        return _EMPTY
    value = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if "_x" in value or value[0].isspace() or value[-1].isspace():
        value = _ESCAPED.sub("_x005F_", value)
        return f' t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'
    return f' t="str"><v>{value}</v></c>'


def tail(value: str | float | int | date | None) -> str:
    """The rest of a cell after its place and style."""
    if value.__class__ is str:
        return text_tail(value)
    if value is None:
        return _EMPTY
    if isinstance(value, date):
        if value < _DAY_NUMBERS_FROM:
            return text_tail(f"{value:%d/%m/%Y}")
        return f"><v>{value.toordinal() - _DAY_ZERO}</v></c>"
    if value != value or value in (float("inf"), float("-inf")):  # no number of a spreadsheet
        return text_tail(str(value))
    return f"><v>{value}</v></c>"


def _tails(column: Column) -> Tails:
    """What writes the tails of a block of this column's values."""
    if column.kind in (Kind.DATE, Kind.PARTIAL_DATE):
        return _remembering(column)
    as_cell = column.as_cell

    def one(value: Any) -> bytes:
        return (text_tail(value) if value.__class__ is str else tail(as_cell(value))).encode()

    if column.kind is Kind.NUMBER:
        return lambda values: [
            b"><v>%d</v></c>" % value if value.__class__ is int else one(value) for value in values
        ]

    def tails(values: list[Any]) -> list[bytes]:
        together = _plain_together(values)
        if together is None:
            return [one(value) for value in values]
        return (_BEFORE + together.replace(b"|", _BETWEEN) + _AFTER).replace(_NOTHING, b"/>").split(b"|")

    return tails


_BEFORE, _AFTER = b' t="str"><v>', b"</v></c>"
_BETWEEN, _NOTHING = _AFTER + b"|" + _BEFORE, _BEFORE + _AFTER
_NEVER_PLAIN = bytes([*range(32), 127]) + b"&<>"


def _plain_together(values: list[Any]) -> bytes | None:
    """The texts with a bar between them, if all go into a cell as they stand: looked at together, at the cost of one."""
    try:
        together = "|".join(values).encode()
    except (TypeError, UnicodeEncodeError):
        return None
    is_plain = (
        len(together.translate(None, _NEVER_PLAIN)) == len(together)
        and together.count(b"|") == len(values) - 1
        and b"_x" not in together
        and b"\xef\xbf" not in together  # U+FFFE and U+FFFF, and what stands near them
        and b"| " not in together
        and b" |" not in together
        and not together.startswith(b" ")
        and not together.endswith(b" ")
        and (len(together) <= CELL_LIMIT or max(map(len, values)) <= CELL_LIMIT)
    )
    return together if is_plain else None


def _remembering(column: Column) -> Tails:
    """The same days come again and again."""
    as_cell, known = column.as_cell, dict[Any, bytes]()

    def made(value: Any) -> bytes:
        one = tail(as_cell(value)).encode()
        if len(known) < _REMEMBERED:
            known[value] = one
        return one

    return lambda values: [known.get(value) or made(value) for value in values]


def style_of(column: Column) -> int:
    return _STYLES.get(column.kind, xlsx_parts.TEXT)


def rows_as_xml(
    columns: Sequence[Column], rows: Iterable[Any], first_row: int
) -> Iterator[tuple[int, bytes]]:
    """(number of rows, their XML), block by block; the first row has the number `first_row`."""
    template = f'<row r="#">{"".join(map(_cell, range(len(columns)), map(style_of, columns)))}</row>'.encode()
    readers = [(column.value, _tails(column)) for column in columns]
    rows, number = iter(rows), first_row
    while block := list(islice(rows, BLOCK)):
        by_column = [tails([value(row) for row in block]) for value, tails in readers]
        lines = [
            template.replace(b"#", b"%d" % n) % line
            for n, line in enumerate(zip(*by_column, strict=True), number)
        ]
        yield len(block), b"".join(lines)
        number += len(block)


def _cell(place: int, style: int) -> str:
    look = f' s="{style}"' if style else ""
    return f'<c r="{xlsx_parts.letters(place)}#"{look}%b'


def row_as_xml(number: int, texts: Sequence[str], style: int, *, lines: int = 1) -> bytes:
    """One row of texts, so many lines high: a line above the list, or its header."""
    cells = "".join(
        f'<c r="{xlsx_parts.letters(place)}{number}" s="{style}"{text_tail(value)}'
        for place, value in enumerate(texts)
    )
    height = f' ht="{15 * lines}" customHeight="1"' if lines > 1 else ""
    return f'<row r="{number}"{height}>{cells}</row>'.encode()
