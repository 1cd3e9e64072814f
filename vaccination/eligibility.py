"""What is due for whom, and why: pure functions of plain values, without Django and without a clock.

    forecast(person, on, load_family("VN-COVID")) -> Forecast

A dose is judged by the rules of its own day (`dose_judging`), the next dose by the rules in force on `on`. Dates are
not moved to the day on which a rule took effect. The answer is made of dates and holds for a range of days: every
question about `on` is put to a `DayRange`, which narrows that range, so that the same questions have the same answers on
every other day of it.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from vaccination.day_ranges import DayRange
from vaccination.deferrals import bar_products, deferred_until_of
from vaccination.dose_judging import Course, judge
from vaccination.histories import Dose, Infection, Person, Pregnancy, Screening
from vaccination.intervals import FOREVER, PartialDate, birthday
from vaccination.next_doses import NextDose, next_basic, next_step
from vaccination.rulesets import UNKNOWN_PRODUCT, Family, RuleSet
from vaccination.schedule_files import ScheduleError, family_codes, load_family, load_products, read_family
from vaccination.states import (
    STATE_PRECEDENCE,
    About,
    ClosedReason,
    DoseResult,
    Forecast,
    ListGroup,
    Reason,
    State,
    cautions_on,
    is_waiting,
    list_group,
    reasons_on,
    state_on,
)

__all__ = [
    "FOREVER", "STATE_PRECEDENCE", "UNKNOWN_PRODUCT", "About", "ClosedReason", "Dose", "DoseResult", "Family",
    "Forecast", "Infection", "ListGroup", "PartialDate", "Person", "Pregnancy", "Reason", "RuleSet", "ScheduleError",
    "Screening", "State", "age_check", "age_reason", "cautions_on", "family_codes", "forecast", "is_waiting", "list_group", "load_family",
    "load_products", "read_family", "reasons_on", "state_on",
]  # fmt: skip


def forecast(person: Person, on: date, rules: Family, version: RuleSet | None = None) -> Forecast:
    """The answer for `person` on the day `on`; `version` names rules other than those in force on that day.

    LookupError if the family has no rules on that day.
    """
    in_force = rules.at(on)
    version = version or in_force
    days = DayRange(on, in_force.eff_from, in_force.eff_to)
    given = [dose for dose in person.doses if days.reached(dose.given.first)] if person.doses else ()
    course = judge(person, given, rules, on)
    reasons: list[Reason] = []
    if course.basic_complete:
        found = next_step(person, course, version, days, reasons)
    else:
        found = next_basic(person, course, version, days)
    if course.speaks:
        reasons.extend(_about_doses(course))
    if found is None:
        return _complete(course, version, days, reasons)
    reasons.append(found.reason)
    if found.certain_from > version.eff_from:
        waiting = _waiting(person.born, found, version, days) if version.waiting else None
        reasons.append(_about_age(person.born, found, waiting))
        if waiting:
            reasons.append(waiting)
    closed = deferred_until = None
    if person.screenings or person.infections or person.pregnancy:
        closed = bar_products(person, found, version, days, reasons)
        deferred_until = deferred_until_of(person, course, found, version, days, reasons)
    if person.doses is None:
        closed = ClosedReason.UNKNOWN_HISTORY
        reasons.append(Reason(About.HISTORY, "UNKNOWN_HISTORY", {}))
    return _answer(person, course, version, days, found, deferred_until, closed, reasons)


def _answer(
    person: Person,
    course: Course,
    version: RuleSet,
    days: DayRange,
    found: NextDose,
    deferred_until: date | None,
    closed: ClosedReason | None,
    reasons: list[Reason],
) -> Forecast:
    unknown = person.doses is None
    looks_forward = closed is not ClosedReason.CONTRAINDICATED
    return Forecast(
        version.code,
        found.type if looks_forward else None,
        found.ordinal if looks_forward else None,
        found.products,
        found.earliest_on if looks_forward else None,
        found.due_on if looks_forward else None,
        found.overdue_on if looks_forward else None,
        found.latest_on if looks_forward else None,
        deferred_until,
        closed,
        found.possible_from,
        found.certain_from,
        None if unknown else len(course.basic_products),
        None if unknown else len(course.basic_products) + len(course.later_products),
        tuple(course.results),
        tuple(reasons),
        days.first,
        days.until,
    )


def _complete(course: Course, version: RuleSet, days: DayRange, reasons: list[Reason]) -> Forecast:
    last = next(result for result in reversed(course.results) if result.valid)
    params = {"type": last.type, "ordinal": last.ordinal, "first": last.given_first, "last": last.given_last}
    return Forecast(
        version.code, None, None, (), None, None, None, None, None, ClosedReason.COMPLETE, None, None,
        len(course.basic_products), len(course.basic_products) + len(course.later_products), tuple(course.results),
        (Reason(About.CLOSED, "COMPLETE", params), *reasons), days.first, days.until,
    )  # fmt: skip


def _about_doses(course: Course) -> Iterable[Reason]:
    """A reason for each dose that was not counted or counts with a warning."""
    uncounted = course.uncounted
    last_valid = next((result for result in reversed(course.results) if result.valid), None)
    if uncounted and last_valid and uncounted.given.last <= last_valid.given_last:
        uncounted = None  # it was made good since
    for result in course.results:
        if result.reason:
            params = {
                "product": result.product, "first": result.given_first, "last": result.given_last,
                "valid": result.valid, **result.params,
            }  # fmt: skip
            is_last = (
                uncounted is not None
                and result[:3] == (*uncounted.given, uncounted.product)
                and result.reason != "DUPLICATE"
            )
            yield Reason(About.LAST_DOSE if is_last else About.DOSE, result.reason, params)


def _waiting(born: PartialDate, found: NextDose, version: RuleSet, days: DayRange) -> Reason | None:
    """Of an age that is listed before there is guidance for it, as far as the birth date tells; until old enough."""
    if found.type != "BASIC" or found.possible_from <= version.eff_from:
        return None
    for rule in version.waiting:
        if days.reached(birthday(born.first, rule.min_age)):
            params = {"min_age": rule.min_age, "max_age": rule.max_age, "possible_from": found.possible_from}
            return Reason(About.WAITING, "WAITING_GUIDANCE", params, found.possible_from)
    return None


def _about_age(born: PartialDate, found: NextDose, waiting: Reason | None = None) -> Reason:
    params: dict[str, Any] = {
        "possible_from": found.possible_from, "certain_from": found.certain_from,
        "age": found.possible_from.year - born.first.year, "born_first": born.first, "born_last": born.last,
    }  # fmt: skip
    if waiting:
        params["waiting"] = (waiting.params["min_age"], waiting.params["max_age"])
    return Reason(About.AGE, "AGE", params, found.certain_from)


def age_check(born: PartialDate, age: int, on: date) -> bool | None:
    """Has `age` been reached on `on`? None: the imprecise birth date leaves it open."""
    if on >= birthday(born.last, age):
        return True
    return None if on >= birthday(born.first, age) else False


def age_reason(born: PartialDate, age: int, on: date) -> Reason | None:
    """Why somebody must be asked for the birth date, for a list of those aged `age` and over; None if it is certain."""
    if age_check(born, age, on) is not None:
        return None
    params = {
        "possible_from": birthday(born.first, age), "certain_from": birthday(born.last, age), "age": age,
        "born_first": born.first, "born_last": born.last, "group": True,
    }  # fmt: skip
    return Reason(About.AGE, "AGE", params, birthday(born.last, age))
