"""One chunk of rows into the register: set-based SQL in one transaction (DESIGN 11).

Rows are taken in their order. Locks are taken in one order everywhere: wards by number, then residents by id. Whatever
changed since the review goes back to it; the rest of the chunk is written. `s`, `r`, `h`, `v` as in `changes`.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from wards import hooks
from wards.actions.households import CODE_LENGTH, CODE_LETTERS
from wards.imports import changes
from wards.imports.sources import Source
from wards.imports.staging import Tables

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


@dataclass(frozen=True)
class Written:
    """last_row: 0 when nothing was left. sent_back: rows that somebody has to look at again."""

    last_row: int
    rows: int
    sent_back: int


class _Step:
    """Runs statements of one chunk with its names and parameters."""

    def __init__(self, writing: Writing, cursor: Any, at: datetime) -> None:
        self.cursor = cursor
        self.tables = writing.tables
        self.parameters = {
            "user": writing.user_id,
            "at": at,
            "scope": list(writing.scope),
            "staged_at": writing.staged_at,
            "synthetic": writing.synthetic,
        }

    def run(self, sql: str, more: Mapping[str, Any] | None = None) -> int:
        self.cursor.execute(sql, {**self.parameters, **(more or {})})
        return self.cursor.rowcount

    def rows(self, sql: str, more: Mapping[str, Any] | None = None) -> list[tuple]:
        self.run(sql, more)
        return self.cursor.fetchall()


def write_chunk(writing: Writing, *, after: int, at: datetime, size: int = CHUNK) -> Written:
    """Write the next rows after row `after`, stamped `at` (real time); call it in a transaction that notes the progress."""
    with connection.cursor() as cursor:
        step = _Step(writing, cursor, at)
        last_row = _take(step, writing.source, after, size)
        if not last_row:
            return Written(0, 0, 0)
        _lock(step)
        sent_back = _send_back(step, writing.source)
        if writing.source.creates_people:
            _homes(step)
            _people(step)
            _numbers_and_conditions(step)
        changed = _facts(step, writing)
        written = _mark(step)
    hooks.residents_changed(changed, on=writing.on)
    return Written(last_row, written, sent_back)


def _take(step: _Step, source: Source, after: int, size: int) -> int:
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
        WHERE v.row_no > %(after)s AND s.ward_id = ANY(%(scope)s) AND {pending(source)}
        ORDER BY v.row_no LIMIT %(size)s""",
        {"after": after, "size": size},
    )
    ((last,),) = step.rows(f"SELECT COALESCE(max(row_no), 0) FROM {tables.chunk}")
    # The other row of the file is not written yet: this one waits for it.
    step.run(f"DELETE FROM {tables.chunk} WHERE mode = 'update' AND resident_id IS NULL")
    return last


def _lock(step: _Step) -> None:
    chunk = step.tables.chunk
    wards = step.rows(
        f"""SELECT ward_id FROM {chunk} UNION SELECT r.ward_id FROM {chunk} c JOIN wards_resident r ON r.id = c.resident_id
        ORDER BY 1"""
    )
    for (ward_id,) in wards:
        step.run("SELECT pg_advisory_xact_lock(%(key)s, %(ward)s)", {"key": _WARD_LOCK, "ward": ward_id})
    step.run(
        f"""SELECT 1 FROM wards_resident r JOIN {chunk} c ON c.resident_id = r.id AND c.mode = 'update'
        ORDER BY r.id FOR UPDATE OF r"""
    )


# ---------------------------------------------------------------- what changed since the review (IMP-37)


def _send_back(step: _Step, source: Source) -> int:
    """Rows whose resident is no longer what the review showed, or who came onto the record meanwhile."""
    tables = step.tables
    back = f"""UPDATE {tables.verdicts} v SET outcome = 'duplicate_review', evidence = 'stale', decision = NULL,
        resident_id = NULL, rival_id = found.rival_id FROM ({{}}) AS found WHERE v.row_no = found.row_no"""
    elsewhere = f"""SELECT c.row_no, CASE WHEN r.ward_id = ANY(%(scope)s) THEN r.id END AS rival_id
        FROM {tables.chunk} c LEFT JOIN wards_resident r ON r.id = c.resident_id
        WHERE c.mode = 'update' AND (r.id IS NULL OR r.ward_id <> ALL(%(scope)s))"""
    sent_back = step.run(back.format(elsewhere))
    if source.creates_people:
        changed = f"""SELECT c.row_no, r.id AS rival_id FROM {tables.chunk} c JOIN {tables.verdicts} w USING (row_no)
            JOIN wards_resident r ON r.id = c.resident_id
            WHERE c.mode = 'update' AND w.decision IS NULL AND r.version <> w.resident_version"""
        sent_back += step.run(back.format(changed))
        sent_back += step.run(back.format(_came_meanwhile(tables)))
    if sent_back:
        step.run(
            f"""DELETE FROM {tables.chunk} c USING {tables.verdicts} v
            WHERE v.row_no = c.row_no AND v.evidence = 'stale' AND v.decision IS NULL"""
        )
    return sent_back


def _came_meanwhile(tables: Tables) -> str:
    """New people who, since the file was compared, got onto the record by another door: by number, or name and birth."""
    return f"""SELECT DISTINCT ON (c.row_no) c.row_no, CASE WHEN r.ward_id = ANY(%(scope)s) THEN r.id END AS rival_id
        FROM {tables.chunk} c JOIN {tables.verdicts} w USING (row_no) JOIN {tables.people} s USING (row_no)
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


# ---------------------------------------------------------------- homes


def _homes(step: _Step) -> None:
    """The household of every row: the one it has, the one at its address, or a new one.

    One household per address within a neighbourhood; who has no address gets a household alone, its address unknown.
    """
    _neighbourhoods(step)
    _stay(step)
    _find_by_address(step)
    _new_homes(step)
    _find_by_address(step)


def _neighbourhoods(step: _Step) -> None:
    tables = step.tables
    step.run(
        f"""INSERT INTO wards_neighbourhood (ward_id, kind, name, search_key, local_code, walking_order)
        SELECT DISTINCT ON (s.ward_id, s.neighbourhood_key) s.ward_id, s.neighbourhood_kind, s.neighbourhood_name,
            s.neighbourhood_key, '', 0
        FROM {tables.chunk} c JOIN {tables.people} s USING (row_no)
        WHERE s.neighbourhood_id IS NULL AND s.neighbourhood_key <> ''
        ORDER BY s.ward_id, s.neighbourhood_key, s.row_no
        ON CONFLICT (ward_id, search_key) DO NOTHING"""
    )
    step.run(
        f"""UPDATE {tables.chunk} c SET neighbourhood_id = n.id FROM {tables.people} s, wards_neighbourhood n
        WHERE s.row_no = c.row_no AND c.neighbourhood_id IS NULL AND n.ward_id = s.ward_id
            AND n.search_key = s.neighbourhood_key"""
    )
    # A home of which nobody knew the neighbourhood gets it; it is not another home.
    step.run(
        f"""UPDATE wards_household h SET neighbourhood_id = found.neighbourhood_id, version = h.version + 1, updated_at = %(at)s
        FROM (SELECT r.household_id, min(c.neighbourhood_id) AS neighbourhood_id
            FROM {tables.chunk} c JOIN {tables.people} s USING (row_no) JOIN wards_resident r ON r.id = c.resident_id
            JOIN wards_household h ON h.id = r.household_id
            WHERE c.mode = 'update' AND c.neighbourhood_id IS NOT NULL AND h.neighbourhood_id IS NULL
                AND h.ward_id = c.ward_id AND NOT {changes.OTHER_ADDRESS}
            GROUP BY r.household_id) AS found
        WHERE h.id = found.household_id"""
    )


def _stay(step: _Step) -> None:
    """Who stays keeps the household; who goes takes along what the row leaves blank, inside the ward."""
    tables = step.tables
    other = "c.neighbourhood_id IS NOT NULL AND c.neighbourhood_id IS DISTINCT FROM h.neighbourhood_id"
    goes = f"({changes.OTHER_WARD} OR {changes.OTHER_ADDRESS} OR ({other}))"
    step.run(
        f"""UPDATE {tables.chunk} c SET
            household_id = CASE WHEN NOT {goes} THEN h.id END,
            address_key = CASE WHEN s.address_key = '' AND s.ward_id = r.ward_id THEN h.address_key ELSE s.address_key END,
            neighbourhood_id = COALESCE(c.neighbourhood_id, CASE WHEN s.ward_id = r.ward_id THEN h.neighbourhood_id END)
        FROM {tables.people} s, wards_resident r, wards_household h
        WHERE c.mode = 'update' AND s.row_no = c.row_no AND r.id = c.resident_id AND h.id = r.household_id"""
    )


def _find_by_address(step: _Step) -> None:
    step.run(
        f"""UPDATE {step.tables.chunk} c SET household_id = (
            SELECT h.id FROM wards_household h WHERE h.ward_id = c.ward_id AND h.address_key = c.address_key
                AND (h.neighbourhood_id IS NULL OR c.neighbourhood_id IS NULL OR h.neighbourhood_id = c.neighbourhood_id)
            ORDER BY (h.neighbourhood_id IS NOT DISTINCT FROM c.neighbourhood_id) DESC, h.created_at, h.id LIMIT 1)
        WHERE c.household_id IS NULL AND c.address_key <> ''"""
    )


def _new_homes(step: _Step) -> None:
    tables = step.tables
    wanted = step.rows(
        f"""SELECT min(row_no), ward_id FROM {tables.chunk} WHERE household_id IS NULL
        GROUP BY ward_id, neighbourhood_id, address_key, CASE WHEN address_key = '' THEN row_no END ORDER BY 1"""
    )
    if not wanted:
        return
    codes = _free_codes(step, [ward_id for _row, ward_id in wanted])
    made = {
        "rows": [row for row, _ward in wanted],
        "ids": [str(uuid4()) for _home in wanted],
        "codes": codes,
    }
    # A new home stands in the walk with the last one of its neighbourhood whose number comes before its own.
    step.run(
        f"""WITH new AS MATERIALIZED (
            SELECT n.id, n.code, c.row_no, c.ward_id, c.neighbourhood_id, c.address_key,
                CASE WHEN s.address_key <> '' THEN s.house_number ELSE COALESCE(old.house_number, '') END AS house_number,
                CASE WHEN s.address_key <> '' THEN s.street ELSE COALESCE(old.street, '') END AS street,
                CASE WHEN s.address_key <> '' THEN '' ELSE COALESCE(old.address_text, '') END AS address_text,
                CASE WHEN s.address_key <> '' THEN s.number_sort_key ELSE COALESCE(old.number_sort_key, '') END AS number
            FROM unnest(%(rows)s::int[], %(ids)s::uuid[], %(codes)s::text[]) AS n(row_no, id, code)
            JOIN {tables.chunk} c USING (row_no) JOIN {tables.people} s USING (row_no)
            LEFT JOIN wards_resident r ON c.mode = 'update' AND r.id = c.resident_id AND r.ward_id = c.ward_id
            LEFT JOIN wards_household old ON old.id = r.household_id
        ), walk AS (
            SELECT id, max(place) OVER (PARTITION BY ward_id, neighbourhood_id ORDER BY number) AS place FROM (
                SELECT id, ward_id, neighbourhood_id, number, 0 AS place FROM new
                UNION ALL SELECT NULL, h.ward_id, h.neighbourhood_id, h.number_sort_key, h.walking_position
                FROM wards_household h JOIN (SELECT DISTINCT ward_id, neighbourhood_id FROM new) AS there
                    ON h.ward_id = there.ward_id AND h.neighbourhood_id = there.neighbourhood_id
                WHERE h.walking_position > 0
            ) AS homes
        )
        INSERT INTO wards_household (id, ward_id, neighbourhood_id, code, house_number, street, address_text, address_key,
            number_sort_key, walking_position, dwelling, source, entered_by_id, created_at, updated_at, version)
        SELECT new.id, ward_id, neighbourhood_id, code, house_number, street, address_text, address_key, number, walk.place,
            'lived_in', 'file', %(user)s, %(at)s, %(at)s, 1
        FROM new JOIN walk USING (id)""",
        made,
    )
    step.run(
        f"""UPDATE {tables.chunk} c SET household_id = new.id FROM unnest(%(rows)s::int[], %(ids)s::uuid[]) AS new(row_no, id)
        WHERE c.row_no = new.row_no""",
        made,
    )


def _free_codes(step: _Step, wards: Sequence[int]) -> list[str]:
    """A code for each new home that no home of its ward has."""
    codes: list[str] = [""] * len(wards)
    taken: set[tuple[int, str]] = set()
    wanted = list(range(len(wards)))
    while wanted:
        for place in wanted:
            while (
                key := (wards[place], "".join(secrets.choice(CODE_LETTERS) for _letter in range(CODE_LENGTH)))
            ) in taken:
                pass
            taken.add(key)
            codes[place] = key[1]
        clashes = set(
            step.rows(
                """SELECT h.ward_id, h.code FROM wards_household h
                JOIN unnest(%(wards)s::bigint[], %(codes)s::text[]) AS new(ward_id, code) USING (ward_id, code)""",
                {"wards": [wards[place] for place in wanted], "codes": [codes[place] for place in wanted]},
            )
        )
        wanted = [place for place in wanted if (wards[place], codes[place]) in clashes]
    return codes


# ---------------------------------------------------------------- people


def _people(step: _Step) -> None:
    tables = step.tables
    step.run(
        f"""INSERT INTO wards_resident (id, ward_id, household_id, full_name, search_key, match_key, sort_key, birth_year,
            birth_month, birth_day, sex, phones, insurance_number, residence, registration, mobility, employer,
            priority_group, note, is_synthetic, source, entered_by_id, created_at, updated_at, version)
        SELECT c.resident_id, c.ward_id, c.household_id, s.full_name, s.search_key, s.match_key, s.sort_key, s.birth_year,
            s.birth_month, s.birth_day, COALESCE(s.sex, 'U'), s.phones::varchar[], s.insurance_number,
            COALESCE(s.residence, 'here'), COALESCE(s.registration, 'unknown'), COALESCE(s.mobility, 'unknown'), s.employer,
            s.priority_group, s.note, %(synthetic)s, 'file', %(user)s, %(at)s, %(at)s, 1
        FROM {tables.chunk} c JOIN {tables.people} s USING (row_no) WHERE c.mode = 'insert' ORDER BY c.row_no"""
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
        FROM {tables.chunk} c JOIN {tables.people} s USING (row_no) JOIN {tables.verdicts} v USING (row_no), wards_household h
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


def _numbers_and_conditions(step: _Step) -> None:
    tables = step.tables
    step.run(
        f"""INSERT INTO wards_identityclaim (resident_id, ward_id, kind, number_encrypted, number_hash, last_four, mask,
            is_repaired, source, entered_by_id, created_at)
        SELECT DISTINCT ON (s.id_hash, c.resident_id) c.resident_id, c.ward_id, s.id_kind, s.id_encrypted, s.id_hash,
            s.id_last_four, s.id_mask, s.id_repaired, 'file', %(user)s, %(at)s
        FROM {tables.chunk} c JOIN {tables.people} s USING (row_no)
        WHERE s.id_hash IS NOT NULL AND NOT EXISTS (SELECT 1 FROM wards_identityclaim o WHERE o.number_hash = s.id_hash
            AND o.withdrawn_at IS NULL AND (o.resident_id = c.resident_id OR o.kind = 'cccd'))
        ORDER BY s.id_hash, c.resident_id, s.row_no
        ON CONFLICT DO NOTHING"""
    )
    step.run(
        f"""INSERT INTO wards_residentcondition (resident_id, ward_id, condition_id, noted, source, entered_by_id, created_at)
        SELECT DISTINCT ON (c.resident_id, k.number) c.resident_id, c.ward_id, k.number, left(k.note, 200), 'file', %(user)s,
            %(at)s
        FROM {tables.chunk} c JOIN {tables.people} s USING (row_no),
            unnest(s.conditions, s.condition_notes) AS k(number, note)
        ORDER BY c.resident_id, k.number, s.row_no
        ON CONFLICT DO NOTHING"""
    )


def _facts(step: _Step, writing: Writing) -> list[UUID]:
    """The facts beside the person, each by its own source; the residents of the chunk, whose forecasts may differ now."""
    for facts in writing.source.facts:
        facts.write(step.cursor, step.tables, step.parameters)
    return [resident for (resident,) in step.rows(f"SELECT DISTINCT resident_id FROM {step.tables.chunk}")]


def _mark(step: _Step) -> int:
    tables = step.tables
    written = step.run(
        f"""UPDATE {tables.verdicts} v SET written_at = %(at)s, resident_id = c.resident_id FROM {tables.chunk} c
        WHERE v.row_no = c.row_no"""
    )
    # Rows still to come that speak of the same people were compared with them as they were before this chunk.
    step.run(
        f"""UPDATE {tables.verdicts} v SET resident_version = r.version
        FROM {tables.chunk} c JOIN {tables.verdicts} w ON w.row_no = c.row_no AND w.decision IS NOT NULL
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
