"""The engine over JSON Lines: one person a line in, one answer a line out."""

import json
import math
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from vaccination import sentences
from vaccination.cdsi import answering, reading, writing
from vaccination.cdsi.schedule import Schedule
from vaccination.eligibility import (
    FOREVER,
    UNKNOWN_PRODUCT,
    Dose,
    DoseResult,
    Family,
    Forecast,
    Infection,
    PartialDate,
    Person,
    Pregnancy,
    RuleSet,
    Screening,
    State,
    family_codes,
    forecast,
    load_family,
    state_on,
)

DEFAULT_RULES = "VN-COVID"
CATEGORIES = ("ELIG", "CAUT", "DEFER", "CONTRA")
LONGEST_PREGNANCY = 45  # completed weeks that a record can honestly say


class BadField(ValueError):
    """A field of the line that cannot be used."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field, self.problem = field, problem


def answer(line: str, rules: str | None = None, on: date | None = None) -> str:
    """The answer to one line, without the line's end. A line that cannot be used gets an answer that says why.

    `rules` is a family or a version, by default the Vietnamese family; `on` counts where the line has none of its
    own. LookupError when there are no such rules: that is the caller's mistake, not the line's.
    """
    family, version = rules_of(rules)
    given: Any = {}
    try:
        given = _parsed(line)
        return _json(_answer(given, family, version, on))
    except BadField as error:
        name = given.get("id") if isinstance(given, dict) and _is_id(given.get("id")) else None
        return refusal(name, error.field, error.problem)


def refusal(name: str | int | None, field: str, problem: str) -> str:
    """The answer to a line that cannot be used."""
    return _json({"id": name, "error": {"field": field, "problem": problem}})


@lru_cache(maxsize=64)
def rules_of(code: str | None) -> tuple[Family | Schedule, RuleSet | None]:
    """A family, and the version that the code names if it names one; LookupError if it names nothing.

    A code of `schedules/cdsi/` (US-2021-05) names a schedule of that method, which has one version.
    """
    code = code or DEFAULT_RULES
    if code in reading.schedule_codes():
        return reading.load_schedule(code), None
    if code in family_codes():
        return load_family(code), None
    for name in family_codes():
        if code.startswith(f"{name}-"):
            family = load_family(name)
            return family, family.version(code)
    raise LookupError(f"there are no rules {code}")


def _parsed(line: str) -> Any:
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        raise BadField("line", "is not JSON") from None
    if not isinstance(given, dict):
        raise BadField("line", "is not a JSON object")
    return given


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair in the id: valid JSON, but only escaped
        return json.dumps(value, allow_nan=False)
    return text


# reading


def _answer(
    given: Mapping[str, Any], family: Family | Schedule, version: RuleSet | None, on: date | None
) -> dict[str, Any]:
    if not _is_id(given.get("id")):
        raise BadField("id", "is missing" if given.get("id") is None else "must be text or a whole number")
    person = _person(given, family)
    day = _day(given, "on") or on
    if day is None:
        raise BadField("on", "is missing")
    observations = _observations(given)
    if isinstance(family, Schedule):
        answer = answering.forecast(person, day, family, observations)
        return {"id": given["id"], **writing.written(answer, day, family)}
    try:
        found = forecast(person, day, family, version)
    except LookupError as error:
        raise BadField("on", str(error)) from None
    sex = _text(given, "sex")
    return {"id": given["id"], **_written(found, day, sentences.Subject(sex=sex, born=person.born))}


def _is_id(value: Any) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool)


def _person(given: Mapping[str, Any], family: Family | Schedule) -> Person:
    born = _partial(given, "born", "born")
    if born is None:
        raise BadField("born", "is missing")
    doses = _objects(given, "doses") if given.get("doses") is not None else None
    pregnancy = given.get("pregnancy")
    return Person(
        born=born,
        doses=None if doses is None else tuple(_dose(item, at, family) for at, item in doses),
        conditions=frozenset(
            _number(number, f"conditions[{i}]", 1, 20) for i, number in _list(given, "conditions")
        ),
        province=_text(given, "province"),
        priority_group=_whole(given, "priority_group", "priority_group", 1, 16),
        pregnancy=None if pregnancy is None else _pregnancy(pregnancy),
        infections=tuple(_infection(item, at) for at, item in _objects(given, "infections")),
        screenings=tuple(_screening(item, at, family) for at, item in _objects(given, "screenings")),
    )


def _dose(item: Mapping[str, Any], at: str, family: Family | Schedule) -> Dose:
    given = _partial(item, "on", f"{at}.on")
    if given is None:
        raise BadField(f"{at}.on", "is missing")
    volume = item.get("volume_ml")
    if volume is not None and (
        isinstance(volume, bool)
        or not isinstance(volume, (int, float))
        or not math.isfinite(volume)
        or volume <= 0
    ):
        raise BadField(f"{at}.volume_ml", "must be a number above 0")
    return Dose(given, _product(item, at, family) or _counted(UNKNOWN_PRODUCT, family), volume)


def _product(item: Mapping[str, Any], at: str, family: Family | Schedule) -> str | None:
    """By our code or by CVX. A CVX code that is not of our products is a product that we do not know; a schedule of CDSi
    knows products by CVX alone."""
    code, cvx = _text(item, "product", f"{at}.product"), item.get("cvx")
    if code is not None:
        if code != UNKNOWN_PRODUCT and code not in family.products:
            raise BadField(f"{at}.product", f"{code!r} is not a product known here")
        return _counted(code, family)
    if cvx is None:
        return None
    if isinstance(cvx, bool) or not isinstance(cvx, (str, int)):
        raise BadField(f"{at}.cvx", "must be text")
    if isinstance(family, Schedule):
        return str(cvx).strip()
    return family.by_cvx.get(str(cvx), UNKNOWN_PRODUCT)


def _counted(product: str, family: Family | Schedule) -> str:
    """One of our products as the rules count it."""
    return family.cvx_of(product) if isinstance(family, Schedule) else product


def _observations(given: Mapping[str, Any]) -> frozenset[str]:
    """Codes of CDSi for contraindications; the Vietnamese rules have no use for them."""
    codes = [code for _, code in _list(given, "observations")]
    for i, code in enumerate(codes):
        if not isinstance(code, str):
            raise BadField(f"observations[{i}]", "must be text")
    return frozenset(codes)


def _pregnancy(item: Any) -> Pregnancy:
    if not isinstance(item, dict):
        raise BadField("pregnancy", "must be an object")
    weeks = _whole(item, "weeks", "pregnancy.weeks", 0, LONGEST_PREGNANCY)
    as_of = _day(item, "as_of", "pregnancy.as_of")
    if weeks is None or as_of is None:
        raise BadField("pregnancy.weeks" if weeks is None else "pregnancy.as_of", "is missing")
    return Pregnancy(weeks, as_of)


def _infection(item: Mapping[str, Any], at: str) -> Infection:
    infection = Infection(*(_day(item, name, f"{at}.{name}") for name in Infection._fields))
    if not any(infection):
        raise BadField(f"{at}.confirmed_on", "is missing")
    return infection


def _screening(item: Mapping[str, Any], at: str, family: Family | Schedule) -> Screening:
    category, on = _text(item, "category", f"{at}.category"), _day(item, "on", f"{at}.on")
    if category not in CATEGORIES:
        raise BadField(f"{at}.category", f"must be one of {', '.join(CATEGORIES)}")
    if on is None:
        raise BadField(f"{at}.on", "is missing")
    return Screening(category, on, _day(item, "until", f"{at}.until"), _product(item, at, family))


def _list(given: Mapping[str, Any], field: str) -> list[tuple[int, Any]]:
    values = given.get(field)
    if values is None:
        return []
    if not isinstance(values, list):
        raise BadField(field, "must be a list")
    return list(enumerate(values))


def _objects(given: Mapping[str, Any], field: str) -> list[tuple[str, Mapping[str, Any]]]:
    for i, value in _list(given, field):
        if not isinstance(value, dict):
            raise BadField(f"{field}[{i}]", "must be an object")
    return [(f"{field}[{i}]", value) for i, value in _list(given, field)]


def _partial(given: Mapping[str, Any], field: str, at: str) -> PartialDate | None:
    value = given.get(field)
    if value is None:
        return None
    try:
        return PartialDate.parse(value if isinstance(value, str) else "")
    except ValueError as error:
        raise BadField(at, str(error)) from None


def _day(given: Mapping[str, Any], field: str, at: str = "") -> date | None:
    found = _partial(given, field, at or field)
    if found and found.precision != "day":
        raise BadField(at or field, "must be a day")
    return found.first if found else None


def _text(given: Mapping[str, Any], field: str, at: str = "") -> str | None:
    value = given.get(field)
    if value is not None and not isinstance(value, str):
        raise BadField(at or field, "must be text")
    return value


def _whole(given: Mapping[str, Any], field: str, at: str, low: int, high: int) -> int | None:
    return None if given.get(field) is None else _number(given[field], at, low, high)


def _number(value: Any, at: str, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadField(at, f"must be a whole number from {low} to {high}")
    return value


# writing


def _written(found: Forecast, on: date, subject: sentences.Subject) -> dict[str, Any]:
    state = state_on(found, on)
    too_young = state is State.NOT_ELIGIBLE_AGE
    following = None
    if found.next_type and not too_young:
        following = _kind(found.next_type, found.next_ordinal) | {"products": list(found.products)}
    deferred = found.deferred_until
    texts = zip(
        sentences.sentences(found, on, subject, "vi"),
        sentences.sentences(found, on, subject, "en"),
        strict=True,
    )
    return {
        "rules": found.rules,
        "state": state.value,
        "next": following,
        "earliest_on": _iso(found.earliest_on),
        "due_on": _iso(found.due_on),
        "overdue_on": _iso(found.overdue_on),
        "latest_on": _iso(found.latest_on),
        "deferred_until": _iso(deferred) if deferred and on < deferred < FOREVER else None,
        "doses": [_dose_written(dose) for dose in found.doses],
        "reasons": [{"code": vi.code, "text_vi": vi.text, "text_en": en.text} for vi, en in texts],
    }


def _dose_written(dose: DoseResult) -> dict[str, Any]:
    given = PartialDate(dose.given_first, dose.given_last)
    text = dose.given_first.isoformat()
    return {
        "on": text[: {"month": 7, "year": 4}.get(given.precision, 10)],
        "valid": dose.valid,
        "counts_as": _kind(dose.type, dose.ordinal) if dose.type else None,
        "reason": dose.reason,
    }


def _kind(kind: str, ordinal: int | None) -> dict[str, Any]:
    return {"type": kind, "ordinal": ordinal}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
