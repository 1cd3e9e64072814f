"""What must hold for every history: stored answers stay right, order does not matter, a valid dose never delays."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.vaccination.written_histories import RULES
from vaccination.eligibility import (
    Dose,
    Infection,
    PartialDate,
    Person,
    Pregnancy,
    Screening,
    forecast,
    is_waiting,
    list_group,
    load_products,
    state_on,
)

FIRST, LAST = date(2021, 3, 8), date(2022, 12, 31)
PRODUCTS = [*load_products(), "UNKNOWN"]
COMMON = ["AZ", "PFZ", "MOD", "VERO", "ABD"]

days = st.dates(FIRST, LAST)


@st.composite
def partial_dates(draw, first, last):
    day = draw(st.dates(first, last))
    precision = draw(st.sampled_from(["day", "day", "day", "month", "year"]))
    if precision == "month":
        return PartialDate.month(day.year, day.month)
    return PartialDate.year(day.year) if precision == "year" else PartialDate.day(day)


# Births crowd around the ages at which the rules change during these two years.
births = st.one_of(
    partial_dates(date(1930, 1, 1), date(2021, 12, 31)),
    st.sampled_from([50, 18, 12, 6, 5]).flatmap(
        lambda age: partial_dates(date(2021 - age, 1, 1), date(2022 - age, 12, 31))
    ),
)
volumes = st.sampled_from([None, 0.25, 0.5])
any_dose = st.builds(Dose, partial_dates(date(2021, 1, 1), LAST), st.sampled_from(PRODUCTS), volumes)


@st.composite
def plausible_doses(draw):
    """Doses about as far apart as they are given, mostly of one product: these reach the later steps."""
    product = draw(st.sampled_from(COMMON))
    day = draw(st.dates(FIRST, date(2022, 1, 31)))
    found = []
    for _ in range(draw(st.integers(0, 5))):
        chosen = product if draw(st.integers(0, 3)) else draw(st.sampled_from(PRODUCTS))
        found.append(Dose(PartialDate.day(day), chosen, draw(volumes)))
        day += timedelta(
            days=draw(st.sampled_from([0, 13, 14, 20, 21, 22, 27, 28, 29, 56, 57, 89, 92, 123, 184]))
        )
    return found


dose_lists = st.one_of(plausible_doses(), st.lists(any_dose, max_size=5), st.none())
maybe_days = st.none() | days


@st.composite
def infections(draw):
    confirmed = draw(days)
    recovered = draw(st.none() | st.integers(0, 40).map(lambda after: confirmed + timedelta(days=after)))
    return Infection(confirmed, recovered, draw(st.sampled_from([None, recovered])))


screenings = st.builds(
    Screening,
    st.sampled_from(["ELIG", "CAUT", "DEFER", "CONTRA"]),
    days,
    maybe_days,
    st.none() | st.sampled_from(PRODUCTS),
)
people = st.builds(
    Person,
    born=births,
    doses=dose_lists.map(lambda doses: None if doses is None else tuple(doses)),
    conditions=st.frozensets(st.sampled_from([1, 3, 10, 14, 18]), max_size=2),
    province=st.sampled_from([None, "27", "79"]),
    priority_group=st.sampled_from([None, 1, 9]),
    pregnancy=st.none() | st.builds(Pregnancy, st.integers(0, 42), days),
    infections=st.lists(infections(), max_size=2).map(tuple),
    screenings=st.lists(screenings, max_size=3).map(tuple),
)
many = settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@many
@given(people, days, st.integers(0, 10_000))
def test_a_stored_answer_is_the_fresh_answer_on_every_day_of_its_range(person, on, choice):
    stored = forecast(person, on, RULES)
    assert stored.holds_from <= on < stored.holds_until
    last = min(stored.holds_until, LAST + timedelta(days=400)) - timedelta(days=1)
    span = (last - stored.holds_from).days
    for other in {stored.holds_from, last, stored.holds_from + timedelta(days=choice % (span + 1))}:
        fresh = forecast(person, other, RULES)
        assert fresh == stored
        assert state_on(fresh, other) == state_on(stored, other)


@many
@given(people, days)
def test_ranges_of_neighbouring_answers_meet(person, on):
    found = forecast(person, on, RULES)
    if found.holds_until <= LAST:
        assert forecast(person, found.holds_until, RULES).holds_from == found.holds_until
    if found.holds_from > FIRST:
        before = found.holds_from - timedelta(days=1)
        assert forecast(person, before, RULES).holds_until == found.holds_from


@many
@given(people, days, st.randoms(use_true_random=False))
def test_the_order_of_facts_does_not_matter(person, on, random):
    def shuffled(facts):
        return tuple(random.sample(facts, len(facts)))

    other = person._replace(
        doses=person.doses and shuffled(person.doses),
        infections=shuffled(person.infections),
        screenings=shuffled(person.screenings),
    )
    first, second = forecast(person, on, RULES), forecast(other, on, RULES)
    assert first._replace(reasons=()) == second._replace(reasons=())
    assert sorted(map(repr, first.reasons)) == sorted(map(repr, second.reasons))


def done_on(person, on, product, kind=None):
    """The day on which nothing more (of `kind`) is foreseen if every dose is given as soon as it is due, of `product`
    where the rules allow it. An answer is asked anew when its range ends: a birthday may bring a shorter interval."""
    for _ in range(40):
        found = forecast(person, on, RULES)
        if found.next_type is None or (kind and found.next_type != kind):
            return on
        if found.due_on >= found.holds_until > on:
            on = found.holds_until
            continue
        on = max(on, found.due_on)
        chosen = product if product in found.products else (*found.products, "UNKNOWN")[0]
        person = person._replace(doses=(*person.doses, Dose(PartialDate.day(on), chosen)))
    raise AssertionError("the course has no end")


known_doses = st.one_of(
    plausible_doses(), st.lists(any_dose, max_size=4), st.lists(any_dose, max_size=4).map(tuple)
).map(lambda doses: tuple(dose for dose in doses if dose.product != "UNKNOWN"))
# days after the last change of rules, so that nothing but the dose moves a date
settled = st.dates(date(2022, 6, 24), date(2022, 12, 31))


def test_a_dose_before_the_eighteenth_birthday_does_not_delay_the_booster():
    """The booster of teens comes 5 months after the basic doses, of adults 3: the birthday in between decides."""
    teen = Person(
        born=PartialDate.day(date(2004, 11, 1)),
        doses=(
            Dose(PartialDate.day(date(2022, 8, 17)), "PFZ"),
            Dose(PartialDate.day(date(2022, 10, 11)), "PFZ"),
        ),
    )
    assert forecast(teen, date(2022, 10, 31), RULES).due_on == date(2023, 3, 11)
    assert forecast(teen, date(2022, 11, 1), RULES).due_on == date(2023, 1, 11)
    assert done_on(teen, date(2022, 10, 11), "PFZ") == date(2023, 1, 11)


@many
@given(people, known_doses, st.sampled_from([code for code in PRODUCTS if code != "UNKNOWN"]), settled)
def test_a_valid_dose_never_moves_completion_later(person, doses, product, on):
    """Given now and counted, it completes the basic series, and the whole course, no later than giving it later would.

    Of an unknown product this cannot be said: what it turns out to be decides how many are needed.
    """
    healthy = person._replace(screenings=(), infections=(), pregnancy=None)
    before = healthy._replace(doses=tuple(dose for dose in doses if dose.given.last < on))
    waits_for = forecast(before, on, RULES).certain_from
    if waits_for and waits_for > on:
        return
    after = before._replace(doses=(*before.doses, Dose(PartialDate.day(on), product)))
    given_now = next(
        dose for dose in forecast(after, on, RULES).doses if dose.given_first == dose.given_last == on
    )
    if given_now.valid:
        assert done_on(after, on, product, "BASIC") <= done_on(before, on, product, "BASIC")
        assert done_on(after, on, product) <= done_on(before, on, product)


@many
@given(people, days)
def test_waiting_for_guidance_is_a_way_of_being_too_young(person, on):
    found = forecast(person, on, RULES)
    if is_waiting(found, on):
        assert state_on(found, on) == "NOT_ELIGIBLE_AGE"
        assert on < date(2022, 3, 28)
        assert person.born.last > date(on.year - 18, 1, 1)


@many
@given(people, days)
def test_every_answer_is_well_formed(person, on):
    found = forecast(person, on, RULES)
    state = state_on(found, on)
    assert (found.next_type is None) == (
        found.closed_reason in ("COMPLETE", "CONTRAINDICATED") or state == "COMPLETE"
    ) or (found.closed_reason == "UNKNOWN_HISTORY")
    if found.next_type:
        assert found.earliest_on <= found.due_on
        if found.overdue_on and not found.latest_on and found.certain_from < found.overdue_on:
            assert found.due_on <= found.overdue_on
        assert found.possible_from <= found.certain_from
    assert (found.valid_doses is None) == (person.doses is None)
    assert (
        list_group(found.next_type, found.next_ordinal, found.valid_doses)
        or not found.next_type
        or person.doses is None
    )
    counted = [(dose.type, dose.ordinal) for dose in found.doses if dose.valid]
    assert len(counted) == len(set(counted)) == (found.valid_doses or 0)
    assert set(found.products) <= set(PRODUCTS)
    assert all(dose.reason for dose in found.doses if not dose.valid)


@pytest.mark.parametrize("day", ["2021-12-16", "2021-12-17", "2021-12-20", "2021-12-21"])
@given(people)
@settings(max_examples=100, deadline=None)
def test_no_answer_holds_across_a_change_of_rules(day, person):
    on = date.fromisoformat(day)
    found = forecast(person, on, RULES)
    version = RULES.at(on)
    assert version.eff_from <= found.holds_from
    assert found.holds_until <= version.eff_to
