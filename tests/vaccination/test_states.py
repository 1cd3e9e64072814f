"""One definition of a person's state: the SQL compiled from it says what the pure function says, for any facts and day."""

import random
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import make_household, make_ward
from vaccination import eligibility, forecasts, labels, states, stored_forecasts, stored_states
from vaccination.models import DoseHistory, DoseRecord, Forecast, Infection, Screening
from vaccination.states import ListGroup, State
from wards.models import Pregnancy, Resident, ResidentCondition

pytestmark = pytest.mark.django_db

AS_OF = [date(2021, 12, 16), date(2021, 12, 17), date(2021, 12, 20), date(2021, 12, 21), date(2022, 2, 5)]
PEOPLE = 250


@pytest.fixture
def town():
    """Synthetic people with histories of every kind: nobody in it is likely, everybody is possible."""
    dice, ward = random.Random(20220205), make_ward()
    home = make_household(ward)
    people = [_person(dice, ward, home, number) for number in range(PEOPLE)]
    Resident.objects.bulk_create(people)
    facts = [fact for person in people for fact in _facts(dice, person)]
    for kind in (DoseHistory, DoseRecord, ResidentCondition, Pregnancy, Infection, Screening):
        kind.objects.bulk_create([fact for fact in facts if isinstance(fact, kind)])
    return people


def _person(dice, ward, home, number) -> Resident:
    exact = dice.random() < 0.7
    name = f"Người Giả Định {number}"
    return Resident(
        ward=ward,
        household=home,
        full_name=name,
        search_key=name,
        match_key=name,
        sort_key=name,
        sex=dice.choice("MF"),
        birth_year=dice.choice([1940, 1965, 1971, 1972, 1990, 2003, 2004, 2009, 2010, 2016]),
        birth_month=dice.randint(1, 12) if exact or dice.random() < 0.4 else None,
        birth_day=dice.randint(1, 28) if exact else None,
    )


def _facts(dice, person):
    own = {"resident": person, "ward_id": person.ward_id}
    if person.birth_month is None:
        person.birth_day = None
    if dice.random() < 0.85:
        yield DoseHistory(is_known=dice.random() < 0.9, **own)
    day = date(2021, 3, 1) + timedelta(dice.randint(0, 250))
    product = dice.choice(["AZ", "VERO", "PFZ", "MOD", "ABD", "SPU", "UNKNOWN"])
    for _ in range(dice.choice([0, 1, 2, 2, 2, 3, 4])):
        yield DoseRecord(
            programme_id="COVID-19",
            product_id=product if dice.random() < 0.8 else dice.choice(["AZ", "PFZ", "MOD", "VERO"]),
            given_year=day.year,
            given_month=None if dice.random() < 0.03 else day.month,
            source="claimed" if dice.random() < 0.05 else "desk",
            **own,
        )
        day += timedelta(dice.choice([0, 14, 21, 28, 56, 90, 120]))
    if dice.random() < 0.2:
        ended = None if dice.random() < 0.7 else date(2022, 1, dice.randint(1, 28))
        yield ResidentCondition(condition_id=dice.choice([1, 3, 5, 10]), ended_on=ended, **own)
    if person.sex == "F" and dice.random() < 0.15:
        begin = date(2021, 6, 1) + timedelta(dice.randint(0, 200))
        yield Pregnancy(began_on=begin, stated_weeks=6, stated_on=begin + timedelta(weeks=6), **own)
    if dice.random() < 0.2:
        caught = date(2021, 9, 1) + timedelta(dice.randint(0, 160))
        recovered = caught + timedelta(10) if dice.random() < 0.5 else None
        yield Infection(confirmed_on=caught, recovered_on=recovered, **own)
    if dice.random() < 0.15:
        seen = date(2021, 11, 1) + timedelta(dice.randint(0, 90))
        category = dice.choice(["ELIG", "CAUT", "DEFER", "CONTRA"])
        until = seen + timedelta(14) if category == "DEFER" or dice.random() < 0.3 else None
        about = dice.choice(["AZ", "PFZ", None])
        yield Screening(
            programme_id="COVID-19", category=category, product_id=about, screened_on=seen, until=until, **own
        )


def days_of(row: Forecast, as_of: date):
    """Inside the row's range: both ends, the day itself, and the neighbours of every date it carries."""
    dates = [value for value in vars(row).values() if isinstance(value, date)]
    near = {day + timedelta(step) for day in dates if day.year < 9999 for step in (-1, 0, 1)} | {as_of}
    return [day for day in sorted(near) if row.holds_from <= day < row.holds_until]


def test_sql_and_the_pure_function_name_the_same_state_and_group(town):
    rules, seen = forecasts.family(forecasts.PROGRAMME), set()
    for as_of in AS_OF:
        forecasts.refresh_residents([person.pk for person in town], as_of)
        rows = list(Forecast.objects.all())
        assert len(rows) == PEOPLE
        asked = {day: [] for row in rows for day in days_of(row, as_of)}
        for row in rows:
            for day in days_of(row, as_of):
                asked[day].append(row)
        for day in random.Random(1).sample(sorted(asked), min(len(asked), 40)) + [as_of]:
            told = {row.pk: row for row in Forecast.objects.with_state(day)}
            for row in asked[day]:
                answer = stored_forecasts.answer_of(row)
                assert told[row.pk].state == states.state_on(answer, day), (day, answer)
                group = states.list_group(answer.next_type, answer.next_ordinal, answer.valid_doses)
                assert told[row.pk].group == group
                seen.add(told[row.pk].state)
        assert rows[0].rules == rules.at(as_of).code
    assert seen == {state.value for state in State}


def test_a_row_says_on_every_day_of_its_range_what_the_engine_would_say_anew(town):
    rules = forecasts.family(forecasts.PROGRAMME)
    for as_of in (AS_OF[0], AS_OF[-1]):
        ids = [person.pk for person in town]
        forecasts.refresh_residents(ids, as_of)
        facts = {fact.resident_id: fact for fact in _facts_on(ids, as_of)}
        for row in Forecast.objects.all():
            stored = stored_forecasts.answer_of(row)
            for day in days_of(row, as_of)[::3]:
                anew = eligibility.forecast(facts[str(row.resident_id)].person, day, rules)
                assert states.state_on(stored, day) == states.state_on(anew, day), (as_of, day, row)


def _facts_on(ids, as_of):
    from vaccination import forecast_facts

    return forecast_facts.load(ids, forecasts.PROGRAMME, as_of)[0]


def test_people_in_a_state_are_found_by_plain_comparisons(town):
    day = AS_OF[-1]
    forecasts.refresh_residents([person.pk for person in town], day)
    by_case = {row.pk: row.state for row in Forecast.objects.with_state(day)}
    for state in State:
        found = set(
            Forecast.objects.filter(stored_states.in_state(state, day=day)).values_list("pk", flat=True)
        )
        assert found == {pk for pk, name in by_case.items() if name == state}
    listed = Forecast.objects.filter(stored_states.in_state(*stored_states.ON_LIST, day=day))
    assert {by_case[pk] for pk in listed.values_list("pk", flat=True)} <= set(stored_states.ON_LIST)


MAYBE_DAY = st.none() | st.dates(date(2021, 12, 1), date(2022, 3, 1))


# every example sets all the fields it asks about
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fields=st.fixed_dictionaries(
        {
            "closed_reason": st.sampled_from(["", *states.ClosedReason]),
            "next_type": st.sampled_from(["", "BASIC", "ADDITIONAL", "BOOSTER"]),
            "valid_doses": st.none() | st.integers(0, 3),
            "possible_from": MAYBE_DAY,
            "certain_from": MAYBE_DAY,
            "due_on": MAYBE_DAY,
            "overdue_on": MAYBE_DAY,
            "deferred_until": MAYBE_DAY,
        }
    ),
    day=st.dates(date(2021, 12, 1), date(2022, 3, 1)),
)
def test_any_row_whatsoever_has_the_same_state_in_sql(town_of_one, fields, day):
    Forecast.objects.update(**fields)
    row = Forecast.objects.with_state(day).get()
    answer = stored_forecasts.answer_of(row)
    assert row.state == states.state_on(answer, day)
    assert row.group == states.list_group(answer.next_type, answer.next_ordinal, answer.valid_doses)
    assert Forecast.objects.filter(stored_states.in_state(State(row.state), day=day)).exists()
    assert Forecast.objects.filter(stored_states.in_state(*State, day=day)).exists()


@pytest.fixture
def town_of_one():
    ward = make_ward()
    person = _person(random.Random(3), ward, make_household(ward), 1)
    person.birth_month = person.birth_day = None
    person.save()
    forecasts.refresh_residents([person.pk], AS_OF[-1])


def test_every_state_and_group_has_its_word():
    assert set(labels.STATES) == set(State)
    assert set(labels.GROUPS) == set(ListGroup)
    words = [str(word) for word in [*labels.STATES.values(), *labels.GROUPS.values()]]
    assert len(set(words)) == len(words)
    assert words[0] == "Đã tiêm đủ theo lịch"


def test_doses_are_named_by_kind_and_never_mui_3():
    assert labels.dose_name("BASIC", 3) == "mũi 3"  # Abdala's third basic dose is the one that is called so
    assert labels.dose_name("ADDITIONAL", 1) == "mũi bổ sung"
    assert labels.dose_name("BOOSTER", 1) == "mũi nhắc lại lần 1"
    assert labels.dose_name(None, None) == ""
