"""The state and the list group of stored forecasts on a day, as SQL compiled from the engine's own tables.

There is one definition, `states.STATE_PRECEDENCE`; a new kind of condition there needs its line in `_sql` here.
"""

from datetime import date

from django.db.models import Case, CharField, Q, Value, When

from vaccination import states
from vaccination.rulesets import RuleSet
from vaccination.states import ListGroup, State
from wards.risk_groups import age_q

# States whose people are on the list "unvaccinated, under-vaccinated" (DESIGN 2b).
ON_LIST = (State.DUE, State.OVERDUE, State.DEFERRED, State.UNKNOWN_HISTORY, State.CHECK_AGE)


def state_on(day: date, *, prefix: str = "") -> Case:
    """The state code on `day` of each forecast that holds on it.

    `prefix` is the path to the forecast's fields ("forecasts__" for a queryset of residents).
    """
    *cases, (otherwise, _always) = states.STATE_PRECEDENCE
    whens = [When(_sql(condition, day, prefix), then=Value(state.value)) for state, condition in cases]
    return Case(*whens, default=Value(otherwise.value), output_field=CharField())


def _sql(condition: states.Condition, day: date, prefix: str) -> Q:
    match condition:
        case states.Equals(field, value):
            return Q(**{prefix + field: str(value)})
        case states.DayBefore(field):
            return Q(**{f"{prefix}{field}__gt": day})
        case states.DayAfter(field):
            return Q(**{f"{prefix}{field}__lt": day})
    raise TypeError(f"No SQL for {condition!r}.")


def in_state(*wanted: State, day: date, prefix: str = "") -> Q:
    """Forecasts in one of these states on `day`, as plain comparisons that an index can serve."""
    found, earlier = Q(pk__in=[]), Q()
    for state, condition in states.STATE_PRECEDENCE:
        if isinstance(condition, states.Always):
            return found | earlier if state in wanted else found
        met = _sql(condition, day, prefix)
        if state in wanted:
            found |= earlier & met
        # not met, an empty field included: SQL's NOT of an unknown is unknown
        earlier &= ~met | Q(**{f"{prefix}{condition.field}__isnull": True})
    return found


def waiting(rules: RuleSet, day: date, *, forecast: str = "", resident: str = "") -> Q:
    """Who is listed before there is guidance for their age (`states.is_waiting`); nobody once `rules` cover every age.

    `forecast` and `resident` are the paths to the forecast's and to the resident's fields.
    """
    if not rules.waiting:
        return Q(pk__in=[])
    youngest = min(rule.min_age for rule in rules.waiting)
    of_age = age_q(youngest, day, certain=False, prefix=resident)
    return in_state(State.NOT_ELIGIBLE_AGE, day=day, prefix=forecast) & of_age


def group(*, prefix: str = "") -> Case:
    """The list group of each forecast (`states.list_group`); null where nothing is next or the history is unknown."""
    next_type, valid = f"{prefix}next_type", f"{prefix}valid_doses"
    basic = Q(**{next_type: "BASIC"})
    return Case(
        When(Q(**{next_type: ""}) | Q(**{f"{valid}__isnull": True}), then=Value(None)),
        When(basic & Q(**{valid: 0}), then=Value(ListGroup.NO_DOSE.value)),
        When(basic, then=Value(ListGroup.BASIC_INCOMPLETE.value)),
        When(Q(**{next_type: "ADDITIONAL"}), then=Value(ListGroup.ADDITIONAL.value)),
        When(Q(**{next_type: "BOOSTER"}), then=Value(ListGroup.BOOSTER.value)),
        default=Value(None),
        output_field=CharField(),
    )


def holds(day: date, *, prefix: str = "") -> Q:
    """Forecasts that may be read for `day`; the others wait for `forecasts.refresh_stale`."""
    return Q(**{f"{prefix}holds_from__lte": day, f"{prefix}holds_until__gt": day})
