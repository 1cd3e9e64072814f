"""Doses through the API: entered once, doubted where the page doubts, voided with a reason; the forecast follows at once."""

import pytest

from tests.api.conftest import Program, make_token, problem
from tests.factories import know_history, make_dose, make_resident
from tests.outreach.conftest import ON, city, officer, station, ward_a  # noqa: F401  (fixtures)
from vaccination import forecasts
from vaccination.models import DoseHistory, DoseRecord

pytestmark = pytest.mark.django_db


@pytest.fixture
def resident(ward_a):  # noqa: F811
    return make_resident(ward_a, name="Trần Thị Lan", born="1950-02-03", sex="F")


@pytest.fixture
def program(officer):  # noqa: F811
    return Program(make_token(officer))


@pytest.fixture
def clinic(station):  # noqa: F811
    return Program(make_token(station))


def sent(**fields) -> dict:
    return {"product": "AZ", "given": "2021-06-15", "history_complete": True} | fields


def test_a_dose_is_entered_and_the_forecast_follows(program, officer, resident):  # noqa: F811
    forecasts.refresh_residents([resident.pk], ON)
    before = program.get(f"residents/{resident.pk}/forecast/").json()
    answer = program.post(
        f"residents/{resident.pk}/doses/", sent(lot="ABV123", volume_ml=0.5, site="Trạm Y tế")
    )
    assert answer.status_code == 201, answer.content
    dose = DoseRecord.objects.get()
    assert (dose.given.iso(), dose.lot, str(dose.volume_ml), dose.entered_by) == (
        "2021-06-15",
        "ABV123",
        "0.50",
        officer,
    )
    after = program.get(f"residents/{resident.pk}/forecast/").json()
    assert (before["state"], after["state"]) == ("UNKNOWN_HISTORY", "OVERDUE")
    assert (after["next"]["type"], after["next"]["ordinal"]) == ("BASIC", 2)
    (line,) = program.get(f"residents/{resident.pk}/doses/").json()["results"]
    assert (line["id"], line["status"]) == (str(dose.pk), "counted")


@pytest.mark.parametrize(
    ("given", "kept"), [("2021-06-15", "2021-06-15"), ("2021-06", "2021-06"), ("2021", "2021")]
)
def test_a_date_is_kept_as_exactly_as_it_was_sent(program, resident, given, kept):
    assert program.post(f"residents/{resident.pk}/doses/", sent(given=given)).json()["given"] == kept


def test_whether_these_are_all_doses_is_said_with_the_dose(program, resident):
    program.post(f"residents/{resident.pk}/doses/", sent(history_complete=False))
    assert DoseHistory.objects.get(resident=resident).is_known is False


def test_the_same_key_enters_one_dose(program, resident):
    path, key = f"residents/{resident.pk}/doses/", {"Idempotency-Key": "mui-1"}
    answers = [program.post(path, sent(), **key) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert DoseRecord.objects.count() == 1
    problem(program.post(path, sent(given="2021-07-01"), **key), 409, "key_reused")


def test_a_dose_that_is_on_record_already_is_doubted_and_may_be_confirmed(program, resident):
    make_dose(resident, "AZ", "2021-06-15")
    path = f"residents/{resident.pk}/doses/"
    body = problem(program.post(path, sent()), 409, "doubtful")
    assert body["doubts"]
    assert program.post(path, sent(confirmed=True)).status_code == 201


@pytest.mark.parametrize("given", ["2022-03-01", "1949-01-01", "2019-05-05"])
def test_a_dose_that_cannot_have_been_is_refused_with_its_field(program, resident, given):
    know_history(resident)
    body = problem(program.post(f"residents/{resident.pk}/doses/", sent(given=given)), 409, "refused")
    assert list(body["errors"]) == ["given"]
    assert not DoseRecord.objects.exists()


@pytest.mark.parametrize("volume", ["0.5", True, -1, 0, 3, [0.5]])
def test_a_volume_is_a_number_of_millilitres(program, resident, volume):
    problem(program.post(f"residents/{resident.pk}/doses/", sent(volume_ml=volume)), 400, "validation")


def test_a_dose_is_voided_with_a_reason_kept_and_restored(clinic, resident):
    dose = make_dose(resident)
    voided = clinic.post(f"doses/{dose.pk}/void/", {"reason": "Ghi nhầm người"})
    assert (voided.json()["is_void"], voided.json()["void_reason"]) == (True, "Ghi nhầm người")
    problem(clinic.post(f"doses/{dose.pk}/void/", {"reason": "lại"}), 409, "refused")
    restored = clinic.post(f"doses/{dose.pk}/restore/").json()
    assert (restored["replaces"], restored["is_void"]) == (str(dose.pk), False)
    problem(clinic.post(f"doses/{dose.pk}/restore/"), 409, "refused")


def test_a_correction_is_a_new_dose_in_place_of_the_former(clinic, resident):
    dose = make_dose(resident, "AZ", "2021-06-01")
    answer = clinic.post(
        f"doses/{dose.pk}/correct/", {"product": "PFZ", "given": "2021-07-01", "reason": "Ghi nhầm loại"}
    )
    assert answer.status_code == 200, answer.content
    assert (answer.json()["product"], answer.json()["replaces"]) == ("PFZ", str(dose.pk))
    assert DoseRecord.objects.standing().get().given.iso() == "2021-07-01"


def test_an_officer_enters_and_does_not_void(program, resident):
    dose = make_dose(resident)
    problem(program.post(f"doses/{dose.pk}/void/", {"reason": "x"}), 403, "forbidden")
    assert not hasattr(DoseRecord.objects.get(), "void")
