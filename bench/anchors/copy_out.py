"""COPY … TO STDOUT of a query: as fast as the database gives rows away, as CSV without any care for spreadsheets."""

from pathlib import Path
from typing import Any


def write(cursor: Any, query: str, path: Path) -> None:
    with path.open("wb") as file:
        cursor.copy_expert(f"COPY ({query}) TO STDOUT WITH (FORMAT csv, HEADER)", file)
