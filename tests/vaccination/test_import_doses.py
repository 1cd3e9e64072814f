from datetime import date

import pytest

from lib import clock, identity
from tests.factories import make_dose, make_household, make_resident, make_user
from tests.vaccination import workbooks
from vaccination.imports import national
from vaccination.models import DoseRecord, DoseVoid, Forecast
from wards import identity_numbers
from wards.imports import batches, review, steps
from wards.models import IdentityClaim, ImportBatch, Resident
from wards.roles import Role

TITLES = national.DOSE_LIST_TITLES


def dose_row(
    number, name, born, product, ordinal, given, *, cccd="", phone="", address="", place="", lot="", sex="Nữ"
):
    return [
        number,
        name,
        born,
        sex,
        cccd,
        phone,
        address,
        place,
        product,
        ordinal,
        given,
        lot,
        "TYT Võ Cường",
    ]


@pytest.fixture
def lan(ward):
    home = make_household(ward, house_number="12", street="ngõ 5", address_key="12 ngo 5")
    resident = make_resident(ward, name="Nguyễn Thị Lan", born="1950-03-07", household=home, sex="F")
    number = identity.classify(workbooks.synthetic_cccd(1, born=1950), synthetic=True)
    IdentityClaim.objects.create(resident=resident, ward=ward, **identity_numbers.claim_values(number))
    return resident


@pytest.fixture
def read_doses(commit, tmp_path):
    def run(rows, name="mui.xlsx", **more):
        path = workbooks.write(tmp_path / name, rows, titles=TITLES)
        return commit(path, command="import_doses", **more)

    return run


def doses_of(resident) -> list[tuple[str, str]]:
    return [
        (dose.product_id, str(dose.given))
        for dose in resident.doses.order_by("given_year", "given_month", "given_day")
    ]


def test_doses_find_their_person_by_number_or_by_name_birth_and_address(lan, read_doses):
    rows = [
        dose_row(1, "NGUYEN THI LAN", "07/03/1950", "Vắc xin AstraZeneca", 1, "01/07/2021", cccd=workbooks.synthetic_cccd(1, born=1950)),
        dose_row(2, "Nguyễn Thị Lan", date(1950, 3, 7), "Pfizer", "mũi 2", "09/2021", address="Số 12 ngõ 5", lot="LOT-9"),
        dose_row(3, "Nguyễn Thị Lan", "07/03/1950", "AZ", 1, "01/07/2021", address="12 hẻm 5"),
    ]  # fmt: skip
    account = read_doses(rows)
    assert (account["changed"], account["errors"]) == (3, 0)
    assert doses_of(lan) == [("AZ", "01/07/2021"), ("PFZ", "09/2021")]
    second = lan.doses.get(product_id="PFZ")
    assert (second.lot, second.site, second.stated_ordinal, second.source) == (
        "LOT-9",
        "TYT Võ Cường",
        2,
        "file",
    )
    assert second.entered_by.full_name == "Lê Thị Cán Bộ"
    assert Forecast.objects.get(resident=lan).valid_doses >= 1
    again = read_doses(rows, "khac.xlsx")
    assert (again["same"], again["changed"], lan.doses.count()) == (3, 0, 2)


def test_a_dose_of_nobody_on_record_is_an_error_that_comes_back(lan, read_doses):
    account = read_doses([dose_row(1, "Trần Thị Lạ", "01/01/1951", "AZ", 1, "01/07/2021")])
    assert account["groups"] == [{"column": "", "problem": "no_person", "rows": 1, "example_row": 2}]
    assert account["error_file"]
    assert Resident.objects.count() == 1


def test_a_namesake_is_a_question_and_the_answer_decides(lan, tmp_path, officer, read_file):
    rows = [dose_row(1, "Nguyễn Thị Lan", "07/03/1950", "AZ", 1, "01/07/2021", address="99 phố Xa")]
    path = workbooks.write(tmp_path / "a.xlsx", rows, titles=TITLES)
    _code, account = read_file(path, command="import_doses")
    assert (account["duplicate_review"], account["changed"]) == (1, 0)
    batch = batches.receive_file(
        by=officer, source="doses", chunks=[path.read_bytes()], original_name="a.xlsx"
    )
    for _step in ("look", "stage"):
        steps.work(batch.pk)
        batch.refresh_from_db()
        if batch.state == "mapping":
            batches.choose_columns(
                batch=batch, mapping=batch.mapping, date_orders=batch.date_orders, by=officer
            )
    (row,) = review.page(batch, officer, outcome="duplicate_review").rows
    assert "cùng ngày sinh" in row.reasons
    assert "khác địa chỉ" in row.reasons
    batches.decide_row(batch=batch, row_no=row.row_no, decision="same", by=officer)
    batches.request_writing(batch=batch, by=officer)
    steps.work(batch.pk)
    assert doses_of(lan) == [("AZ", "01/07/2021")]


def test_two_people_told_apart_make_no_person_in_a_list_of_doses(lan, tmp_path, officer):
    rows = [dose_row(1, "Nguyễn Thị Lan", "07/03/1950", "AZ", 1, "01/07/2021", address="99 phố Xa")]
    path = workbooks.write(tmp_path / "a.xlsx", rows, titles=TITLES)
    batch = batches.receive_file(
        by=officer, source="doses", chunks=[path.read_bytes()], original_name="a.xlsx"
    )
    steps.work(batch.pk)
    batch.refresh_from_db()
    batches.choose_columns(batch=batch, mapping=batch.mapping, date_orders=batch.date_orders, by=officer)
    steps.work(batch.pk)
    batch.refresh_from_db()
    batches.decide_row(batch=batch, row_no=2, decision="different", by=officer)
    with pytest.raises(batches.Refused):
        batches.request_writing(batch=batch, by=officer)
    assert (DoseRecord.objects.count(), Resident.objects.count()) == (0, 1)


def test_a_voided_dose_does_not_come_back_with_the_next_file(lan, officer, read_doses):
    dose = make_dose(lan, "AZ", "2021-07-01")
    DoseVoid.objects.create(dose=dose, reason="nhầm người", by=officer, at=clock.real_now())
    rows = [
        dose_row(
            1,
            "Nguyễn Thị Lan",
            "07/03/1950",
            "AZ",
            1,
            "01/07/2021",
            cccd=workbooks.synthetic_cccd(1, born=1950),
        )
    ]
    account = read_doses(rows)
    assert (account["same"], DoseRecord.objects.count()) == (1, 1)


def test_a_dose_given_to_somebody_of_another_ward_goes_to_where_they_live(lan, next_ward, centre, read_doses):
    rows = [
        dose_row(
            1, "Nguyễn Thị Lan", "07/03/1950", "AZ", 1, "01/07/2021", cccd=workbooks.synthetic_cccd(1, born=1950), place="Suối Hoa"
        )
    ]  # fmt: skip
    account = read_doses(rows, by=centre)
    assert account["changed"] == 1
    assert {dose.ward_id for dose in DoseRecord.objects.all()} == {lan.ward_id}
    lan.refresh_from_db()
    assert lan.ward.name == "Võ Cường"


def test_a_dose_of_somebody_outside_the_area_waits_and_tells_nothing(lan, next_ward, read_doses):
    stranger = make_user(Role.STATION, next_ward)
    rows = [
        dose_row(
            1,
            "Nguyễn Thị Lan",
            "07/03/1950",
            "AZ",
            1,
            "01/07/2021",
            cccd=workbooks.synthetic_cccd(1, born=1950),
        )
    ]
    account = read_doses(rows, by=stranger)
    assert (account["moved"], account["errors"], DoseRecord.objects.count()) == (1, 0, 0)
    batch = ImportBatch.objects.get()
    (row,) = review.page(batch, stranger, outcome="moved").rows
    assert (row.waits, row.rival, row.changes, row.resident_id) == (True, None, [], "")


def test_a_list_of_doses_says_nothing_else_about_a_person(lan, read_doses):
    before = Resident.objects.values().get()
    read_doses(
        [dose_row(1, "Nguyễn Thị Lan", "07/03/1950", "AZ", 1, "01/07/2021", cccd=workbooks.synthetic_cccd(1, born=1950), phone="0912345678", sex="Nam")]
    )  # fmt: skip
    assert Resident.objects.values().get() == before
