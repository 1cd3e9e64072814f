"""One chunk of rows into the register: set-based SQL in one transaction (DESIGN 11).

Rows are taken in their order. Locks are taken in one order everywhere: wards by number, then residents by id. Whatever
changed since the review goes back to it; the rest of the chunk is written. `s`, `r`, `h`, `v` as in `changes`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from wards import hooks
from wards.imports import changes
from wards.imports.homes import find_homes
from wards.imports.sources import Source
from wards.imports.staging import Statements, Tables

CHUNK = 2_000
_WARD_LOCK = 4_120_001  # first key of the advisory locks that let one import at a time into a ward


def pending(source: Source) -> str:
    """SQL: rows that somebody approved and nobody wrote yet. Where a source makes no people, "two people" writes nothing."""
    answers = "('same', 'different')" if source.creates_people else "('same')"
    return f"""v.written_at IS NULL AND (v.outcome IN ('new', 'changed') OR (v.outcome = 'moved' AND NOT v.waits)
        OR (v.outcome = 'duplicate_review' AND v.decision IN {answers}))"""


@dataclass(frozen=True)
class Writing:
    """What stays the same from chunk to chunk. staged_at: when the rows were compared with the register."""

    source: Source
    tables: Tables
    user_id: int
    scope: Sequence[int]
    on: date
    staged_at: datetime
    synthetic: bool

    def parameters(self, at: datetime) -> dict[str, Any]:
        """What the statements of a chunk written `at` that instant are given."""
        return {
            "user": self.user_id,
            "at": at,
            "scope": list(self.scope),
            "staged_at": self.staged_at,
            "synthetic": self.synthetic,
        }


@dataclass(frozen=True)
class Written:
    """last_row: 0 when nothing was left. sent_back: rows that somebody has to look at again."""

    last_row: int
    rows: int
    sent_back: int


def write_chunk(writing: Writing, *, after: int, at: datetime, size: int = CHUNK) -> Written:
    """Write the next rows after row `after`, stamped `at` (real time); call it in a transaction that notes the progress."""
    with connection.cursor() as cursor:
        step = Statements(cursor, writing.tables, writing.parameters(at))
        # What a chunk looks up is in memory: without this the planner reads whole tables rather than 2,000 of their rows.
        step.run("SET LOCAL random_page_cost = 1.1")
        last_row = _take(step, writing.source, after, size)
        if not last_row:
            return Written(0, 0, 0)
        step.parameters |= {"after": after, "last": last_row}
        _lock(step)
        sent_back = _send_back(step, writing.source)
        if writing.source.creates_people:
            find_homes(step)
            _people(step)
            _numbers_and_conditions(step)
        changed = _facts(step, writing)
        written = _mark(step)
    hooks.residents_changed(changed, on=writing.on)
    return Written(last_row, written, sent_back)


def _take(step: Statements, source: Source, after: int, size: int) -> int:
    """The next approved rows into `chunk`; the number of the last one."""
    tables = step.tables
    step.run(f"DELETE FROM {tables.chunk}")
    step.run(
        f"""INSERT INTO {tables.chunk} (row_no, mode, resident_id, ward_id, neighbourhood_id, address_key)
        SELECT v.row_no, kind.mode,
            CASE WHEN kind.mode = 'insert' THEN gen_random_uuid()
                WHEN v.decision = 'same' AND v.rival_row IS NOT NULL THEN twin.resident_id
                WHEN v.decision = 'same' THEN v.rival_id ELSE v.resident_id END,
            s.ward_id, s.neighbourhood_id, s.address_key
        FROM {tables.verdicts} v JOIN {tables.people} s USING (row_no)
        LEFT JOIN {tables.verdicts} twin ON twin.row_no = v.rival_row
        CROSS JOIN LATERAL (SELECT CASE WHEN v.outcome = 'new' OR (v.outcome = 'duplicate_review' AND v.decision = 'different')
            THEN 'insert' ELSE 'update' END AS mode) AS kind
        WHERE v.row_no > %(after)s AND s.row_no > %(after)s AND s.ward_id = ANY(%(scope)s) AND {pending(source)}
        ORDER BY v.row_no LIMIT %(size)s""",
        {"after": after, "size": size},
    )
    ((last,),) = step.rows(f"SELECT COALESCE(max(row_no), 0) FROM {tables.chunk}")
    # The other row of the file is not written yet: this one waits for it.
    step.run(f"DELETE FROM {tables.chunk} WHERE mode = 'update' AND resident_id IS NULL")
    return last


def _lock(step: Statements) -> None:
    chunk = step.tables.chunk
    wards = step.rows(
        f"""SELECT ward_id FROM {chunk} UNION SELECT r.ward_id FROM {chunk} c JOIN wards_resident r ON r.id = c.resident_id
        WHERE c.mode = 'update' ORDER BY 1"""
    )
    for (ward_id,) in wards:
        step.run("SELECT pg_advisory_xact_lock(%(key)s, %(ward)s)", {"key": _WARD_LOCK, "ward": ward_id})
    step.run(
        f"""SELECT 1 FROM wards_resident r JOIN {chunk} c ON c.resident_id = r.id AND c.mode = 'update'
        ORDER BY r.id FOR UPDATE OF r"""
    )


# ---------------------------------------------------------------- what changed since the review (IMP-37)


def _send_back(step: Statements, source: Source) -> int:
    """Rows whose resident is no longer what the review showed, or who came onto the record meanwhile."""
    tables = step.tables
    back = f"""UPDATE {tables.verdicts} v SET outcome = 'duplicate_review', evidence = 'stale', decision = NULL,
        resident_id = NULL, rival_id = found.rival_id FROM ({{}}) AS found WHERE v.row_no = found.row_no"""
    elsewhere = f"""SELECT c.row_no, CASE WHEN r.ward_id = ANY(%(scope)s) THEN r.id END AS rival_id
        FROM {tables.chunk} c LEFT JOIN wards_resident r ON r.id = c.resident_id
        WHERE c.mode = 'update' AND (r.id IS NULL OR r.ward_id <> ALL(%(scope)s))"""
    sent_back = step.run(back.format(elsewhere))
    if source.creates_people:
        changed = f"""SELECT c.row_no, r.id AS rival_id FROM {tables.chunk} c JOIN {step.verdicts} w USING (row_no)
            JOIN wards_resident r ON r.id = c.resident_id
            WHERE c.mode = 'update' AND w.decision IS NULL AND r.version <> w.resident_version"""
        sent_back += step.run(back.format(changed))
        sent_back += step.run(back.format(_came_meanwhile(step)))
    if sent_back:
        step.run(
            f"""DELETE FROM {tables.chunk} c USING {tables.verdicts} v
            WHERE v.row_no = c.row_no AND v.evidence = 'stale' AND v.decision IS NULL"""
        )
    return sent_back


def _came_meanwhile(step: Statements) -> str:
    """New people who, since the file was compared, got onto the record by another door: by number, or name and birth."""
    tables = step.tables
    return f"""SELECT DISTINCT ON (c.row_no) c.row_no, CASE WHEN r.ward_id = ANY(%(scope)s) THEN r.id END AS rival_id
        FROM {tables.chunk} c JOIN {step.verdicts} w USING (row_no) JOIN {step.people} s USING (row_no)
        JOIN LATERAL (
            SELECT o.resident_id AS id FROM wards_identityclaim o
                WHERE o.number_hash = s.id_hash AND o.kind = s.id_kind AND o.withdrawn_at IS NULL
            UNION SELECT o.id FROM wards_resident o WHERE o.ward_id = s.ward_id AND o.birth_year = s.birth_year
                AND o.search_key = s.search_key AND o.match_key = s.match_key
                AND o.birth_month IS NOT DISTINCT FROM s.birth_month AND o.birth_day IS NOT DISTINCT FROM s.birth_day
                AND o.created_at > %(staged_at)s
                AND NOT EXISTS (SELECT 1 FROM {tables.verdicts} mine WHERE mine.resident_id = o.id)
        ) AS there ON true JOIN wards_resident r ON r.id = there.id
        WHERE c.mode = 'insert' AND w.decision IS NULL ORDER BY c.row_no"""


# ---------------------------------------------------------------- people


def _people(step: Statements) -> None:
    tables = step.tables
    step.run(
        f"""INSERT INTO wards_resident (id, ward_id, household_id, full_name, search_key, match_key, sort_key, birth_year,
            birth_month, birth_day, sex, phones, insurance_number, residence, registration, mobility, employer,
            priority_group, note, {", ".join(changes.CHILD)}, is_synthetic, source, entered_by_id, created_at, updated_at,
            version)
        SELECT c.resident_id, c.ward_id, c.household_id, s.full_name, s.search_key, s.match_key, s.sort_key, s.birth_year,
            s.birth_month, s.birth_day, COALESCE(s.sex, 'U'), s.phones::varchar[], s.insurance_number,
            COALESCE(s.residence, 'here'), COALESCE(s.registration, 'unknown'), COALESCE(s.mobility, 'unknown'), s.employer,
            s.priority_group, s.note, {", ".join(f"COALESCE(s.{name}, '')" for name in changes.CHILD)}, %(synthetic)s, 'file', %(user)s, %(at)s, %(at)s, 1
        FROM {tables.chunk} c JOIN {step.people} s USING (row_no) WHERE c.mode = 'insert' ORDER BY c.row_no"""
    )
    columns = [
        f"{column} = CASE WHEN {change.when} THEN {value} ELSE r.{column} END"
        for change in changes.RESIDENT
        for column, value in change.columns.items()
    ]
    differs = " OR ".join(f"({change.when})" for change in changes.RESIDENT)
    step.run(
        f"""UPDATE wards_resident r SET {", ".join(columns)}, household_id = c.household_id, ward_id = c.ward_id,
            version = r.version + 1, updated_at = %(at)s
        FROM {tables.chunk} c JOIN {step.people} s USING (row_no) JOIN {step.verdicts} v USING (row_no), wards_household h
        WHERE c.mode = 'update' AND r.id = c.resident_id AND h.id = r.household_id AND (
            c.household_id <> r.household_id OR {differs} OR {changes.NEW_NUMBER} OR {changes.NEW_CONDITIONS} <> '{{}}')"""
    )
    # A household made for somebody whose address was unknown is left behind empty when the address becomes known.
    step.run(
        f"""DELETE FROM wards_household h WHERE h.address_key = '' AND h.source = 'file' AND h.ward_id IN (
                SELECT ward_id FROM {tables.chunk} WHERE mode = 'update')
            AND h.house_number = '' AND h.street = '' AND h.address_text = ''
            AND NOT EXISTS (SELECT 1 FROM wards_resident r WHERE r.household_id = h.id)"""
    )


def _numbers_and_conditions(step: Statements) -> None:
    # OFFSET 0: each number is looked up in the index, never all numbers of the city read for the sake of a chunk's
    tables = step.tables
    step.run(
        f"""INSERT INTO wards_identityclaim (resident_id, ward_id, kind, number_encrypted, number_hash, last_four, mask,
            is_repaired, source, entered_by_id, created_at)
        SELECT DISTINCT ON (s.id_hash, c.resident_id) c.resident_id, c.ward_id, s.id_kind, s.id_encrypted, s.id_hash,
            s.id_last_four, s.id_mask, s.id_repaired, 'file', %(user)s, %(at)s
        FROM {tables.chunk} c JOIN {step.people} s USING (row_no)
        WHERE s.id_hash IS NOT NULL AND NOT EXISTS (SELECT 1 FROM wards_identityclaim o WHERE o.number_hash = s.id_hash
            AND o.withdrawn_at IS NULL AND (o.resident_id = c.resident_id OR o.kind = 'cccd') OFFSET 0)
        ORDER BY s.id_hash, c.resident_id, s.row_no
        ON CONFLICT DO NOTHING"""
    )
    step.run(
        f"""INSERT INTO wards_residentcondition (resident_id, ward_id, condition_id, noted, source, entered_by_id, created_at)
        SELECT DISTINCT ON (c.resident_id, k.number) c.resident_id, c.ward_id, k.number, left(k.note, 200), 'file', %(user)s,
            %(at)s
        FROM {tables.chunk} c JOIN {step.people} s USING (row_no),
            unnest(s.conditions, s.condition_notes) AS k(number, note)
        ORDER BY c.resident_id, k.number, s.row_no
        ON CONFLICT DO NOTHING"""
    )


def _facts(step: Statements, writing: Writing) -> list[UUID]:
    """The facts beside the person, each by its own source; the residents of the chunk, whose forecasts may differ now."""
    for facts in writing.source.facts:
        facts.write(step.cursor, step.tables, step.parameters)
    return [resident for (resident,) in step.rows(f"SELECT DISTINCT resident_id FROM {step.tables.chunk}")]


def _mark(step: Statements) -> int:
    tables = step.tables
    written = step.run(
        f"""UPDATE {tables.verdicts} v SET written_at = %(at)s, resident_id = c.resident_id FROM {tables.chunk} c
        WHERE v.row_no = c.row_no AND v.row_no > %(after)s AND v.row_no <= %(last)s"""
    )
    # Rows still to come that speak of the same people were compared with them as they were before this chunk.
    step.run(
        f"""UPDATE {tables.verdicts} v SET resident_version = r.version
        FROM {tables.chunk} c JOIN {step.verdicts} w ON w.row_no = c.row_no AND w.decision IS NOT NULL
        JOIN wards_resident r ON r.id = c.resident_id
        WHERE v.resident_id = c.resident_id AND v.written_at IS NULL"""
    )
    return written


def leave_outside(tables: Tables, scope: Collection[int]) -> None:
    """Rows of wards that the writer no longer works in (AUTH-19) are out of scope now, whatever the review said."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE {tables.verdicts} v SET outcome = 'out_of_scope', resident_id = NULL, rival_id = NULL, changes = '[]'
            FROM {tables.people} s WHERE s.row_no = v.row_no AND v.written_at IS NULL AND v.outcome NOT IN
            ('out_of_scope', 'errors') AND s.ward_id <> ALL(%s)""",
            [sorted(scope)],
        )
