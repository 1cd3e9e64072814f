"""Who is due, live: one query over residents and all their doses, by ward, risk and state; nothing is stored.

Simpler rules than the product's (two basic doses 28 days apart, a booster after 90 days, an illness or an age of 50 as the
risk), which is what a reporting query can hold.
"""

from typing import Any

QUERY = """
    WITH given AS (
        SELECT resident_id, count(*) AS doses,
            max(make_date(given_year, COALESCE(given_month, 12), COALESCE(given_day, 28))) AS last
        FROM vaccination_doserecord d
        WHERE d.source <> 'claimed' AND NOT EXISTS (SELECT FROM vaccination_dosevoid v WHERE v.dose_id = d.id)
        GROUP BY resident_id
    ), ill AS (
        SELECT DISTINCT resident_id FROM wards_residentcondition WHERE ended_on IS NULL
    )
    SELECT r.ward_id, r.birth_year <= %(year)s - 50 AS old, ill.resident_id IS NOT NULL AS ill,
        CASE WHEN r.birth_year > %(year)s - 18 THEN 'too young'
            WHEN given.doses IS NULL THEN 'no dose'
            WHEN given.doses = 1 AND given.last + 28 <= %(on)s THEN 'second due'
            WHEN given.doses = 2 AND given.last + 90 <= %(on)s THEN 'booster due'
            WHEN given.doses >= 3 THEN 'complete' ELSE 'not yet' END AS state,
        count(*)
    FROM wards_resident r LEFT JOIN given ON given.resident_id = r.id LEFT JOIN ill ON ill.resident_id = r.id
    WHERE r.residence IN ('here', 'new', 'away')
    GROUP BY 1, 2, 3, 4
"""


def counts(cursor: Any, on: Any) -> list[tuple]:
    """(ward, fifty or over, ill, state, people)"""
    cursor.execute(QUERY, {"on": on, "year": on.year})
    return cursor.fetchall()
