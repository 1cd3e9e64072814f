"""The engine's answer as a row of `Forecast`, and a row read back as the engine's answer."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from hashlib import blake2b
from typing import Any, NamedTuple

from django.db import connection

from vaccination import day_json, states
from vaccination.forecast_facts import Facts, uuid_array
from vaccination.histories import Dose
from vaccination.models import Forecast


class StoredDose(NamedTuple):
    """How one dose on record was counted, with the record's id."""

    dose_id: str
    result: states.DoseResult


# ---------------------------------------------------------------- writing

_COLUMNS = tuple(name for name in states.Forecast._fields if name not in ("doses", "reasons"))
_TYPES = {"rules": "text", "next_type": "text", "closed_reason": "text", "products": "text"} | dict.fromkeys(
    ("next_ordinal", "basic_doses", "valid_doses"), "smallint"
)
_STORED = (*_COLUMNS, "doses", "reasons", "digest")

# Rows that stay as they are are neither written nor locked: a join finds those that differ.
_UPSERT = f"""
    WITH answer AS MATERIALIZED (
        SELECT resident_id, ward_id, %s AS programme_id, {", ".join(name for name in _COLUMNS if name != "products")},
               string_to_array(products, ' ')::varchar(10)[] AS products, doses::jsonb, reasons::jsonb, digest
        FROM unnest(%s::uuid[], %s::bigint[], {"".join(f"%s::{_TYPES.get(name, 'date')}[], " for name in _COLUMNS)}
                    %s::text[], %s::text[], %s::bigint[])
          AS given (resident_id, ward_id, {", ".join(_STORED)})
    )
    INSERT INTO vaccination_forecast (resident_id, ward_id, programme_id, {", ".join(_STORED)})
    SELECT a.resident_id, a.ward_id, a.programme_id, {", ".join(f"a.{name}" for name in _STORED)}
    FROM answer a LEFT JOIN vaccination_forecast o USING (resident_id, programme_id)
    WHERE o.id IS NULL
       OR ({", ".join(f"o.{name}" for name in _STORED)}) IS DISTINCT FROM ({", ".join(f"a.{name}" for name in _STORED)})
    ON CONFLICT (resident_id, programme_id) DO UPDATE
    SET (ward_id, {", ".join(_STORED)}) = (excluded.ward_id, {", ".join(f"excluded.{name}" for name in _STORED)})
"""


MEMO = 200_000  # entries kept of each kind


class _Memo(dict):
    """Words for values that come back thousands of times: days, product lists, reasons."""

    def __init__(self, word: Callable[[Any], str]) -> None:
        self.word = word

    def __missing__(self, value: Any) -> str:
        if len(self) > MEMO:
            self.clear()
        word = self[value] = self.word(value)
        return word


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_words = {name: _Memo(lambda value: "NULL" if value is None else str(value)) for name in _COLUMNS}
_words |= {
    name: _Memo(lambda value: _quoted(value or "")) for name in ("rules", "next_type", "closed_reason")
}
_words["products"] = _Memo(lambda codes: _quoted(" ".join(codes)))


def write(
    answers: Sequence[tuple[Facts, states.Forecast]], programme_id: str, *, thorough: bool = False
) -> int:
    """Insert or update the rows that differ; returns how many did.

    A stored row says by its digest what was last written, which is enough unless somebody else writes to the table;
    `thorough` compares every column of every row.
    """
    if not answers:
        return 0
    rows = _as_words(answers)
    if not thorough:
        stored = _digests([facts.resident_id for facts, _ in answers], programme_id)
        rows = [row for row in rows if stored.get(row[0]) != row[-1]]
        if not rows:
            return 0
    *columns, doses, reasons, digests = zip(*rows, strict=True)
    arrays = [*columns, map(_quoted, doses), map(_quoted, reasons), digests]
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, [programme_id, *("{" + ",".join(array) + "}" for array in arrays)])
        return cursor.rowcount


def _as_words(answers: Sequence[tuple[Facts, states.Forecast]]) -> list[tuple[str, ...]]:
    """Per answer: resident, ward, the columns, doses, reasons and the digest of all of them, as the database reads them."""
    fields = dict(
        zip(states.Forecast._fields, zip(*[answer for _, answer in answers], strict=True), strict=True)
    )
    columns = [list(map(_words[name].__getitem__, fields[name])) for name in _COLUMNS]
    doses = [_doses(facts, answer) for facts, answer in answers]
    reasons = [_reasons(answer.reasons) for _, answer in answers]
    residents = [facts.resident_id for facts, _ in answers]
    wards = [str(facts.ward_id) for facts, _ in answers]
    rows = zip(residents, wards, *columns, doses, reasons, strict=True)
    return [(*row, _digest("\n".join(row))) for row in rows]


def _digest(text: str) -> str:
    return str(int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True))


def _digests(resident_ids: Sequence[str], programme_id: str) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT resident_id::text, digest::text FROM vaccination_forecast"
            " WHERE resident_id = ANY(%s::uuid[]) AND programme_id = %s",
            [uuid_array(resident_ids), programme_id],
        )
        return dict(cursor.fetchall())


def _doses(facts: Facts, answer: states.Forecast) -> str:
    """The results with the ids of their records; two equal shots of one day are told apart by nothing but their order."""
    results, records = answer.doses, facts.dose_ids
    if not results:
        return "[]"
    if len(records) == 1:
        return f'[["{records[0][1]}",{_result(results[0])}]]'
    ids = {(*dose.given, dose.product): dose_id for dose, dose_id in records}
    if len(ids) == len(records):
        return "[" + ",".join([f'["{ids[result[:3]]}",{_result(result)}]' for result in results]) + "]"
    return (
        "["
        + ",".join([f'["{dose_id}",{_result(result)}]' for dose_id, result in _paired(records, results)])
        + "]"
    )


def _paired(
    records: Sequence[tuple[Dose, str]], results: Sequence[states.DoseResult]
) -> Iterator[tuple[str, states.DoseResult]]:
    ids: dict[tuple, list[str]] = {}
    for dose, dose_id in records:
        ids.setdefault((*dose.given, dose.product), []).append(dose_id)
    for result in results:
        yield ids[result[:3]].pop(0), result


def _result(result: states.DoseResult) -> str:
    """Without brackets, to stand behind the id."""
    return _word(result, result[:-1], result.params)[1:-1]


def _reasons(reasons: Sequence[states.Reason]) -> str:
    return (
        "[" + ",".join([_word(reason, reason[:2], reason.params, reason.until) for reason in reasons]) + "]"
    )


_known_words: dict[tuple, str] = {}


def _word(value: tuple, head: tuple, params: Mapping[str, Any], tail: date | None = None) -> str:
    """JSON of a tuple that holds a mapping; most people share theirs with many others, dates included."""
    key = (*head, tail, *params.items()) if params else (*head, tail)
    try:
        word = _known_words.get(key)
    except TypeError:  # a list among the parameters
        return day_json.encode(value)
    if word is None:
        if len(_known_words) > MEMO:
            _known_words.clear()
        word = _known_words[key] = day_json.encode(value)
    return word


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
    values = {name: getattr(row, name) for name in _COLUMNS}
    values |= {
        "closed_reason": row.closed_reason or None,
        "next_type": row.next_type or None,
        "products": tuple(row.products),
        "doses": tuple(states.DoseResult(*dose[1:]) for dose in row.doses),
        "reasons": tuple(_reason(*reason) for reason in row.reasons),
    }
    return states.Forecast(**values)


def _reason(about: str, code: str, params: dict, until: date | None) -> states.Reason:
    return states.Reason(states.About(about), code, params, until)


def doses_of(row: Forecast) -> list[StoredDose]:
    """How each dose on record was counted, in the order the rules took them."""
    return [StoredDose(dose[0], states.DoseResult(*dose[1:])) for dose in row.doses]
