"""Stored dates say what the pure function would say: random synthetic people in the database, on random days.

What is known about a person on a day is put together here a second time, from the raw facts, so that a fault in loading
(`forecast_facts`), in the range for which a row holds or in the SQL of the states would be seen.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import make_household, make_ward
from tests.vaccination.test_eligibility_properties import PRODUCTS, births, dose_lists, infections
from vaccination import eligibility, forecasts, stored_forecasts, stored_states
from vaccination.intervals import FOREVER, PartialDate
from vaccination.models import DoseHistory, DoseRecord, Forecast, Infection, Screening
from vaccination.states import State
from wards.models import Pregnancy, Resident, ResidentCondition

pytestmark = pytest.mark.django_db

BEGIN, END = date(2021, 3, 8), date(2022, 9, 1)
# The days on which rules change, and their eves; 12 and 5 may be given, booster 2 begins, deferrals end.
EDGES = [
    date.fromisoformat(day) + timedelta(step)
    for day in ("2021-06-01", "2021-08-10", "2021-09-20", "2021-10-14", "2021-12-01", "2021-12-17", "2021-12-21",
                "2022-03-28", "2022-05-01", "2022-06-17")
    for step in (-1, 0)
]  # fmt: skip
days = st.one_of(st.sampled_from(EDGES), st.dates(BEGIN, END))


@st.composite
def facts(draw):
    """One person's facts as they stand in the register; with conditions and pregnancies that end."""
    begun = draw(st.dates(date(2021, 1, 1), END))
    ends = st.none() | st.integers(1, 300)
    return {
        "born": draw(births),
        "doses": draw(dose_lists),
        "priority_group": draw(st.sampled_from([None, 1, 9])),
        "conditions": {
            number: draw(st.none() | days)
            for number in draw(st.lists(st.sampled_from([1, 5, 10]), max_size=2))
        },
        "pregnancy": (begun, draw(ends)) if draw(st.integers(0, 3)) == 0 else None,
        "infections": draw(st.lists(infections(), max_size=2, unique_by=lambda one: one.confirmed_on)),
        "screenings": draw(st.lists(screenings, max_size=2)),
    }


def screening(category: str):
    """A deferral always says until when; the others may."""
    lasts = st.integers(1, 120) if category == "DEFER" else st.none() | st.integers(1, 120)
    return st.tuples(st.just(category), st.dates(BEGIN, END), lasts, st.none() | st.sampled_from(PRODUCTS))


screenings = st.one_of(*map(screening, ("ELIG", "CAUT", "DEFER", "CONTRA")))


class Town:
    """The people of one example, in the database and as plain facts."""

    def __init__(self, everybody: list[dict]) -> None:
        self.ward = make_ward(on=date(2022, 2, 5))
        home = make_household(self.ward)
        self.facts: dict[object, dict] = {}
        for person in everybody:
            resident = self._resident(person["born"], home, person["priority_group"])
            self._write(resident, person)
            self.facts[resident.pk] = person

    def _resident(self, born: PartialDate, home, group) -> Resident:
        return Resident.objects.create(
            ward=self.ward, household=home, full_name="Giả Định", search_key="gia dinh", match_key="giả định",
            sort_key="gia", birth_year=born.first.year, priority_group=group,
            birth_month=None if born.precision == "year" else born.first.month,
            birth_day=born.first.day if born.precision == "day" else None,
        )  # fmt: skip

    def _write(self, resident: Resident, person: dict) -> None:
        own = {"resident": resident, "ward_id": resident.ward_id}
        DoseHistory.objects.create(is_known=person["doses"] is not None, **own)
        for dose in person["doses"] or ():
            given = dose.given
            DoseRecord.objects.create(
                programme_id="COVID-19", product_id=dose.product, volume_ml=dose.volume_ml, given_year=given.first.year,
                given_month=None if given.precision == "year" else given.first.month,
                given_day=given.first.day if given.precision == "day" else None, **own,
            )  # fmt: skip
        for number, ended_on in person["conditions"].items():
            ResidentCondition.objects.create(condition_id=number, ended_on=ended_on, **own)
        if person["pregnancy"]:
            begun, lasts = person["pregnancy"]
            Pregnancy.objects.create(
                began_on=begun,
                stated_weeks=0,
                stated_on=begun,
                ended_on=begun + timedelta(lasts) if lasts else None,
                **own,
            )
        for infection in person["infections"]:
            Infection.objects.create(**infection._asdict(), **own)
        for category, on, lasts, product in person["screenings"]:
            Screening.objects.create(
                programme_id="COVID-19", category=category, screened_on=on, product_id=product,
                until=on + timedelta(lasts) if lasts else None, **own,
            )  # fmt: skip

    def person_on(self, pk, on: date) -> eligibility.Person:
        """What is known on day `on`, from the raw facts alone."""
        person = self.facts[pk]
        pregnancy = None
        if person["pregnancy"]:
            begun, lasts = person["pregnancy"]
            if begun <= on and (lasts is None or on < begun + timedelta(lasts)):
                pregnancy = eligibility.Pregnancy(0, begun)
        return eligibility.Person(
            born=person["born"],
            doses=None if person["doses"] is None else tuple(person["doses"]),
            conditions=frozenset(
                n for n, ended in person["conditions"].items() if ended is None or on < ended
            ),
            province=self.ward.province_code,
            priority_group=person["priority_group"],
            pregnancy=pregnancy,
            infections=tuple(person["infections"]),
            screenings=tuple(
                eligibility.Screening(category, day, day + timedelta(lasts) if lasts else None, product)
                for category, day, lasts, product in person["screenings"]
            ),
        )


RULES = eligibility.load_family("VN-COVID")


@contextmanager
def living(everybody: list[dict]) -> Iterator[Town]:
    """A town that is gone afterwards, so that the next example begins in an empty city."""
    with transaction.atomic():
        yield Town(everybody)
        transaction.set_rollback(True)


def state_of(town: Town, pk, on: date) -> State:
    return eligibility.state_on(eligibility.forecast(town.person_on(pk, on), on, RULES), on)


a_few = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)


@a_few
@given(st.lists(facts(), min_size=4, max_size=8), st.lists(days, min_size=1, max_size=4))
def test_as_days_go_by_the_database_says_what_the_engine_would_say(everybody, clock):
    """Forecast once, then only what has gone stale: on each day every row holds and names the engine's state."""
    with living(everybody) as town:
        forecasts.refresh_residents(list(town.facts), min(clock))
        for on in sorted(clock):
            forecasts.refresh_stale(on)
            told = {row.resident_id: row for row in Forecast.objects.holding(on).with_state(on)}
            assert set(told) == set(town.facts)
            for pk, row in told.items():
                anew = eligibility.forecast(town.person_on(pk, on), on, RULES)
                assert row.state == eligibility.state_on(anew, on), (on, town.facts[pk])
                assert row.group == eligibility.list_group(
                    anew.next_type, anew.next_ordinal, anew.valid_doses
                )
                stored = stored_forecasts.answer_of(row)
                assert stored.doses == anew.doses
                for name in (
                    "earliest_on",
                    "due_on",
                    "overdue_on",
                    "latest_on",
                    "deferred_until",
                    "products",
                    "next_type",
                ):
                    assert getattr(stored, name) == getattr(anew, name), (name, on, town.facts[pk])


@a_few
@given(st.lists(facts(), min_size=3, max_size=6), days, st.integers(0, 10_000))
def test_a_row_holds_true_to_the_last_day_of_its_range_and_not_a_day_longer_than_it_may(
    everybody, on, choice
):
    with living(everybody) as town:
        forecasts.refresh_residents(list(town.facts), on)
        for row in Forecast.objects.all():
            assert row.holds_from <= on < row.holds_until
            last = min(row.holds_until - timedelta(1), END + timedelta(200))
            span = (last - row.holds_from).days
            stored = stored_forecasts.answer_of(row)
            for day in {row.holds_from, last, row.holds_from + timedelta(choice % (span + 1))}:
                assert eligibility.state_on(stored, day) == state_of(town, row.resident_id, day), (
                    day,
                    on,
                    town.facts,
                )
                told = Forecast.objects.with_state(day).get(pk=row.pk)
                assert told.state == eligibility.state_on(stored, day)
                listed = Forecast.objects.filter(
                    stored_states.in_state(State(told.state), day=day), pk=row.pk
                )
                assert listed.exists()


@a_few
@given(st.lists(facts(), min_size=3, max_size=6), days)
def test_who_waits_for_guidance_is_found_by_sql_as_by_the_engine(everybody, on):
    with living(everybody) as town:
        forecasts.refresh_residents(list(town.facts), on)
        waiting = stored_states.waiting(RULES.at(on), on, resident="resident__")
        found = set(Forecast.objects.filter(waiting).values_list("resident_id", flat=True))
        expected = {
            row.resident_id
            for row in Forecast.objects.all()
            if eligibility.is_waiting(stored_forecasts.answer_of(row), on)
        }
        assert found == expected


BIRTHDAYS = [(5, "2022-03-28"), (12, "2021-10-14"), (18, "2021-03-08"), (50, "2022-05-01")]


@pytest.mark.parametrize(("age", "rule_from"), BIRTHDAYS)
@settings(a_few, max_examples=15)
@given(
    st.integers(1, 300),
    st.sampled_from(["day", "month", "year"]),
    st.sampled_from(["", "PFZ", "AZ", "PFZ-P"]),
    st.booleans(),
)
def test_across_a_birthday_the_row_turns_by_itself_or_is_forecast_anew(
    age, rule_from, later, precision, product, boosted
):
    turns = date.fromisoformat(rule_from) + timedelta(later)
    born = date(turns.year - age, turns.month, min(turns.day, 28))
    known = {
        "day": PartialDate.day(born), "month": PartialDate.month(born.year, born.month), "year": PartialDate.year(born.year),
    }[precision]  # fmt: skip
    doses = [
        eligibility.Dose(PartialDate.day(turns - timedelta(days)), product, None)
        for days in ((320, 260, 150) if boosted else (60,))
        if product
    ]
    someone = {
        "born": known, "doses": doses, "priority_group": None, "conditions": {}, "pregnancy": None, "infections": [],
        "screenings": [],
    }  # fmt: skip
    birthday = date(turns.year, turns.month, min(turns.day, 28))
    with living([someone]) as town:
        forecasts.refresh_residents(list(town.facts), max(BEGIN, birthday - timedelta(20)))
        for step in (-2, -1, 0, 1, 2, 40):
            on = max(BEGIN, birthday + timedelta(step))
            forecasts.refresh_stale(on)
            row = Forecast.objects.holding(on).with_state(on).get()
            assert row.state == state_of(town, row.resident_id, on)


def test_a_deferral_that_ends_gives_the_person_back_on_that_very_day():
    until = date(2022, 2, 10)
    person = {
        "born": PartialDate.day(date(1970, 1, 1)), "doses": [], "priority_group": None, "conditions": {}, "pregnancy": None,
        "infections": [], "screenings": [("DEFER", date(2022, 2, 1), 9, None)],
    }  # fmt: skip
    town = Town([person])
    forecasts.refresh_residents(list(town.facts), date(2022, 2, 5))
    told = {}
    for step in (-1, 0, 1):
        on = until + timedelta(step)
        assert forecasts.refresh_stale(on) == 0  # the row turns by itself
        told[step] = Forecast.objects.with_state(on).get().state
    assert told == {-1: "DEFERRED", 0: "DUE", 1: "DUE"}
    assert Forecast.objects.get().deferred_until == until != FOREVER
