"""Turns between figure and anchor, and what comes out of them.

A subject is a few runs that take turns, and comparisons between them. A run does its work once and returns one number (a
rate, seconds, MiB). Turns go on until there are enough pairs or the subject's time is used up; `n` says how many there were.
"""

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bench.stage import Stage


class NotHere(Exception):
    """An anchor cannot run on this machine; the sentence says what to install."""


Run = Callable[[Stage], float]


@dataclass(frozen=True)
class Comparison:
    """figure, anchor: names of runs of the subject; without an anchor the figure stands alone, against `limit` if any.

    at_least, at_most: the goal for the ratio figure : anchor; limit: the goal for the value itself.
    """

    name: str
    goal: str
    unit: str
    figure: str
    anchor: str = ""
    better: Literal["higher", "lower"] = "higher"
    at_least: float | None = None
    at_most: float | None = None
    limit: float | None = None
    recorded: dict[str, float] = field(default_factory=dict)

    def goal_text(self) -> str:
        said = []
        if self.at_least is not None:
            said.append(f"ratio at least {self.at_least:g}")
        if self.at_most is not None:
            said.append(f"ratio at most {self.at_most:g}")
        if self.limit is not None:
            said.append(f"{'at least' if self.better == 'higher' else 'at most'} {self.limit:g} {self.unit}")
        return f"{self.goal}: {', '.join(said)}" if said else self.goal


@dataclass(frozen=True)
class Subject:
    """runs: name → what is done in one turn. before: done once. seconds: about how long its turns may take in all."""

    name: str
    runs: dict[str, Run]
    comparisons: Sequence[Comparison]
    before: Callable[[Stage], None] = lambda stage: None
    seconds: float = 120.0
    notes: Callable[[Stage], dict[str, dict]] = (
        lambda stage: {}
    )  # per comparison: further fields of its result


@dataclass(frozen=True)
class Measured:
    """One line of the results. `missing`: why there is no anchor value."""

    comparison: Comparison
    value: float
    anchor_value: float | None
    ratio: float | None
    n: int
    notes: dict
    missing: str = ""

    @property
    def met(self) -> bool | None:
        goal = self.comparison
        asked = [
            (goal.at_least, self.ratio, True),
            (goal.at_most, self.ratio, False),
            (goal.limit, self.value, goal.better == "higher"),
        ]
        answers = [
            None if got is None else (got >= wanted if upwards else got <= wanted)
            for wanted, got, upwards in asked
            if wanted is not None
        ]
        if not answers or (None in answers and False not in answers):
            return None
        return False not in answers


def measure(subject: Subject, stage: Stage, pairs: int) -> list[Measured]:
    """All the subject's comparisons: medians over the turns, and the median of the ratios of each turn."""
    subject.before(stage)
    turns, missing = take_turns(subject, stage, pairs)
    notes = subject.notes(stage)
    return [_compare(one, turns, missing, notes.get(one.name, {})) for one in subject.comparisons]


def take_turns(subject: Subject, stage: Stage, pairs: int) -> tuple[list[dict[str, float]], dict[str, str]]:
    turns: list[dict[str, float]] = []
    missing: dict[str, str] = {}
    began = time.monotonic()
    while len(turns) < pairs and (not turns or _there_is_time(began, len(turns), subject.seconds)):
        turn: dict[str, float] = {}
        for name, run in subject.runs.items():
            if name not in missing:
                try:
                    turn[name] = run(stage)
                except NotHere as reason:
                    missing[name] = str(reason)
        turns.append(turn)
        print(f"  {subject.name} {len(turns)}: {_shown(turn)}", file=sys.stderr, flush=True)
    return turns, missing


def _there_is_time(began: float, done: int, seconds: float) -> bool:
    spent = time.monotonic() - began
    return spent + spent / done <= seconds


def _shown(turn: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:,.4g}" for name, value in turn.items())


def _compare(
    one: Comparison, turns: list[dict[str, float]], missing: dict[str, str], notes: dict
) -> Measured:
    values = [turn[one.figure] for turn in turns]
    if not one.anchor or one.anchor in missing:
        return Measured(
            one, statistics.median(values), None, None, len(turns), notes, missing.get(one.anchor, "")
        )
    anchors = [turn[one.anchor] for turn in turns]
    ratios = [value / anchor for value, anchor in zip(values, anchors, strict=True) if anchor]
    return Measured(
        one,
        statistics.median(values),
        statistics.median(anchors),
        statistics.median(ratios) if ratios else None,
        len(turns),
        notes,
    )
