"""What stands in the way of the next dose: contraindications, pregnancy, infection, a screening's deferral."""

from collections.abc import Iterable
from datetime import date, timedelta

from vaccination.day_ranges import DayRange
from vaccination.dose_judging import Course
from vaccination.histories import Infection, Person, Pregnancy, Screening
from vaccination.intervals import FOREVER, birthday
from vaccination.next_doses import NextDose, with_reference
from vaccination.rulesets import DeferralRule, RuleSet
from vaccination.states import About, ClosedReason, Reason


def bar_products(
    person: Person, found: NextDose, rules: RuleSet, days: DayRange, reasons: list[Reason]
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
            reasons.append(
                Reason(
                    About.PRODUCT, rule.row.key, with_reference({"never": sorted(rule.never)}, rule.row), end
                )
            )
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


def _is_pregnant(pregnancy: Pregnancy, rules: RuleSet, days: DayRange) -> bool:
    begin, end = _pregnant(pregnancy, rules)
    return days.reached(begin) and not days.reached(end)


def deferred_until_of(
    person: Person, course: Course, found: NextDose, rules: RuleSet, days: DayRange, reasons: list[Reason]
) -> date | None:
    """The first day on which no deferral that has begun holds any more; FOREVER if one has no end."""
    deferrals = [
        *_by_pregnancy(person, rules, days, reasons),
        *_by_infection(person, course, found, rules, days),
        *_by_screening(person, found, rules, days),
    ]
    reasons.extend(deferrals)
    return max((reason.until for reason in deferrals if reason.until), default=None)


def _by_pregnancy(person: Person, rules: RuleSet, days: DayRange, reasons: list[Reason]) -> Iterable[Reason]:
    rule, pregnancy = rules.pregnancy, person.pregnancy
    if rule is None or pregnancy is None or not _is_pregnant(pregnancy, rules, days):
        return
    begin, end = _pregnant(pregnancy, rules)
    until = rule.defer_below.after(begin) if rule.defer_below else end
    params = {
        "weeks": pregnancy.weeks, "as_of": pregnancy.as_of, "until": until,
        "limit_weeks": (until - begin).days // 7, "whole": rule.defer_below is None,
    }  # fmt: skip
    with_reference(params, rule.row)
    if until < end:
        reasons.append(Reason(About.CAUTION, rule.row.key, {**params, "from_on": until}, end))
    yield Reason(About.DEFERRAL, rule.row.key, params, until)


def _by_infection(
    person: Person, course: Course, found: NextDose, rules: RuleSet, days: DayRange
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
    rule: DeferralRule, person: Person, course: Course, found: NextDose, begin: date, days: DayRange
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
    return Reason(About.DEFERRAL, rule.row.key, with_reference(params, rule.row), until)


def _by_screening(person: Person, found: NextDose, rules: RuleSet, days: DayRange) -> Iterable[Reason]:
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
        yield min(
            by_product,
            key=lambda reason: [reason.params[name] for name in ("until", "screened_on", "product")],
        )
    elif by_product:
        found.products = tuple(code for code in found.products if code not in hit)


def _found_fit(person: Person, deferral: Screening, days: DayRange) -> bool:
    """Has a later screening ended this deferral?"""
    later = [
        screening.on
        for screening in person.screenings
        if screening.category in ("ELIG", "CAUT")
        and screening.on > deferral.on
        and screening.product in (None, deferral.product)
    ]
    return bool(later) and days.reached(min(later))
