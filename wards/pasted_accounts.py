"""Names and telephone numbers pasted from Excel, Word or Zalo → lines; and the user name of somebody without a number.

One line is one person. Cells are parted by tabs, semicolons or commas, or only by blanks ("Nguyễn Văn A 0912 345 678"); a number
in front (TT), a bullet and a line of column titles are left out. What stands beside name and number is taken for the place.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lib import names

AT_MOST = 200  # people made in one go
_TITLES = {
    "ho va ten",
    "ho ten",
    "ten",
    "ten can bo",
    "so dien thoai",
    "dien thoai",
    "sdt",
    "dt",
    "tt",
    "stt",
}
_BULLET = re.compile(r"^\s*(?:[-–•*+·]\s+|\d{1,3}\s*[.)]\s*)")
_NUMBER = re.compile(r"(?<![\w+])\+?[\d(][\d .()\-]{3,}\d(?!\w)")  # also one that lost digits
_EDGES = " :-–,;.|\"'"


@dataclass(frozen=True)
class PastedLine:
    """One person as written. `number` counts the lines of the paste from 1, empty ones included."""

    number: int
    name: str
    phone: str
    place: str = ""


def lines_of(text: str) -> list[PastedLine]:
    """The people in a pasted text, in order. Nothing is judged here: a line without a number or a name is a line too."""
    found = []
    for number, raw in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        cells = _cells(raw)
        if cells and not all(names.search_key(cell) in _TITLES for cell in cells):
            found.append(_line(number, cells))
    return found


def _cells(raw: str) -> list[str]:
    text = raw if "\t" in raw else names.clean(_BULLET.sub("", raw))
    separator = next((one for one in "\t;," if one in text), None)
    parts = text.split(separator) if separator else [text]
    cells = [piece for part in parts for piece in _apart(names.clean(part))]
    return [cell for cell in (cell.strip(_EDGES) for cell in cells) if cell]


def _apart(cell: str) -> list[str]:
    """Words and number of one cell: "Lan 0912 345 678 Khu 5" is three."""
    match = _NUMBER.search(cell)
    return [cell[: match.start()], match.group(), cell[match.end() :]] if match else [cell]


def _line(number: int, cells: list[str]) -> PastedLine:
    if len(cells) > 1 and re.fullmatch(r"\d{1,4}\.?", cells[0]):
        cells = cells[1:]  # TT
    phones = [cell for cell in cells if _is_mostly_digits(cell)]
    words = [cell for cell in cells if not _is_mostly_digits(cell)]
    return PastedLine(number, words[0] if words else "", ", ".join(phones), " ".join(words[1:]))


def _is_mostly_digits(cell: str) -> bool:
    digits, letters = sum(map(str.isdigit, cell)), sum(map(str.isalpha, cell))
    return digits > letters


def username_for(name: str, is_taken: Callable[[str], bool]) -> str:
    """A readable user name: given name and initials of the rest ("Nguyễn Thị Lan" → "lan.nt"), numbered when taken."""
    words = names.search_key(name).split() or ["canbo"]
    initials = "".join(word[0] for word in words[:-1])
    base = (f"{words[-1]}.{initials}" if initials else words[-1])[:50]
    base = re.sub(r"[^a-z0-9.]", "", base).strip(".").ljust(3, "0")
    return next(tried for tried in _numbered(base) if not is_taken(tried))


def _numbered(base: str) -> Iterable[str]:
    yield base
    number = 2
    while True:
        yield f"{base}{number}"
        number += 1
