"""Finding the header of a list below its title rows: one row or two, merged cells, repeated titles (IMP-23)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lib.names import search_key
from lib.spreadsheets.cells import Cell, as_text

SEARCHED_ROWS = 40
_ENOUGH = 2  # recognised titles that make a row a header


@dataclass(frozen=True)
class HeaderGuess:
    """row_index: the header's first row, counted from 0. height: 1 or 2 rows. data_index: the first row of data,
    after a row of column numbers if there is one. titles: one per column, repeated ones numbered ("Ngày tiêm (2)"),
    "" where a column has none. matched: how many of them were among the known titles; 0 = nothing was found."""

    row_index: int
    height: int
    data_index: int
    titles: list[str]
    matched: int

    @property
    def found(self) -> bool:
        return self.matched >= _ENOUGH


@lru_cache(4096)
def normal_title(text: str) -> str:
    """A column title as it is compared: no accents, case, "(*)", numbers of notes or punctuation."""
    return search_key(re.sub(r"\(\s*(?:\*|\d{1,2})\s*\)|\*", " ", text))


def find_header(rows: Iterable[Sequence[Cell]], known_titles: Iterable[str]) -> HeaderGuess:
    """The likeliest header among the first rows: where most titles are known ones.

    rows: the sheet from its first row (only the first 40 are looked at). known_titles: every title the caller
    could map, in any spelling. Without a match the guess is row 0 with `matched` 0.
    """
    head = [
        [" ".join(as_text(cell).split()) for cell in row]
        for row, _n in zip(rows, range(SEARCHED_ROWS + 2), strict=False)
    ]
    known = {normal_title(title) for title in known_titles} - {""}
    best = HeaderGuess(0, 1, 1, _numbered(head[0]) if head else [], 0)
    for index in range(min(len(head), SEARCHED_ROWS)):
        for guess in _guesses(head, index, known):
            if guess.matched > best.matched:
                best = guess
    return best


def _guesses(head: list[list[str]], index: int, known: set[str]) -> Iterable[HeaderGuess]:
    """The row as a header by itself and, where the next one goes on with it, the two together."""
    upper = head[index]
    yield _guess(head, index, 1, upper, sum(normal_title(title) in known for title in upper))
    lower = head[index + 1] if index + 1 < len(head) else []
    if not _goes_on(upper, lower):
        return
    spread = _spread(upper, lower)
    pairs = [(spread[column], lower[column] if column < len(lower) else "") for column in range(len(spread))]
    matched = sum(
        any(normal_title(title) in known for title in (f"{over} {under}", under, over) if title.strip())
        for over, under in pairs
    )
    titles = [f"{over} {under}".strip() if over != under else over for over, under in pairs]
    yield _guess(head, index, 2, titles, matched)


def _guess(head: list[list[str]], index: int, height: int, titles: list[str], matched: int) -> HeaderGuess:
    data_index = index + height
    if data_index < len(head) and _counts_columns(head[data_index]):
        data_index += 1
    return HeaderGuess(index, height, data_index, _numbered(titles), matched)


_DATA_LIKE = re.compile(r"\d{3,}|\d[/.\-]\d")


def _goes_on(upper: list[str], lower: list[str]) -> bool:
    """Whether `lower` is a second header row: it has titles under merged (blank) cells and nothing like data."""
    titles = [text for text in lower if text]
    if not titles or _counts_columns(lower) or any(map(_DATA_LIKE.search, titles)):
        return False
    first = next((column for column, text in enumerate(upper) if text), len(upper))
    under_blank = any(
        text and (column >= len(upper) or not upper[column]) and column > first
        for column, text in enumerate(lower)
    )
    has_gap = any(text and (column >= len(lower) or not lower[column]) for column, text in enumerate(upper))
    return under_blank and has_gap


def _spread(upper: list[str], lower: list[str]) -> list[str]:
    """The upper titles carried to the right over the cells they were merged across."""
    width = max(len(upper), len(lower))
    spread, current = [], ""
    for column in range(width):
        text = upper[column] if column < len(upper) else ""
        has_lower = column < len(lower) and bool(lower[column])
        current = text or (current if has_lower else "")
        spread.append(current)
    return spread


def _counts_columns(row: list[str]) -> bool:
    """The row "(1) (2) (3)" or "A B 1 2" that official forms put under their header."""
    texts = [text.strip("()[] .") for text in row if text]
    short = all(re.fullmatch(r"\d{1,2}|[A-Za-z]", text) for text in texts)
    numbers = [int(text) for text in texts if text.isdecimal()]
    return short and len(numbers) >= 3 and all(b - a == 1 for a, b in zip(numbers, numbers[1:], strict=False))


def _numbered(titles: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    result = []
    for title in titles:
        key = normal_title(title)
        seen[key] = seen.get(key, 0) + 1
        result.append(f"{title} ({seen[key]})" if title and seen[key] > 1 else title)
    return result
