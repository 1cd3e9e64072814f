"""The publisher's file as it is carried, and what a file must not say for the engine to load it."""

import ast
import hashlib
import json
from pathlib import Path

import pytest

from vaccination.cdsi import reading
from vaccination.cdsi.schedule import Schedule
from vaccination.eligibility import ScheduleError, family_codes

ROOT = Path(__file__).resolve().parents[2]
XML = reading.CDSI_FOLDER / "covid-19-supporting-data-2021-05.xml"
US = reading.load_schedule("US-2021-05")


def test_the_publishers_file_is_carried_unchanged():
    found = hashlib.sha256(XML.read_bytes()).hexdigest()
    assert found == "b184cbee995f66a0b5eddd4f30ffc97c595b0e4764c1dc0043894a363de8b1ea"


def test_the_four_series_stand_in_the_order_of_preference():
    found = [(one.name, len(one.doses), one.is_default, one.product_path) for one in US.series]
    assert found == [
        ("2-dose Pfizer series", 2, True, True),
        ("2-dose Moderna series", 2, False, True),
        ("1-dose Janssen series", 1, False, True),
        ("2-dose mRNA series", 2, False, False),
    ]


def test_a_dose_is_read_with_its_ages_intervals_and_vaccines():
    second = US.series[0].doses[1]
    (interval,), (allowable,) = second.intervals, second.allowable_intervals
    assert (second.number, second.age.abs_min.text, second.age.min.text) == (2, "0 days", "12 years")
    lengths = (interval.abs_min, interval.min, interval.earliest_rec, interval.latest_rec)
    assert [length.text for length in lengths] == ["21 days - 4 days", "21 days", "21 days", "42 days"]
    assert (interval.from_previous, allowable.from_previous, allowable.abs_min.text) == (True, True, "0 days")
    assert [(one.cvx, one.volume_ml) for one in second.preferable] == [("208", 0.3)]
    janssen = US.series[2].doses[0].intervals[0]
    assert (janssen.from_previous, janssen.from_cvx) == (False, {"207", "208", "213"})
    mixed = US.series[3].doses
    assert [[one.cvx for one in dose.allowable] for dose in mixed] == [["207", "208", "213"]] * 2
    assert mixed[1].age.min is None


def test_contraindications_are_of_the_group_or_of_vaccines():
    assert [(one.observation, one.cvx) for one in US.contraindications] == [
        ("122", ""), ("080", ""), ("187", "212"), ("188", "207"), ("188", "208"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("product", "cvx"),
    [("PFZ", "208"), ("MOD", "207"), ("JAN", "212"), ("AZ", "210"), ("ABD", "ABD"), ("UNKNOWN", "213")],
)
def test_our_products_are_counted_by_a_cvx_code_of_the_schedule(product, cvx):
    assert US.cvx_of(product) == cvx


# ---------------------------------------------------------------- strictness


def changed(tmp_path, old, new, **description):
    text = XML.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / XML.name).write_text(text.replace(old, new, 1), encoding="utf-8")
    told = json.loads((reading.CDSI_FOLDER / "us-2021-05.json").read_text(encoding="utf-8"))
    (tmp_path / "us.json").write_text(json.dumps(told | description), encoding="utf-8")
    return reading.read_schedule(tmp_path / "us.json")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("<conditionalSkip/>", "<conditionalSkip><context>Both</context></conditionalSkip>", "does not evaluate"),
        ("<recurringDose>No<", "<recurringDose>Yes<", "recurring"),
        ("<seasonalRecommendation/>", "<seasonalRecommendation><startDate>20210701</startDate></seasonalRecommendation>",
         "does not evaluate"),
        ("<requiredGender/>", "<requiredGender>Female</requiredGender>", "does not evaluate"),
        ("<indication/>", "<indication><observationCode>007</observationCode></indication>", "does not evaluate"),
        ("<immunity>", "<immunity><clinicalHistory><guidelineCode>1</guidelineCode></clinicalHistory>",
         "does not evaluate"),
        ("<seriesType>Standard<", "<seriesType>Risk<", "Standard"),
        ("<seriesGroup>1<", "<seriesGroup>2<", "series group"),
        ("<minAgeToStart/>", "<minAgeToStart>5 years</minAgeToStart>", "does not evaluate"),
        ("<fromRelevantObs/>", "<fromRelevantObs><code>1</code></fromRelevantObs>", "does not evaluate"),
        ("<fromTargetDose/>", "<fromTargetDose>2</fromTargetDose>", "earlier dose"),
        ("<fromPrevious>Y<", "<fromPrevious>N<", "count from one thing"),
        ("<mvx/>", "<mvx>PFR</mvx>", "does not evaluate"),
        ("21 days - 4 days", "21 days minus 4", "not a length of time"),
        ("<doseNumber>Dose 2<", "<doseNumber>Dose 3<", "Dose 2"),
        ("<defaultSeries>No<", "<defaultSeries>Yes<", "default"),
        ("<inadvertentVaccine/>", "<somethingNew>1</somethingNew>", "not an element known here"),
        ("<volume>0.3<", "<volume>a little<", "not a number"),
        ("</series>", "", "mismatched tag"),
        ("<antigenSupportingData>", "<!DOCTYPE x [<!ENTITY y 'z'>]><antigenSupportingData>", "entities"),
    ],
)  # fmt: skip
def test_a_file_that_would_be_half_understood_is_not_loaded(tmp_path, old, new, problem):
    with pytest.raises(ScheduleError, match=problem) as raised:
        changed(tmp_path, old, new)
    assert raised.value.file == XML.name
    assert raised.value.line > 0


def test_what_the_engine_can_do_beyond_this_file_is_read(tmp_path):
    inadvertent = "<inadvertentVaccine><vaccineType>x</vaccineType><cvx>212</cvx></inadvertentVaccine>"
    found = changed(tmp_path, "<inadvertentVaccine/>", inadvertent)
    assert found.series[0].doses[0].inadvertent == {"212"}
    found = changed(tmp_path, "<maxAge/>", "<maxAge>65 years</maxAge>")
    assert found.series[0].doses[0].age.max.text == "65 years"


def test_the_description_beside_it_is_checked_too(tmp_path):
    with pytest.raises(ScheduleError, match="method"):
        changed(tmp_path, "<immunity>", "<immunity>", method="stages")
    with pytest.raises(ScheduleError, match="colour"):
        changed(tmp_path, "<immunity>", "<immunity>", colour="red")


# ---------------------------------------------------------------- hidden


def test_no_user_is_offered_a_foreign_schedule():
    """It is not among the families, and nothing but the format of `forecast` knows the method."""
    assert reading.schedule_codes() == ["US-2021-05"]
    assert not set(reading.schedule_codes()) & set(family_codes())
    assert isinstance(US, Schedule)
    knowing = {
        path.relative_to(ROOT).as_posix()
        for app in ("config", "outreach", "vaccination", "wards", "lib")
        for path in (ROOT / app).rglob("*.py")
        if "vaccination.cdsi" in _imported(path) and path.parent.name != "cdsi"
    }
    assert knowing == {"vaccination/forecast_lines.py"}
    programmes = json.loads((ROOT / "vaccination/data/programmes.json").read_text(encoding="utf-8"))
    assert programmes["fields"]["rule_family"] == "VN-COVID"


def _imported(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return " ".join(names)
