"""The engine's answer: dates that hold for a range of days, and the one table that reads a state off them."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple


class State(StrEnum):
    COMPLETE = "COMPLETE"
    NOT_ELIGIBLE_AGE = "NOT_ELIGIBLE_AGE"
    CHECK_AGE = "CHECK_AGE"
    UNKNOWN_HISTORY = "UNKNOWN_HISTORY"
    CONTRAINDICATED = "CONTRAINDICATED"
    NOT_YET_DUE = "NOT_YET_DUE"
    DEFERRED = "DEFERRED"
    OVERDUE = "OVERDUE"
    DUE = "DUE"


class ClosedReason(StrEnum):
    COMPLETE = "COMPLETE"
    UNKNOWN_HISTORY = "UNKNOWN_HISTORY"
    CONTRAINDICATED = "CONTRAINDICATED"


class ListGroup(StrEnum):
    """The four groups of the list "unvaccinated, under-vaccinated"."""

    NO_DOSE = "NO_DOSE"
    BASIC_INCOMPLETE = "BASIC_INCOMPLETE"
    ADDITIONAL = "ADDITIONAL"
    BOOSTER = "BOOSTER"


class About(StrEnum):
    """What a reason speaks of; it decides where the reason stands in a given state."""

    NEXT = "NEXT"  # the rule of the next dose
    AGE = "AGE"
    WAITING = "WAITING"  # too young by the rules in force, but of an age that is listed before guidance
    HISTORY = "HISTORY"
    CLOSED = "CLOSED"
    DEFERRAL = "DEFERRAL"
    PRODUCT = "PRODUCT"  # a product is barred
    LAST_DOSE = "LAST_DOSE"  # the last shot was not counted: why somebody who was vaccinated is on the list
    DOSE = "DOSE"  # an earlier dose was not counted, or one counts with a warning
    SKIPPED = "SKIPPED"  # a dose whose window has closed
    CAUTION = "CAUTION"


class Reason(NamedTuple):
    """`code` is a rule code (a key of the rule file, or AGE, CONTRA, TOO_EARLY, …), `params` what the sentence fills in.

    With `until` the reason has nothing to say from that day on.
    """

    about: About
    code: str
    params: Mapping[str, Any]
    until: date | None = None


class DoseResult(NamedTuple):
    """How one dose was counted. A valid dose may carry a reason too: a warning."""

    given_first: date
    given_last: date
    product: str
    valid: bool
    type: str | None
    ordinal: int | None
    reason: str | None
    params: Mapping[str, Any]


class Forecast(NamedTuple):
    """The answer for every day D with holds_from <= D < holds_until; the state on D is `state_on(forecast, D)`.

    `earliest_on` is the first day on which the dose may be given, `due_on` the day from which the list asks for it.
    They differ where a date is imprecise (`earliest_on` reads it as early as possible, `due_on` as late) and where a
    shot that is not counted was given since: it is still in the arm, so `due_on` keeps the same distance from it.
    `overdue_on` is the last day inside the window, `latest_on` the last day on which the dose may be given at all.
    `deferred_until` is the first day without deferral (FOREVER: no end is known); it stays when it has passed.
    `possible_from` / `certain_from`: the age is reached on the earliest / latest day that the birth date can mean.
    `basic_doses`, `valid_doses`: counted doses, None when the history is unknown. `holds_until` may be FOREVER.
    """

    rules: str
    next_type: str | None
    next_ordinal: int | None
    products: tuple[str, ...]
    earliest_on: date | None
    due_on: date | None
    overdue_on: date | None
    latest_on: date | None
    deferred_until: date | None
    closed_reason: str | None
    possible_from: date | None
    certain_from: date | None
    basic_doses: int | None
    valid_doses: int | None
    doses: tuple[DoseResult, ...]
    reasons: tuple[Reason, ...]
    holds_from: date
    holds_until: date


class Equals(NamedTuple):
    field: str
    value: str

    def met(self, forecast: Forecast, day: date) -> bool:
        return getattr(forecast, self.field) == self.value


class DayBefore(NamedTuple):
    """The day lies before the date in the field; false when the field is empty."""

    field: str

    def met(self, forecast: Forecast, day: date) -> bool:
        limit = getattr(forecast, self.field)
        return limit is not None and day < limit


class DayAfter(NamedTuple):
    """The day lies after the date in the field; false when the field is empty."""

    field: str

    def met(self, forecast: Forecast, day: date) -> bool:
        limit = getattr(forecast, self.field)
        return limit is not None and day > limit


class Always(NamedTuple):
    def met(self, forecast: Forecast, day: date) -> bool:
        return True


Condition = Equals | DayBefore | DayAfter | Always

# The first condition that is met names the state. Python reads this table below; SQL is compiled from it.
STATE_PRECEDENCE: tuple[tuple[State, Condition], ...] = (
    (State.COMPLETE, Equals("closed_reason", ClosedReason.COMPLETE)),
    (State.NOT_ELIGIBLE_AGE, DayBefore("possible_from")),
    (State.CHECK_AGE, DayBefore("certain_from")),
    (State.UNKNOWN_HISTORY, Equals("closed_reason", ClosedReason.UNKNOWN_HISTORY)),
    (State.CONTRAINDICATED, Equals("closed_reason", ClosedReason.CONTRAINDICATED)),
    (State.NOT_YET_DUE, DayBefore("due_on")),
    (State.DEFERRED, DayBefore("deferred_until")),
    (State.OVERDUE, DayAfter("overdue_on")),
    (State.DUE, Always()),
)

_REST = (About.DOSE, About.SKIPPED, About.PRODUCT)
REASON_ORDER: Mapping[State, tuple[About, ...]] = {
    State.COMPLETE: (About.CLOSED, About.SKIPPED, About.LAST_DOSE, About.DOSE),
    State.NOT_ELIGIBLE_AGE: (About.AGE, About.WAITING, About.LAST_DOSE, About.DOSE),
    State.CHECK_AGE: (About.AGE, About.LAST_DOSE, About.NEXT, *_REST),
    State.UNKNOWN_HISTORY: (About.HISTORY,),
    State.CONTRAINDICATED: (About.PRODUCT, About.LAST_DOSE, About.DOSE, About.SKIPPED),
    State.NOT_YET_DUE: (About.LAST_DOSE, About.NEXT, About.DEFERRAL, *_REST),
    State.DEFERRED: (About.DEFERRAL, About.LAST_DOSE, About.NEXT, *_REST),
    State.OVERDUE: (About.LAST_DOSE, About.NEXT, *_REST),
    State.DUE: (About.LAST_DOSE, About.NEXT, *_REST),
}


def state_on(forecast: Forecast, day: date) -> State:
    """The state on a day inside [holds_from, holds_until)."""
    return next(state for state, condition in STATE_PRECEDENCE if condition.met(forecast, day))


def reasons_on(forecast: Forecast, day: date) -> list[Reason]:
    """The reasons that speak on that day, the one that decides the state first."""
    order = REASON_ORDER[state_on(forecast, day)]
    speaking = [
        reason
        for reason in forecast.reasons
        if reason.about in order and (reason.until is None or day < reason.until)
    ]
    return sorted(speaking, key=lambda reason: order.index(reason.about))


def cautions_on(forecast: Forecast, day: date) -> list[Reason]:
    """What the vaccinator must mind although the dose may be given."""
    return [
        reason
        for reason in forecast.reasons
        if reason.about is About.CAUTION
        and reason.params["from_on"] <= day
        and (reason.until is None or day < reason.until)
    ]


def is_waiting(forecast: Forecast, day: date) -> bool:
    """Listed before there is guidance for the age (DOMAIN L3.1d, L5.1f): a kind of "too young", not a state of its own."""
    return state_on(forecast, day) is State.NOT_ELIGIBLE_AGE and any(
        reason.about is About.WAITING for reason in reasons_on(forecast, day)
    )


def list_group(next_type: str | None, next_ordinal: int | None, valid_doses: int | None) -> ListGroup | None:
    """The group of the list; None when nothing is next or the history is unknown (then no group is honest)."""
    if next_type is None or valid_doses is None:
        return None
    if next_type != "BASIC":
        return ListGroup(next_type)
    return ListGroup.NO_DOSE if valid_doses == 0 else ListGroup.BASIC_INCOMPLETE
