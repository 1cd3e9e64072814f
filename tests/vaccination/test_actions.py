"""Verbs about doses, infections and screenings: who may, what is refused, what follows. All people here are synthetic."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from lib.dates_vn import PartialDate
from tests.factories import know_history, make_resident, make_user, make_ward
from vaccination import actions, stored_forecasts
from vaccination.dose_checks import DoseDoubtful, DoseRefused
from vaccination.models import DoseHistory, DoseRecord, Forecast, Infection, Product, Screening
from vaccination.states import State, state_on
from wards.models import Resident
from wards.roles import Role

pytestmark = pytest.mark.django_db

TODAY = date(2022, 2, 5)


@pytest.fixture
def ward():
    return make_ward()


@pytest.fixture
def nurse(ward):
    return make_user(Role.STATION, ward)


@pytest.fixture
def resident(ward):
    found = make_resident(ward)
    know_history(found)
    return found


def record(resident, by, product="AZ", given="2021-06-01", **fields) -> DoseRecord:
    return actions.record_dose(
        resident=resident,
        product=Product.objects.get(pk=product),
        given=PartialDate.from_iso(given),
        by=by,
        on=TODAY,
        **fields,
    )


def state(resident) -> State:
    return state_on(stored_forecasts.answer_of(Forecast.objects.get(resident=resident)), TODAY)


def test_dose_goes_on_record_and_the_forecast_follows(resident, nurse):
    dose = record(resident, nurse, lot="ABV1234", volume_ml=Decimal("0.5"))
    assert (dose.entered_by, dose.ward_id, dose.source) == (nurse, resident.ward_id, "desk")
    row = Forecast.objects.get(resident=resident)
    assert (row.next_type, row.next_ordinal, row.valid_doses) == ("BASIC", 2, 1)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("2022-02-06", "in_future"),
        ("2022-03", "in_future"),
        ("2021-03-07", "before_programme"),
        ("2020", "before_programme"),
        ("1959-12-31", "before_birth"),
    ],
)
def test_impossible_days_are_refused_in_words(resident, nurse, given, code):
    with pytest.raises(DoseRefused) as refused:
        record(resident, nurse, given=given)
    assert refused.value.problem.code == code
    assert not DoseRecord.objects.exists()


def test_future_day_is_refused_as_the_word_list_says(resident, nurse):
    with pytest.raises(DoseRefused) as refused:
        record(resident, nurse, given="2022-02-12")
    assert str(refused.value) == (
        "Ngày tiêm 12/02/2022 sau hôm nay (05/02/2022). Kiểm tra lại ngày, hoặc chọn “chỉ nhớ tháng”."
    )


@pytest.mark.parametrize("given", ["2021-03-08", "2022-02-05", "2022-02", "2021"])
def test_first_and_last_possible_day_and_vague_dates_are_taken(resident, nurse, given):
    assert record(resident, nurse, given=given).given == PartialDate.from_iso(given)


def test_second_dose_of_one_day_is_asked_about_and_taken_when_confirmed(resident, nurse):
    record(resident, nurse)
    with pytest.raises(DoseDoubtful) as doubtful:
        record(resident, nurse)
    assert "Đã có mũi AstraZeneca ngày 01/06/2021" in doubtful.value.doubts[0]
    record(resident, nurse, confirmed=True)
    assert DoseRecord.objects.count() == 2
    assert Forecast.objects.get().valid_doses == 1


def test_vague_dose_that_may_be_on_record_is_asked_about(resident, nurse):
    record(resident, nurse)
    with pytest.raises(DoseDoubtful):
        record(resident, nurse, given="2021-06")
    record(resident, nurse, given="2021-08")


def test_dose_given_too_early_is_asked_about_before_it_is_kept(resident, nurse):
    record(resident, nurse, "PFZ", "2021-10-06")
    with pytest.raises(DoseDoubtful) as doubtful:
        record(resident, nurse, "PFZ", "2021-10-20")
    assert "chưa được tính vì cách mũi trước 14 ngày" in doubtful.value.doubts[0]
    record(resident, nurse, "PFZ", "2021-10-20", confirmed=True)
    assert Forecast.objects.get().valid_doses == 1


def test_full_moderna_dose_as_a_booster_is_asked_about(resident, nurse):
    record(resident, nurse, "MOD", "2021-08-01", volume_ml=Decimal("0.5"))
    record(resident, nurse, "MOD", "2021-09-01", volume_ml=Decimal("0.5"))
    with pytest.raises(DoseDoubtful) as doubtful:
        record(resident, nurse, "MOD", "2022-01-10", volume_ml=Decimal("0.5"))
    assert "0,25 ml" in doubtful.value.doubts[0]
    record(resident, nurse, "MOD", "2022-01-10", volume_ml=Decimal("0.25"))
    assert state(resident) is State.COMPLETE


def test_claimed_dose_waits_until_somebody_confirms_it(resident, nurse):
    claimed = record(resident, nurse, "PFZ", "2021-10-06", source="claimed")
    assert Forecast.objects.get().valid_doses == 0
    confirmed = actions.correct_dose(
        dose=claimed,
        reason="Đã có giấy xác nhận",
        product=claimed.product,
        given=claimed.given,
        by=nurse,
        on=TODAY,
    )
    assert Forecast.objects.get().valid_doses == 1
    assert confirmed.replaces == claimed
    assert claimed.void.reason == "Đã có giấy xác nhận"


def test_voided_dose_stays_in_the_record_with_its_reason(resident, nurse):
    dose = record(resident, nurse)
    actions.void_dose(dose=dose, reason=" ghi nhầm người ", by=nurse, on=TODAY)
    assert DoseRecord.objects.get().void.reason == "ghi nhầm người"
    assert not DoseRecord.objects.standing().exists()
    assert Forecast.objects.get().next_ordinal == 1


def test_voiding_needs_a_reason_and_happens_once(resident, nurse):
    dose = record(resident, nurse)
    with pytest.raises(actions.Refused, match="lý do"):
        actions.void_dose(dose=dose, reason="  ", by=nurse, on=TODAY)
    actions.void_dose(dose=dose, reason="ghi nhầm", by=nurse, on=TODAY)
    with pytest.raises(actions.Refused, match="trước đó"):
        actions.void_dose(dose=dose, reason="ghi nhầm", by=nurse, on=TODAY)


def test_refused_correction_leaves_the_old_dose_standing(resident, nurse):
    dose = record(resident, nurse)
    with pytest.raises(DoseRefused):
        actions.correct_dose(
            dose=dose,
            reason="sai ngày",
            product=dose.product,
            given=PartialDate.from_iso("2023-01-01"),
            by=nurse,
            on=TODAY,
        )
    assert DoseRecord.objects.standing().get() == dose


def test_voiding_can_be_undone_once(resident, nurse):
    dose = record(resident, nurse, lot="L1")
    actions.void_dose(dose=dose, reason="ghi nhầm", by=nurse, on=TODAY)
    again = actions.restore_dose(dose=dose, by=nurse, on=TODAY)
    assert (again.given, again.lot, again.replaces) == (dose.given, "L1", dose)
    assert Forecast.objects.get().valid_doses == 1
    with pytest.raises(actions.Refused):
        actions.restore_dose(dose=dose, by=nurse, on=TODAY)


def test_verbs_ask_for_their_ability(resident, ward, nurse):
    officer, surveyor = make_user(Role.WARD_OFFICER, ward), make_user(Role.SURVEYOR, ward)
    with pytest.raises(PermissionDenied):
        record(resident, surveyor)
    dose = record(resident, officer)
    with pytest.raises(PermissionDenied):
        actions.void_dose(dose=dose, reason="ghi nhầm", by=officer, on=TODAY)
    with pytest.raises(PermissionDenied):
        actions.restore_dose(dose=dose, by=officer, on=TODAY)
    with pytest.raises(PermissionDenied):
        actions.record_screening(resident=resident, category="ELIG", screened_on=TODAY, by=officer, on=TODAY)
    with pytest.raises(PermissionDenied):
        actions.record_infection(resident=resident, confirmed_on=TODAY, by=surveyor, on=TODAY)
    with pytest.raises(PermissionDenied):
        actions.set_dose_history(resident=resident, is_known=True, by=surveyor, on=TODAY)


def test_somebody_elses_resident_does_not_exist(resident):
    stranger = make_user(Role.STATION, make_ward("09187"))
    with pytest.raises(Resident.DoesNotExist):
        record(resident, stranger)
    with pytest.raises(Resident.DoesNotExist):
        actions.set_dose_history(resident=resident, is_known=True, by=stranger, on=TODAY)
    assert not DoseRecord.objects.exists()


def test_infection_defers_until_recovery_and_is_kept_once_a_day(resident, nurse):
    actions.record_infection(resident=resident, confirmed_on=date(2022, 1, 30), by=nurse, on=TODAY)
    assert state(resident) is State.DEFERRED
    actions.record_infection(
        resident=resident, confirmed_on=date(2022, 1, 30), recovered_on=date(2022, 2, 4), by=nurse, on=TODAY
    )
    assert state(resident) is State.DUE
    assert Infection.objects.get().entered_by == nurse
    actions.withdraw_infection(infection=Infection.objects.get(), by=nurse, on=TODAY)
    assert not Infection.objects.exists()


def test_infection_of_tomorrow_or_ended_before_it_began_is_refused(resident, nurse):
    with pytest.raises(actions.Refused):
        actions.record_infection(resident=resident, confirmed_on=date(2022, 2, 6), by=nurse, on=TODAY)
    with pytest.raises(actions.Refused):
        actions.record_infection(
            resident=resident, confirmed_on=TODAY, recovered_on=date(2022, 2, 4), by=nurse, on=TODAY
        )


def test_screening_closes_and_opens_products(resident, nurse):
    record(resident, nurse, "VERO", "2021-12-20")
    screening = actions.record_screening(
        resident=resident,
        category="CONTRA",
        product=Product.objects.get(pk="VERO"),
        screened_on=date(2022, 1, 20),
        reason="phản vệ sau mũi 1",
        by=nurse,
        on=TODAY,
    )
    assert state(resident) is State.CONTRAINDICATED
    actions.withdraw_screening(screening=screening, by=nurse, on=TODAY)
    assert state(resident) is State.OVERDUE  # usual until 17/01/2022
    assert Screening.history.rel.related_model.objects.filter(pgh_label="deleted").count() == 1


def test_deferral_needs_the_day_of_return(resident, nurse):
    with pytest.raises(actions.Refused):
        actions.record_screening(resident=resident, category="DEFER", screened_on=TODAY, by=nurse, on=TODAY)
    actions.record_screening(
        resident=resident, category="DEFER", screened_on=TODAY, until=date(2022, 2, 20), by=nurse, on=TODAY
    )
    assert Forecast.objects.get().deferred_until == date(2022, 2, 20)
    assert state(resident) is State.DEFERRED


def test_history_is_said_and_taken_back(ward, nurse):
    resident = make_resident(ward)
    actions.set_dose_history(resident=resident, is_known=True, by=nurse, on=TODAY)
    assert state(resident) is State.DUE
    actions.set_dose_history(resident=resident, is_known=False, by=nurse, on=TODAY)
    assert state(resident) is State.UNKNOWN_HISTORY
    assert DoseHistory.objects.get().stated_by == nurse
    record(resident, nurse, history_complete=True)
    assert Forecast.objects.get().valid_doses == 1


def test_changes_of_rows_carry_who_made_them(resident, nurse):
    actions.set_dose_history(resident=resident, is_known=False, by=nurse, on=TODAY)
    former = DoseHistory.objects.get().history.get()
    assert former.is_known is True
    assert former.pgh_context["user"] == nurse.pk
    assert former.pgh_context["verb"] == "set_dose_history"
