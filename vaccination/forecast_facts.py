"""What is known about many residents, read in a few queries and handed to the engine as plain values.

No model instances on this path: a city has hundreds of thousands of people, and a change of rules asks about all of them.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from django.db import connection

from vaccination.histories import Dose, Infection, Person, Pregnancy, Screening
from vaccination.intervals import FOREVER, PartialDate
from wards.models import Resident

LEFT = (Resident.Residence.MOVED, Resident.Residence.DECEASED)
_NO_CONDITIONS: frozenset[int] = frozenset()


class Facts(NamedTuple):
    """One resident as the engine sees them, and the days between which the facts chosen for `on` are the ones in force."""

    resident_id: str
    ward_id: int
    person: Person
    dose_ids: Sequence[tuple[Dose, str]]
    first: date
    until: date


def uuid_array(ids: Sequence[object]) -> str:
    """An array literal, which the database reads much faster than thousands of parameters."""
    return "{" + ",".join(map(str, ids)) + "}"


def _rows(sql: str, ids: str, *more: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [ids, *more])
        return cursor.fetchall()


# In the order of ids, so that two transactions never wait for each other crosswise. Whoever forecasts a resident holds
# the row: of two that add a fact at the same time the second one reads what the first one wrote.
_RESIDENTS = """
    SELECT r.id::text, r.ward_id, u.province_code, r.birth_year, r.birth_month, r.birth_day, r.priority_group, r.residence
    FROM wards_resident r JOIN wards_administrativeunit u ON u.id = r.ward_id
    WHERE r.id = ANY(%s::uuid[]) ORDER BY r.id
"""
_HELD = " FOR NO KEY UPDATE OF r"
_DOSES = """
    SELECT d.resident_id::text, d.id::text, d.given_year, d.given_month, d.given_day, d.product_id, d.volume_ml::float
    FROM vaccination_doserecord d
    WHERE d.resident_id = ANY(%s::uuid[]) AND d.programme_id = %s AND d.source <> 'claimed'
      AND NOT EXISTS (SELECT FROM vaccination_dosevoid v WHERE v.dose_id = d.id)
    ORDER BY d.created_at, d.id
"""
_HISTORIES = (
    "SELECT resident_id::text, is_known FROM vaccination_dosehistory WHERE resident_id = ANY(%s::uuid[])"
)
_CONDITIONS = "SELECT resident_id::text, condition_id, ended_on FROM wards_residentcondition WHERE resident_id = ANY(%s::uuid[])"
_PREGNANCIES = """
    SELECT resident_id::text, began_on, ended_on, stated_weeks, stated_on
    FROM wards_pregnancy WHERE resident_id = ANY(%s::uuid[]) ORDER BY began_on
"""
_INFECTIONS = """
    SELECT resident_id::text, confirmed_on, recovered_on, discharged_on
    FROM vaccination_infection WHERE resident_id = ANY(%s::uuid[]) ORDER BY confirmed_on
"""
_SCREENINGS = """
    SELECT resident_id::text, category, screened_on, until, product_id, reason, place
    FROM vaccination_screening WHERE resident_id = ANY(%s::uuid[]) AND programme_id = %s ORDER BY screened_on, id
"""


def load(
    resident_ids: Sequence[object], programme_id: str, on: date, *, hold: bool = True
) -> tuple[list[Facts], list[str]]:
    """The facts of these residents as of `on`, and the ids of those who moved away or died, who are not forecast.

    Must run in a transaction: it holds the residents' rows, unless they are only looked at (`hold` false). Claimed and
    voided doses are left out.
    """
    ids = uuid_array(resident_ids)
    residents = _rows(_RESIDENTS + _HELD if hold else _RESIDENTS, ids)
    doses = _doses(ids, programme_id)
    known = dict(_rows(_HISTORIES, ids))
    spans = _Spans(on)
    conditions = _conditions(ids, spans)
    pregnancies = _pregnancies(ids, spans)
    infections = _grouped(Infection, _rows(_INFECTIONS, ids))
    screenings = _grouped(Screening, _rows(_SCREENINGS, ids, programme_id))
    facts, left = [], []
    for key, ward, province, year, month, day, priority, residence in residents:
        if residence in LEFT:
            left.append(key)
            continue
        given = doses.get(key, ())
        unknown = not known.get(key, bool(given))
        person = Person(
            _partial(year, month, day),
            None if unknown else tuple([dose for dose, _id in given]),
            conditions.get(key, _NO_CONDITIONS),
            province,
            priority,
            pregnancies.get(key),
            infections.get(key, ()),
            screenings.get(key, ()),
        )
        facts.append(Facts(key, ward, person, given, *spans.of(key)))
    return facts, left


@lru_cache(maxsize=100_000)
def _partial(year: int, month: int | None, day: int | None) -> PartialDate:
    if month is None:
        return PartialDate.year(year)
    try:
        return PartialDate.month(year, month) if day is None else PartialDate.day(date(year, month, day))
    except ValueError:  # 31/02 in an old register must not stop everybody else; it is known to the month
        return PartialDate.month(year, month)


@lru_cache(maxsize=100_000)
def _dose(year: int, month: int | None, day: int | None, product: str, volume_ml: float | None) -> Dose:
    return Dose(_partial(year, month, day), product, volume_ml)


def _doses(ids: str, programme_id: str) -> dict[str, list[tuple[Dose, str]]]:
    found: dict[str, list[tuple[Dose, str]]] = defaultdict(list)
    for resident, dose_id, year, month, day, product, volume in _rows(_DOSES, ids, programme_id):
        found[resident].append((_dose(year, month, day, product, volume), dose_id))
    return found


def _grouped(kind: type, rows: list[tuple]) -> dict[str, tuple]:
    found: dict[str, list] = defaultdict(list)
    for resident, *values in rows:
        found[resident].append(kind(*values))
    return {resident: tuple(values) for resident, values in found.items()}


class _Spans:
    """For whom the choice of facts made for `on` holds only between two days."""

    def __init__(self, on: date) -> None:
        self.on = on
        self.found: dict[str, tuple[date, date]] = {}

    def reached(self, resident: str, day: date) -> bool:
        first, until = self.of(resident)
        if self.on >= day:
            self.found[resident] = (max(first, day), until)
            return True
        self.found[resident] = (first, min(until, day))
        return False

    def of(self, resident: str) -> tuple[date, date]:
        return self.found.get(resident, (date.min, FOREVER))


def _conditions(ids: str, spans: _Spans) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for resident, number, ended_on in _rows(_CONDITIONS, ids):
        if ended_on is None or not spans.reached(resident, ended_on):
            found[resident].add(number)
    return {resident: frozenset(numbers) for resident, numbers in found.items()}


def _pregnancies(ids: str, spans: _Spans) -> dict[str, Pregnancy]:
    """Of several the latest that has begun by `on`; the engine itself ends it at 42 weeks."""
    found: dict[str, Pregnancy] = {}
    for resident, began_on, ended_on, weeks, as_of in _rows(_PREGNANCIES, ids):
        if not spans.reached(resident, began_on):
            continue
        found.pop(resident, None)
        if ended_on is None or not spans.reached(resident, ended_on):
            found[resident] = Pregnancy(weeks, as_of)
    return found


def batches(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
