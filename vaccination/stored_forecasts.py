"""The engine's answer as a row of `Forecast`, and a row read back as the engine's answer."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from django.db import connection

from vaccination import day_json, states
from vaccination.forecast_facts import Facts, uuid_array
from vaccination.models import Forecast


class StoredDose(NamedTuple):
    """How one dose on record was counted, with the record's id."""

    dose_id: str
    result: states.DoseResult


# ---------------------------------------------------------------- writing

_PLAIN = ("rules", "closed_reason", "next_type")
_NUMBERS = ("basic_doses", "valid_doses", "next_ordinal")
_DAYS = (
    "holds_from", "holds_until", "possible_from", "certain_from", "earliest_on", "due_on", "overdue_on", "latest_on",
    "deferred_until",
)  # fmt: skip
_COLUMNS = (*_PLAIN, *_NUMBERS, *_DAYS, "products", "doses", "reasons")

_SOURCE = f"""
    SELECT n.resident_id, n.ward_id, %s AS programme_id,
           {", ".join(f"n.{name}" for name in (*_PLAIN, *_NUMBERS, *_DAYS))},
           string_to_array(n.products, ' ')::varchar(10)[] AS products, n.doses::jsonb AS doses, n.reasons::jsonb AS reasons
    FROM unnest(%s::uuid[], %s::bigint[], {"%s::text[], " * len(_PLAIN)}{"%s::smallint[], " * len(_NUMBERS)}
                {"%s::date[], " * len(_DAYS)}%s::text[], %s::text[], %s::text[])
      AS n (resident_id, ward_id, {", ".join(_COLUMNS)})
"""
# Unchanged rows are neither written nor locked: those who differ are found by a join first.
_UPSERT = f"""
    WITH answer AS MATERIALIZED ({_SOURCE})
    INSERT INTO vaccination_forecast AS f (resident_id, ward_id, programme_id, {", ".join(_COLUMNS)})
    SELECT a.resident_id, a.ward_id, a.programme_id, {", ".join(f"a.{name}" for name in _COLUMNS)}
    FROM answer a LEFT JOIN vaccination_forecast o ON o.resident_id = a.resident_id AND o.programme_id = a.programme_id
    WHERE o.id IS NULL OR ({", ".join(f"o.{name}" for name in _COLUMNS)})
                          IS DISTINCT FROM ({", ".join(f"a.{name}" for name in _COLUMNS)})
    ON CONFLICT (resident_id, programme_id) DO UPDATE
    SET (ward_id, {", ".join(_COLUMNS)}) = (excluded.ward_id, {", ".join(f"excluded.{name}" for name in _COLUMNS)})
"""


def write(answers: Sequence[tuple[Facts, states.Forecast]], programme_id: str) -> int:
    """Insert or update the rows that differ; returns how many did."""
    if not answers:
        return 0
    columns: list[str] = [
        uuid_array([facts.resident_id for facts, _ in answers]),
        "{" + ",".join([str(facts.ward_id) for facts, _ in answers]) + "}",
    ]
    forecasts = [answer for _, answer in answers]
    for name in _PLAIN:
        columns.append(_array([getattr(answer, name) or '""' for answer in forecasts]))
    for name in _NUMBERS:
        columns.append(_array([getattr(answer, name) for answer in forecasts]))
    for name in _DAYS:
        columns.append(_array([getattr(answer, name) for answer in forecasts]))
    columns.append("{" + ",".join(['"' + " ".join(answer.products) + '"' for answer in forecasts]) + "}")
    columns.append(_texts([_doses(facts, answer) for facts, answer in answers]))
    columns.append(
        _texts([day_json.encode(answer.reasons) if answer.reasons else "[]" for answer in forecasts])
    )
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, [programme_id, *columns])
        return cursor.rowcount


def _array(values: Iterable[object]) -> str:
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def _texts(values: Iterable[str]) -> str:
    quoted = [value.replace("\\", "\\\\").replace('"', '\\"') for value in values]
    return '{"' + '","'.join(quoted) + '"}'


def _doses(facts: Facts, answer: states.Forecast) -> str:
    """The results with the ids of their records; two equal shots of one day are told apart by nothing but their order."""
    if not answer.doses:
        return "[]"
    if len(facts.dose_ids) == 1:
        return day_json.encode([(facts.dose_ids[0][1], *answer.doses[0])])
    ids: dict[tuple, list[str]] = {}
    for dose, dose_id in facts.dose_ids:
        ids.setdefault((dose.given.first, dose.given.last, dose.product), []).append(dose_id)
    return day_json.encode([(ids[result[:3]].pop(0), *result) for result in answer.doses])


def remove(resident_ids: Sequence[object], programme_id: str) -> int:
    """Take out the rows of residents who are not forecast; returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM vaccination_forecast WHERE resident_id = ANY(%s::uuid[]) AND programme_id = %s",
            [uuid_array(resident_ids), programme_id],
        )
        return cursor.rowcount


# ---------------------------------------------------------------- reading


def answer_of(row: Forecast) -> states.Forecast:
    """The stored row as the engine gave it, for `states.state_on`, `states.reasons_on` and the sentences."""
    values = {name: getattr(row, name) for name in (*_NUMBERS, *_DAYS)}
    return states.Forecast(
        rules=row.rules,
        closed_reason=row.closed_reason or None,
        next_type=row.next_type or None,
        products=tuple(row.products),
        doses=tuple(states.DoseResult(*dose[1:]) for dose in row.doses),
        reasons=tuple(_reason(*reason) for reason in row.reasons),
        **values,
    )


def _reason(about: str, code: str, params: dict, until: date | None) -> states.Reason:
    return states.Reason(states.About(about), code, params, until)


def doses_of(row: Forecast) -> list[StoredDose]:
    """How each dose on record was counted, in the order the rules took them."""
    return [StoredDose(dose[0], states.DoseResult(*dose[1:])) for dose in row.doses]
