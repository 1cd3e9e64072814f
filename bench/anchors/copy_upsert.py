"""COPY into a staging table, then one upsert into a table with three indexes: the floor of any import of people."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

TARGET, STAGED = "bench_target", "bench_staged"


def make_tables(cursor: Any, keys: Sequence[str]) -> None:
    """The target and its three indexes: the identity number, the ward with the name, the phone."""
    columns = ", ".join(f"{key} text" for key in keys)
    cursor.execute(f"DROP TABLE IF EXISTS {TARGET}, {STAGED}")
    cursor.execute(f"CREATE TABLE {STAGED} ({columns})")
    cursor.execute(f"CREATE TABLE {TARGET} (id bigint GENERATED ALWAYS AS IDENTITY, {columns})")
    cursor.execute(f"CREATE UNIQUE INDEX ON {TARGET} (identity)")
    cursor.execute(f"CREATE INDEX ON {TARGET} (ward_code, name)")
    cursor.execute(f"CREATE INDEX ON {TARGET} (phone)")


def run(cursor: Any, keys: Sequence[str], rows: Iterable[Sequence]) -> None:
    """Unchanged rows are not written."""
    copy_in(cursor, STAGED, keys, rows)
    cursor.execute(f"ANALYZE {STAGED}")
    names = ", ".join(keys)
    others = [key for key in keys if key != "identity"]
    differs = f"({', '.join(f't.{key}' for key in others)}) IS DISTINCT FROM ({', '.join(f'excluded.{key}' for key in others)})"
    cursor.execute(
        f"""INSERT INTO {TARGET} AS t ({names}) SELECT {names} FROM {STAGED}
        ON CONFLICT (identity) DO UPDATE SET ({", ".join(others)}) = ({", ".join(f"excluded.{key}" for key in others)})
        WHERE {differs}"""
    )


def copy_in(cursor: Any, table: str, keys: Sequence[str], rows: Iterable[Sequence]) -> None:
    text = io.StringIO()
    text.writelines(
        "\t".join(["\\N" if value is None else str(value) for value in row]) + "\n" for row in rows
    )
    text.seek(0)
    cursor.copy_expert(f"COPY {table} ({', '.join(keys)}) FROM STDIN", text)
