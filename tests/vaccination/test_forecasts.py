"""Forecast rows: facts in, dates out, changed rows only. All people here are synthetic."""

import threading
import time
from datetime import date, timedelta

import pytest
from django.db import connection, transaction

from tests.factories import know_history, make_dose, make_resident, make_ward
from vaccination import forecasts, stored_forecasts
from vaccination.models import DoseRecord, DoseVoid, Forecast
from vaccination.states import State, state_on

pytestmark = pytest.mark.django_db

TODAY = date(2022, 2, 5)


@pytest.fixture
def ward():
    return make_ward()


def refreshed(resident, on=TODAY) -> Forecast:
    forecasts.refresh_residents([resident.pk], on)
    return Forecast.objects.get(resident=resident)


def state(resident, on=TODAY) -> State:
    return state_on(stored_forecasts.answer_of(refreshed(resident, on)), on)


def test_booster_is_due_three_months_after_the_last_basic_dose(ward):
    resident = make_resident(ward)
    make_dose(resident, "AZ", "2021-06-01")
    make_dose(resident, "AZ", "2021-08-03")
    row = refreshed(resident)
    assert (row.next_type, row.next_ordinal, row.due_on) == ("BOOSTER", 1, date(2021, 11, 3))
    assert row.rules == "VN-COVID-2021-12-21"
    assert row.ward_id == ward.pk
    assert (row.basic_doses, row.valid_doses) == (2, 2)


def test_nobody_knows_until_somebody_says_so(ward):
    resident = make_resident(ward)
    assert state(resident) is State.UNKNOWN_HISTORY
    know_history(resident)
    assert state(resident) is State.DUE
    know_history(resident, known=False)
    assert state(resident) is State.UNKNOWN_HISTORY


def test_claimed_and_voided_doses_do_not_count(ward, django_user_model):
    resident = make_resident(ward)
    make_dose(resident, "PFZ", "2021-10-01", source="claimed")
    voided = make_dose(resident, "PFZ", "2021-11-01")
    user = django_user_model.objects.create(username="nurse")
    DoseVoid.objects.create(dose=voided, reason="thử", by=user, at=voided.created_at)
    row = refreshed(resident)
    assert (row.valid_doses, row.next_type, row.next_ordinal, row.doses) == (0, "BASIC", 1, [])


def test_unchanged_rows_are_not_written_again(ward):
    resident = make_resident(ward)
    make_dose(resident, "AZ", "2021-06-01")
    assert forecasts.refresh_residents([resident.pk], TODAY) == 1
    assert forecasts.refresh_residents([resident.pk], TODAY) == 0
    make_dose(resident, "AZ", "2021-08-10")
    assert forecasts.refresh_residents([resident.pk], TODAY) == 1


def test_queries_do_not_grow_with_residents(ward, django_assert_max_num_queries):
    residents = [make_resident(ward) for _ in range(12)]
    for resident in residents:
        make_dose(resident, "VERO", "2021-12-20")
    with django_assert_max_num_queries(12):
        assert forecasts.refresh_residents([r.pk for r in residents], TODAY) == 12


@pytest.mark.parametrize("residence", ["moved", "deceased"])
def test_who_left_has_no_forecast(ward, residence):
    resident = make_resident(ward)
    refreshed(resident)
    resident.residence = residence
    resident.save()
    assert forecasts.refresh_residents([resident.pk], TODAY) == 1
    assert not Forecast.objects.filter(resident=resident).exists()


def test_row_left_behind_by_a_change_of_rules_is_stale(ward):
    before, after = date(2021, 12, 16), date(2021, 12, 17)
    resident = make_resident(ward)
    make_dose(resident, "AZ", "2021-05-20")
    make_dose(resident, "AZ", "2021-08-03")
    assert refreshed(resident, before).due_on == date(2022, 2, 3)
    assert not Forecast.objects.holding(after).exists()
    assert forecasts.refresh_stale(after) == 1
    assert forecasts.refresh_stale(after) == 0
    row = Forecast.objects.holding(after).get()
    assert row.due_on == date(2021, 11, 3)


def test_a_clock_that_jumps_back_forgets_later_doses(ward):
    resident = make_resident(ward)
    make_dose(resident, "AZ", "2021-06-01")
    make_dose(resident, "AZ", "2021-08-10")
    refreshed(resident)
    earlier = date(2021, 7, 1)
    forecasts.refresh_stale(earlier)
    row = Forecast.objects.holding(earlier).get()
    assert (row.valid_doses, row.next_ordinal) == (1, 2)


def test_a_clock_before_the_programme_changes_nothing(ward):
    row = refreshed(make_resident(ward))
    assert forecasts.refresh_stale(date(2021, 1, 1)) == 1
    assert Forecast.objects.get().due_on == row.due_on
    assert not Forecast.objects.holding(date(2021, 1, 1)).exists()


def test_refreshing_inline_is_bounded_and_says_what_is_left(ward):
    for _ in range(3):
        make_dose(resident := make_resident(ward), "AZ", "2021-06-01")
        refreshed(resident, date(2021, 12, 16))
    assert forecasts.catch_up(TODAY, limit=2) == 1
    assert forecasts.catch_up(TODAY, limit=2) == 0
    assert Forecast.objects.holding(TODAY).count() == 3


def test_a_page_without_stale_rows_costs_one_query(ward, django_assert_num_queries):
    refreshed(make_resident(ward))
    with django_assert_num_queries(1):
        assert forecasts.catch_up(TODAY) == 0


def test_a_condition_that_ended_bounds_the_row(ward):
    resident = make_resident(ward)
    make_dose(resident, "PFZ", "2021-11-01")
    make_dose(resident, "PFZ", "2021-11-25")
    ended = TODAY + timedelta(days=3)
    resident.conditions.create(ward=ward, condition_id=5, ended_on=ended)
    row = refreshed(resident)
    assert (row.next_type, row.holds_until) == ("ADDITIONAL", ended)
    forecasts.refresh_stale(ended)
    assert Forecast.objects.get().next_type == "BOOSTER"


def test_each_result_knows_its_record(ward):
    resident = make_resident(ward)
    late = make_dose(resident, "PFZ", "2021-10-20")
    early = make_dose(resident, "PFZ", "2021-10-06")
    stored = stored_forecasts.doses_of(refreshed(resident))
    assert [(dose.dose_id, dose.result.valid) for dose in stored] == [
        (str(early.pk), True),
        (str(late.pk), False),
    ]
    assert stored[1].result.reason == "TOO_EARLY"
    assert stored[1].result.params["start_on"] == date(2021, 10, 6)


def test_rebuild_finds_and_mends_what_somebody_spoilt(ward):
    resident = make_resident(ward)
    make_dose(resident, "AZ", "2021-06-01")
    refreshed(resident)
    assert forecasts.rebuild(TODAY) == (1, 0)
    Forecast.objects.update(due_on=date(2030, 1, 1))
    assert forecasts.rebuild(TODAY, ward_id=ward.pk) == (1, 1)
    assert Forecast.objects.get().due_on == date(2021, 7, 27)


class Elsewhere(threading.Thread):
    """Something done in a connection of its own, while the test goes on."""

    def __init__(self, done) -> None:
        super().__init__(daemon=True)
        self.done, self.error = done, None
        self.start()

    def run(self) -> None:
        try:
            self.done()
        except Exception as error:
            self.error = error
        finally:
            connection.close()

    def finish(self) -> None:
        self.join(timeout=20)
        assert not self.is_alive()
        assert self.error is None


def shot(resident, month) -> None:
    """A dose and nothing else, so that nothing but the forecast can wait for another transaction."""
    DoseRecord.objects.create(
        resident=resident,
        ward_id=resident.ward_id,
        programme_id="COVID-19",
        product_id="AZ",
        given_year=2021,
        given_month=month,
        given_day=3,
    )


@pytest.mark.django_db(transaction=True)
def test_of_two_doses_entered_at_once_both_are_forecast(ward):
    resident = make_resident(ward)
    refreshed(resident)

    def second():
        with transaction.atomic():
            shot(resident, 8)
            forecasts.refresh_residents([resident.pk], TODAY)

    with transaction.atomic():
        shot(resident, 6)
        forecasts.refresh_residents([resident.pk], TODAY)
        other = Elsewhere(second)
        time.sleep(0.5)  # long enough for the other one to have read, if it did not wait
        assert other.is_alive()
    other.finish()
    assert Forecast.objects.get().valid_doses == 2


@pytest.mark.django_db(transaction=True)
def test_only_one_at_a_time_forecasts_stale_rows(ward):
    refreshed(make_resident(ward), date(2021, 12, 16))
    found = []
    with transaction.atomic():
        assert forecasts.refresh_stale(TODAY) == 1
        Elsewhere(lambda: found.append((forecasts.refresh_stale(TODAY), forecasts.catch_up(TODAY)))).finish()
    assert found == [(0, 1)]
    assert forecasts.catch_up(TODAY) == 0
