"""The contract of `forecast`, sentence by sentence, and lines that nobody would send on purpose. All people are synthetic."""

import json
import subprocess
import sys
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.vaccination.test_commands import ROOT, run_forecast
from vaccination.forecast_lines import answer
from vaccination.management.commands.forecast import LONGEST_LINE
from vaccination.states import STATE_PRECEDENCE

NOW = "2022-02-06"
STATES = {state.value for state, _condition in STATE_PRECEDENCE}
AZ_TWICE = [{"on": "2021-06-01", "product": "AZ"}, {"on": "2021-08-03", "product": "AZ"}]
VERO_TWICE = [{"on": "2021-10-01", "product": "VERO"}, {"on": "2021-10-22", "product": "VERO"}]


def ask(rules=None, **line):
    return json.loads(
        answer(json.dumps({"id": "x", "born": "1980-05-05", "on": NOW, "doses": [], **line}), rules)
    )


# ---------------------------------------------------------------- what comes out


def test_the_states_are_those_of_the_contract_in_its_order():
    assert [state.value for state, _condition in STATE_PRECEDENCE] == [
        "COMPLETE", "NOT_ELIGIBLE_AGE", "CHECK_AGE", "UNKNOWN_HISTORY", "CONTRAINDICATED", "NOT_YET_DUE", "DEFERRED",
        "OVERDUE", "DUE",
    ]  # fmt: skip


def test_children_who_wait_for_guidance_are_too_young_with_a_reason():
    child = ask(born="2013-01-01")
    assert (child["state"], child["next"]) == ("NOT_ELIGIBLE_AGE", None)
    assert [reason["code"] for reason in child["reasons"]] == ["AGE", "WAITING_GUIDANCE"]
    assert child["earliest_on"] == child["due_on"] == "2025-01-01"  # the age of the rules in force: twelve
    assert "WAITING_GUIDANCE" not in [
        reason["code"] for reason in ask(born="2013-01-01", on="2022-03-28")["reasons"]
    ]


def test_dates_follow_the_rules_in_force_and_are_not_moved_to_the_day_of_the_rule():
    assert ask(doses=AZ_TWICE, on="2021-12-17")["due_on"] == "2021-11-03"
    assert ask(doses=AZ_TWICE, on="2021-12-16")["due_on"] == "2022-02-03"


def test_each_dose_is_judged_by_the_rules_of_its_own_day_also_under_a_named_version():
    mixed = [{"on": "2021-05-01", "product": "AZ"}, {"on": "2021-07-21", "product": "PFZ"}]
    for rules in (None, "VN-COVID", "VN-COVID-2021-12-21"):
        first, second = ask(rules, doses=mixed)["doses"]
        assert (first["valid"], second["valid"], second["reason"]) == (True, False, "MIX.basic")


@pytest.mark.parametrize(
    ("line", "following"),
    [
        ({}, {"type": "BASIC", "ordinal": 1}),
        ({"doses": [{"on": "2022-01-30", "product": "PFZ"}]}, {"type": "BASIC", "ordinal": 2}),  # not yet due
        ({"infections": [{"confirmed_on": "2022-02-01"}]}, {"type": "BASIC", "ordinal": 1}),  # deferred
        ({"doses": [*AZ_TWICE, {"on": "2022-01-15", "product": "PFZ"}]}, None),  # complete
        ({"born": "2018-01-01"}, None),  # too young
        ({"screenings": [{"category": "CONTRA", "on": "2022-01-01"}]}, None),
    ],
)
def test_next_is_what_the_rules_look_forward_to(line, following):
    found = ask(**line)["next"]
    assert (found and {key: found[key] for key in ("type", "ordinal")}) == following


def test_products_are_those_in_force_without_contraindicated_ones():
    barred = [{"category": "CONTRA", "product": "PFZ", "on": "2022-01-01"}]
    assert ask(doses=AZ_TWICE)["next"]["products"] == ["AZ", "PFZ", "MOD"]
    assert ask(doses=AZ_TWICE, screenings=barred)["next"]["products"] == ["AZ", "MOD"]


def test_a_closed_window_is_skipped_with_its_reason():
    last = ask(doses=VERO_TWICE, on="2022-01-22")
    assert (last["next"]["type"], last["overdue_on"], last["latest_on"]) == (
        "ADDITIONAL",
        "2022-01-22",
        "2022-01-22",
    )
    closed = ask(doses=VERO_TWICE, on="2022-01-23")
    assert (closed["next"]["type"], closed["latest_on"]) == ("BOOSTER", None)
    assert "ADD.WINDOW_CLOSED" in [reason["code"] for reason in closed["reasons"]]


@pytest.mark.parametrize(("on", "state"), [("2022-01-07", "DUE"), ("2022-01-08", "OVERDUE")])
def test_overdue_on_is_the_last_day_inside_the_window(on, state):
    found = ask(doses=[{"on": "2021-12-10", "product": "PFZ"}], on=on)
    assert (found["state"], found["overdue_on"]) == (state, "2022-01-07")


def test_overdue_is_null_where_the_text_sets_no_upper_bound():
    assert ask(doses=[{"on": "2021-08-01", "product": "MOD"}])["overdue_on"] is None


@pytest.mark.parametrize(
    ("on", "state", "until"), [("2022-01-11", "DEFERRED", "2022-01-12"), ("2022-01-12", "DUE", None)]
)
def test_deferred_until_is_the_first_day_without_deferral(on, state, until):
    found = ask(on=on, infections=[{"confirmed_on": "2022-01-02", "recovered_on": "2022-01-12"}])
    assert (found["state"], found["deferred_until"]) == (state, until)


def test_every_dose_that_does_not_count_says_why():
    shots = [
        ("2021-03-01", "AZ"),
        ("2021-06-01", "AZ"),
        ("2021-06-01", "AZ"),
        ("2021-06-20", "AZ"),
        ("2021-08-03", "AZ"),
    ]
    found = ask(doses=[{"on": on, "product": product} for on, product in shots])["doses"]
    assert [dose["reason"] for dose in found] == ["BEFORE_PROGRAMME", None, "DUPLICATE", "TOO_EARLY", None]
    assert [dose["counts_as"] for dose in found][1::3] == [
        {"type": "BASIC", "ordinal": 1},
        {"type": "BASIC", "ordinal": 2},
    ]


def test_reasons_speak_both_languages():
    for reason in ask(doses=AZ_TWICE)["reasons"]:
        assert list(reason) == ["code", "text_vi", "text_en"]
        assert reason["text_vi"]
        assert reason["text_en"] not in ("", reason["text_vi"])


# ---------------------------------------------------------------- the command


def lines_of(file, **options) -> list[dict]:
    out = StringIO()
    call_command("forecast", str(file), stdout=out, **options)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_one_line_out_for_every_line_in_whatever_stands_on_it(tmp_path):
    lines = [
        '{"id": 1, "born": "1950", "doses": []}', "", "   ", "null", "[]", "{}", "[" * 50_000, '{"id": 2}',
        '{"id": 3, "born": "1950", "doses": [{"on": "2021-06-01", "volume_ml": 1e400}]}', '{"id": 1e400, "born": "1950"}',
        '{"id": 4, "born": "1950", "conditions": [1e400]}', '{"id": 5, "born": "1950", "x": ' + "[" * 900 + "]" * 900 + "}",
        '{"id": ' + "9" * 5000 + ', "born": "1950"}', '{"id": 6, "born": {"year": 1950}}', '{"id": 7, "born": "1950"} x',
        '\ufeff{"id": 8, "born": "1950"}', '{"id": 9, "born": "1950", "doses": []}',
    ]  # fmt: skip
    file = tmp_path / "people.jsonl"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    answers = lines_of(file, on=date(2022, 2, 6))
    assert len(answers) == len(lines)
    assert [answer["id"] for answer in answers if "error" not in answer] == [1, 5, 9]
    for found in answers:
        assert set(found) >= {"id", "state"} or set(found) == {"id", "error"}
        if "error" in found:
            assert set(found["error"]) == {"field", "problem"}


def test_a_file_with_a_byte_order_mark_crlf_and_no_last_newline(tmp_path):
    file = tmp_path / "people.jsonl"
    file.write_bytes(b'\xef\xbb\xbf{"id": 1, "born": "1950"}\r\n{"id": 2, "born": "1950"}')
    assert [answer["id"] for answer in lines_of(file, on=date(2022, 2, 6))] == [1, 2]


def test_a_line_without_end_is_one_unusable_line_and_is_not_kept(tmp_path):
    file = tmp_path / "people.jsonl"
    long = b'{"id": "' + b"x" * (3 * LONGEST_LINE) + b'"}'
    file.write_bytes(b"\n".join([long, b'{"id": 1, "born": "1950"}', long[: LONGEST_LINE - 1], long]))
    answers = lines_of(file, on=date(2022, 2, 6))
    assert [answer.get("id") for answer in answers] == [None, 1, None, None]
    assert ["long" in answer["error"]["problem"] for answer in answers if "error" in answer] == [
        True,
        False,
        True,
    ]


def test_nothing_in_is_nothing_out(tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    assert lines_of(tmp_path / "empty") == []


def test_an_unusable_line_does_not_stop_the_rest_and_the_exit_is_0(tmp_path):
    done = run_forecast(
        "--on", NOW, stdin=b'x\n{"id": 1, "born": "1950"}\n\xff\xfe\n', DATA_DIR=str(tmp_path / "data")
    )
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [None, 1, None]
    assert not list((tmp_path / "data").glob("**/*.pid"))  # no server was started


def test_a_database_that_is_not_there_is_not_missed(tmp_path):
    done = run_forecast(
        "--on", NOW, stdin=b'{"id": 1, "born": "1950", "doses": []}\n',
        DATABASE_URL="postgres://nobody@127.0.0.1:1/none", REDIS_URL="redis://127.0.0.1:1/0", DATA_DIR=str(tmp_path),
    )  # fmt: skip
    assert (done.returncode, json.loads(done.stdout)["state"]) == (0, "DUE")


@pytest.mark.parametrize(
    "arguments", [["--rules", "VN-COVID-2021-12-18"], ["--rules", "nothing"], ["--on", "6/2/2022"]]
)
def test_what_the_caller_got_wrong_is_said_in_one_line_and_fails(arguments):
    done = run_forecast(*arguments, stdin=b"{}\n")
    assert done.returncode != 0
    assert done.stdout == b""
    assert b"Traceback" not in done.stderr


def test_answers_come_while_more_is_still_being_asked():
    """Streams: the answer to a line stands before the next is sent, so that no input is too large."""
    with subprocess.Popen(
        [sys.executable, "manage.py", "forecast", "--on", NOW],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as asked:
        for number in range(3):
            asked.stdin.write(b'{"id": %d, "born": "1950", "doses": []}\n' % number)
            asked.stdin.flush()
            assert json.loads(asked.stdout.readline())["id"] == number
        asked.stdin.close()
        assert asked.wait(timeout=30) == 0


# ---------------------------------------------------------------- lines made up at random

texts = st.sampled_from(["2021-06-01", "2021-06", "2021", "1958-03", "2199-12-31", "1900", "AZ", "PFZ", "UNKNOWN", "CONTRA", "DEFER", "", "x", "\ud800"])  # fmt: skip
scalars = st.one_of(st.none(), st.booleans(), st.integers(-3, 50), st.floats(), texts)
anything = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=6)  # fmt: skip
partial = st.one_of(st.sampled_from(["2021", "2021-10", "2021-06-01", "2021-08-30", "2022-02-06", "1958-03", "2022-05-05", "2199"]), anything)  # fmt: skip
codes = st.one_of(st.sampled_from(["AZ", "PFZ", "PFZ-P", "MOD", "VERO", "ABD", "JAN", "UNKNOWN"]), anything)
day_fields = ("confirmed_on", "recovered_on", "discharged_on")


def some(**fields):
    """An object with some of these fields."""
    return st.fixed_dictionaries({}, optional=fields)


people = some(
    id=st.one_of(st.integers(), st.text(max_size=5), anything),
    born=partial,
    sex=st.one_of(st.sampled_from(["F", "M"]), anything),
    on=partial,
    province=st.one_of(st.sampled_from(["27", "79"]), anything),
    priority_group=st.one_of(st.integers(0, 17), anything),
    doses=st.one_of(st.lists(some(on=partial, product=codes, cvx=st.one_of(st.sampled_from(["208", 210]), anything), volume_ml=st.one_of(st.just(0.5), anything)), max_size=4), anything),
    conditions=st.one_of(st.lists(st.integers(0, 21), max_size=3), anything),
    pregnancy=st.one_of(some(weeks=st.one_of(st.integers(0, 45), anything), as_of=partial), anything),
    infections=st.one_of(st.lists(some(**dict.fromkeys(day_fields, partial)), max_size=2), anything),
    screenings=st.one_of(st.lists(some(category=st.sampled_from(["CONTRA", "DEFER", "ELIG"]), on=partial, until=partial, product=codes), max_size=2), anything),
)  # fmt: skip


@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
@given(people, st.sampled_from([None, "VN-COVID", "VN-COVID-2021-12-21", "US-2021-05"]))
def test_whatever_is_sent_gets_one_answer_of_the_known_shape(line, rules):
    text = answer(json.dumps(line), rules, date(2022, 2, 6))
    assert "\n" not in text
    found = json.loads(text)
    if "error" in found:
        assert set(found) == {"id", "error"}
        assert found["error"]["field"]
        assert found["error"]["problem"]
    else:
        assert found["id"] == line["id"]
        assert found["state"] in STATES


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_whatever_text_is_sent_gets_one_answer(text):
    found = json.loads(answer(text, on=date(2022, 2, 6)))
    assert found["error"]["field"] in ("line", "id", "born")
