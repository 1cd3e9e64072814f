"""What a file looks like: where its header is, what its columns may mean, and how they write their dates.

The result is plain data (`Layout.as_json`), kept with the batch so that the page can be left and opened again.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from lib.date_columns import ColumnDateFormat, decide_column
from lib.dates_vn import DayOrder
from lib.spreadsheets import read
from lib.spreadsheets.cells import Cell, as_text
from lib.spreadsheets.headers import SEARCHED_ROWS, HeaderGuess, find_header, normal_title
from wards.imports.person_fields import missing_needs
from wards.imports.rows import column_letter
from wards.imports.sources import Field, Source

IGNORED = "ignored"
SAMPLES = 3
_GROUPS = 4
_DOSE_NUMBER = re.compile(r"\b(?:mui|lan|lieu)\s*(?:tiem\s*)?(?:so|thu)?\s*(\d)\b|\s(\d)$")
_DOSE_KIND = re.compile(r"\b(?:mui\s*)?(nhac lai|bo sung)(?:\s*lan\s*(\d))?\b")


@dataclass
class Layout:
    """sheets: names and row counts. header: first header row, counted from 1. data: first row of data, from 1.
    titles, samples: per column. suggested: position (text) → target, by the titles alone. dates: position (text) →
    what was seen of the dates in it. rows: rows of data that are not blank. matched: titles that were recognised."""

    sheets: list[dict[str, Any]]
    sheet: str
    header: int
    data: int
    titles: list[str]
    samples: list[list[str]]
    suggested: dict[str, str]
    dates: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: int = 0
    matched: int = 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def letter(self, position: int) -> str:
        return column_letter(position)


def inspect(
    path: Path, source: Source, *, name: str, sheet: str = "", on: date, keep: Path | None = None
) -> Layout:
    """Look at a whole sheet once: its header and its date columns. Raises SpreadsheetProblem. `keep`: for its rows."""
    sheets = read.sheets(path, name=name)
    chosen = sheet or _first_with_rows(sheets)
    rows = read.rows(path, chosen or None, name=name, keep=keep)
    try:
        head = list(islice(rows, SEARCHED_ROWS + 2))
        guess = find_header(head, known_titles(source.fields))
        layout = Layout(
            sheets=[{"name": info.name, "rows": info.rows, "hidden": info.hidden} for info in sheets],
            sheet=chosen,
            header=guess.row_index + 1,
            data=guess.data_index + 1,
            titles=_titles(guess, head),
            samples=_samples(guess, head),
            suggested=suggest(source, guess.titles),
            matched=guess.matched,
        )
        _look_at_dates(layout, source, head[guess.data_index :], rows, on)
    finally:
        rows.close()  # type: ignore[attr-defined]
    return layout


def _first_with_rows(sheets: Sequence[read.SheetInfo]) -> str:
    visible = [info for info in sheets if not info.hidden] or list(sheets)
    with_rows = [info for info in visible if info.rows] or visible
    return with_rows[0].name if with_rows else ""


def _width(guess: HeaderGuess, head: Sequence[Sequence[Cell]]) -> int:
    return max([len(guess.titles), *(len(row) for row in head[guess.data_index :])], default=0)


def _titles(guess: HeaderGuess, head: Sequence[Sequence[Cell]]) -> list[str]:
    return guess.titles + [""] * (_width(guess, head) - len(guess.titles))


def _samples(guess: HeaderGuess, head: Sequence[Sequence[Cell]]) -> list[list[str]]:
    """Per column, the first few values that are there."""
    samples: list[list[str]] = [[] for _column in range(_width(guess, head))]
    for row in head[guess.data_index :]:
        for position, cell in enumerate(row):
            text = as_text(cell).strip()
            if text and len(samples[position]) < SAMPLES and text[:40] not in samples[position]:
                samples[position].append(text[:40])
    return samples


# ---------------------------------------------------------------- what a column may be


def known_titles(fields: Iterable[Field]) -> list[str]:
    """Every title that names a field, repeated ones also with the number of the dose."""
    titles: list[str] = []
    for one in fields:
        titles += one.titles
        if one.repeated:
            numbered = range(1, _GROUPS + 1)
            titles += [f"{title} mũi {n}" for title in one.titles for n in numbered]
            titles += [f"Mũi {n} {title}" for title in one.titles for n in numbered]
    return titles


# A list that was taken out of here and comes back: what was worked out from the register is no news for it (IMP-33).
OWN_LIST, COMPUTED = "vi sao co ten", ("reason", "note")


def suggest(source: Source, titles: Sequence[str]) -> dict[str, str]:
    """Position (text) → "field" or "field#group" for the titles that name a field.

    Of a field that is not repeated the first column counts. The group of a repeated one is the number in its title
    ("Ngày tiêm mũi 2", "Mũi nhắc lại: ngày tiêm"), else how many of its kind came before.
    """
    by_title = {normal_title(title): one for one in source.fields for title in one.titles}
    suggested: dict[str, str] = {}
    groups: dict[str, int] = {}
    for position, title in enumerate(titles):
        found, group_key = _recognise(normal_title(title), by_title)
        if found is None:
            continue
        if found.name == IGNORED:
            suggested[str(position)] = IGNORED
        elif not found.repeated:
            if found.name not in suggested.values():
                suggested[str(position)] = found.name
        else:
            _into_group(suggested, str(position), found.name, group_key, groups)
    if OWN_LIST in map(normal_title, titles):
        suggested = {position: name for position, name in suggested.items() if name not in COMPUTED}
    return suggested


def _recognise(key: str, by_title: Mapping[str, Field]) -> tuple[Field | None, str]:
    if not key:
        return None, ""
    if found := by_title.get(key):
        return found, ""
    for pattern in (_DOSE_NUMBER, _DOSE_KIND):
        if number := pattern.search(key):
            rest = " ".join((key[: number.start()] + " " + key[number.end() :]).split())
            found = by_title.get(rest or "ngay tiem")
            if found and found.repeated:
                return found, " ".join(filter(None, number.groups()))
    return None, ""


def _into_group(
    suggested: dict[str, str], position: str, name: str, group_key: str, groups: dict[str, int]
) -> None:
    taken = set(suggested.values())
    if group_key:
        group = groups.setdefault(group_key, len(groups))
    else:
        group = next(n for n in range(len(taken) + 1) if f"{name}#{n}" not in taken)
    if f"{name}#{group}" not in taken:
        suggested[position] = f"{name}#{group}"


def missing(source: Source, mapping: Mapping[str, str]) -> list[Field]:
    """The fields without which no row can be read."""
    mapped = {target.partition("#")[0] for target in mapping.values()}
    return missing_needs(source.fields, mapped)


# ---------------------------------------------------------------- how dates are written


def date_positions(source: Source, mapping: Mapping[str, str]) -> dict[str, str]:
    """Position (text) → kind of date, for the columns that are mapped to a date."""
    kinds = {one.name: one.kind for one in source.fields}
    found = {position: kinds.get(target.partition("#")[0], "text") for position, target in mapping.items()}
    return {position: kind for position, kind in found.items() if kind in ("date", "birth")}


def _look_at_dates(
    layout: Layout, source: Source, head: Sequence[Sequence[Cell]], rest: Iterable[Sequence[Cell]], on: date
) -> None:
    """Read the sheet to its end: count its rows, and see every cell of the columns that hold dates."""
    wanted = date_positions(source, layout.suggested)
    for position in range(len(layout.titles)):
        if str(position) not in layout.suggested and _like_dates(head, position):
            wanted[str(position)] = "date"
    columns: dict[str, Counter[Any]] = {
        position: Counter() for position in wanted
    }  # the same days come back often
    places = [(int(position), values) for position, values in columns.items()]
    for row in _chained(head, rest):
        if not any(cell is not None for cell in row):
            continue
        layout.rows += 1
        for place, values in places:
            if place < len(row):
                values[_plain(row[place])] += 1
    for key, values in columns.items():
        layout.dates[key] = _seen(decide_column(values.elements(), on=on, births=wanted[key] == "birth"))


def _chained(head: Sequence[Sequence[Cell]], rest: Iterable[Sequence[Cell]]) -> Iterable[Sequence[Cell]]:
    yield from head
    yield from rest


def _plain(cell: Cell) -> Any:
    return cell if cell is None or isinstance(cell, (str, int, float, date)) else str(cell)


def _like_dates(head: Sequence[Sequence[Cell]], position: int) -> bool:
    cells = [row[position] for row in head if position < len(row) and row[position] is not None]
    days = [
        cell
        for cell in cells
        if isinstance(cell, date) or re.match(r"\s*\d{1,4}[/.\-]\d{1,2}[/.\-]\d", str(cell))
    ]
    return len(days) > len(cells) / 2


def _seen(found: ColumnDateFormat) -> dict[str, Any]:
    return {
        "verdict": found.verdict.value,
        "order": found.order,
        "needs_answer": found.needs_answer,
        "samples": [[sample.raw, sample.as_dmy, sample.as_mdy] for sample in found.samples],
        "probably_year_only": found.probably_year_only,
        "swapped_by_excel": found.swapped_by_excel,
        "others": found.counts.get("other", 0),
    }


def default_orders(layout: Mapping[str, Any], positions: Iterable[str]) -> dict[str, DayOrder]:
    """dd/mm/yyyy for every date column, unless every cell of it can only be the other way round."""
    dates = layout.get("dates", {})
    return {position: dates.get(position, {}).get("order", "dmy") for position in positions}
