"""The staging tables of one batch: made by the owner's functions, filled by COPY, dropped when nobody needs them.

Logged tables in the schema `staging`: a temporary one dies with its session, an unlogged one with a crash.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

PARTS = ("people", "pairs", "verdicts", "chunk")


@dataclass(frozen=True)
class Tables:
    """Names of a batch's staging tables, fit for a statement."""

    batch_id: UUID

    def __getitem__(self, part: str) -> str:
        if not part.isalpha():
            raise ValueError(f"no staging part {part!r}")
        return f'staging."{part}_{self.batch_id.hex}"'

    @property
    def people(self) -> str:
        return self["people"]

    @property
    def pairs(self) -> str:
        return self["pairs"]

    @property
    def verdicts(self) -> str:
        return self["verdicts"]

    @property
    def chunk(self) -> str:
        return self["chunk"]


class Statements:
    """Runs statements of one chunk with its names and parameters."""

    def __init__(self, cursor: Any, tables: Tables, parameters: Mapping[str, Any]) -> None:
        self.cursor = cursor
        self.tables = tables
        self.parameters = dict(parameters)

    @property
    def people(self) -> str:
        """The staged rows of the chunk, said as a range (`after`, `last`): no statement reads the whole file for them."""
        return self._of_chunk(self.tables.people)

    @property
    def verdicts(self) -> str:
        """Their verdicts, likewise."""
        return self._of_chunk(self.tables.verdicts)

    def _of_chunk(self, table: str) -> str:
        return f"(SELECT * FROM {table} WHERE row_no > %(after)s AND row_no <= %(last)s)"

    def run(self, sql: str, more: Mapping[str, Any] | None = None) -> int:
        self.cursor.execute(sql, {**self.parameters, **(more or {})})
        return self.cursor.rowcount

    def rows(self, sql: str, more: Mapping[str, Any] | None = None) -> list[tuple]:
        self.run(sql, more)
        return self.cursor.fetchall()


def create(batch_id: UUID, further_parts: Sequence[str] = ()) -> Tables:
    """Empty staging tables for a batch; what an interrupted run left in them is gone."""
    drop(batch_id)
    with connection.cursor() as cursor:
        for part in (*PARTS, *further_parts):
            cursor.execute("SELECT import_staging_create(%s, %s)", [batch_id, part])
    return Tables(batch_id)


def analyze(batch_id: UUID) -> None:
    """Tell the planner how many rows there are; only the owner may, so a function of his does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT import_staging_analyze(%s)", [batch_id])


def renew(batch_id: UUID, part: str) -> None:
    """An empty table in place of one that was emptied many times over, whose dead rows every statement would pass."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT import_staging_create(%s, %s)", [batch_id, part])


def drop(batch_id: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT import_staging_drop(%s)", [batch_id])


def copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """COPY rows of text, numbers, booleans, None and lists of those into a staging table."""
    block = io.StringIO()
    block.writelines(map(_line, rows))
    block.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", block)


def _line(row: Sequence[Any]) -> str:
    """One row; plain texts, nearly all there is, without a call each."""
    return (
        "\t".join(
            [
                "\\N"
                if value is None
                else value
                if value.__class__ is str and value.isprintable() and "\\" not in value
                else as_copied(value)
                for value in row
            ]
        )
        + "\n"
    )


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": ""})


def as_copied(value: Any) -> str:
    """One value in the text format of COPY; a list becomes an array."""
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES) if value.isprintable() is False or "\\" in value else value
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, (list, tuple)):
        return _array(value).translate(_ESCAPES)
    return str(value)


def _array(values: Sequence[Any]) -> str:
    return "{" + ",".join(str(v) if isinstance(v, int) else _quoted(str(v)) for v in values) + "}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
