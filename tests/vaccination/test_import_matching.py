"""Whom a row may be: the policy of `wards.imports.matching`, case by case. On record is always the same person."""

import pytest

from tests.vaccination import workbooks
from tests.vaccination.workbooks import person, synthetic_cccd
from vaccination.models import DoseRecord
from wards.imports import batches, steps
from wards.models import ImportBatch

NUMBER, OTHER = synthetic_cccd(11, born=1960), synthetic_cccd(12, born=1960)
ON_RECORD = person(1, "Nguyễn Thị Hòa", "05/03/1960", phone="0912345678", cccd=NUMBER, address="12 phố Mới")
WITHOUT_NUMBER = ON_RECORD[:5] + [""] + ON_RECORD[6:]


def row(name="Nguyễn Thị Hòa", born="05/03/1960", **more):
    return person(1, name, born, **more)


@pytest.mark.parametrize(
    ("seen", "outcome"),
    [
        (row(cccd=NUMBER), "same"),
        (row("Nguyễn Thị Hòa Bình", cccd=NUMBER), "changed"),
        (row(born="05/03/1961", cccd=NUMBER), "changed"),
        (
            row("Trần Văn Tý", "01/01/1988", sex="Nam", cccd=NUMBER),
            "duplicate_review",
        ),  # a parent's number for a child
        # never one person across two different numbers, however much else agrees
        (row(cccd=OTHER, address="12 phố Mới", phone="0912345678"), "duplicate_review"),
        (row(cccd=OTHER, phone="0912345678"), "new"),
        # without a number: name, birth date and an address, or a phone where the address is not known
        (row(address="số 12, phố Mới"), "same"),
        (row(phone="0912345678"), "same"),
        (row(), "same"),
        (row(address="99 phố Xa"), "duplicate_review"),
        (row(born="1960", address="12 phố Mới"), "same"),
        (row(born="1960", address="99 phố Xa"), "new"),
        (row(born="03/05/1960", address="12 phố Mới"), "duplicate_review"),
        (row(sex="Nam", address="12 phố Mới"), "duplicate_review"),
        (row("Nguyễn Thị Hoa", address="12 phố Mới"), "duplicate_review"),
        (row("Nguyễn Hòa", address="12 phố Mới"), "duplicate_review"),
        (row("Nguyễn Thị Hòe", address="12 phố Mới"), "duplicate_review"),
        # a phone alone, a name alone, an address alone are nothing
        (row("Lê Văn Bốn", "01/01/1990", sex="Nam", phone="0912345678"), "new"),
        (row(born="20/10/1985"), "new"),
        (row("Lê Văn Bốn", "01/01/1990", sex="Nam", address="12 phố Mới"), "new"),
    ],
)
def test_whom_a_row_may_be(tmp_path, commit, read_file, seen, outcome):
    commit(workbooks.write(tmp_path / "a.xlsx", [ON_RECORD]))
    _code, account = read_file(workbooks.write(tmp_path / "b.xlsx", [seen]))
    counts = {name: account[name] for name in ("new", "changed", "same", "duplicate_review") if account[name]}
    assert counts == {outcome: 1}


def test_an_insurance_number_decides_with_the_name_and_asks_without_it(tmp_path, commit, read_file):
    titles = [*workbooks.SHORT, "Số thẻ BHYT"]
    commit(workbooks.write(tmp_path / "a.xlsx", [[*WITHOUT_NUMBER, "GD4271234567890"]], titles=titles))
    moved = [*row(address="99 phố Xa"), "1234567890"]
    _code, account = read_file(workbooks.write(tmp_path / "b.xlsx", [moved], titles=titles))
    assert account["changed"] == 1
    namesake = [*row("Lê Thị Khác", "05/03/1970"), "1234567890"]
    _code, account = read_file(workbooks.write(tmp_path / "c.xlsx", [namesake], titles=titles))
    assert account["duplicate_review"] == 1


def test_a_person_listed_twice_in_one_file_is_written_once(tmp_path, commit):
    twice = [
        ON_RECORD,
        [2, *ON_RECORD[1:]],
        [3, *row(phone="0987654321", cccd=NUMBER, address="12 phố Mới")[1:]],
    ]
    account = commit(workbooks.write(tmp_path / "a.xlsx", twice))
    assert (account["new"], account["same"], account["duplicate_review"]) == (1, 1, 1)


@pytest.mark.parametrize("is_on_record", [False, True])
def test_a_person_listed_once_per_dose_loses_no_dose(tmp_path, commit, is_on_record):
    """One line per dose, read as a list of people: the second line says something new, so it is asked about, not dropped."""
    who = workbooks.person(1, "Nguyễn Thị Lặp", "15/05/1950", cccd=workbooks.synthetic_cccd(77, born=1950))
    titles = [*workbooks.SHORT, *workbooks.DOSE_COLUMNS]
    if is_on_record:
        commit(workbooks.write(tmp_path / "before.xlsx", [who]))
    lines = [[*who, "AstraZeneca", day, "X1", ""] for day in ("10/08/2021", "10/10/2021", "10/10/2021")]
    account = commit(workbooks.write(tmp_path / "a.xlsx", lines, titles=titles))
    assert account["same"] == 0
    assert account["duplicate_review"] == 2
    assert account["changed" if is_on_record else "new"] == 1
    batch = ImportBatch.objects.get(pk=account["batch"])
    for row_no in (3, 4):
        batches.decide_row(batch=batch, row_no=row_no, decision="same", by=batch.uploaded_by)
    batches.request_writing(batch=batch, by=batch.uploaded_by)
    batches.start(batch, inline=True)
    given = DoseRecord.objects.filter(resident__full_name="Nguyễn Thị Lặp").order_by("given_month")
    assert [str(dose.given) for dose in given] == ["10/08/2021", "10/10/2021"]


def test_rows_said_to_be_the_same_person_before_the_first_writing_are_all_written_by_it(tmp_path, officer):
    who = workbooks.person(1, "Nguyễn Thị Lặp", "15/05/1950", cccd=workbooks.synthetic_cccd(77, born=1950))
    lines = [[*who, "AstraZeneca", day, "X1", ""] for day in ("10/08/2021", "10/10/2021")]
    path = workbooks.write(tmp_path / "a.xlsx", lines, titles=[*workbooks.SHORT, *workbooks.DOSE_COLUMNS])
    batch = batches.receive_file(
        by=officer, source="residents", chunks=[path.read_bytes()], original_name="a.xlsx"
    )
    steps.work(batch.pk)
    batch.refresh_from_db()
    batches.choose_columns(batch=batch, mapping=batch.mapping, date_orders=batch.date_orders, by=officer)
    steps.work(batch.pk)
    batch.refresh_from_db()
    batches.decide_row(batch=batch, row_no=3, decision="same", by=officer)
    batches.request_writing(batch=batch, by=officer)
    steps.work(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.rows_written) == ("done", 2)
    assert DoseRecord.objects.filter(resident__full_name="Nguyễn Thị Lặp").count() == 2
