"""Which of the recorded doses count, and as what: each by the rules of its own day.

Where a date is imprecise the benefit of the doubt decides: a dose counts if some day that its date (and the birth
date) can mean makes it count. It was given by a health worker; what can be wrong is our knowledge of the day.

A dose of unknown product counts, with the warning PRODUCT_UNKNOWN: the arm was vaccinated, only the paper is missing.
It fits every mixture, is judged by the shortest interval of any product, asks for the next dose after the longest
one, and leaves the choice of products for that dose open until the confirmation slip is seen.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from vaccination.histories import Dose, Person
from vaccination.intervals import Length, PartialDate, birthday
from vaccination.rulesets import UNKNOWN_PRODUCT, Family, IntervalRule, MixRule, ProductRule, RuleSet, Step
from vaccination.states import DoseResult

# Is the person, on the day in question, younger than on that birthday?
YoungerThan = Callable[[date], bool]

_NO_PARAMS: dict[str, Any] = {}
_TWO_DOSES = 2  # what a series needs while its product is unknown


class Course:
    """The counted doses of one person so far."""

    __slots__ = ("additional", "basic", "basic_products", "boosters", "known_product", "later_products", "need",
                 "results", "speaks", "uncounted")  # fmt: skip

    def __init__(self) -> None:
        self.results: list[DoseResult] = []
        self.speaks = False  # some result carries a reason
        self.basic: PartialDate | None = None  # the last basic dose, and so on
        self.additional: PartialDate | None = None
        self.boosters: list[PartialDate] = []
        self.basic_products: list[str] = []
        self.known_product = UNKNOWN_PRODUCT  # the last known one among them
        self.later_products: list[str] = []
        self.need = _TWO_DOSES
        self.uncounted: Dose | None = None  # the last shot that is in the arm without being counted

    @property
    def basic_complete(self) -> bool:
        return len(self.basic_products) >= self.need

    def passed(self, step: Step) -> bool:
        """The step, or one after it, has been taken."""
        if step.type == "ADDITIONAL":
            return self.additional is not None or bool(self.boosters)
        return len(self.boosters) >= step.ordinal

    def start_of(self, step: Step) -> PartialDate | None:
        """The dose that the step's interval is counted from; None when it has not been given."""
        if step.start == "BOOSTER":
            return self.boosters[-1] if len(self.boosters) == step.ordinal - 1 else None
        if step.ordinal > 1 and len(self.boosters) < step.ordinal - 1:
            return None
        return (self.additional or self.basic) if step.start == "LAST_BASIC_OR_ADDITIONAL" else self.basic


def judge(person: Person, doses: Sequence[Dose], family: Family, on: date) -> Course:
    """The course made of `doses`, all of them given on or before `on` as far as their dates tell."""
    course = Course()
    if len(doses) == 1:
        _take(course, person, doses[0], family, on)
    elif doses:
        _take_in_order(course, person, doses, family, on)
    return course


def _take_in_order(course: Course, person: Person, doses: Sequence[Dose], family: Family, on: date) -> None:
    """Day by day; of several on one day at most one counts, whichever order they were recorded in."""
    products = family.products
    ordered = sorted(
        doses, key=lambda dose: (_middle(dose.given), dose.given, _rank(products, dose), dose.volume_ml or 0)
    )
    index = 0
    while index < len(ordered):
        given = ordered[index].given
        end = index + 1
        while end < len(ordered) and ordered[end].given == given and given.first == given.last:
            end += 1
        if end - index == 1:
            _take(course, person, ordered[index], family, on)
        else:
            _take_one_of(course, person, ordered[index:end], family, on)
        index = end


def _middle(given: PartialDate) -> int:
    """Twice the middle of the days it can mean: a dose of 5 August comes before one of "August"."""
    return given.first.toordinal() + given.last.toordinal()


def _rank(products: Any, dose: Dose) -> int:
    return products[dose.product].rank if dose.product in products else len(products)


def _take_one_of(course: Course, person: Person, same_day: Sequence[Dose], family: Family, on: date) -> None:
    """The dose of the product given before is tried first; what is left over is a duplicate."""
    before = {*course.basic_products, *course.later_products}
    same_day = sorted(same_day, key=lambda dose: dose.product not in before)
    verdicts = [_verdict(course, person, dose, family, on) for dose in same_day]
    chosen = next((index for index, verdict in enumerate(verdicts) if verdict.valid), 0)
    _record(course, same_day[chosen], verdicts[chosen], family)
    for index, dose in enumerate(same_day):
        if index != chosen:
            _record(course, dose, _no(dose, "DUPLICATE", {}), family)


def _take(course: Course, person: Person, dose: Dose, family: Family, on: date) -> None:
    _record(course, dose, _verdict(course, person, dose, family, on), family)


def _record(course: Course, dose: Dose, verdict: DoseResult, family: Family) -> None:
    course.results.append(verdict)
    if verdict.reason:
        course.speaks = True
    given = dose.given
    if not verdict.valid:
        if verdict.reason in ("BEFORE_BIRTH", "BEFORE_PROGRAMME"):
            return  # the day is wrong: there was no such shot then
        if course.uncounted is None or given.last > course.uncounted.given.last:
            course.uncounted = dose
    elif verdict.type == "BASIC":
        if dose.product != UNKNOWN_PRODUCT:
            if course.known_product == UNKNOWN_PRODUCT:
                course.need = family.products[dose.product].basic_doses
            course.known_product = dose.product
        course.basic_products.append(dose.product)
        course.basic = _later(course.basic, given)
    else:
        course.later_products.append(dose.product)
        if verdict.type == "ADDITIONAL":
            course.additional = _later(course.basic, given)
        else:
            course.boosters.append(_later(course.boosters[-1] if course.boosters else course.basic, given))


def _later(one: PartialDate | None, other: PartialDate) -> PartialDate:
    """The later of two doses whose order may be uncertain."""
    if one is None or (other.first >= one.first and other.last >= one.last):
        return other
    return PartialDate(max(one.first, other.first), max(one.last, other.last))


def _no(dose: Dose, reason: str, params: dict[str, Any]) -> DoseResult:
    return DoseResult(dose.given.first, dose.given.last, dose.product, False, None, None, reason, params)


def _yes(
    dose: Dose, kind: str, ordinal: int, reason: str | None = None, params: Any = _NO_PARAMS
) -> DoseResult:
    return DoseResult(dose.given.first, dose.given.last, dose.product, True, kind, ordinal, reason, params)


def _verdict(course: Course, person: Person, dose: Dose, family: Family, on: date) -> DoseResult:
    first, last = dose.given
    if last < person.born.first:
        return _no(dose, "BEFORE_BIRTH", {"born": person.born.first})
    if last < family.first_dose_on:
        return _no(dose, "BEFORE_PROGRAMME", {"first_dose_on": family.first_dose_on})
    # An imprecise dose that may still lie ahead is judged by rules that exist by now.
    rules = family.at(last if last <= on else on)
    if course.basic_complete:
        return _later_verdict(course, person, dose, rules)
    return _basic_verdict(course, person, dose, rules)


def _basic_verdict(course: Course, person: Person, dose: Dose, rules: RuleSet) -> DoseResult:
    given, product = dose.given, dose.product
    top = rules.bands[-1]
    if product not in top.products or given.first < birthday(person.born.last, top.min_age):
        refused = _refused_by_age(person, dose, rules)
        if refused:
            return refused
    before = course.basic_products
    if before:
        if product != course.known_product:
            mix = mix_rule(rules, person.born, given.first.__lt__)
            # What only a shortage allows was given in one, so both answers will do.
            if not follows(rules, mix, course.known_product, product):
                return _no(dose, mix.row.key, {"before": before[-1]})
        least, rule = interval_after(rules, before[-1], person, given.first.__lt__, shortest=True)
        assert course.basic is not None
        if given.last < _with_grace(least.after(course.basic.first), rules):
            return _too_early(dose, course.basic, least, rule.row.key)
    if dose.volume_ml is None and product != UNKNOWN_PRODUCT:
        return _yes(dose, "BASIC", len(before) + 1)
    return _yes(dose, "BASIC", len(before) + 1, *_warning(person, dose, rules))


def _too_early(dose: Dose, start: PartialDate, least: Length, rule: str) -> DoseResult:
    days = (dose.given.last - start.first).days
    return _no(dose, "TOO_EARLY", {"days": days, "min": least.text, "start_on": start.first, "rule": rule})


def _with_grace(day: date, rules: RuleSet) -> date:
    """The US schedule forgives 4 days; no Vietnamese text read does."""
    return day - timedelta(days=rules.parameters.grace_days) if rules.parameters.grace_days else day


def _refused_by_age(person: Person, dose: Dose, rules: RuleSet) -> DoseResult | None:
    """Too young on that day, or a product that is not for that age; None if some reading of the dates fits."""
    for band in rules.bands:
        if _may_be_aged(person.born, dose.given, band.min_age, band.max_age) and (
            dose.product == UNKNOWN_PRODUCT or dose.product in band.products
        ):
            return None
    too_young = dose.given.last < birthday(person.born.first, rules.bands[0].min_age)
    params = {"min_age": rules.bands[0].min_age} if too_young else {"product": dose.product}
    return _no(dose, "AGE" if too_young else "AGE.product", params)


def _may_be_aged(born: PartialDate, given: PartialDate, low: int, high: int | None) -> bool:
    return given.last >= birthday(born.first, low) and (
        high is None or given.first < birthday(born.last, high)
    )


def _warning(person: Person, dose: Dose, rules: RuleSet) -> tuple[str | None, Any]:
    if dose.product == UNKNOWN_PRODUCT:
        return "PRODUCT_UNKNOWN", _NO_PARAMS
    if dose.volume_ml is None:
        return None, _NO_PARAMS
    label = rules.products[dose.product].volume_ml
    usual = {
        band.volumes_ml.get(dose.product, label): band.row.key
        for band in rules.bands
        if _may_be_aged(person.born, dose.given, band.min_age, band.max_age)
    }
    if (
        dose.volume_ml in usual or not usual
    ):  # of two ages that a vague birth date leaves open, either will do
        return None, _NO_PARAMS
    volume, rule = next(iter(usual.items()))
    return "VOLUME", {"given_ml": dose.volume_ml, "usual_ml": volume, "rule": rule}


def mix_rule(rules: RuleSet, born: PartialDate, younger_than: YoungerThan) -> MixRule:
    """The mixing rule for the age, rules for an age first."""
    for rule in rules.mixes:
        if rule.max_age is None or younger_than(birthday(born.first, rule.max_age)):
            return rule
    return rules.mixes[-1]


def follows(rules: RuleSet, mix: MixRule, before: str, product: str) -> str | None:
    """May `product` follow `before` in the basic series? ALLOW, ALLOW_IF_SHORTAGE or None."""
    if UNKNOWN_PRODUCT in (before, product) or rules.products[before].group == rules.products[product].group:
        return "ALLOW"
    return mix.pairs.get((before, product))


def interval_after(
    rules: RuleSet, before: str, person: Person, younger_than: YoungerThan, *, shortest: bool = False
) -> tuple[Length, IntervalRule]:
    """The least time from a basic dose of `before` to the next, and its rule.

    A product without interval (unknown, or complete with one dose) has the shortest or the longest of all.
    """
    candidates = rules.intervals.get(before)
    if candidates is None:
        every = [
            (rule.min_for(person.province), rule) for found in rules.intervals.values() for rule in found
        ]
        return (min if shortest else max)(every, key=lambda pair: pair[0].order())
    for rule in candidates:
        if rule.max_age is None or younger_than(birthday(person.born.first, rule.max_age)):
            return rule.min_for(person.province), rule
    return candidates[-1].min_for(person.province), candidates[-1]


def concerns(step: Step, person: Person, course: Course) -> bool:
    """Is the person of the kind that the step is for? Age is asked elsewhere."""
    if step.conditions:
        return not step.conditions.isdisjoint(person.conditions)
    if step.basic_products:
        return not step.basic_products.isdisjoint(course.basic_products)
    return not step.priority_groups or person.priority_group in step.priority_groups


def step_products(rules: RuleSet, rule: ProductRule, course: Course) -> frozenset[str]:
    """What the product rule allows after this course, before age, approval and contraindications."""
    before = (*course.basic_products, *course.later_products)
    key = (rule.row.key, before)
    found = rules.memo.get(key)
    if found is None:
        found = rules.memo[key] = frozenset(_chosen(rules, rule, before))
    return found


def _chosen(rules: RuleSet, rule: ProductRule, before: tuple[str, ...]) -> Iterable[str]:
    groups = {rules.products[code].group if code in rules.products else UNKNOWN_PRODUCT for code in before}
    one = len(groups) == 1 and UNKNOWN_PRODUCT not in groups
    for previous, then in rule.choices:
        named = isinstance(previous, tuple)
        if named and not set(before) <= set(previous):
            continue
        if not named and not {"ANY": True, "ONE_PRODUCT": one, "MIXED": not one}[previous]:  # type: ignore[index]
            continue
        for word in then:
            for code, product in rules.products.items():
                last = rules.products.get(before[-1])
                if (
                    word in (code, product.platform)
                    or (word == "SAME" and product.group in groups)
                    or (word == "SAME_AS_LAST" and last is not None and product.group == last.group)
                ):
                    yield code


def _later_verdict(course: Course, person: Person, dose: Dose, rules: RuleSet) -> DoseResult:
    """An additional dose if one is foreseen for this person and its window open, else the next booster."""
    refused: DoseResult | None = None
    for stage in rules.stages:
        for step in stage:
            if course.passed(step) or not concerns(step, person, course):
                continue
            start = course.start_of(step)
            if start is None or not _may_be_aged(person.born, dose.given, step.min_age, step.max_age):
                continue
            verdict = _step_verdict(course, dose, step, start, rules)
            if verdict.valid:
                return verdict
            if refused is None or refused.reason == "WINDOW_CLOSED":
                refused = verdict
    return refused or _no(dose, "NOT_IN_SCHEDULE", {"rules": rules.code})


def _step_verdict(course: Course, dose: Dose, step: Step, start: PartialDate, rules: RuleSet) -> DoseResult:
    if dose.given.last < _with_grace(step.min.after(start.first), rules):
        return _too_early(dose, start, step.min, step.row.key)
    if step.max and dose.given.first > step.max.after(start.last):
        return _no(dose, "WINDOW_CLOSED", {"rule": step.row.key, "latest_on": step.max.after(start.last)})
    if dose.product == UNKNOWN_PRODUCT:
        return _yes(dose, step.type, step.ordinal, "PRODUCT_UNKNOWN")
    if dose.product not in step_products(rules, step.products, course):
        return _no(dose, step.products.row.key, {"product": dose.product})
    usual = step.products.volumes_ml.get(dose.product, rules.products[dose.product].volume_ml)
    if dose.volume_ml is not None and dose.volume_ml != usual:
        params = {"given_ml": dose.volume_ml, "usual_ml": usual, "rule": step.products.row.key}
        return _yes(dose, step.type, step.ordinal, "VOLUME", params)
    return _yes(dose, step.type, step.ordinal)
