"""What is due for whom, and why: pure functions of plain values, without Django and without a clock.

    forecast(person, on, load_family("VN-COVID")) -> Forecast

A dose is judged by the rules of its own day (`dose_judging`), the next dose by the rules in force on `on`. Dates are
not moved to the day on which a rule took effect. The answer is made of dates and holds for a range of days: every
question about `on` is put to a `_Days`, which narrows that range, so that the same questions have the same answers on
every other day of it.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from vaccination.dose_judging import Course, concerns, interval_after, judge, mix_rule, step_products
from vaccination.histories import Dose, Infection, Person, Pregnancy, Screening
from vaccination.intervals import FOREVER, PartialDate, birthday
from vaccination.rulesets import UNKNOWN_PRODUCT, AgeBand, DeferralRule, Family, RuleSet, Step
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
    list_group,
    reasons_on,
    state_on,
)

__all__ = [
    "FOREVER", "STATE_PRECEDENCE", "UNKNOWN_PRODUCT", "About", "ClosedReason", "Dose", "DoseResult", "Family",
    "Forecast", "Infection", "ListGroup", "PartialDate", "Person", "Pregnancy", "Reason", "RuleSet", "ScheduleError",
    "Screening", "State", "age_check", "age_reason", "cautions_on", "family_codes", "forecast", "list_group", "load_family",
    "load_products", "read_family", "reasons_on", "state_on",
]  # fmt: skip

_DAY = timedelta(days=1)


class _Days:
    """The day asked about, and the range of days on which every question so far has the same answer."""

    __slots__ = ("first", "on", "until")

    def __init__(self, on: date, first: date, until: date) -> None:
        self.on, self.first, self.until = on, first, until

    def reached(self, day: date) -> bool:
        if self.on >= day:
            if day > self.first:
                self.first = day
            return True
        if day < self.until:
            self.until = day
        return False


class _Next:
    """The dose that the rules look forward to, while it is being worked out."""

    __slots__ = ("certain_from", "due_on", "earliest_on", "latest_on", "ordinal", "overdue_on", "possible_from",
                 "products", "reason", "type")  # fmt: skip

    def __init__(self, kind: str, ordinal: int, possible_from: date, certain_from: date) -> None:
        self.type, self.ordinal = kind, ordinal
        self.possible_from, self.certain_from = possible_from, certain_from
        self.earliest_on, self.due_on = possible_from, certain_from
        self.overdue_on: date | None = None
        self.latest_on: date | None = None
        self.products: tuple[str, ...] = ()
        self.reason: Reason

    def not_before(self, earliest_on: date, due_on: date) -> None:
        self.earliest_on, self.due_on = max(self.earliest_on, earliest_on), max(self.due_on, due_on)


def forecast(person: Person, on: date, rules: Family, version: RuleSet | None = None) -> Forecast:
    """The answer for `person` on the day `on`; `version` names rules other than those in force on that day.

    LookupError if the family has no rules on that day.
    """
    in_force = rules.at(on)
    version = version or in_force
    days = _Days(on, in_force.eff_from, in_force.eff_to)
    given = [dose for dose in person.doses if days.reached(dose.given.first)] if person.doses else ()
    course = judge(person, given, rules, on)
    reasons: list[Reason] = []
    if course.basic_complete:
        found = _next_step(person, course, version, days, reasons)
    else:
        found = _next_basic(person, course, version, days)
    for result in course.results:
        if result.reason:
            reasons.append(_about_dose(result, course))
    if found is None:
        return _complete(course, version, days, reasons)
    reasons.append(found.reason)
    if found.certain_from > version.eff_from:
        reasons.append(_about_age(person.born, found))
    closed = deferred_until = None
    if person.screenings or person.infections or person.pregnancy:
        closed = _bar_products(person, found, version, days, reasons)
        deferred_until = _deferred_until(person, course, found, version, days, reasons)
    if person.doses is None:
        closed = ClosedReason.UNKNOWN_HISTORY
        reasons.append(Reason(About.HISTORY, "UNKNOWN_HISTORY", {}))
    return _answer(person, course, version, days, found, deferred_until, closed, reasons)


def _answer(
    person: Person,
    course: Course,
    version: RuleSet,
    days: _Days,
    found: _Next,
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


def _complete(course: Course, version: RuleSet, days: _Days, reasons: list[Reason]) -> Forecast:
    last = next(result for result in reversed(course.results) if result.valid)
    params = {"type": last.type, "ordinal": last.ordinal, "first": last.given_first, "last": last.given_last}
    return Forecast(
        version.code, None, None, (), None, None, None, None, None, ClosedReason.COMPLETE, None, None,
        len(course.basic_products), len(course.basic_products) + len(course.later_products), tuple(course.results),
        (Reason(About.CLOSED, "COMPLETE", params), *reasons), days.first, days.until,
    )  # fmt: skip


def _next_basic(person: Person, course: Course, rules: RuleSet, days: _Days) -> _Next:
    """The next dose of the basic series: by age if it is the first, else by the interval from the one before."""
    born, before = person.born, course.basic_products
    entry_age = rules.bands[0].min_age
    found = _Next("BASIC", len(before) + 1, birthday(born.first, entry_age), birthday(born.last, entry_age))
    band, allowed = _for_age(rules, born, days)
    found.products = allowed
    if course.basic is None:
        found.reason = Reason(
            About.NEXT, band.row.key, {"type": "BASIC", "ordinal": 1, "uncounted": bool(course.results)}
        )
    else:
        start = course.basic
        least, rule = interval_after(rules, before[-1], person, lambda day: not days.reached(day))
        found.not_before(least.after(start.first), least.after(start.last))
        if rule.max and before[-1] != UNKNOWN_PRODUCT:
            found.overdue_on = rule.max.after(start.last)
        found.products = _basic_products(rules, person, before, allowed, days)
        found.reason = Reason(About.NEXT, rule.row.key, {
            "type": "BASIC", "ordinal": found.ordinal, "product": before[-1], "min": least.text,
            "start_type": "BASIC", "start_ordinal": len(before), "start_first": start.first, "start_last": start.last,
        })  # fmt: skip
    _rest_after_uncounted(person, course, rules, days, found)
    return found


def _rest_after_uncounted(person: Person, course: Course, rules: RuleSet, days: _Days, found: _Next) -> None:
    """A shot that is not counted is in the arm all the same: `due_on` keeps the distance of its product's basic
    series from it, the only distance between shots that the texts give. `earliest_on` stays by the letter."""
    if course.uncounted:
        least, rule = interval_after(
            rules, course.uncounted.product, person, lambda day: not days.reached(day)
        )
        due_on = least.after(course.uncounted.given.last)
        if due_on > found.due_on:
            found.due_on = due_on
            if found.overdue_on:
                found.overdue_on = max(
                    due_on, rule.max.after(course.uncounted.given.last) if rule.max else due_on
                )


def _for_age(rules: RuleSet, born: PartialDate, days: _Days) -> tuple[AgeBand, tuple[str, ...]]:
    """The age band and its approved products; of two bands both, where an imprecise birth date leaves them open."""
    for index in range(len(rules.bands) - 1, 0, -1):
        band = rules.bands[index]
        if days.reached(birthday(born.last, band.min_age)):
            return band, _approved(rules, band.products, days)
        if days.reached(birthday(born.first, band.min_age)):
            either = {*band.products, *rules.bands[index - 1].products}
            return band, _approved(rules, tuple(code for code in rules.products if code in either), days)
    return rules.bands[0], _approved(rules, rules.bands[0].products, days)


def _approved(rules: RuleSet, products: tuple[str, ...], days: _Days) -> tuple[str, ...]:
    """In the order of the products file; asks about the day only for what is not approved when the rules begin."""
    key = ("late", products)
    late = rules.memo.get(key)
    if late is None:
        late = rules.memo[key] = [code for code in products if rules.products[code].approved > rules.eff_from]
    if not late:
        return products
    missing = [code for code in late if not days.reached(rules.products[code].approved)]
    return tuple(code for code in products if code not in missing)


def _basic_products(
    rules: RuleSet, person: Person, before: list[str], allowed: tuple[str, ...], days: _Days
) -> tuple[str, ...]:
    """What may follow in the basic series; nothing can be named while the product before is unknown."""
    known = [code for code in before if code != UNKNOWN_PRODUCT]
    if not known:
        return ()
    mix = mix_rule(rules, person.born, lambda day: not days.reached(day))
    key = ("mix", mix.row.key, known[-1], allowed)
    found = rules.memo.get(key)
    if found is None:
        fine = ("ALLOW", "ALLOW_IF_SHORTAGE") if rules.parameters.products_in_shortage else ("ALLOW",)
        group = rules.products[known[-1]].group
        found = rules.memo[key] = tuple(
            code
            for code in allowed
            if rules.products[code].group == group or mix.pairs.get((known[-1], code)) in fine
        )
    return found


def _next_step(
    person: Person, course: Course, rules: RuleSet, days: _Days, reasons: list[Reason]
) -> _Next | None:
    """The first additional dose or booster that is foreseen for the person and whose window is not closed."""
    for stage in rules.stages:
        if course.passed(stage[0]):
            continue
        step, possible_from, certain_from = _step_for(stage, person, course, days)
        start = course.start_of(step) if step else None
        if step is None or start is None:
            continue
        found = _Next(step.type, step.ordinal, possible_from, certain_from)
        found.not_before(step.min.after(start.first), step.min.after(start.last))
        if step.max:
            latest_on = step.max.after(start.last)
            if days.reached(latest_on + _DAY):
                reasons.append(
                    Reason(
                        About.SKIPPED,
                        f"{step.row.key}.WINDOW_CLOSED",
                        {"latest_on": latest_on, "max": step.max.text},
                    )
                )
                continue
            found.overdue_on = found.latest_on = latest_on
        band, allowed = _for_age(rules, person.born, days)
        found.products = _step_products(rules, step, course, allowed)
        found.reason = _about_step(step, course, start)
        _rest_after_uncounted(person, course, rules, days, found)
        if found.latest_on:
            found.overdue_on = found.latest_on
        return found
    return None


def _step_products(rules: RuleSet, step: Step, course: Course, allowed: tuple[str, ...]) -> tuple[str, ...]:
    fine = step_products(rules, step.products, course)
    key = ("step", fine, allowed)
    found = rules.memo.get(key)
    if found is None:
        found = rules.memo[key] = tuple(code for code in allowed if code in fine)
    return found


def _step_for(
    stage: tuple[Step, ...], person: Person, course: Course, days: _Days
) -> tuple[Step | None, date, date]:
    """The step of a stage for this person, and the days from which the age for it is possible and certain.

    Where an imprecise birth date leaves two ages open and both have a step, the one with the longer interval is
    taken and there is nothing to check; where only one has, the age decides.
    """
    born = person.born
    open_steps = []
    for step in stage:
        if not concerns(step, person, course):
            continue
        possible_from, certain_from = birthday(born.first, step.min_age), birthday(born.last, step.min_age)
        old_enough = days.reached(certain_from)
        if not old_enough and not days.reached(possible_from):
            continue
        if step.max_age is not None and days.reached(birthday(born.first, step.max_age)):
            if days.reached(birthday(born.last, step.max_age)):
                continue
            old_enough = False
        if old_enough:
            return step, possible_from, certain_from
        open_steps.append((step, possible_from, certain_from))
    if len(open_steps) > 1:
        step = max((step for step, _, _ in open_steps), key=lambda step: step.min.order())
        _, possible_from, certain_from = min(open_steps, key=lambda found: found[2])
        return step, possible_from, certain_from
    return open_steps[0] if open_steps else (None, FOREVER, FOREVER)


def _bar_products(
    person: Person, found: _Next, rules: RuleSet, days: _Days, reasons: list[Reason]
) -> ClosedReason | None:
    """Takes contraindicated products out of `found`; CONTRAINDICATED if none is left or all are barred.

    A contraindication is for every presentation of the same vaccine (the group), and only `until` ends it.
    """
    before = found.products
    closed = None
    for screening in person.screenings:
        if screening.category != "CONTRA" or not days.reached(screening.on):
            continue
        if screening.until and days.reached(screening.until):
            continue
        if screening.product is None:
            closed = ClosedReason.CONTRAINDICATED
            hit: Iterable[str] = ()
        else:
            hit = _group(rules, screening.product)
            if not any(code in before for code in hit):
                continue
        found.products = tuple(code for code in found.products if code not in hit)
        reasons.append(Reason(About.PRODUCT, "CONTRA", {
            "product": screening.product, "screened_on": screening.on, "note": screening.note, "place": screening.place,
        }, screening.until))  # fmt: skip
    rule, pregnancy = rules.pregnancy, person.pregnancy
    if rule and rule.never and pregnancy and any(code in before for code in rule.never):
        _, end = _pregnant(pregnancy, rules)
        if _is_pregnant(pregnancy, rules, days):
            found.products = tuple(code for code in found.products if code not in rule.never)
            reasons.append(Reason(About.PRODUCT, rule.row.key, {"never": sorted(rule.never)}, end))
    if before and not found.products:
        closed = ClosedReason.CONTRAINDICATED
    if closed:
        found.products = ()
    return closed


def _group(rules: RuleSet, product: str) -> tuple[str, ...]:
    if product not in rules.products:
        return (product,)
    group = rules.products[product].group
    return tuple(code for code, other in rules.products.items() if other.group == group)


def _pregnant(pregnancy: Pregnancy, rules: RuleSet) -> tuple[date, date]:
    """The first day of week 0, and the day on which the pregnancy is over by itself."""
    begin = pregnancy.as_of - timedelta(weeks=pregnancy.weeks)
    return begin, rules.parameters.pregnancy_ends_after.after(begin)


def _is_pregnant(pregnancy: Pregnancy, rules: RuleSet, days: _Days) -> bool:
    begin, end = _pregnant(pregnancy, rules)
    return days.reached(begin) and not days.reached(end)


def _deferred_until(
    person: Person, course: Course, found: _Next, rules: RuleSet, days: _Days, reasons: list[Reason]
) -> date | None:
    """The first day on which no deferral that has begun holds any more; FOREVER if one has no end."""
    deferrals = [
        *_by_pregnancy(person, rules, days, reasons),
        *_by_infection(person, course, found, rules, days),
        *_by_screening(person, found, rules, days),
    ]
    reasons.extend(deferrals)
    return max((reason.until for reason in deferrals if reason.until), default=None)


def _by_pregnancy(person: Person, rules: RuleSet, days: _Days, reasons: list[Reason]) -> Iterable[Reason]:
    rule, pregnancy = rules.pregnancy, person.pregnancy
    if rule is None or pregnancy is None or not _is_pregnant(pregnancy, rules, days):
        return
    begin, end = _pregnant(pregnancy, rules)
    until = rule.defer_below.after(begin) if rule.defer_below else end
    params = {
        "weeks": pregnancy.weeks, "as_of": pregnancy.as_of, "until": until,
        "limit_weeks": (until - begin).days // 7, "whole": rule.defer_below is None,
    }  # fmt: skip
    if until < end:
        reasons.append(Reason(About.CAUTION, rule.row.key, {**params, "from_on": until}, end))
    yield Reason(About.DEFERRAL, rule.row.key, params, until)


def _by_infection(
    person: Person, course: Course, found: _Next, rules: RuleSet, days: _Days
) -> Iterable[Reason]:
    """For each infection that has begun, the rule that defers longest."""
    for infection in person.infections:
        begin = infection.confirmed_on or infection.recovered_on or infection.discharged_on
        if begin is None or not days.reached(begin):
            continue
        longest: Reason | None = None
        for rule in rules.deferrals:
            if _defers(rule, person, course, found, begin, days):
                reason = _infection_reason(rule, infection, begin)
                if longest is None or reason.until >= longest.until:  # type: ignore[operator]
                    longest = reason
        if longest:
            yield longest


def _defers(
    rule: DeferralRule, person: Person, course: Course, found: _Next, begin: date, days: _Days
) -> bool:
    if rule.type not in (None, found.type) or rule.ordinal not in (None, found.ordinal):
        return False
    if rule.after_last_booster and not (course.boosters and begin >= course.boosters[-1].first):
        return False
    if rule.min_age and not days.reached(birthday(person.born.first, rule.min_age)):
        return False
    return rule.max_age is None or not days.reached(birthday(person.born.last, rule.max_age))


def _infection_reason(rule: DeferralRule, infection: Infection, begin: date) -> Reason:
    """Counted from the first known of the rule's dates; without any, recovery is presumed after a while."""
    known = next(((name, day) for name in rule.start if (day := getattr(infection, name))), None)
    length = rule.length if known or rule.presumed_recovery is None else rule.presumed_recovery
    start_name, start = known or ("presumed", begin)
    until = length.after(start)
    params = {
        "infected_on": begin,
        "start": start_name,
        "start_on": start,
        "length": length.text,
        "until": until,
    }
    return Reason(About.DEFERRAL, rule.row.key, params, until)


def _by_screening(person: Person, found: _Next, rules: RuleSet, days: _Days) -> Iterable[Reason]:
    """Deferrals by a health worker; a later screening that finds the person fit ends them. One that is about a
    single product leaves the others, and defers the person only when no other is left."""
    by_product: list[Reason] = []
    for screening in person.screenings:
        if (
            screening.category != "DEFER"
            or not days.reached(screening.on)
            or _found_fit(person, screening, days)
        ):
            continue
        until = screening.until or FOREVER
        params = {
            "screened_on": screening.on, "until": until, "note": screening.note, "place": screening.place,
            "product": screening.product,
        }  # fmt: skip
        reason = Reason(About.DEFERRAL, "DEFER.acute", params, until)
        if screening.product is None:
            yield reason
        elif not days.reached(until) and any(
            code in found.products for code in _group(rules, screening.product)
        ):
            by_product.append(reason)
    hit = {code for reason in by_product for code in _group(rules, reason.params["product"])}
    if by_product and hit.issuperset(found.products):
        yield min(by_product, key=lambda reason: reason.params["until"])
    elif by_product:
        found.products = tuple(code for code in found.products if code not in hit)


def _found_fit(person: Person, deferral: Screening, days: _Days) -> bool:
    return any(
        later.category in ("ELIG", "CAUT")
        and later.on > deferral.on
        and later.product in (None, deferral.product)
        and days.reached(later.on)
        for later in person.screenings
    )


def _about_dose(result: DoseResult, course: Course) -> Reason:
    params = {
        "product": result.product, "first": result.given_first, "last": result.given_last,
        "valid": result.valid, **result.params,
    }  # fmt: skip
    return Reason(About.DOSE, result.reason or "", params)


def _about_age(born: PartialDate, found: _Next) -> Reason:
    params = {
        "possible_from": found.possible_from, "certain_from": found.certain_from,
        "age": found.possible_from.year - born.first.year, "born_first": born.first, "born_last": born.last,
    }  # fmt: skip
    return Reason(About.AGE, "AGE", params, found.certain_from)


def _about_step(step: Step, course: Course, start: PartialDate) -> Reason:
    if step.start == "BOOSTER":
        start_type, start_ordinal = "BOOSTER", step.ordinal - 1
    elif course.additional is start:
        start_type, start_ordinal = "ADDITIONAL", 1
    else:
        start_type, start_ordinal = "BASIC", len(course.basic_products)
    params: dict[str, Any] = {
        "type": step.type, "ordinal": step.ordinal, "min": step.min.text,
        "start_type": start_type, "start_ordinal": start_ordinal, "start_first": start.first, "start_last": start.last,
        "basic": tuple(course.basic_products), "by_condition": bool(step.conditions),
    }  # fmt: skip
    ref, earlier = step.row.ref, step.earlier
    if ref.number:
        params["ref"] = (ref.kind, ref.number, ref.dated)
    if earlier:
        params["earlier"] = (earlier.min.text, earlier.until, earlier.min.after(start.last))
    return Reason(About.NEXT, step.row.key, params)


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
