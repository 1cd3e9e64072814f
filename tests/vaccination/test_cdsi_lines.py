"""`forecast --rules US-2021-05`: the format of the contract over the other method."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from vaccination.cdsi.writing import TEXTS
from vaccination.forecast_lines import answer

ROOT = Path(__file__).resolve().parents[2]
KEYS = ["id", "rules", "state", "next", "earliest_on", "due_on", "overdue_on", "latest_on", "deferred_until", "doses",
        "reasons", "series"]  # fmt: skip


def ask(rules="US-2021-05", **line):
    return json.loads(
        answer(json.dumps({"id": "x", "born": "1990-03-02", "on": "2021-06-30", **line}), rules)
    )


def test_the_whole_answer_to_one_line():
    found = ask(sex="F", doses=[{"on": "2021-06-01", "cvx": "208"}])
    assert list(found) == KEYS
    reasons = found.pop("reasons")
    assert found == {
        "id": "x",
        "rules": "US-2021-05",
        "state": "DUE",
        "next": {"type": "BASIC", "ordinal": 2, "products": ["PFZ"]},
        "earliest_on": "2021-06-22",
        "due_on": "2021-06-22",
        "overdue_on": "2021-07-12",
        "latest_on": None,
        "deferred_until": None,
        "doses": [
            {"on": "2021-06-01", "valid": True, "counts_as": {"type": "BASIC", "ordinal": 1}, "reason": None,
             "status": "VALID", "notes": []},
        ],
        "series": {"name": "2-dose Pfizer series", "status": "NOT_COMPLETE", "next_dose": 2},
    }  # fmt: skip
    assert reasons == [
        {
            "code": "SERIES",
            "text_vi": "Mũi 2 của lịch 2-dose Pfizer series: sớm nhất 22/06/2021, nên tiêm từ 22/06/2021, chậm nhất 12/07/2021.",
            "text_en": "Dose 2 of the 2-dose Pfizer series: earliest 22/06/2021, recommended from 22/06/2021, at the latest 12/07/2021.",
        }
    ]


@pytest.mark.parametrize(
    ("line", "state", "codes"),
    [
        ({"doses": []}, "DUE", ["SERIES"]),
        ({}, "UNKNOWN_HISTORY", ["UNKNOWN_HISTORY"]),
        ({"born": "2015-01-01", "doses": []}, "NOT_ELIGIBLE_AGE", ["AGE"]),
        ({"born": "2009", "doses": []}, "CHECK_AGE", ["AGE", "SERIES"]),
        ({"doses": [{"on": "2021-01-05", "cvx": "207"}]}, "OVERDUE", ["SERIES", "OVERDUE"]),
        ({"doses": [{"on": "2021-06-29", "cvx": "207"}]}, "NOT_YET_DUE", ["SERIES"]),
        ({"doses": [{"on": "2021-06-01", "cvx": "212"}]}, "COMPLETE", ["COMPLETE"]),
        ({"doses": [], "observations": ["122"]}, "CONTRAINDICATED", ["CONTRA"]),
        ({"doses": [], "observations": ["187", "188"]}, "CONTRAINDICATED", ["CONTRA", "CONTRA", "CONTRA"]),
        ({"doses": [], "screenings": [{"category": "CONTRA", "on": "2021-06-01"}]}, "CONTRAINDICATED", ["CONTRA"]),
        ({"doses": [], "screenings": [{"category": "CONTRA", "on": "2021-06-01", "product": "PFZ"}]}, "DUE",
         ["SERIES", "CONTRA"]),
        ({"doses": [], "screenings": [{"category": "DEFER", "on": "2021-06-01", "until": "2021-07-09"}]}, "DEFERRED",
         ["DEFER", "SERIES"]),
        ({"doses": [], "screenings": [{"category": "DEFER", "on": "2021-06-01"}]}, "DEFERRED", ["DEFER", "SERIES"]),
        ({"doses": [{"on": "2021-05-01", "cvx": "210"}]}, "DUE", ["SERIES", "WRONG_PRODUCT"]),
    ],
)  # fmt: skip
def test_each_state_says_why(line, state, codes):
    found = ask(**line)
    assert (found["state"], [reason["code"] for reason in found["reasons"]]) == (state, codes)
    assert all(reason["text_vi"] and reason["text_en"] for reason in found["reasons"])


def test_next_is_null_where_the_contract_says_so():
    assert ask(doses=[{"on": "2021-06-01", "cvx": "212"}])["next"] is None
    assert ask(doses=[], observations=["122"])["next"] is None
    young = ask(born="2015-01-01", doses=[])
    assert (young["next"], young["earliest_on"], young["series"]["next_dose"]) == (None, "2027-01-01", 1)


def test_a_deferral_shows_its_end_if_it_has_one():
    def until(day):
        screening = {"category": "DEFER", "on": "2021-06-01", "until": day}
        return ask(doses=[], screenings=[screening])["deferred_until"]

    assert (until("2021-07-09"), until(None), until("2021-06-30")) == ("2021-07-09", None, None)


@pytest.mark.parametrize(
    "cvx", [*map(str, range(500, 520)), "210", "211", "217", "218", "221", "03", "999", 500]
)
def test_a_cvx_code_of_no_series_is_a_dose_that_does_not_count(cvx):
    (dose,) = ask(doses=[{"on": "2021-05-01", "cvx": cvx}])["doses"]
    assert (dose["valid"], dose["counts_as"], dose["reason"]) == (False, None, "WRONG_PRODUCT")


@pytest.mark.parametrize(
    ("given", "series"),
    [
        ({"cvx": 213}, "2-dose mRNA series"),
        ({"cvx": " 208 "}, "2-dose Pfizer series"),
        ({"product": "UNKNOWN"}, "2-dose mRNA series"),
        ({}, "2-dose mRNA series"),
        ({"cvx": ""}, "2-dose mRNA series"),
        ({"product": "MOD"}, "2-dose Moderna series"),
        ({"product": "JAN"}, "1-dose Janssen series"),
    ],
)
def test_products_are_named_by_our_code_or_by_cvx(given, series):
    assert ask(doses=[{"on": "2021-06-01", **given}])["series"]["name"] == series


def test_a_product_that_nobody_knows_stays_an_error():
    found = ask(doses=[{"on": "2021-06-01", "product": "XYZ"}])
    assert found["error"]["field"] == "doses[0].product"


def test_observations_must_be_codes():
    assert ask(observations=[188])["error"]["field"] == "observations[0]"
    assert ask(observations="188")["error"]["field"] == "observations"


def test_the_vietnamese_rules_take_no_notice_of_observations():
    assert ask(None, doses=[], observations=["188"]) == ask(None, doses=[])


def test_imprecise_dates_come_back_as_they_were_given():
    doses = [{"on": "2021-03", "cvx": "208"}, {"on": "2020", "cvx": "213"}]
    assert [dose["on"] for dose in ask(doses=doses)["doses"]] == ["2020", "2021-03"]


def test_every_sentence_can_be_said_in_both_languages():
    facts = dict.fromkeys(
        ["number", "series", "earliest_on", "due_on", "until", "days", "possible_from", "on", "product", "cause",
         "given", "min"], "…")  # fmt: skip
    for vietnamese, english in TEXTS.values():
        assert vietnamese.format(**facts) != english.format(**facts)


def test_the_command_runs_the_rule_set_by_its_name(tmp_path):
    lines = tmp_path / "people.jsonl"
    lines.write_text('{"id": 1, "born": "1990-03-02", "on": "2021-06-30", "doses": []}\n', encoding="utf-8")
    command = [sys.executable, "manage.py", "forecast", str(lines), "--rules"]
    done = subprocess.run([*command, "US-2021-05"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["rules"] == "US-2021-05"
    refused = subprocess.run([*command, "US-2021-06"], cwd=ROOT, capture_output=True, text=True)
    assert refused.returncode != 0
    assert "US-2021-06" in refused.stderr
