"""What a worker does with a batch, by its state: look at the file, stage and compare its rows, write the approved ones.

`work` may be called by anybody at any time and any number of times: who does not get the lease does nothing, and every step
begins where the last one was committed. Staging starts again from the stored file; writing goes on after the last chunk.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

import pghistory
from django.db import connection, transaction
from django.db.models import F

from lib import clock, collector
from lib.spreadsheets import read
from wards import installation, statistics
from wards.access import can, scope_of
from wards.imports import errors, files, layout, leases, matching, profiles, sources, staging, writing
from wards.imports.leases import Lease, LeaseLost
from wards.imports.people import STAGED, PersonReader
from wards.imports.places import Places
from wards.imports.rows import Columns, RowCells
from wards.imports.sources import RowFacts, Source
from wards.models import AccessEvent, ImportBatch
from wards.models.imports import Outcome
from wards.roles import Ability

log = logging.getLogger(__name__)

BLOCK = 2_000  # rows cleaned and copied at once
RENEWED_AFTER = 8  # chunks
MOST_ATTEMPTS = 5
LONGEST = timedelta(minutes=10)  # a worker then hands the batch on, well before the task's own limits

State = ImportBatch.State


class Refusal(Exception):
    """The file cannot be taken as it is; the sentence says why and what to do. Nothing was written."""


def work(batch_id: UUID, *, turn: timedelta = LONGEST) -> bool:
    """Move a batch on until it waits for a person or has ended, or the turn is over; True if it is to be moved on again.

    Does nothing if somebody else holds it.
    """
    lease = leases.claim(batch_id, clock.real_now())
    if lease is None:
        return False
    try:
        return _move_on(lease, until=clock.real_now() + turn)
    except LeaseLost:
        log.warning("import %s: the lease was lost", batch_id)
    except (Refusal, read.SpreadsheetProblem) as refusal:
        _end(lease, State.REFUSED, str(refusal))
    except Exception:
        log.exception("import %s failed", batch_id)
        if ImportBatch.objects.get(pk=batch_id).attempts >= MOST_ATTEMPTS:
            _end(
                lease,
                State.FAILED,
                "Máy chủ chưa đọc được tệp này sau nhiều lần thử. Gọi hỗ trợ, cho biết tên tệp.",
            )
        raise
    finally:
        lease.give_back()
    return False


def _move_on(lease: Lease, *, until: datetime) -> bool:
    while True:
        batch = ImportBatch.objects.select_related("uploaded_by", "wanted_by", "unit").get(pk=lease.batch_id)
        if batch.state == State.RECEIVED:
            _look(batch, lease)
        elif batch.state == State.READING:
            _stage(batch, lease)
        elif batch.state == State.WRITING:
            if not _write(batch, lease, until):
                return True
        else:
            return False


def _end(lease: Lease, state: str, refusal: str) -> None:
    """Nothing more will happen to this batch. What was written stays and is accounted for."""
    lease.prolong(state=state, refusal=refusal, state_since=clock.real_now(), finished_at=clock.real_now())
    staging.drop(lease.batch_id)


# ---------------------------------------------------------------- look at the file


def _look(batch: ImportBatch, lease: Lease) -> None:
    """Header, titles, proposals, dates. What the file needs from a person is asked on the page of its columns."""
    source = sources.get(batch.source)
    found = layout.inspect(
        files.path_of(batch.stored_name),
        source,
        name=batch.original_name,
        sheet=batch.sheet,
        on=clock.today(),
        keep=files.rows_of(batch.stored_name),
    )
    batch.layout = found.as_json()
    mapping, orders = profiles.proposed_columns(batch, source)
    lease.prolong(
        layout=batch.layout,
        sheet=found.sheet,
        rows_expected=found.rows,
        mapping=mapping,
        date_orders=orders,
        state=State.MAPPING,
        state_since=clock.real_now(),
        attempts=0,
    )


# ---------------------------------------------------------------- stage and compare


def _stage(batch: ImportBatch, lease: Lease) -> None:
    scope = _scope(batch.uploaded_by)
    columns = Columns(sources.get(batch.source), batch.mapping, batch.date_orders, batch.layout["titles"])
    source = columns.source.of({name for name, _group in columns.positions})
    tables = staging.create(batch.pk, [facts.part for facts in source.facts])
    groups, warnings = errors.Groups(), errors.Groups()
    reader = _Reader(batch, source, columns, scope)
    seen = 0
    for block in _blocks(reader.rows()):
        with transaction.atomic():
            seen += len(block)
            lease.prolong(rows_seen=seen)
            _copy(tables, source, block, groups, warnings)
    if not seen:
        raise Refusal(
            f"Tệp “{batch.original_name}”, trang “{batch.sheet}” không có dòng nào dưới dòng tiêu đề. {_SAFE}"
        )
    staging.analyze(batch.pk)
    with transaction.atomic():
        lease.prolong()
        matching.match(source, tables, scope)
    _judge(batch, lease, tables, groups, warnings, reader.wards)


_SAFE = "Chưa có dữ liệu nào bị thay đổi."


def _raw_rows(batch: ImportBatch) -> Iterator[list]:
    """Every row of the sheet: as the look at the file left them, else parsed once more."""
    kept = files.rows_of(batch.stored_name)
    if kept.exists():
        return read.kept_rows(kept)
    path = files.path_of(batch.stored_name)
    return read.rows(path, batch.sheet or None, name=batch.original_name, keep=kept)


class _Reader:
    """Rows of the file as they are staged, with their findings; blank rows are no rows."""

    def __init__(self, batch: ImportBatch, source: Source, columns: Columns, scope: frozenset[int]) -> None:
        row = installation.current()
        self.batch, self.source = batch, source
        self.cells = RowCells(columns)
        self.on = clock.today()
        places = Places(default=batch.unit, scope=scope, on=self.on, word=installation.word("neighbourhood"))
        self.people = PersonReader(places, on=self.on, synthetic=bool(row and row.is_demo))
        self.wards: set[int] = set()

    def rows(self) -> Iterator[tuple]:
        batch, cells = self.batch, self.cells
        for row_no, row in enumerate(_raw_rows(batch), 1):
            if row_no < batch.layout["data"] or not any(cell is not None and cell != "" for cell in row):
                continue
            cells.turn_to(row)
            facts: list[list[tuple]] = []

            def further(born, row_no=row_no, facts=facts) -> None:
                about = RowFacts(row_no, born, self.on, cells.findings)
                facts.extend(one.clean(cells, about) for one in self.source.facts)

            person, place = self.people.read(row_no, cells, further)
            if place.ward_id and not place.outside:
                self.wards.add(place.ward_id)
            yield person, facts, cells.findings


def _blocks(rows: Iterator[tuple]) -> Iterator[list[tuple]]:
    while True:
        with collector.at_rest():
            block = list(islice(rows, BLOCK))
        if not block:
            return
        yield block


def _copy(
    tables: staging.Tables, source: Source, block: list[tuple], groups: errors.Groups, warnings: errors.Groups
) -> None:
    staging.copy(tables.people, STAGED, (person for person, _facts, _findings in block))
    for number, one in enumerate(source.facts):
        rows = [
            row
            for _person, facts, findings in block
            if facts and not findings.problems
            for row in facts[number]
        ]
        staging.copy(tables[one.part], one.columns, rows)
    for person, _facts, findings in block:
        if not person[1]:
            groups.note(person[0], findings.problems)
            if not findings.problems:
                warnings.note(person[0], findings.warnings)


def _judge(
    batch: ImportBatch,
    lease: Lease,
    tables: staging.Tables,
    groups: errors.Groups,
    warnings: errors.Groups,
    wards: set[int],
) -> None:
    """Count the outcomes, write the error file, and put the batch before a person; or refuse a file wholly out of scope."""
    counts = count(tables)
    rows_read = sum(counts.values())
    if counts[Outcome.OUT_OF_SCOPE] == rows_read:
        raise Refusal(
            f"Cả {rows_read} dòng trong tệp “{batch.original_name}” đều ngoài địa bàn được giao. {_SAFE}"
        )
    error_file = ""
    if texts := errors.texts_of_rows(tables):
        error_file = f"{files.path_of(batch.stored_name).stem}-loi.xlsx"
        errors.write_file(
            files.path_of(error_file),
            _raw_rows(batch),
            titles=batch.layout["titles"],
            first_row=batch.layout["data"],
            texts=texts,
        )
    files.forget_rows(batch.stored_name)
    now = clock.real_now()
    lease.prolong(
        **count_columns(counts),
        rows_read=rows_read,
        rows_seen=rows_read,
        groups=groups.as_list() + errors.groups_of_rows(tables),
        warnings=warnings.as_list(),
        error_file=error_file,
        ward_ids=sorted(wards | ({batch.unit_id} if batch.unit_id else set())),
        staged_at=now,
        state=State.REVIEW,
        state_since=now,
        attempts=0,
    )


def count(tables: staging.Tables) -> dict[str, int]:
    """Rows by outcome, all seven of them."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT outcome, count(*) FROM {tables.verdicts} GROUP BY outcome")
        found = dict(cursor.fetchall())
    return {outcome: found.get(outcome, 0) for outcome in Outcome.values}


_COLUMNS = {
    Outcome.NEW: "new_rows",
    Outcome.CHANGED: "changed_rows",
    Outcome.SAME: "same_rows",
    Outcome.DUPLICATE_REVIEW: "duplicate_rows",
    Outcome.MOVED: "moved_rows",
    Outcome.OUT_OF_SCOPE: "out_of_scope_rows",
    Outcome.ERRORS: "error_rows",
}


def count_columns(counts: dict[str, int]) -> dict[str, int]:
    """Outcome counts as columns of the batch."""
    return {_COLUMNS[Outcome(outcome)]: rows for outcome, rows in counts.items()}


def _scope(user) -> frozenset[int]:
    """The wards this user may read files into, as things stand now (AUTH-19); a Refusal if there are none."""
    scope = scope_of(user).ward_ids if can(user, Ability.IMPORT_FILES) else frozenset()
    if not scope:
        raise Refusal(f"Tài khoản {user.username} không được nhập tệp vào địa bàn nào. {_SAFE}")
    return scope


# ---------------------------------------------------------------- write


def _write(batch: ImportBatch, lease: Lease, until: datetime) -> bool:
    """Chunk by chunk, each with its progress in one transaction. False when the time is up: somebody goes on later."""
    by = batch.wanted_by or batch.uploaded_by
    scope = _scope(by)
    columns = Columns(sources.get(batch.source), batch.mapping, batch.date_orders, batch.layout["titles"])
    row = installation.current()
    job = writing.Writing(
        source=columns.source.of({name for name, _group in columns.positions}),
        tables=staging.Tables(batch.pk),
        user_id=by.pk,
        scope=sorted(scope),
        on=clock.today(),
        staged_at=batch.staged_at or batch.uploaded_at,
        synthetic=bool(row and row.is_demo),
    )
    writing.leave_outside(job.tables, scope)
    after, chunks, in_this_pass = 0, batch.rows_written // writing.CHUNK, 0
    with pghistory.context(user=by.pk, door="import", batch=str(batch.pk)):
        while True:
            with transaction.atomic():
                lease.prolong(attempts=0)
                if chunks % RENEWED_AFTER == 0:
                    staging.renew(batch.pk, "chunk")
                done = writing.write_chunk(job, after=after, at=clock.real_now())
                if not done.last_row and not in_this_pass:
                    break
                if (
                    not done.last_row
                ):  # once more from the top: a row may have waited for its twin further down
                    after, in_this_pass = 0, 0
                    continue
                lease.prolong(
                    rows_written=F("rows_written") + done.rows,
                    rows_sent_back=F("rows_sent_back") + done.sent_back,
                )
            after, chunks, in_this_pass = done.last_row, chunks + 1, in_this_pass + done.rows
            if statistics.is_time_to_refresh(chunks):
                statistics.refresh()
            if clock.real_now() >= until:
                return False
    _finish(batch, lease, job)
    return True


def _finish(batch: ImportBatch, lease: Lease, job: writing.Writing) -> None:
    now = clock.real_now()
    with transaction.atomic():
        lease.prolong(**count_columns(count(job.tables)), state=State.DONE, state_since=now, finished_at=now)
        batch.refresh_from_db()
        AccessEvent.objects.create(
            at=now,
            user_id=job.user_id,
            action=AccessEvent.Action.IMPORT,
            what="import",
            object_id=str(batch.pk),
            ward_id=batch.ward_ids[0] if len(batch.ward_ids) == 1 else None,
            row_count=batch.rows_written,
            detail={"source": batch.source, "sha256": batch.sha256, "step": "written"},
        )
