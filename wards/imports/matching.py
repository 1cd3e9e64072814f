"""Whom a row of a file may be, and which of the seven outcomes it has: SQL over the staging tables (DOMAIN 4.8).

A row and a resident become a pair when they share an identity number, an insurance number, our own record id, a name and
birth year in one ward, or a birthday and an address in one ward. The evidence is written on the pair; `RANK` turns it into
a rank, and that table is the whole policy:

- an identity number decides, unless name and birth year both say otherwise, or the number was repaired and they do not agree;
- two different numbers of one kind are never one person by themselves;
- without a number it takes the name, the birth date and an address (or, failing an address, a phone) that agree;
- a phone alone, or a name alone, is nothing; people of one birthday at one address with similar names may be twins;
- what is in between is for a person to decide.
"""

from collections.abc import Collection

from django.db import connection

from lib.name_likeness import likeness
from wards.imports.changes import CHILD, changes_sql
from wards.imports.sources import Source
from wards.imports.staging import Tables

# name: 3 the same, 2 the same but for accents, 1 near (one letter, "Thị" left out), 0 another
# birth: 3 the same day, 2 nothing contradicts (one of the two is less precise), 1 day and month swapped, 0 another
# address: 2 the same, 1 unknown on one side, 0 another
RANK = """CASE
    WHEN by_ref THEN 90
    WHEN by_id AND NOT repaired AND (name > 0 OR birth > 0 OR same_year) THEN 80
    WHEN by_id AND name >= 2 AND birth >= 2 THEN 70
    WHEN by_id THEN -1
    WHEN ids_differ THEN CASE WHEN home AND name >= 2 AND birth = 3 AND address = 2 THEN -1 ELSE 0 END
    WHEN by_insurance AND name >= 2 AND birth >= 2 AND NOT sex_differs THEN 60
    WHEN by_insurance THEN CASE WHEN home OR (name >= 2 AND birth >= 1) THEN -1 ELSE 0 END
    WHEN NOT home THEN 0
    WHEN name = 3 AND NOT sex_differs AND (
        (birth = 3 AND (address > 0 OR same_phone)) OR (birth = 2 AND (address = 2 OR (address = 1 AND same_phone)))
    ) THEN 50
    WHEN name = 3 AND birth = 3 THEN -1
    WHEN name = 3 AND birth = 2 AND (address = 1 OR same_phone) THEN -1
    WHEN name = 3 AND birth = 1 AND (address = 2 OR same_phone) THEN -1
    WHEN name = 2 AND birth >= 2 AND (address = 2 OR same_phone) THEN -1
    WHEN name = 1 AND birth = 3 AND address = 2 THEN -1
    ELSE 0
END"""


def match(source: Source, tables: Tables, scope: Collection[int]) -> None:
    """Fill `verdicts` from `people`: one row each, with its outcome. `scope`: the wards of whoever asks."""
    _first_verdicts(tables)
    _pairs(tables)
    _near_names(tables)
    _rank(tables)
    _links(source, tables, scope)
    if source.rows_are_people:
        _same_person_twice(source, tables)
    if source.creates_people:
        _twins_aside(tables)
        _twice_among_new(source, tables)
    else:
        _nobody_on_record(tables)
    _changes(source, tables)


def _run(sql: str, parameters: dict | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or {})
        return cursor.rowcount


def _first_verdicts(tables: Tables) -> None:
    _run(f"DELETE FROM {tables.verdicts}")
    _run(
        f"""INSERT INTO {tables.verdicts} (row_no, outcome)
        SELECT row_no, CASE WHEN outside THEN 'out_of_scope' WHEN problems IS NOT NULL THEN 'errors' ELSE 'new' END
        FROM {tables.people}"""
    )


def _pairs(tables: Tables) -> None:
    """Every resident that shares a key with a row, once, with all the evidence."""
    _run(f"DELETE FROM {tables.pairs}")
    usable = f"(SELECT * FROM {tables.people} WHERE NOT outside AND problems IS NULL)"
    _run(
        f"""WITH rows AS MATERIALIZED {usable}, found AS (
            SELECT s.row_no, c.resident_id FROM rows s JOIN wards_identityclaim c
                ON c.number_hash = s.id_hash AND c.withdrawn_at IS NULL
            UNION SELECT s.row_no, r.id FROM rows s JOIN wards_resident r
                ON s.insurance_code <> '' AND r.insurance_number <> '' AND right(r.insurance_number, 10) = s.insurance_code
            UNION SELECT s.row_no, r.id FROM rows s JOIN wards_resident r ON r.id = s.resident_ref
            UNION SELECT s.row_no, r.id FROM rows s JOIN wards_resident r
                ON r.ward_id = s.ward_id AND r.birth_year = s.birth_year AND r.search_key = s.search_key
            UNION SELECT s.row_no, r.id FROM rows s
                JOIN wards_household h ON h.ward_id = s.ward_id AND h.address_key = s.address_key
                JOIN wards_resident r ON r.household_id = h.id AND r.birth_year = s.birth_year
                    AND r.birth_month = s.birth_month AND r.birth_day = s.birth_day
                WHERE s.address_key <> '' AND s.birth_day IS NOT NULL
        )
        INSERT INTO {tables.pairs} (row_no, resident_id, ward_id, by_ref, by_id, by_insurance, ids_differ, name, birth,
            address, same_phone, sex_differs)
        SELECT s.row_no, r.id, r.ward_id,
            s.resident_ref IS NOT DISTINCT FROM r.id,
            claim.same,
            s.insurance_code <> '' AND r.insurance_number <> '' AND right(r.insurance_number, 10) = s.insurance_code,
            claim.other AND NOT claim.same,
            CASE WHEN s.match_key = r.match_key OR (s.search_key = r.search_key
                    AND (s.match_key = s.search_key OR r.match_key = r.search_key)) THEN 3
                WHEN s.search_key = r.search_key THEN 2 ELSE 0 END,
            CASE WHEN (s.birth_year, s.birth_month, s.birth_day) = (r.birth_year, r.birth_month, r.birth_day) THEN 3
                WHEN s.birth_year = r.birth_year
                    AND COALESCE(s.birth_month, r.birth_month, 0) = COALESCE(r.birth_month, s.birth_month, 0)
                    AND COALESCE(s.birth_day, r.birth_day, 0) = COALESCE(r.birth_day, s.birth_day, 0) THEN 2
                WHEN s.birth_year = r.birth_year AND s.birth_month = r.birth_day AND s.birth_day = r.birth_month THEN 1
                ELSE 0 END,
            CASE WHEN s.address_key = '' OR h.address_key = '' THEN 1 WHEN s.address_key = h.address_key THEN 2 ELSE 0 END,
            s.phones && r.phones::text[],
            COALESCE(s.sex IN ('M', 'F') AND r.sex IN ('M', 'F') AND s.sex <> r.sex, false)
        FROM found f
        JOIN rows s ON s.row_no = f.row_no
        JOIN wards_resident r ON r.id = f.resident_id
        JOIN wards_household h ON h.id = r.household_id
        CROSS JOIN LATERAL (
            SELECT COALESCE(bool_or(c.number_hash = s.id_hash), false) AS same,
                COALESCE(bool_or(c.number_hash <> s.id_hash AND c.kind = s.id_kind), false) AS other
            FROM wards_identityclaim c WHERE c.resident_id = r.id AND c.withdrawn_at IS NULL AND s.id_hash IS NOT NULL
        ) claim"""
    )
    _run("SELECT import_staging_analyze(%(batch)s)", {"batch": tables.batch_id})


def _near_names(tables: Tables) -> None:
    """Names that are not the same but near, among the few pairs where it can matter: one home and birthday, or a number."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT p.row_no, p.resident_id, s.full_name, r.full_name FROM {tables.pairs} p
            JOIN {tables.people} s USING (row_no) JOIN wards_resident r ON r.id = p.resident_id
            WHERE p.name = 0 AND ((p.birth = 3 AND p.address = 2) OR p.by_id OR p.by_insurance)"""
        )
        near = [
            (row_no, str(resident))
            for row_no, resident, one, other in cursor.fetchall()
            if likeness(one, other)
        ]
        if near:
            cursor.execute(
                f"""UPDATE {tables.pairs} p SET name = 1
                FROM unnest(%(rows)s::int[], %(residents)s::uuid[]) AS n(row_no, resident_id)
                WHERE (p.row_no, p.resident_id) = (n.row_no, n.resident_id)""",
                {"rows": [row for row, _ in near], "residents": [resident for _, resident in near]},
            )


def _rank(tables: Tables) -> None:
    _run(
        f"""UPDATE {tables.pairs} p SET rank = evidence.rank FROM (
            SELECT row_no, resident_id, {RANK} AS rank FROM (
                SELECT q.*, s.id_repaired AS repaired, q.ward_id = s.ward_id AS home, s.birth_year = r.birth_year AS same_year
                FROM {tables.pairs} q JOIN {tables.people} s USING (row_no) JOIN wards_resident r ON r.id = q.resident_id
            ) AS pair
        ) AS evidence
        WHERE (p.row_no, p.resident_id) = (evidence.row_no, evidence.resident_id) AND evidence.rank <> 0"""
    )


def _links(source: Source, tables: Tables, scope: Collection[int]) -> None:
    """Each row's best resident, if there is exactly one; otherwise a question, or for the health centre to settle.

    Nothing of a resident outside the scope is shown: the row "waits", whatever the evidence.
    """
    _run(
        f"""WITH best AS (
            SELECT DISTINCT ON (p.row_no) p.row_no, p.resident_id, p.rank, p.ward_id, p.by_id,
                count(*) OVER (PARTITION BY p.row_no, p.rank) AS equals,
                p.ward_id = ANY(%(scope)s) AS inside
            FROM {tables.pairs} p WHERE p.rank <> 0
            ORDER BY p.row_no, p.rank DESC, p.name DESC, p.birth DESC, p.address DESC, p.resident_id
        )
        UPDATE {tables.verdicts} v SET
            outcome = CASE
                WHEN NOT b.inside THEN 'moved'
                WHEN b.rank < 0 OR b.equals > 1 THEN 'duplicate_review'
                WHEN b.ward_id <> s.ward_id AND %(moves)s THEN 'moved'
                ELSE 'same' END,
            waits = NOT b.inside,
            evidence = CASE WHEN b.rank >= 70 THEN 'number' WHEN b.rank = 60 THEN 'insurance' WHEN b.rank = 50 THEN 'name'
                WHEN b.rank > 0 THEN 'several' ELSE 'unsure' END,
            resident_id = CASE WHEN b.inside AND b.rank > 0 AND b.equals = 1 THEN b.resident_id END,
            rival_id = b.resident_id,
            resident_version = r.version
        FROM best b JOIN {tables.people} s USING (row_no) JOIN wards_resident r ON r.id = b.resident_id
        WHERE v.row_no = b.row_no""",
        {"scope": sorted(scope), "moves": source.creates_people},
    )


# What makes two rows of one file say the same of a person.
_IDENTICAL = " AND ".join(
    f"a.{column} IS NOT DISTINCT FROM b.{column}"
    for column in (
        *("ward_id", "address_key", "match_key", "birth_year", "birth_month", "birth_day", "sex", "phones"),
        *("insurance_code", "id_hash", "employer", "priority_group", "mobility", "conditions", "note"),
        *CHILD,
    )
)


def _says_nothing_new(source: Source, tables: Tables) -> str:
    """SQL: row `a` of the file repeats row `b`, what stands beside the person included."""
    return " AND ".join(
        (_IDENTICAL, *(facts.repeated_sql(tables, "a.row_no", "b.row_no") for facts in source.facts))
    )


def _same_person_twice(source: Source, tables: Tables) -> None:
    """Several rows linked to one resident: the surest one keeps the link; the others say nothing new, or are a question.

    Names that agree only without accents may be twins of whom one is on record: then all of them are questions.
    """
    identical = _says_nothing_new(source, tables)
    _run(
        f"""WITH linked AS (
            SELECT v.row_no, v.resident_id,
                first_value(v.row_no) OVER best AS keeper,
                first_value(s.match_key = r.match_key OR p.rank > 50) OVER best AS keeper_is_sure,
                count(*) OVER (PARTITION BY v.resident_id) AS rows_there
            FROM {tables.verdicts} v JOIN {tables.people} s USING (row_no)
            JOIN {tables.pairs} p ON (p.row_no, p.resident_id) = (v.row_no, v.resident_id)
            JOIN wards_resident r ON r.id = v.resident_id
            WINDOW best AS (PARTITION BY v.resident_id ORDER BY p.rank DESC, s.match_key = r.match_key DESC, v.row_no
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
        ), judged AS (
            SELECT l.*, {identical} AS identical, bool_and({identical}) OVER (PARTITION BY l.resident_id) AS all_identical
            FROM linked l JOIN {tables.people} a ON a.row_no = l.row_no JOIN {tables.people} b ON b.row_no = l.keeper
            WHERE l.rows_there > 1
        )
        UPDATE {tables.verdicts} v SET
            outcome = CASE WHEN j.identical AND j.all_identical THEN 'same' WHEN j.identical AND j.keeper_is_sure THEN 'same'
                ELSE 'duplicate_review' END,
            evidence = CASE WHEN j.identical AND (j.keeper_is_sure OR j.all_identical) THEN 'listed_twice'
                ELSE 'twice_in_file' END,
            rival_row = CASE WHEN j.row_no <> j.keeper THEN j.keeper END,
            resident_id = NULL
        FROM judged j
        WHERE v.row_no = j.row_no AND (j.row_no <> j.keeper OR NOT (j.keeper_is_sure OR j.all_identical))"""
    )


def _twins_aside(tables: Tables) -> None:
    """Somebody like a resident whom another row of this file names exactly is another person: a twin, a namesake's child."""
    _run(
        f"""UPDATE {tables.verdicts} v SET outcome = 'new', evidence = 'like_another', rival_id = NULL
        FROM {tables.pairs} p JOIN {tables.verdicts} o ON o.resident_id = p.resident_id
        JOIN {tables.people} t ON t.row_no = o.row_no JOIN wards_resident r ON r.id = p.resident_id
        WHERE v.outcome = 'duplicate_review' AND v.evidence = 'unsure' AND p.row_no = v.row_no AND p.resident_id = v.rival_id
            AND p.name IN (1, 2) AND NOT p.by_id AND NOT p.by_insurance AND o.row_no <> v.row_no AND t.match_key = r.match_key"""
    )


def _twice_among_new(source: Source, tables: Tables) -> None:
    """Rows of people not on record that repeat an earlier row of the file: by number, or by name, birth date and address."""
    identical = _says_nothing_new(source, tables)
    _run(
        f"""WITH fresh AS MATERIALIZED (
            SELECT s.* FROM {tables.verdicts} v JOIN {tables.people} s USING (row_no) WHERE v.outcome = 'new'
        ), firsts AS (
            SELECT row_no,
                first_value(row_no) OVER (PARTITION BY id_hash ORDER BY row_no) AS by_number,
                first_value(row_no) OVER (PARTITION BY ward_id, search_key, birth_year, birth_month, birth_day,
                    address_key, match_key ORDER BY row_no) AS by_name,
                id_hash
            FROM fresh
        ), repeats AS (
            SELECT f.row_no, CASE WHEN f.id_hash IS NOT NULL AND f.by_number < f.row_no THEN f.by_number
                WHEN a.id_hash IS NULL OR b.id_hash IS NULL OR a.id_hash = b.id_hash OR a.id_kind <> b.id_kind
                THEN f.by_name END AS first_row
            FROM firsts f JOIN fresh a ON a.row_no = f.row_no JOIN fresh b ON b.row_no = f.by_name
        )
        UPDATE {tables.verdicts} v SET
            outcome = CASE WHEN {identical} THEN 'same' ELSE 'duplicate_review' END,
            evidence = CASE WHEN {identical} THEN 'listed_twice' ELSE 'twice_in_file' END,
            rival_row = x.first_row
        FROM repeats x JOIN {tables.people} a ON a.row_no = x.row_no JOIN {tables.people} b ON b.row_no = x.first_row
        WHERE v.row_no = x.row_no AND x.first_row < x.row_no"""
    )


def _nobody_on_record(tables: Tables) -> None:
    """A source that makes no people cannot write a row of somebody who is not there (DOMAIN 4.9, VACC_NO_PERSON)."""
    _run(f"UPDATE {tables.verdicts} SET outcome = 'errors', problem = 'no_person' WHERE outcome = 'new'")


def _changes(source: Source, tables: Tables) -> None:
    """What each linked row would change, field by field; a row that changes something is "changed"."""
    parts = [facts.changes_sql(tables) for facts in source.facts]
    if source.creates_people:
        parts.insert(0, changes_sql(tables))
    union = " UNION ALL ".join(parts)
    _run(
        f"""UPDATE {tables.verdicts} v SET
            changes = found.changes, outcome = CASE WHEN v.outcome = 'same' THEN 'changed' ELSE v.outcome END
        FROM (SELECT row_no, jsonb_agg(change) AS changes
              FROM ({union}) AS part, jsonb_array_elements(part.changes) AS change GROUP BY row_no) AS found
        WHERE v.row_no = found.row_no AND v.resident_id IS NOT NULL AND v.outcome IN ('same', 'moved')"""
    )
