"""The harness of `make bench` works and says what the contract asks, on a tiny city. No time is ever asserted."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench import report
from bench.cpu import Meter
from bench.harness import Comparison, Measured, NotHere, Subject, measure

ROOT = Path(__file__).resolve().parents[2]
KEYS = {"name", "value", "unit", "anchor", "anchor_value", "ratio", "goal", "better", "n", "machine"}
GOALS = {"P3", "P4", "P5", "P8", "P9", "P10", "P13"}


def compared(**changes) -> Comparison:
    return Comparison(
        **{"name": "x", "goal": "P0", "unit": "rows/s", "figure": "ours", "anchor": "theirs"} | changes
    )


def numbers(*values: float):
    """A run that returns these values, turn by turn."""
    left = iter(values)
    return lambda stage: next(left)


def test_figure_and_anchor_take_turns_and_the_ratio_is_of_each_turn():
    seen: list[str] = []

    def noted(name: str, run):
        return lambda stage: (seen.append(name), run(stage))[1]

    runs = {"ours": noted("ours", numbers(10, 40, 90)), "theirs": noted("theirs", numbers(5, 10, 30))}
    (found,) = measure(Subject("s", runs, [compared()]), None, 3)
    assert seen == ["ours", "theirs"] * 3
    assert (found.value, found.anchor_value, found.ratio, found.n) == (40, 10, 3, 3)


def test_a_subject_whose_time_is_used_up_says_with_how_many_pairs_it_ended():
    (found,) = measure(
        Subject("s", {"ours": numbers(1, 2), "theirs": numbers(1, 2)}, [compared()], seconds=0), None, 5
    )
    assert found.n == 1


def test_an_anchor_that_cannot_run_here_leaves_the_figure_without_a_ratio_and_says_why():
    def theirs(stage):
        raise NotHere("install it")

    (found,) = measure(
        Subject("s", {"ours": numbers(7, 7), "theirs": theirs}, [compared(at_least=2)]), None, 2
    )
    assert (found.value, found.ratio, found.missing, found.met) == (7, None, "install it", None)
    assert report.as_json([found], 300)[0]["not_measured"] == "install it"


@pytest.mark.parametrize(
    ("goal", "value", "ratio", "met"),
    [
        ({"at_least": 8}, 1, 8.0, True),
        ({"at_least": 8}, 1, 7.9, False),
        ({"at_most": 0.35, "better": "lower"}, 1, 0.36, False),
        ({"limit": 64, "better": "lower"}, 64, None, True),
        ({"limit": 20_000}, 19_000, None, False),
        ({"limit": 20_000, "at_least": 2}, 21_000, 1.0, False),
        ({}, 1, 1.0, None),
    ],
)
def test_a_goal_is_met_by_the_ratio_or_by_the_value(goal, value, ratio, met):
    assert Measured(compared(**goal), value, 1, ratio, 5, {}).met is met


def test_the_meter_counts_the_work_of_this_process_and_of_its_ended_children():
    meter = Meter(1)
    burn = "sum(i * i for i in range(2_000_000))"
    assert meter.seconds(lambda: None) < meter.seconds(lambda: eval(burn))
    assert meter.seconds(lambda: subprocess.run([sys.executable, "-c", burn], check=True)) > 0.01


@pytest.mark.slow
def test_every_measure_runs_on_a_tiny_city_and_writes_what_the_contract_asks(tmp_path):
    out = tmp_path / "results.json"
    command = [sys.executable, "-m", "bench", "--residents", "300", "--pairs", "1", "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    results = json.loads(out.read_text())
    assert all(set(result) >= KEYS for result in results)
    assert {result["better"] for result in results} <= {"higher", "lower"}
    assert {result["goal"].split(":")[0].split()[0] for result in results} >= GOALS
    assert all(result["n"] == 1 and isinstance(result["value"], float | int) for result in results)
    measured = [result for result in results if result["anchor"] and "not_measured" not in result]
    # on so few people a count of the server's ticks may be none at all
    assert all(result["ratio"] is not None or result["anchor_value"] == 0 for result in measured)
    # peers measured elsewhere stand beside, and are no anchor
    assert all(not set(result.get("recorded", ())) & {result["anchor"]} for result in results)
    for result in results:
        assert result["name"] in done.stdout
