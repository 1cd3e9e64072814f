"""P5: files that leave the house."""

from bench import people
from bench.anchors import copy_out, xlsxwriter_file
from bench.anchors.copy_upsert import copy_in
from bench.harness import Comparison, Subject
from bench.probe import fresh
from bench.stage import Stage
from lib.spreadsheets.write import Document, write_csv, write_xlsx

TABLE = "bench_people"


def _prepare(stage: Stage) -> None:
    """The rows in memory for the writers, and in a table for what begins at the database."""
    rows = list(people.people(stage.residents, people.wards_of_city()))
    stage.made["people"] = rows
    with stage.plain() as cursor:
        columns = ", ".join(
            f"{column.key} {'date' if column.kind == 'date' else 'int' if column.kind == 'number' else 'text'}"
            for column in people.COLUMNS
        )
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute(f"CREATE TABLE {TABLE} ({columns})")
        cursor.execute(f"GRANT SELECT ON {TABLE} TO PUBLIC")
        copy_in(cursor, TABLE, people.KEYS, rows)


def _xlsx(stage: Stage) -> float:
    """Rows per CPU second of the product's writer."""
    rows, path = stage.made["people"], stage.folder / "figure.xlsx"
    document = Document(title="Danh sách", lines=("Dữ liệu tổng hợp để đo",))
    return len(rows) / stage.meter.seconds(lambda: write_xlsx(path, people.COLUMNS, iter(rows), document))


def _xlsxwriter(by_type: bool):
    def run(stage: Stage) -> float:
        rows, path = stage.made["people"], stage.folder / "anchor.xlsx"
        titles = [column.title() for column in people.COLUMNS]
        write = xlsxwriter_file.write
        return len(rows) / stage.meter.seconds(lambda: write(path, titles, iter(rows), by_type=by_type))

    return run


def _memory(stage: Stage) -> float:
    """MiB that a process grows by while it writes the rows, which come from a generator as they do from the database."""
    found = fresh("xlsx", stage.residents)
    return found["peak"] - found["before"]


def _stored(stage: Stage):
    """Rows of the table as the database gives them, a batch at a time."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.itersize = 2_000
        cursor.execute(f"SELECT {', '.join(people.KEYS)} FROM {TABLE}")
        yield from cursor


def _csv(stage: Stage) -> float:
    """Rows per CPU second from the table to a finished CSV."""
    path = stage.folder / "figure.csv"
    return stage.residents / stage.meter.seconds(
        lambda: write_csv(path, people.COLUMNS, _stored(stage), delimiter=";")
    )


def _copy_out(stage: Stage) -> float:
    path = stage.folder / "anchor.csv"

    def work() -> None:
        with stage.plain() as cursor:
            copy_out.write(cursor, f"SELECT {', '.join(people.KEYS)} FROM {TABLE}", path)

    return stage.residents / stage.meter.seconds(work)


def _list(file_format: str):
    """Rows per CPU second of a whole list of the city: rights, filters, sentences, identity numbers, file."""

    def run(stage: Stage) -> float:
        from lib import clock
        from outreach import exports
        from outreach.worklists import WORKLISTS

        now = clock.now()
        selection = WORKLISTS["unvaccinated"].select(stage.user, {"ward": "all"}, now.date())
        stamp = exports.Stamp.new(stage.user, now, "bench")
        path, rows = stage.folder / f"list.{file_format}", []
        seconds = stage.meter.seconds(lambda: rows.append(exports.write(selection, file_format, path, stamp)))
        stage.made["list_rows"] = rows[0]
        return rows[0] / seconds

    return run


def _copy_out_list(stage: Stage) -> float:
    """COPY of as many people with their home and stored forecast: what the list's rows are made from."""
    path = stage.folder / "anchor.csv"
    query = f"""SELECT r.full_name, r.birth_year, r.birth_month, r.birth_day, r.sex, r.phones, h.house_number, h.street,
        n.name, u.name, h.code, f.next_type, f.next_ordinal, f.products, f.due_on, f.overdue_on, f.deferred_until,
        f.closed_reason, f.doses, f.reasons
        FROM wards_resident r JOIN wards_household h ON h.id = r.household_id
        JOIN wards_administrativeunit u ON u.id = r.ward_id LEFT JOIN wards_neighbourhood n ON n.id = h.neighbourhood_id
        LEFT JOIN vaccination_forecast f ON f.resident_id = r.id LIMIT {stage.made["list_rows"]}"""

    def work() -> None:
        with stage.plain() as cursor:
            copy_out.write(cursor, query, path)

    return stage.made["list_rows"] / stage.meter.seconds(work)


SUBJECTS = (
    Subject(
        "files",
        {"writer": _xlsx, "XlsxWriter constant_memory": _xlsxwriter(True), "XlsxWriter constant_memory, write()": _xlsxwriter(False), "csv": _csv, "COPY out": _copy_out},
        (
            Comparison("xlsx_rows", "P5", "rows/CPU-s", "writer", "XlsxWriter constant_memory", at_least=8),
            Comparison("xlsx_rows_write", "P5 (the anchor's slower way)", "rows/CPU-s", "writer", "XlsxWriter constant_memory, write()"),
            Comparison(
                "csv_rows", "P5", "rows/CPU-s", "csv", "COPY out", at_least=0.1, recorded={"Directus rows/s": 7400}
            ),
        ),
        before=_prepare,
        notes=lambda stage: dict.fromkeys(("xlsx_rows", "xlsx_rows_write", "csv_rows"), {"columns": 20}),
    ),
    Subject(
        "xlsx memory",
        {"writer": _memory},
        (Comparison("xlsx_memory", "P5", "MiB", "writer", better="lower", limit=64),),
    ),
    Subject(
        "lists",
        {"list as xlsx": _list("xlsx"), "list as csv": _list("csv"), "COPY out": _copy_out_list},
        (
            Comparison("list_csv_rows", "P5 (whole list, with sentences)", "rows/CPU-s", "list as csv", "COPY out"),
            Comparison("list_xlsx_rows", "P5 (whole list, with sentences)", "rows/CPU-s", "list as xlsx", "COPY out"),
        ),
        notes=lambda stage: dict.fromkeys(
            ("list_csv_rows", "list_xlsx_rows"), {"rows": stage.made["list_rows"]}
        ),
    ),
)  # fmt: skip
