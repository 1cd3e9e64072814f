"""The rule files: frozen versions by date, and faults named by file, line and field."""

import dataclasses
import json
from datetime import date

import pytest

from vaccination.eligibility import ScheduleError, load_family, load_products, read_family
from vaccination.intervals import Length, PartialDate, add_months, birthday
from vaccination.rulesets import RuleSet
from vaccination.schedule_files import FOLDER

VN = load_family("VN-COVID")


def test_there_is_one_version_per_day_of_change():
    assert [version.code for version in VN.versions] == [
        f"VN-COVID-{day}"
        for day in (
            "2021-03-08", "2021-04-01", "2021-06-01", "2021-07-01", "2021-07-22", "2021-08-10", "2021-09-01",
            "2021-09-10", "2021-09-20", "2021-10-14", "2021-12-01", "2021-12-12", "2021-12-17", "2021-12-21",
            "2022-03-01", "2022-03-28", "2022-04-01", "2022-05-01", "2022-06-17", "2022-06-23",
        )
    ]  # fmt: skip
    for version, following in zip(VN.versions, VN.versions[1:], strict=False):
        assert version.eff_to == following.eff_from
        assert version.changes


@pytest.mark.parametrize(
    ("day", "code"),
    [("2021-03-08", "2021-03-08"), ("2021-12-16", "2021-12-12"), ("2021-12-17", "2021-12-17"),
     ("2022-02-28", "2021-12-21"), ("2022-03-01", "2022-03-01"), ("2030-01-01", "2022-06-23")],
)  # fmt: skip
def test_the_version_of_a_day(day, code):
    assert VN.at(date.fromisoformat(day)).code == f"VN-COVID-{code}"


def test_a_version_cannot_be_changed():
    version = VN.versions[0]
    with pytest.raises(dataclasses.FrozenInstanceError):
        version.bands = ()
    with pytest.raises(TypeError):
        version.intervals["AZ"] = ()


def test_a_date_known_to_the_month_is_its_first_day_and_says_so():
    row = VN.at(date(2022, 3, 1)).row("BST1.product")
    assert (row.eff, row.eff_precision) == (date(2022, 3, 1), "month")


def test_every_row_has_its_words_its_source_and_its_confidence():
    for version in VN.versions:
        for row in version.rows:
            assert row.text_vi
            assert row.text_en
            assert row.ref.sources
            assert row.confidence in "HML"


def test_nobody_writes_a_row_twice():
    rows = json.loads((FOLDER / "vn-covid.json").read_text(encoding="utf-8"))["rows"]
    assert len({(row["key"], row["eff"]) for row in rows}) == len(rows)


def test_every_product_has_an_interval_or_is_complete_with_one_dose():
    for version in VN.versions:
        assert {code for code, product in load_products().items() if product.basic_doses > 1} <= set(
            version.intervals
        )


def test_an_unknown_family_or_version_is_not_found():
    with pytest.raises(LookupError):
        load_family("VN-FLU")
    with pytest.raises(LookupError):
        VN.version("VN-COVID-2021-12-18")


# ---------------------------------------------------------------- faults

SMALL = """{
  "family": "T", "programme": "COVID-19", "jurisdiction": "VN", "method": "stages", "status": "draft",
  "title_vi": "t", "title_en": "t", "first_dose_on": "2021-03-08",
  "parameters": {"grace_days": 4},
  "rows": [
    {"key": "AGE", "eff": "2021-03-08", "kind": "age", "min_age": 18, "products": ["AZ"],
     "text_vi": "t", "text_en": "t", "ref": {"sources": ["K"]}, "confidence": "H"},
    {"key": "INT", "eff": "2021-03-08", "kind": "interval", "after": ["AZ"], "min": "8w", "floor": "4w",
     "provinces": {"79": "6w"},
     "text_vi": "t", "text_en": "t", "ref": {"sources": ["K"]}, "confidence": "H"},
    {"key": "BST1", "eff": "2021-12-01", "kind": "step", "type": "BOOSTER", "ordinal": 1, "min_age": 18,
     "start": "LAST_BASIC", "min": "6m", "product_key": "BST1.product",
     "text_vi": "t", "text_en": "t", "ref": {"sources": ["K"]}, "confidence": "H"},
    {"key": "BST1.product", "eff": "2021-12-01", "kind": "products", "choices": [{"previous": "ANY", "then": ["SAME"]}],
     "text_vi": "t", "text_en": "t", "ref": {"sources": ["K"]}, "confidence": "H"}
  ]
}"""


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "t.json"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_small_family_can_be_read(written):
    family = read_family(written(SMALL))
    assert isinstance(family.at(date(2022, 1, 1)), RuleSet)
    assert family.at(date(2022, 1, 1)).parameters.grace_days == 4


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ('"eff": "2021-03-08", "kind": "age"', '"eff": "2021-02-30", "kind": "age"', 6, "eff"),
        ('"eff": "2021-03-08", "kind": "age"', '"eff": "08/03/2021", "kind": "age"', 6, "eff"),
        ('"eff": "2021-03-08", "kind": "age"', '"kind": "age"', 6, "eff"),
        ('"kind": "age"', '"kind": "agee"', 6, "kind"),
        ('"min_age": 18, "products"', '"min_age": "18", "products"', 6, "min_age"),
        ('"min_age": 18, "products"', '"min_age": 180, "products"', 6, "min_age"),
        ('"products": ["AZ"]', '"products": ["AX"]', 6, "products"),
        ('"min": "8w"', '"min": "8 weeks"', 8, "min"),
        ('"79": "6w"', '"79": "3w"', 9, "79"),
        ('"floor": "4w"', '"max": "4w"', 8, "max"),
        ('"floor": "4w"', '"flor": "4w"', 8, "flor"),
        ('"ordinal": 1', '"ordinal": "1"', 11, "ordinal"),
        ('"start": "LAST_BASIC"', '"start": "LAST"', 12, "start"),
        ('"product_key": "BST1.product"', '"product_key": "BST9.product"', 12, "product_key"),
        ('"then": ["SAME"]', '"then": ["OTHER"]', 14, "then"),
        ('"key": "INT", "eff": "2021-03-08"', '"key": "AGE", "eff": "2021-03-08"', 8, "eff"),
        (
            '"key": "INT", "eff": "2021-03-08"',
            '"key": "INT", "eff": "2021-03-08", "extends": true',
            8,
            "extends",
        ),
        ('"method": "stages"', '"method": "guessing"', 2, "method"),
        ('"grace_days": 4', '"grace_day": 4', 4, "grace_day"),
        ('"grace_days": 4', '"grace_days": true', 4, "grace_days"),
        ('"min_age": 18, "products"', '"min_age": 18, "max_age": 60, "products"', 5, "rows"),
        ('"confidence": "H"},\n    {"key": "INT"', '"confidence": "X"},\n    {"key": "INT"', 7, "confidence"),
        (
            '"ref": {"sources": ["K"]}, "confidence": "H"},\n    {"key": "INT"',
            '"confidence": "H"},\n    {"key": "INT"',
            6,
            "ref",
        ),
        ('"programme": "COVID-19",', "", 1, "programme"),
        ('"products": ["AZ"],', '"products": ["AZ"],,', 6, "(syntax)"),
        ('"products": ["AZ"],', '"products": ["AZ",],', 6, "(syntax)"),
        ('"products": ["AZ"],', '"products": ["AZ"], "products": [],', 6, "(syntax)"),
        ('"products": ["AZ"],', '"products" ["AZ"],', 6, "(syntax)"),
        ("\n  ]\n}", "", 15, "(syntax)"),
        ("\n  ]\n}", "\n  ]\n} x", 17, "(syntax)"),
    ],
)
def test_a_bad_file_names_line_and_field(written, old, new, line, field):
    assert SMALL.count(old) == 1
    with pytest.raises(ScheduleError) as caught:
        read_family(written(SMALL.replace(old, new)))
    assert (caught.value.file, caught.value.line, caught.value.field) == ("t.json", line, field)
    assert str(caught.value).startswith(f"t.json, line {line}, field {field}: ")


def test_a_missing_file_is_a_fault_of_that_file(tmp_path):
    with pytest.raises(ScheduleError, match=r"none\.json"):
        read_family(tmp_path / "none.json")


def test_two_age_rules_must_not_leave_a_gap(written):
    older = SMALL.replace('"min_age": 18, "products"', '"min_age": 18, "products"', 1)
    teen = """{"key": "AGE.teen", "eff": "2021-10-14", "kind": "age", "min_age": 12, "max_age": 17, "products": ["PFZ"],
     "text_vi": "t", "text_en": "t", "ref": {"sources": ["K"]}, "confidence": "H"},
    {"key": "INT","""
    with pytest.raises(ScheduleError, match="gap"):
        read_family(written(older.replace('{"key": "INT",', teen)))


# ---------------------------------------------------------------- dates and lengths


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [("2021-01-31", 1, "2021-02-28"), ("2024-01-31", 1, "2024-02-29"), ("2021-08-31", 6, "2022-02-28"),
     ("2021-11-30", 3, "2022-02-28"), ("2021-12-31", 2, "2022-02-28"), ("2021-10-15", 3, "2022-01-15"),
     ("2021-12-31", 12, "2022-12-31")],
)  # fmt: skip
def test_months_end_with_the_month(day, months, expected):
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(expected)


def test_weeks_and_days_are_exact():
    assert Length("8w").after(date(2021, 1, 31)) == date(2021, 3, 28)
    assert Length("28d").after(date(2024, 2, 1)) == date(2024, 2, 29)
    assert Length("1y").after(date(2024, 2, 29)) == date(2025, 2, 28)
    for wrong in ("", "8", "w", "-1d", "1.5m", "8 w", "8W"):
        with pytest.raises(ValueError):
            Length(wrong)


def test_who_is_born_on_a_leap_day_has_a_birthday_every_year():
    assert birthday(date(2004, 2, 29), 18) == date(2022, 2, 28)
    assert birthday(date(2004, 2, 29), 20) == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("text", "first", "last", "precision"),
    [("2021-10-05", "2021-10-05", "2021-10-05", "day"), ("2021-02", "2021-02-01", "2021-02-28", "month"),
     ("2024-02", "2024-02-01", "2024-02-29", "month"), ("1972", "1972-01-01", "1972-12-31", "year")],
)  # fmt: skip
def test_partial_dates(text, first, last, precision):
    found = PartialDate.parse(text)
    assert (found.first.isoformat(), found.last.isoformat(), found.precision) == (first, last, precision)


@pytest.mark.parametrize(
    "text", ["", "21", "2021-1", "2021-13", "2021-00", "2021-02-29", "1899", "2200", "٢٠٢١", "2021-10-05T00"]
)
def test_what_is_not_a_date(text):
    with pytest.raises(ValueError):
        PartialDate.parse(text)
