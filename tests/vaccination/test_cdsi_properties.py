"""What must hold for every history under US-2021-05: order does not matter, a valid dose never delays its series."""

import json
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from vaccination.cdsi import answering, reading
from vaccination.cdsi.evaluation import evaluate, in_order
from vaccination.cdsi.forecasting import SeriesStatus, look
from vaccination.eligibility import FOREVER, Dose, PartialDate, Person, state_on
from vaccination.forecast_lines import answer

US = reading.load_schedule("US-2021-05")
ON = date(2021, 12, 31)
PRODUCTS = ["207", "208", "212", "213", "210", "510", "217"]

exact_days = st.dates(date(2020, 12, 14), ON).map(PartialDate.day)
imprecise = st.dates(date(2020, 12, 14), ON).map(lambda day: PartialDate.month(day.year, day.month))
doses = st.builds(
    Dose,
    st.one_of(exact_days, exact_days, imprecise),
    st.sampled_from(PRODUCTS),
    st.sampled_from([None, 0.25, 0.5]),
)
near = st.sampled_from([0, 1, 16, 17, 20, 21, 22, 24, 27, 28, 42])


@st.composite
def histories(draw, most=5):
    """Doses anywhere in the year, and doses at telling distances from the one before."""
    found = draw(st.lists(doses, max_size=most))
    if found and draw(st.booleans()):
        first = found[0].given.first
        found.append(Dose(PartialDate.day(first + timedelta(draw(near))), draw(st.sampled_from(PRODUCTS))))
    return found


births = st.dates(date(1930, 1, 1), date(2012, 12, 31)).map(PartialDate.day)
many = settings(max_examples=300, deadline=None)


def forecast(born, given_doses, on=ON, **facts):
    return answering.forecast(Person(born, tuple(given_doses), **facts), on, US)


def completion(series, born, history):
    """The day on which the series is done if, from ON, each dose it asks for is given as soon as it may be."""
    given_doses, day = list(history), ON
    for _ in range(len(series.doses) + 1):
        person = Person(born, tuple(given_doses))
        found = look(evaluate(series, person, in_order(given_doses)), person, frozenset(), day)
        if found.status is SeriesStatus.COMPLETE:
            return day
        day = max(day, found.dates.earliest)
        given_doses.append(Dose(PartialDate.day(day), found.course.target.preferable[-1].cvx))
    raise AssertionError(f"doses given as asked for do not complete the {series.name}")


@many
@given(births, histories(), st.randoms(use_true_random=False))
def test_the_order_in_which_doses_are_written_does_not_matter(born, history, random):
    shuffled = list(history)
    random.shuffle(shuffled)
    assert forecast(born, shuffled) == forecast(born, history)


@many
@given(births, histories(), doses)
def test_a_valid_dose_never_moves_the_completion_of_its_series_later(born, history, more):
    """Of its series: who has had Moderna waits 28 days where Pfizer, with which everybody else would begin, asks for 21."""
    history = [dose for dose in history if dose.given.first <= ON]
    for series in US.series:
        course = evaluate(series, Person(born, ()), in_order([*history, more]))
        if more not in history and any(judged.dose == more and judged.number for judged in course.judged):
            assert completion(series, born, [*history, more]) <= completion(series, born, history)


@many
@given(births, histories(), doses)
def test_who_is_complete_stays_complete_whatever_dose_is_found_besides(born, history, more):
    if forecast(born, history).outlook.status is SeriesStatus.COMPLETE:
        assert forecast(born, [*history, more]).outlook.status is SeriesStatus.COMPLETE


@many
@given(births, histories())
def test_every_dose_has_one_verdict_and_the_valid_ones_are_numbered_in_turn(born, history):
    found = forecast(born, history)
    assert len(found.judged) == sum(dose.given.first <= ON for dose in history)
    numbers = [judged.number for judged in found.judged if judged.number]
    assert numbers == list(range(1, len(numbers) + 1))
    assert all(judged.reason for judged in found.judged if not judged.number)


@many
@given(births, histories(), st.dates(date(2020, 12, 1), date(2022, 12, 31)))
def test_dates_stand_in_order_and_doses_of_the_future_change_nothing(born, history, on):
    found = forecast(born, history, on)
    past = [dose for dose in history if dose.given.first <= on]
    assert forecast(born, past, on) == found
    told = found.forecast
    if told.earliest_on:
        assert told.earliest_on <= told.due_on <= (told.overdue_on or FOREVER)
        assert all(dose.given.first <= told.earliest_on for dose in past if dose.given.last >= born.first)
    state_on(told, on)


@many
@given(births, histories(), st.dates(date(2020, 12, 1), date(2022, 12, 31)))
def test_every_answer_can_be_written(born, history, on):
    written = [
        {"on": dose.given.first.isoformat(), "cvx": dose.product, "volume_ml": dose.volume_ml}
        for dose in history
    ]
    line = {"id": 1, "born": born.first.isoformat(), "on": on.isoformat(), "doses": written}
    found = json.loads(answer(json.dumps(line), "US-2021-05"))
    assert "error" not in found
    assert found["reasons"]
