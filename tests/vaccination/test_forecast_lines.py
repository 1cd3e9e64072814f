"""The `forecast` format of JSON Lines: the worked example, the fields, the errors."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from vaccination.forecast_lines import answer, rules_of

EXAMPLE = """{"id": "a1", "born": "1958-03", "sex": "F", "on": "2022-02-06", "province": "27", "priority_group": 9,
"doses": [{"on": "2021-06-01", "product": "AZ"}, {"on": "2021-08-03", "product": "AZ", "volume_ml": 0.5}], "conditions": [14],
"pregnancy": {"weeks": 20, "as_of": "2022-01-30"}, "infections": [{"confirmed_on": "2022-01-02", "recovered_on": "2022-01-12", "discharged_on": null}],
"screenings": [{"category": "CONTRA", "product": "SPU", "on": "2021-10-01", "until": null}]}"""


def ask(rules=None, default_on=None, **line):
    return json.loads(answer(json.dumps({"id": "x", "born": "1980-05-05", **line}), rules, default_on))


def test_the_worked_example():
    found = json.loads(answer(EXAMPLE))
    reasons = found.pop("reasons")
    assert found == {
        "id": "a1",
        "rules": "VN-COVID-2021-12-21",
        "state": "DUE",
        "next": {"type": "BOOSTER", "ordinal": 1, "products": ["AZ", "PFZ", "MOD"]},
        "earliest_on": "2021-11-03",
        "due_on": "2021-11-03",
        "overdue_on": None,
        "latest_on": None,
        "deferred_until": None,
        "doses": [
            {"on": "2021-06-01", "valid": True, "counts_as": {"type": "BASIC", "ordinal": 1}, "reason": None},
            {"on": "2021-08-03", "valid": True, "counts_as": {"type": "BASIC", "ordinal": 2}, "reason": None},
        ],
    }
    assert [reason["code"] for reason in reasons] == ["BST1"]
    assert reasons[0]["text_vi"].startswith(
        "Người này đến lịch mũi nhắc lại lần 1 từ 03/11/2021: đủ 3 tháng sau"
    )
    assert reasons[0]["text_en"].startswith(
        "This person is due for booster 1 from 03/11/2021: 3 months after"
    )


def test_the_order_of_the_keys_is_that_of_the_contract():
    keys = ["id", "rules", "state", "next", "earliest_on", "due_on", "overdue_on", "latest_on", "deferred_until",
            "doses", "reasons"]  # fmt: skip
    assert list(json.loads(answer(EXAMPLE))) == keys


def test_only_id_and_born_are_needed():
    found = json.loads(answer('{"id": 7, "born": "1980"}', on=date(2022, 2, 6)))
    assert (found["id"], found["state"], found["reasons"][0]["code"]) == (
        7,
        "UNKNOWN_HISTORY",
        "UNKNOWN_HISTORY",
    )


def test_the_day_of_the_line_goes_before_the_day_of_the_option():
    assert ask(on="2021-12-16", default_on=date(2021, 12, 17))["rules"] == "VN-COVID-2021-12-12"
    assert ask(default_on=date(2021, 12, 17))["rules"] == "VN-COVID-2021-12-17"


def test_rules_name_a_family_or_a_version():
    given = [{"on": "2021-06-01", "product": "AZ"}, {"on": "2021-08-31", "product": "AZ"}]
    assert ask("VN-COVID", on="2021-12-17", doses=given)["due_on"] == "2021-11-30"
    old = ask("VN-COVID-2021-12-12", on="2021-12-17", doses=given)
    assert (old["rules"], old["due_on"], old["state"]) == ("VN-COVID-2021-12-12", "2022-02-28", "NOT_YET_DUE")
    for name in ("VN-COVID-2021-12-18", "XX", "VN-COVID-"):
        with pytest.raises(LookupError):
            rules_of(name)


def test_missing_doses_are_not_an_empty_list_of_doses():
    assert ask(on="2022-02-06")["state"] == ask(on="2022-02-06", doses=None)["state"] == "UNKNOWN_HISTORY"
    assert ask(on="2022-02-06", doses=[])["state"] == "DUE"


@pytest.mark.parametrize(
    ("cvx", "products"),
    [("210", ["AZ", "PFZ"]), ("208", ["PFZ"]), ("217", ["PFZ"]), (207, ["MOD"]), ("221", ["MOD"]), ("505", ["SPU"]),
     ("510", ["VERO", "HAYAT"]), ("502", ["COV"]), ("500", []), ("213", []), ("999", [])],
)  # fmt: skip
def test_products_by_cvx_code(cvx, products):
    found = ask(on="2022-02-06", doses=[{"on": "2021-12-01", "cvx": cvx}])
    assert found["next"] == {"type": "BASIC", "ordinal": 2, "products": products}
    assert found["doses"][0]["reason"] == (None if products else "PRODUCT_UNKNOWN")


def test_a_dose_without_product_is_of_an_unknown_product():
    assert ask(on="2022-02-06", doses=[{"on": "2021-12"}])["doses"] == [
        {
            "on": "2021-12",
            "valid": True,
            "counts_as": {"type": "BASIC", "ordinal": 1},
            "reason": "PRODUCT_UNKNOWN",
        }
    ]


def test_dates_keep_their_precision():
    given = [{"on": on, "product": "PFZ"} for on in ("2021", "2021-10", "2021-12-24")]
    assert [dose["on"] for dose in ask(on="2022-02-06", doses=given)["doses"]] == [
        "2021",
        "2021-10",
        "2021-12-24",
    ]


def test_the_order_of_the_doses_does_not_matter():
    given = [{"on": on, "product": "PFZ"} for on in ("2021-09-01", "2021-09-22", "2021-12-24", "2021-12-24")]
    assert ask(on="2022-02-06", doses=given) == ask(on="2022-02-06", doses=given[::-1])


def test_a_dose_after_the_day_asked_about_leaves_no_trace():
    later = {"on": "2022-02-07", "product": "PFZ"}
    assert ask(on="2022-02-06", doses=[later]) == ask(on="2022-02-06", doses=[])


def test_too_young_has_no_next_dose_but_a_date():
    found = ask(born="2005-01-02", on="2021-09-01", doses=[])
    assert (found["state"], found["next"], found["earliest_on"]) == ("NOT_ELIGIBLE_AGE", None, "2023-01-02")
    assert [reason["code"] for reason in found["reasons"]] == ["AGE", "WAITING_GUIDANCE"]
    assert "chờ hướng dẫn của Bộ Y tế" in found["reasons"][0]["text_vi"]
    assert "waiting for guidance" in found["reasons"][0]["text_en"]
    little = ask(born="2018-01-02", on="2021-09-01", doses=[])
    assert (little["state"], [reason["code"] for reason in little["reasons"]]) == (
        "NOT_ELIGIBLE_AGE",
        ["AGE"],
    )


def test_contraindicated_has_no_next_dose():
    found = ask(on="2022-02-06", doses=[], screenings=[{"category": "CONTRA", "on": "2022-01-01"}])
    assert (found["state"], found["next"], found["due_on"]) == ("CONTRAINDICATED", None, None)


@pytest.mark.parametrize(
    ("until", "on", "state", "deferred_until"),
    [("2022-02-10", "2022-02-09", "DEFERRED", "2022-02-10"), ("2022-02-10", "2022-02-10", "DUE", None),
     (None, "2022-02-09", "DEFERRED", None)],
)  # fmt: skip
def test_until_is_the_first_day_without_deferral(until, on, state, deferred_until):
    found = ask(on=on, doses=[], screenings=[{"category": "DEFER", "on": "2022-02-01", "until": until}])
    assert (found["state"], found["deferred_until"]) == (state, deferred_until)


@pytest.mark.parametrize(
    ("line", "name", "field"),
    [
        ("", None, "line"),
        ("{", None, "line"),
        ("[1]", None, "line"),
        ('"text"', None, "line"),
        ("[" * 100_000, None, "line"),
        ('{"born": "1980"}', None, "id"),
        ('{"id": true, "born": "1980"}', None, "id"),
        ('{"id": {"a": 1}, "born": "1980"}', None, "id"),
        ('{"id": 1}', 1, "born"),
        ('{"id": 1, "born": "05/05/1980"}', 1, "born"),
        ('{"id": 1, "born": "1980-02-30"}', 1, "born"),
        ('{"id": 1, "born": "1980-13"}', 1, "born"),
        ('{"id": 1, "born": "1899"}', 1, "born"),
        ('{"id": 1, "born": 1980}', 1, "born"),
        ('{"id": 1, "born": "1980"}', 1, "on"),
        ('{"id": 1, "born": "1980", "on": "2022-02"}', 1, "on"),
        ('{"id": 1, "born": "1980", "on": "2021-03-07"}', 1, "on"),
        ('{"id": 1, "born": "1980", "doses": {}}', 1, "doses"),
        ('{"id": 1, "born": "1980", "doses": ["AZ"]}', 1, "doses[0]"),
        ('{"id": 1, "born": "1980", "doses": [{"product": "AZ"}]}', 1, "doses[0].on"),
        ('{"id": 1, "born": "1980", "doses": [{"on": "2021-06-01"}, {"on": "x"}]}', 1, "doses[1].on"),
        (
            '{"id": 1, "born": "1980", "doses": [{"on": "2021-06-01", "product": "ASTRA"}]}',
            1,
            "doses[0].product",
        ),
        ('{"id": 1, "born": "1980", "doses": [{"on": "2021-06-01", "product": 5}]}', 1, "doses[0].product"),
        ('{"id": 1, "born": "1980", "doses": [{"on": "2021-06-01", "cvx": [210]}]}', 1, "doses[0].cvx"),
        (
            '{"id": 1, "born": "1980", "doses": [{"on": "2021-06-01", "volume_ml": NaN}]}',
            1,
            "doses[0].volume_ml",
        ),
        (
            '{"id": 1, "born": "1980", "doses": [{"on": "2021-06-01", "volume_ml": -1}]}',
            1,
            "doses[0].volume_ml",
        ),
        ('{"id": 1, "born": "1980", "conditions": [21]}', 1, "conditions[0]"),
        ('{"id": 1, "born": "1980", "conditions": [3, "10"]}', 1, "conditions[1]"),
        ('{"id": 1, "born": "1980", "priority_group": 17}', 1, "priority_group"),
        ('{"id": 1, "born": "1980", "province": 27}', 1, "province"),
        ('{"id": 1, "born": "1980", "on": "2022-02-06", "sex": 1}', 1, "sex"),
        ('{"id": 1, "born": "1980", "pregnancy": 9}', 1, "pregnancy"),
        ('{"id": 1, "born": "1980", "pregnancy": {"weeks": 9}}', 1, "pregnancy.as_of"),
        (
            '{"id": 1, "born": "1980", "pregnancy": {"weeks": 99, "as_of": "2022-01-01"}}',
            1,
            "pregnancy.weeks",
        ),
        ('{"id": 1, "born": "1980", "infections": [{}]}', 1, "infections[0].confirmed_on"),
        (
            '{"id": 1, "born": "1980", "screenings": [{"category": "MAYBE", "on": "2022-01-01"}]}',
            1,
            "screenings[0].category",
        ),
        ('{"id": 1, "born": "1980", "screenings": [{"category": "DEFER"}]}', 1, "screenings[0].on"),
    ],
)
def test_a_line_that_cannot_be_used_says_which_field_and_why(line, name, field):
    found = json.loads(answer(line))
    assert list(found) == ["id", "error"]
    assert (found["id"], found["error"]["field"]) == (name, field)
    assert found["error"]["problem"]


def test_an_answer_is_one_line_of_readable_text():
    text = answer('{"id": "Đào\\n", "born": "1980", "doses": []}', on=date(2022, 2, 6))
    assert "\n" not in text
    assert "Đào" in text
    assert "chưa có mũi tiêm" in text


def test_half_a_surrogate_pair_in_the_id_can_still_be_written():
    answer('{"id": "\\ud800", "born": "1980"}', on=date(2022, 2, 6)).encode()


def test_the_engine_its_sentences_and_this_format_need_no_django():
    loaded = "sorted(name for name in sys.modules if name.split('.')[0] in ('django', 'wards', 'psycopg2'))"
    script = f"import sys, vaccination.forecast_lines; print({loaded})"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
