"""A file and a form are two doors to one register: what they store of the same person is the same, to the column."""

from lib import clock, identity
from lib.dates_vn import PartialDate
from tests.vaccination import workbooks
from vaccination import actions as dose_actions
from vaccination.imports import national
from vaccination.models import DoseHistory, DoseRecord, Forecast, Product
from wards import actions, identity_numbers
from wards.models import Household, IdentityClaim, Resident, ResidentCondition

NUMBER = workbooks.synthetic_cccd(7, born=1958)

# Differ by door, by instant or by chance: who, when, through what, random ids and codes, sealed text.
OF_THE_DOOR = {
    "id",
    "pk",
    "source",
    "created_at",
    "updated_at",
    "stated_at",
    "version",
    "code",
    "number_encrypted",
}
OF_THE_DOOR |= {
    "resident_id",
    "household_id",
    "is_synthetic",
    "stated_ordinal",
    "stated_type",
    "walking_position",
    "noted",
}


def stored(model, **chosen) -> list[dict]:
    rows = model.objects.filter(**chosen).values()
    return [{name: value for name, value in row.items() if name not in OF_THE_DOOR} for row in rows]


def everything_about(resident: Resident) -> dict[str, list[dict]]:
    facts = {
        model.__name__: stored(model, resident=resident) for model in (IdentityClaim, DoseHistory, Forecast)
    }
    facts["ResidentCondition"] = sorted(
        stored(ResidentCondition, resident=resident), key=lambda row: row["condition_id"]
    )
    facts["DoseRecord"] = sorted(
        stored(DoseRecord, resident=resident), key=lambda row: (row["given_year"], row["given_month"])
    )
    ids = {str(dose.pk) for dose in resident.doses.all()}
    for row in facts["Forecast"]:
        row["doses"] = [[value for value in dose if str(value) not in ids] for dose in row["doses"]]
        row.pop("digest", None)
    return facts | {
        "Resident": stored(Resident, pk=resident.pk),
        "Household": stored(Household, pk=resident.household_id),
    }


def by_hand(ward, officer) -> Resident:
    on = clock.today()
    home = actions.add_household(
        ward=ward, neighbourhood=None, by=officer, house_number="12A", street="ngõ 5 đường Thử"
    )
    resident = actions.add_resident(
        household=home,
        name="NGUYỄN  THỊ HOÀ",
        born=PartialDate(1958, 3, 7),
        by=officer,
        on=on,
        number=identity.classify(NUMBER, sex="F", birth_year=1958, year=on.year),
        health=actions.Health(conditions=[1, 14]),
        sex="F",
        phones=["0912345678"],
        insurance_number="GD4271234567890",
        employer="Công ty Mẫu",
        priority_group=9,
        note="gọi trước khi đến",
    )
    for product, given in (("AZ", PartialDate(2021, 7, 1)), ("PFZ", PartialDate(2021, 10))):
        dose_actions.record_dose(
            resident=resident,
            product=Product.objects.get(code=product),
            given=given,
            by=officer,
            on=on,
            lot="LO-1",
            site="TYT Thử",
            history_complete=True,
        )
    return resident


def by_file(tmp_path, commit) -> Resident:
    row = workbooks.national_row(
        1,
        "Nguyễn Thị  Hoà",
        "07/03/1958",
        phone="+84 912 345 678",
        cccd=NUMBER,
        address="Số 12A ngõ 5 đường Thử",
        illness="Tăng huyết áp, tiểu đường",
        doses=[
            ("1", "", "AstraZeneca", "01/07/2021", "LO-1", "TYT Thử"),
            ("2", "", "Pfizer", "10/2021", "LO-1", "TYT Thử"),
        ],
        note="gọi trước khi đến",
    )
    row[5], row[8] = "Công ty Mẫu", "GD4 27 1234567890"
    commit(workbooks.write(tmp_path / "ds.xlsx", [row], titles=national.titles()))
    return Resident.objects.get()


def test_a_file_and_a_form_store_the_same_person(tmp_path, ward, officer, commit):
    imported = by_file(tmp_path, commit)
    from_file = everything_about(imported)
    assert identity_numbers.decrypt(imported.identity_claims.get().number_encrypted) == NUMBER
    IdentityClaim.objects.all().delete()  # one number is one person's
    entered = by_hand(ward, officer)
    from_form = everything_about(entered)
    assert from_file["Resident"][0].pop("full_name") == "Nguyễn Thị Hoà"
    assert from_form["Resident"][0].pop("full_name") == "Nguyễn Thị Hoà"
    for kind in from_form:
        assert from_file[kind] == from_form[kind], kind
