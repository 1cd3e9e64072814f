"""P3: a workbook of residents into the register."""

import io
import json
from contextlib import suppress
from pathlib import Path

from bench import people
from bench.anchors import calamine_read, copy_upsert, import_export
from bench.harness import Comparison, Subject
from bench.stage import HEALTH_CENTRE, Stage
from config.servers import APP_ROLE

# as many rows as these take in some seconds; they are compared by rows per CPU second
STOCK_ROWS, BULK_ROWS = 500, 4_000


def _prepare(stage: Stage) -> None:
    rows = list(people.people(stage.residents, people.wards_of_city()))
    stage.made |= {"people": rows, "workbook": people.workbook(stage.folder / "people.xlsx", rows)}


def _first(stage: Stage) -> float:
    """CPU seconds of the whole import into an empty register: checked, read, matched, committed, forecast."""
    stage.enter("working", "nobody")
    return stage.meter.seconds(lambda: _import(stage.made["workbook"], "new", stage.residents))


def _again(stage: Stage) -> float:
    """The same file once more: nothing changes."""
    stage.vacuum()
    seconds = stage.meter.seconds(lambda: _import(stage.made["workbook"], "same", stage.residents))
    stage.enter("city")
    return seconds


def _import(path: Path, outcome: str, rows: int) -> None:
    """The command's own way, in this process; every row must come out as `outcome`."""
    from django.core.management import call_command

    said = io.StringIO()
    with suppress(SystemExit):  # its exit code, which the account says better
        call_command("import_residents", path, f"--as={HEALTH_CENTRE}", "--commit", "--json", stdout=said)
    account = json.loads(said.getvalue())
    assert (account[outcome], account["committed"]) == (rows, True), account


def _copy_upsert(stage: Stage) -> float:
    """CPU seconds: calamine reads the file, COPY stages it, one upsert writes it."""
    with stage.plain() as cursor:
        copy_upsert.make_tables(cursor, people.KEYS)

    def work() -> None:
        rows = calamine_read.rows(stage.made["workbook"])
        next(rows)
        with stage.plain() as cursor:
            copy_upsert.run(cursor, people.KEYS, rows)

    return stage.meter.seconds(work)


def _import_export(bulk: bool, most: int):
    """CPU seconds for as many rows as the file has, from a smaller sample."""

    def run(stage: Stage) -> float:
        rows = stage.made["people"][:most]
        path = people.workbook(stage.folder / "sample.xlsx", rows)
        with stage.plain() as cursor:
            import_export.make_table(cursor, people.KEYS, APP_ROLE)
        seconds = stage.meter.seconds(lambda: import_export.run(people.KEYS, path, bulk=bulk))
        return seconds * stage.residents / len(rows)

    return run


def _notes(stage: Stage) -> dict[str, dict]:
    rows = {"rows": stage.residents, "columns": 20}
    return {
        "import_first": rows,
        "import_against_bulk": rows | {"anchor_rows": min(BULK_ROWS, stage.residents)},
        "import_against_default": rows | {"anchor_rows": min(STOCK_ROWS, stage.residents)},
        "import_again": rows,
    }


SUBJECTS = (
    Subject(
        "import",
        {
            "import": _first,
            "import again": _again,
            "calamine + COPY + upsert": _copy_upsert,
            "django-import-export use_bulk": _import_export(True, BULK_ROWS),
            "django-import-export": _import_export(False, STOCK_ROWS),
        },
        (
            Comparison(
                "import_first", "P3", "CPU-s", "import", "calamine + COPY + upsert", "lower", at_most=2.0
            ),
            Comparison(
                "import_against_bulk", "P3", "CPU-s", "import", "django-import-export use_bulk", "lower", at_most=1 / 5
            ),
            Comparison(
                "import_against_default", "P3", "CPU-s", "import", "django-import-export", "lower", at_most=1 / 40,
                recorded={"Directus rows/s": 226, "Mavis rows/s": 30},
            ),
            Comparison("import_again", "P3", "CPU-s", "import again", "import", "lower", at_most=0.35),
        ),
        before=_prepare,
        seconds=480,
        notes=_notes,
    ),
)  # fmt: skip
