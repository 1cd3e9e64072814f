"""One cell as it crosses from the parsing process: a plain Python value, its type kept.

None (empty), str, float or int, bool, date, datetime, or CellError. One row is one line of JSON, dates and
errors as a one-key object.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any


@dataclass(frozen=True)
class CellError:
    """A formula that failed, by what Excel shows: #N/A, #REF!, #VALUE!, …"""

    code: str

    def __str__(self) -> str:
        return self.code


Cell = None | str | int | float | bool | date | datetime | CellError


def as_text(cell: Cell) -> str:
    """What a person would see: no ".0" on whole numbers, dates as dd/mm/yyyy, a time only if there is one."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.strftime("%d/%m/%Y" if cell.time() == time() else "%d/%m/%Y %H:%M:%S")
    return cell.strftime("%d/%m/%Y") if isinstance(cell, date) else str(cell)


def _tagged(value: object) -> dict[str, str] | str:
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if isinstance(value, CellError):
        return {"e": value.code}
    if isinstance(value, (time, timedelta)):
        return str(value)
    raise TypeError(f"no cell is a {type(value).__name__}")


_READ: dict[str, Callable[[str], Any]] = {
    "t": datetime.fromisoformat,
    "d": date.fromisoformat,
    "e": CellError,
}


def _untagged(pair: dict[str, str]) -> Any:
    ((tag, value),) = pair.items()
    return _READ[tag](value)


encode_row = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_tagged).encode
_decode = json.JSONDecoder(object_hook=_untagged).decode


def decode_row(line: str) -> list[Cell]:
    """The cells of a line; empty text is None."""
    return [None if cell == "" else cell for cell in _decode(line)]
