"""The dose that the rules look forward to: what, with which products, when."""

from datetime import date, timedelta
from typing import Any

from vaccination.day_ranges import DayRange
from vaccination.dose_judging import Course, concerns, interval_after, mix_rule, step_products
from vaccination.histories import Person
from vaccination.intervals import FOREVER, PartialDate, birthday
from vaccination.rulesets import UNKNOWN_PRODUCT, AgeBand, Row, RuleSet, Step
from vaccination.states import About, Reason

_DAY = timedelta(days=1)


class NextDose:
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


def next_basic(person: Person, course: Course, rules: RuleSet, days: DayRange) -> NextDose:
    """The next dose of the basic series: by age if it is the first, else by the interval from the one before."""
    born, before = person.born, course.basic_products
    entry_age = rules.bands[0].min_age
    found = NextDose(
        "BASIC", len(before) + 1, birthday(born.first, entry_age), birthday(born.last, entry_age)
    )
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
        found.products = _basic_products(rules, person, course.known_product, allowed, days)
        params = {
            "type": "BASIC", "ordinal": found.ordinal, "product": before[-1], "min": least.text,
            "start_type": "BASIC", "start_ordinal": len(before), "start_first": start.first, "start_last": start.last,
        }  # fmt: skip
        found.reason = Reason(About.NEXT, rule.row.key, with_reference(params, rule.row))
    _rest_after_uncounted(person, course, rules, days, found)
    return found


def _rest_after_uncounted(
    person: Person, course: Course, rules: RuleSet, days: DayRange, found: NextDose
) -> None:
    """A shot that is not counted is in the arm all the same: `due_on` keeps the distance of its product's basic
    series from it, the only distance between shots that the texts give. `earliest_on` stays by the letter."""
    shot = course.uncounted
    if shot is None:
        return
    least, rule = interval_after(rules, shot.product, person, lambda day: not days.reached(day))
    due_on = least.after(shot.given.last)
    if due_on > found.due_on:
        found.due_on = due_on
        if found.overdue_on:
            found.overdue_on = rule.max.after(shot.given.last) if rule.max else due_on
        params = {**found.reason.params, "rest_after": (shot.given.first, shot.given.last)}
        found.reason = found.reason._replace(params=params)


def _for_age(rules: RuleSet, born: PartialDate, days: DayRange) -> tuple[AgeBand, tuple[str, ...]]:
    """The age band and its approved products; of two bands both, where an imprecise birth date leaves them open."""
    for index in range(len(rules.bands) - 1, 0, -1):
        band = rules.bands[index]
        if days.reached(birthday(born.last, band.min_age)):
            return band, _approved(rules, band.products, days)
        if days.reached(birthday(born.first, band.min_age)):
            either = {*band.products, *rules.bands[index - 1].products}
            return band, _approved(rules, tuple(code for code in rules.products if code in either), days)
    return rules.bands[0], _approved(rules, rules.bands[0].products, days)


def _approved(rules: RuleSet, products: tuple[str, ...], days: DayRange) -> tuple[str, ...]:
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
    rules: RuleSet, person: Person, known: str, allowed: tuple[str, ...], days: DayRange
) -> tuple[str, ...]:
    """What may follow the last known product of the basic series; nothing can be named while none is known."""
    if known == UNKNOWN_PRODUCT:
        return ()
    mix = mix_rule(rules, person.born, lambda day: not days.reached(day))
    key = ("mix", mix.row.key, known, allowed)
    found = rules.memo.get(key)
    if found is None:
        fine = ("ALLOW", "ALLOW_IF_SHORTAGE") if rules.parameters.products_in_shortage else ("ALLOW",)
        group = rules.products[known].group
        found = rules.memo[key] = tuple(
            code
            for code in allowed
            if rules.products[code].group == group or mix.pairs.get((known, code)) in fine
        )
    return found


def next_step(
    person: Person, course: Course, rules: RuleSet, days: DayRange, reasons: list[Reason]
) -> NextDose | None:
    """The first additional dose or booster that is foreseen for the person and whose window is not closed."""
    for stage in rules.stages:
        if course.passed(stage[0]):
            continue
        step, possible_from, certain_from = _step_for(stage, person, course, days)
        start = course.start_of(step) if step else None
        if step is None or start is None:
            continue
        found = NextDose(step.type, step.ordinal, possible_from, certain_from)
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
    stage: tuple[Step, ...], person: Person, course: Course, days: DayRange
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
    earlier = step.earlier
    if earlier:
        params["earlier"] = (earlier.min.text, earlier.until, earlier.min.after(start.last))
    return Reason(About.NEXT, step.row.key, with_reference(params, step.row))


def with_reference(params: dict[str, Any], row: Row) -> dict[str, Any]:
    """Names the legal text where its number is certain."""
    if row.ref.number:
        params["ref"] = (row.ref.kind, row.ref.number, row.ref.dated)
    return params
