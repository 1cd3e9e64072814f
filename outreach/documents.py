"""Papers: PDF by typst. One compiler per process is kept, the data goes in as JSON, so that a list of thousands takes seconds.

A compiler is not shared between threads at work: it waits its turn.
"""

import json
import threading
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

FOLDER = Path(__file__).parent / "typst"
_turn = threading.Lock()


@lru_cache
def _compiler(template: str) -> typst.Compiler:
    """Only the font that we carry (Liberation Serif, the measures of Times New Roman): the same paper on every machine."""
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[FOLDER / "fonts"]
    )
    return typst.Compiler(input=FOLDER / template, root=FOLDER, font_paths=fonts, ignore_system_fonts=True)


def pdf(template: str, data: dict[str, Any], *, made_at: datetime) -> bytes:
    """The document of `template` (a file in outreach/typst) filled with `data`."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    with _turn:
        made = _compiler(template).compile(
            format="pdf", sys_inputs={"data": text}, timestamp=int(made_at.timestamp()), pdf_tags=False
        )
    assert isinstance(made, bytes)
    return made


def in_homes(rows: Iterable[tuple[object, list[str]]]) -> list[list[list[str]]]:
    """Neighbouring rows of one home together: (home, cells), … as [[cells, …], …]."""
    homes: list[list[list[str]]] = []
    last: object = object()
    for home, cells in rows:
        if home != last:
            homes.append([])
            last = home
        homes[-1].append(cells)
    return homes


def with_last_row_apart(data: dict[str, Any]) -> dict[str, Any]:
    """The data of a grouped list with its very last row as `last`, which the template keeps with the signatures."""
    if not data["groups"]:
        return data | {"last": []}
    *groups, group = data["groups"]
    *homes, home = group["homes"]
    *rows, last = home
    shorter = group | {"homes": [*homes, rows] if rows else homes}
    return data | {"groups": [*groups, shorter], "last": last}
