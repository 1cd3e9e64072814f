"""Reference data: units in their versions, the 20 conditions, the letters' risk groups; loading twice changes nothing."""

import csv
from collections import Counter
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lib import names
from wards import reference
from wards.models import AdministrativeUnit, Condition, RiskGroup

THEN, NOW = date(2022, 2, 5), date(2025, 7, 1)
pytestmark = pytest.mark.django_db


def units(on: date):
    return AdministrativeUnit.objects.in_force(on)


def file_rows() -> list[dict[str, str]]:
    with (reference.DATA / "admin_units.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_row_of_the_file_is_a_unit_of_its_own():
    keys = {(row["code"], row["valid_from"]) for row in file_rows()}
    assert len(keys) == len(file_rows()) == AdministrativeUnit.objects.count() == 186


@pytest.mark.parametrize(
    ("district", "wards", "communes"),
    [
        ("256", 19, 0),
        ("195", 13, 3),
        ("058", 6, 2),
        ("178", 5, 3),
    ],  # DOMAIN 5.1: Bắc Ninh, Cẩm Phả, Bắc Kạn, Lạng Sơn
)
def test_the_cities_had_the_units_that_the_dossier_names(district, wards, communes):
    kinds = Counter(units(THEN).filter(district_code=district).values_list("kind", flat=True))
    assert (kinds["Phường"], kinds["Xã"]) == (wards, communes)


def test_bac_ninh_has_five_wards_today_without_a_district():
    today = units(NOW).filter(predecessors__district_code="256").distinct()
    assert set(today.values_list("name", flat=True)) == {
        "Kinh Bắc",
        "Võ Cường",
        "Vũ Ninh",
        "Hạp Lĩnh",
        "Nam Sơn",
    }
    assert set(today.values_list("district_code", "province_code")) == {("", "24")}


def test_a_code_alone_names_no_unit():
    assert units(THEN).get(code="01843").name == "Phùng Chí Kiên"
    assert units(NOW).get(code="01843").name == "Bắc Kạn"
    assert units(THEN).get(code="05974").successors.get().code == "05986"
    assert units(THEN).get(code="31117").successors.get().name == "Cái Khế"


def test_on_the_last_and_on_the_first_day_exactly_one_version_is_in_force():
    assert units(date(2025, 6, 30)).get(code="09190").valid_from is None
    assert units(date(2025, 7, 1)).get(code="09190").valid_from == date(2025, 7, 1)


def test_successors_and_predecessors_are_the_same_links():
    """The file names each link from both sides; predecessors outside the five cities are not in it."""
    in_file = {row["code"] for row in file_rows() if row["valid_to"]}
    checked = 0
    for row in file_rows():
        if row["valid_from"] == "2025-07-01" and row["predecessor_codes"]:
            unit = units(NOW).prefetch_related("predecessors").get(code=row["code"])
            named = set(row["predecessor_codes"].split("|"))
            assert {old.code for old in unit.predecessors.all()} == named & in_file, unit
            checked += 1
    assert checked > 40


def test_no_unit_succeeds_one_that_did_not_end_the_day_before():
    link = AdministrativeUnit.successors.through
    for old, new in link.objects.values_list(
        "from_administrativeunit__valid_to", "to_administrativeunit__valid_from"
    ):
        assert (new - old).days == 1


def test_split_wards_have_several_successors():
    split = AdministrativeUnit.objects.filter(is_split=True)
    assert set(split.values_list("name", flat=True)) >= {"Long Tuyền", "Bùi Hữu Nghĩa", "Thốt Nốt"}
    assert all(unit.successors.count() > 1 for unit in split)


def test_units_are_found_without_accents():
    assert set(units(THEN).filter(search_key="vo cuong").values_list("code", flat=True)) == {"09190"}


def test_loading_again_changes_nothing():
    before = list(AdministrativeUnit.objects.order_by("pk").values())
    links = AdministrativeUnit.successors.through.objects.count()
    with CaptureQueriesContext(connection) as queries:
        reference.load_units()
    assert list(AdministrativeUnit.objects.order_by("pk").values()) == before
    assert AdministrativeUnit.successors.through.objects.count() == links
    assert not [query for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


def test_loading_puts_right_what_somebody_changed_and_keeps_the_row():
    unit = units(THEN).get(code="09190")
    AdministrativeUnit.objects.filter(pk=unit.pk).update(name="Sai", population=1)
    reference.load_units()
    unit.refresh_from_db()
    assert unit.name == "Võ Cường"


# ---------------------------------------------------------------- conditions and risk groups


def test_the_twenty_conditions_with_their_tiers():
    assert list(Condition.objects.values_list("number", flat=True)) == list(range(1, 21))
    second_tier = Condition.objects.filter(is_second_tier=True).values_list("number", flat=True)
    assert set(second_tier) == {10, 17}  # HIV, substance use
    immunosuppression = Condition.objects.filter(is_immunosuppression=True).values_list("number", flat=True)
    assert set(immunosuppression) == {3, 5, 10, 15, 18}


def test_words_of_conditions_are_search_keys_and_lead_to_one_condition():
    words = Counter(word for condition in Condition.objects.all() for word in condition.words)
    assert all(word == names.search_key(word) for word in words)
    assert [word for word, count in words.items() if count > 1] == []


def test_both_letters_define_their_group():
    definitions = dict(RiskGroup.objects.values_list("code", "definition"))
    assert definitions["RG-BN-2022"] == {"min_age": 50, "any_condition": True}
    assert definitions["RG-LS-2022"] == {"min_age": 60, "any_condition": True, "pregnant": True}
    assert RiskGroup.objects.get(is_default=True).code == "RG-BN-2022"


def test_the_installations_choice_of_default_survives_loading():
    RiskGroup.objects.update(is_default=False)
    RiskGroup.objects.filter(code="RG-LS-2022").update(is_default=True)
    RiskGroup.objects.create(code="RIÊNG", name="x", name_en="x", definition={"min_age": 65}, legal_ref="thử")
    reference.load_risk_groups()
    assert RiskGroup.objects.get(is_default=True).code == "RG-LS-2022"
    assert RiskGroup.objects.filter(code="RIÊNG").exists()
