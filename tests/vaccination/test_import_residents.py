from datetime import date

import pytest
from django.db import connection

from lib import clock
from tests.factories import make_user
from tests.vaccination import workbooks
from vaccination.imports import national
from vaccination.models import DoseRecord, Forecast
from wards.imports import batches, steps
from wards.models import ColumnProfile, Household, ImportBatch, Resident
from wards.roles import Role


def test_a_national_workbook_becomes_people_homes_and_doses(tmp_path, ward, read_file):
    rows = [
        workbooks.national_row(
            1,
            "NGUYỄN THỊ LAN",
            date(1950, 3, 7),
            phone="0912345678",
            address="12 ngõ 5, khu phố Bò Sơn",
            cccd=workbooks.synthetic_cccd(1, born=1950),
            illness="Tăng huyết áp; tiểu đường",
            doses=[
                ("1", "Cơ bản", "AstraZeneca", date(2021, 7, 1), "ABV1", "TYT Võ Cường"),
                ("2", "Cơ bản", "AZ", "01/10/2021"),
            ],
        ),
        workbooks.national_row(2, "Trần Văn Bình", "1972", sex="Nam", address="14 ngõ 5, khu phố Bò Sơn"),
    ]
    path = workbooks.write(
        tmp_path / "ds.xlsx", rows, titles=national.titles(), above=["UBND PHƯỜNG VÕ CƯỜNG", "DANH SÁCH"]
    )
    code, account = read_file(path, "--commit")
    assert (code, account["rows_read"], account["new"], account["committed"]) == (0, 2, 2, True)
    lan = Resident.objects.get(search_key="nguyen thi lan")
    assert (lan.full_name, str(lan.born), lan.household.address) == (
        "Nguyễn Thị Lan",
        "07/03/1950",
        "12 ngõ 5",
    )
    assert lan.household.neighbourhood.name == "Bò Sơn"
    assert sorted(lan.conditions.values_list("condition_id", flat=True)) == [1, 14]
    assert [(d.product_id, str(d.given)) for d in lan.doses.order_by("given_month")] == [
        ("AZ", "01/07/2021"),
        ("AZ", "01/10/2021"),
    ]
    assert lan.dose_history.is_known
    assert Household.objects.count() == 2
    assert Forecast.objects.filter(ward=ward).count() == 2
    code, again = read_file(path, "--commit")
    assert (code, again["new"], again["changed"], again["same"]) == (0, 0, 0, 2)
    assert DoseRecord.objects.count() == 2
    assert ImportBatch.objects.count() == 2


# ---------------------------------------------------------------- what a row changes


def test_a_blank_cell_never_erases_and_a_change_is_shown_field_by_field(tmp_path, officer, commit):
    full = workbooks.person(
        1, "Lê Thị Hoa", "01/02/1960", phone="0912345678", address="5 phố Mới", quarter="Khu phố 2"
    )
    commit(workbooks.write(tmp_path / "a.xlsx", [[*full[:-1], "Tăng huyết áp"]]))
    hoa = Resident.objects.get()
    blank = workbooks.person(1, "Lê Thị Hoa", "01/02/1960", sex="", address="5 phố Mới")
    assert commit(workbooks.write(tmp_path / "b.xlsx", [blank]))["same"] == 1
    moved = workbooks.person(
        1, "Lê Thị Hoa", "01/02/1960", sex="", phone="0987654321", address="9 phố Khác", quarter="Khu phố 3"
    )
    moved[5] = workbooks.synthetic_cccd(3, born=1960)
    batch = batches.receive_file(
        by=officer,
        source="residents",
        chunks=[workbooks.write(tmp_path / "c.xlsx", [moved]).read_bytes()],
        original_name="c.xlsx",
    )
    steps.work(batch.pk)
    batch.refresh_from_db()
    batches.choose_columns(batch=batch, mapping=batch.mapping, date_orders=batch.date_orders, by=officer)
    steps.work(batch.pk)
    batch.refresh_from_db()
    assert batch.duplicate_rows == 1  # the same name and birthday at another address: a question
    batches.decide_row(batch=batch, row_no=2, decision="same", by=officer)
    batches.request_writing(batch=batch, by=officer)
    steps.work(batch.pk)
    hoa.refresh_from_db()
    assert (hoa.sex, hoa.phones, hoa.household.address) == ("F", ["0912345678", "0987654321"], "9 phố Khác")
    assert str(hoa.household.neighbourhood) == "khu phố 3"
    assert list(hoa.conditions.values_list("condition_id", flat=True)) == [14]
    assert hoa.identity_claims.get().last_four == workbooks.synthetic_cccd(3, born=1960)[-4:]


def test_former_values_are_kept_with_who_changed_them_through_which_file(tmp_path, officer, commit):
    row = workbooks.person(1, "Lê Thị Hoa", "01/02/1960", address="5 phố Mới")
    commit(workbooks.write(tmp_path / "a.xlsx", [row]))
    hoa = Resident.objects.get()
    assert not hoa.history.exists()
    row[4] = "0912345678"
    account = commit(workbooks.write(tmp_path / "b.xlsx", [row]))
    former = hoa.history.get()
    assert (former.phones, former.pgh_context["user"], former.pgh_context["door"]) == (
        [],
        officer.pk,
        "import",
    )
    assert former.pgh_context["batch"] == account["batch"]
    commit(workbooks.write(tmp_path / "c.xlsx", [row]))
    assert hoa.history.count() == 1  # an unchanged row costs nothing


def test_a_file_without_dose_columns_says_nothing_of_doses(tmp_path, commit):
    commit(
        workbooks.write(
            tmp_path / "a.xlsx", [workbooks.person(1, "Lê Thị Hoa", "01/02/1960", address="5 phố Mới")]
        )
    )
    hoa = Resident.objects.get()
    assert not hasattr(hoa, "dose_history")
    assert Forecast.objects.get(resident=hoa).valid_doses is None
    row = workbooks.national_row(1, "Lê Thị Hoa", "01/02/1960", address="5 phố Mới")
    account = commit(workbooks.write(tmp_path / "b.xlsx", [row], titles=national.titles()))
    assert account["changed"] == 1
    assert Forecast.objects.get(resident=hoa).valid_doses == 0


def test_what_stands_beside_an_illness_is_not_told_with_it(tmp_path, commit):
    row = workbooks.person(
        1, "Lê Thị Hoa", "01/02/1960", illness="HIV, cao huyết áp; đau lưng; không tiểu đường"
    )
    account = commit(workbooks.write(tmp_path / "a.xlsx", [row]))
    hoa = Resident.objects.get()
    noted = dict(hoa.conditions.values_list("condition_id", "noted"))
    assert noted == {10: "HIV", 14: "cao huyết áp"}
    batch = ImportBatch.objects.get(pk=account["batch"])
    assert [group["problem"] for group in batch.warnings] == ["condition_unknown"]


def test_one_home_per_address_and_people_without_one_live_alone(tmp_path, commit):
    rows = [
        workbooks.person(1, "Lê Thị Một", "01/01/1951", address="Số 5, ngõ 3"),
        workbooks.person(2, "Lê Văn Hai", "02/01/1952", "Nam", address="5 hẻm 3"),
        workbooks.person(3, "Lê Thị Ba", "03/01/1953"),
        workbooks.person(4, "Lê Thị Bốn", "04/01/1954"),
        workbooks.person(5, "Lê Thị Năm", "05/01/1955", address="5 ngõ 3", quarter="Khu phố 7"),
        workbooks.person(6, "Lê Thị Sáu", "06/01/1956", address="5 ngõ 3", quarter="Khu phố 8"),
    ]
    commit(workbooks.write(tmp_path / "a.xlsx", rows))
    homes = {r.full_name.split()[-1]: r.household_id for r in Resident.objects.all()}
    assert homes["Một"] == homes["Hai"]
    assert len({homes["Ba"], homes["Bốn"], homes["Một"]}) == 3
    assert homes["Năm"] != homes["Sáu"]
    codes = list(Household.objects.values_list("code", flat=True))
    assert len(set(codes)) == len(codes) == Household.objects.count()
    assert all(len(code) == 5 for code in codes)
    rows[2][6] = "8 ngõ 3"
    commit(workbooks.write(tmp_path / "b.xlsx", rows[2:3]))
    assert Resident.objects.get(full_name="Lê Thị Ba").household.address == "8 ngõ 3"
    assert not Household.objects.filter(residents=None).exists()  # the nameless home is not left behind


# ---------------------------------------------------------------- the command


def test_without_commit_nothing_is_left_but_the_account(tmp_path, read_file):
    path = workbooks.write(tmp_path / "a.xlsx", [workbooks.person(1, "Lê Thị Một", "01/01/1951")])
    code, account = read_file(path)
    assert (code, account["new"], account["committed"]) == (0, 1, False)
    assert not Resident.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'staging' AND tablename LIKE 'people\\_%%'"
        )
        assert cursor.fetchone() == (0,)
    assert set(account) == {
        *(
            "batch",
            "sha256",
            "rows_read",
            "new",
            "changed",
            "same",
            "duplicate_review",
            "moved",
            "out_of_scope",
        ),
        *("errors", "groups", "error_file", "committed"),
    }


def test_the_unit_may_be_named_with_the_day_it_was_in_force(tmp_path, read_file, centre, ward):
    path = workbooks.write(tmp_path / "a.xlsx", [workbooks.person(1, "Lê Thị Một", "01/01/1951")])
    code, refused = read_file(path, by=centre)
    assert (code, "chưa thấy cột phường, xã" in refused["refused"]) == (2, True)
    code, account = read_file(path, "--unit", "09190@2022-02-05", "--commit", by=centre)
    assert (code, Resident.objects.get().ward) == (0, ward)
    for unit in ("99999", "09190@2022-13-01", "00001@2022-02-05"):
        assert read_file(path, "--unit", unit, by=centre)[0] == 2, unit


@pytest.mark.parametrize("options", [("--profile", "không có"), ("--sheet", "Không có")])
def test_what_does_not_exist_is_refused_with_a_reason(tmp_path, read_file, options):
    path = workbooks.write(tmp_path / "a.xlsx", [workbooks.person(1, "Lê Thị Một", "01/01/1951")])
    code, refused = read_file(path, *options)
    assert (code, bool(refused["refused"])) == (2, True)


def test_a_saved_choice_of_columns_is_used_by_its_name(tmp_path, officer, read_file):
    ColumnProfile.objects.create(
        source="residents",
        organisation=None,
        name="Bảng của tổ 5",
        fields={"ai#1": "full_name", "bao gio#1": "birth"},
        date_orders={"bao gio#1": "mdy"},
        used_at=clock.real_now(),
    )
    path = workbooks.write(tmp_path / "a.xlsx", [["Lê Thị Một", "03/01/1951"]], titles=["Ai", "Bao giờ"])
    assert read_file(path, "--profile", "Bảng của tổ 5", "--commit")[0] == 0
    assert str(Resident.objects.get().born) == "01/03/1951"


def test_who_may_not_read_in_files_is_refused(tmp_path, ward, read_file):
    path = workbooks.write(tmp_path / "a.xlsx", [workbooks.person(1, "Lê Thị Một", "01/01/1951")])
    code, refused = read_file(path, "--commit", by=make_user(Role.SURVEYOR, ward))
    assert (code, "không được nhập tệp" in refused["refused"]) == (2, True)
    assert not ImportBatch.objects.exists()
