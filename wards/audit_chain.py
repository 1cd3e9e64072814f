"""A chain of digests over everything that is only ever added to: kept outside the database, so that whoever rewrites the past
there leaves a trace here (TRUST T21).

Every hour the rows that came since are hashed, table by table in the order of their keys, and one line is added to
`DATA_DIR/audit/chain.jsonl`: the digests, and a value that depends on all lines before. The value also goes into the operators'
log; copied elsewhere from there, it shows whether the file itself was replaced. Rows younger than an hour wait: a transaction
that is still open may yet add keys between theirs. Empty columns do not count, so that a column added later breaks nothing.
"""

import fcntl
import hashlib
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from pghistory.models import Event

log = logging.getLogger(__name__)

SETTLED = timedelta(hours=1)
AT_ONCE = 2_000  # rows in memory
NO_LINE = "0" * 64


class Broken(Exception):
    """The past is not as it was sealed; the message says where."""


@dataclass(frozen=True)
class Table:
    """A table of the past: its name, the column along which it grows, and the one that says when a row came.

    Where keys are drawn by chance (UUID), the table grows along its time. `without`: a column that the database itself changes,
    because a fact's ward follows its person.
    """

    name: str
    key: str
    at: str
    pk: str
    without: str = ""

    @property
    def kind(self) -> str:
        return "timestamptz" if self.key == self.at else "bigint"

    @property
    def start(self) -> str:
        return "-infinity" if self.key == self.at else "0"


def tables() -> list[Table]:
    """Every table in which rows are only added: the access log, whatever is append-only beside it, all histories."""
    found = []
    for model in apps.get_models():
        if issubclass(model, Event):
            found.append(Table(model._meta.db_table, "pgh_id", "pgh_created_at", "pgh_id"))
        elif getattr(model, "append_only", False):
            pk = str(model._meta.pk.column)
            at = next(
                str(field.column) for field in model._meta.fields if isinstance(field, models.DateTimeField)
            )
            grows = isinstance(model._meta.pk, models.AutoField | models.BigAutoField)
            names = {field.name for field in model._meta.fields}
            follows = "ward_id" if {"resident", "ward"} <= names else ""
            found.append(Table(model._meta.db_table, pk if grows else at, at, pk, follows))
    return sorted(found, key=lambda table: table.name)


def chain_file() -> Path:
    return Path(settings.DATA_DIR) / "audit" / "chain.jsonl"


def seal(at: datetime, *, path: Path | None = None) -> dict[str, Any] | None:
    """Hash what came since the last line and has settled by `at` (real time); returns the new line, None when nothing came."""
    path = path or chain_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # one at a time, whichever worker
        file.seek(0)
        lines = [json.loads(text) for text in file if text.strip()]
        line = _next_line(lines, at)
        if line is None:
            return None
        file.write(json.dumps(line, sort_keys=True) + "\n")
        file.flush()
        os.fsync(file.fileno())
    rows = sum(part["rows"] for part in line["tables"].values())
    log.info("audit sealed: line %d, %d rows, chain %s", line["number"], rows, line["chain"])
    return line


def _next_line(lines: list[dict], at: datetime) -> dict[str, Any] | None:
    reached = _reached(lines)
    with transaction.atomic():
        parts = {}
        for table in tables():
            since = reached.get(table.name, table.start)
            upto = _last_key(table, since, at - SETTLED)
            if upto is not None:
                parts[table.name] = {"upto": upto} | _digest(table, since, upto)
    if not parts:
        return None
    line = {
        "number": len(lines) + 1,
        "at": at.isoformat(),
        "tables": parts,
        "previous": lines[-1]["chain"] if lines else NO_LINE,
    }
    return line | {"chain": _chain(line)}


def _reached(lines: list[dict]) -> dict[str, str]:
    return {name: part["upto"] for line in lines for name, part in line["tables"].items()}


def _last_key(table: Table, since: str, settled: datetime) -> str | None:
    """The last key above `since` that has settled, as text; None when nothing came."""
    with _cursor() as cursor:
        cursor.execute(
            f'SELECT max("{table.key}")::text FROM "{table.name}" '
            f'WHERE "{table.key}" > %s::{table.kind} AND "{table.at}" < %s',
            [since, settled],
        )
        return cursor.fetchone()[0]


@contextmanager
def _cursor(*, chunked: bool = False) -> Iterator[Any]:
    """A cursor that writes times in UTC, whatever the server is set to: texts must be the same for ever."""
    with transaction.atomic():
        with connection.cursor() as setting:
            setting.execute("SET LOCAL TIME ZONE 'UTC'")
        with connection.chunked_cursor() if chunked else connection.cursor() as cursor:
            yield cursor


def _digest(table: Table, since: str, upto: str) -> dict[str, Any]:
    """{"rows": how many, "digest": SHA-256 of their contents} of the keys above `since` up to `upto`."""
    digest, rows = hashlib.sha256(), 0
    for text in _texts(table, since, upto):
        digest.update(text.encode() + b"\n")
        rows += 1
    return {"rows": rows, "digest": digest.hexdigest()}


def _texts(table: Table, since: str, upto: str) -> Iterator[str]:
    with _cursor(chunked=True) as cursor:
        cursor.execute(
            f"SELECT (jsonb_strip_nulls(to_jsonb(t)) - %s)::text "
            f'FROM "{table.name}" t '
            f'WHERE "{table.key}" > %s::{table.kind} AND "{table.key}" <= %s::{table.kind} '
            f'ORDER BY "{table.key}", "{table.pk}"',
            [table.without, since, upto],
        )
        while found := cursor.fetchmany(AT_ONCE):
            for (text,) in found:
                yield text


def _chain(line: dict[str, Any]) -> str:
    """The value of a line: it depends on its contents and, through `previous`, on every line before."""
    contents = {name: value for name, value in line.items() if name != "chain"}
    return hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest()


def verify(*, path: Path | None = None, known: str = "") -> dict[str, Any]:
    """Hash everything once more and compare; returns lines, rows and the last value. Raises Broken at the first difference.

    known: a value from the log or another machine that must be one of the chain's.
    """
    path = path or chain_file()
    lines = (
        [json.loads(text) for text in path.read_text().splitlines() if text.strip()] if path.exists() else []
    )
    by_name = {table.name: table for table in tables()}
    previous, rows = NO_LINE, 0
    reached = {table.name: table.start for table in by_name.values()}
    for number, line in enumerate(lines, 1):
        if line["number"] != number or line["previous"] != previous or line["chain"] != _chain(line):
            raise Broken(f"line {number} of the chain file was changed")
        for name, part in line["tables"].items():
            found = _digest(by_name[name], reached[name], part["upto"])
            if found != {"rows": part["rows"], "digest": part["digest"]}:
                raise Broken(
                    f"{name}: after {reached[name]} up to {part['upto']}, sealed at {line['at']}: "
                    f"{part['rows']} rows then, {found['rows']} now, or other contents"
                )
            reached[name] = part["upto"]
            rows += part["rows"]
        previous = line["chain"]
    if known and known not in {line["chain"] for line in lines}:
        raise Broken("the given value is not in the chain: the file was replaced or cut")
    return {"lines": len(lines), "rows": rows, "chain": previous}
