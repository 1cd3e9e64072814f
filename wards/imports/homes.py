"""The household of every row of a chunk: SQL, as in `writing`."""

import secrets
from collections.abc import Sequence
from uuid import uuid4

from wards.actions.households import CODE_LENGTH, CODE_LETTERS
from wards.imports import changes
from wards.imports.staging import Statements


def find_homes(step: Statements) -> None:
    """The household of every row: the one it has, the one at its address, or a new one.

    One household per address within a neighbourhood; who has no address gets a household alone, its address unknown.
    """
    _neighbourhoods(step)
    _stay(step)
    _find_by_address(step)
    _new_homes(step)
    _find_by_address(step)


def _neighbourhoods(step: Statements) -> None:
    tables = step.tables
    step.run(
        f"""INSERT INTO wards_neighbourhood (ward_id, kind, name, search_key, local_code, walking_order)
        SELECT DISTINCT ON (s.ward_id, s.neighbourhood_key) s.ward_id, s.neighbourhood_kind, s.neighbourhood_name,
            s.neighbourhood_key, '', 0
        FROM {tables.chunk} c JOIN {step.people} s USING (row_no)
        WHERE s.neighbourhood_id IS NULL AND s.neighbourhood_key <> ''
        ORDER BY s.ward_id, s.neighbourhood_key, s.row_no
        ON CONFLICT (ward_id, search_key) DO NOTHING"""
    )
    step.run(
        f"""UPDATE {tables.chunk} c SET neighbourhood_id = n.id FROM {step.people} s, wards_neighbourhood n
        WHERE s.row_no = c.row_no AND c.neighbourhood_id IS NULL AND n.ward_id = s.ward_id
            AND n.search_key = s.neighbourhood_key"""
    )
    # A home of which nobody knew the neighbourhood gets it; it is not another home.
    step.run(
        f"""UPDATE wards_household h SET neighbourhood_id = found.neighbourhood_id, version = h.version + 1, updated_at = %(at)s
        FROM (SELECT r.household_id, min(c.neighbourhood_id) AS neighbourhood_id
            FROM {tables.chunk} c JOIN {step.people} s USING (row_no) JOIN wards_resident r ON r.id = c.resident_id
            JOIN wards_household h ON h.id = r.household_id
            WHERE c.mode = 'update' AND c.neighbourhood_id IS NOT NULL AND h.neighbourhood_id IS NULL
                AND h.ward_id = c.ward_id AND NOT {changes.OTHER_ADDRESS}
            GROUP BY r.household_id) AS found
        WHERE h.id = found.household_id"""
    )


def _stay(step: Statements) -> None:
    """Who stays keeps the household; who goes takes along what the row leaves blank, inside the ward."""
    tables = step.tables
    other = "c.neighbourhood_id IS NOT NULL AND c.neighbourhood_id IS DISTINCT FROM h.neighbourhood_id"
    goes = f"({changes.OTHER_WARD} OR {changes.OTHER_ADDRESS} OR ({other}))"
    step.run(
        f"""UPDATE {tables.chunk} c SET
            household_id = CASE WHEN NOT {goes} THEN h.id END,
            address_key = CASE WHEN s.address_key = '' AND s.ward_id = r.ward_id THEN h.address_key ELSE s.address_key END,
            neighbourhood_id = COALESCE(c.neighbourhood_id, CASE WHEN s.ward_id = r.ward_id THEN h.neighbourhood_id END)
        FROM {step.people} s, wards_resident r, wards_household h
        WHERE c.mode = 'update' AND s.row_no = c.row_no AND r.id = c.resident_id AND h.id = r.household_id"""
    )


def _find_by_address(step: Statements) -> None:
    step.run(
        f"""UPDATE {step.tables.chunk} c SET household_id = (
            SELECT h.id FROM wards_household h WHERE h.ward_id = c.ward_id AND h.address_key = c.address_key
                AND (h.neighbourhood_id IS NULL OR c.neighbourhood_id IS NULL OR h.neighbourhood_id = c.neighbourhood_id)
            ORDER BY (h.neighbourhood_id IS NOT DISTINCT FROM c.neighbourhood_id) DESC, h.created_at, h.id LIMIT 1)
        WHERE c.household_id IS NULL AND c.address_key <> ''"""
    )


def _new_homes(step: Statements) -> None:
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
            JOIN {tables.chunk} c USING (row_no) JOIN {step.people} s USING (row_no)
            LEFT JOIN LATERAL (SELECT h.* FROM wards_resident r JOIN wards_household h ON h.id = r.household_id
                WHERE c.mode = 'update' AND r.id = c.resident_id AND r.ward_id = c.ward_id LIMIT 1) AS old ON true
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


def _free_codes(step: Statements, wards: Sequence[int]) -> list[str]:
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
                # without the last condition the index of codes, which holds no empty ones, would not serve
                """SELECT h.ward_id, h.code FROM wards_household h
                JOIN unnest(%(wards)s::bigint[], %(codes)s::text[]) AS new(ward_id, code)
                    ON h.ward_id = new.ward_id AND h.code = new.code AND h.code <> ''""",
                {"wards": [wards[place] for place in wanted], "codes": [codes[place] for place in wanted]},
            )
        )
        wanted = [place for place in wanted if (wards[place], codes[place]) in clashes]
    return codes
