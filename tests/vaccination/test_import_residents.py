from datetime import date

from tests.vaccination import workbooks
from vaccination.imports import national
from vaccination.models import DoseRecord, Forecast
from wards.models import Household, ImportBatch, Resident


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
