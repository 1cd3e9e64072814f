"""Every row of the rule file has its cases, and every number in it is held by one of them.

The file is changed in one place at a time (a date a day later, a length or an age one more or one less, a product or a
condition left out): some case of that row must notice. A row without a case fails, and so does a number that nobody checks.
"""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.vaccination.rule_row_cases import CASES
from tests.vaccination.written_histories import RULES
from vaccination.eligibility import ScheduleError, read_family
from vaccination.intervals import Length, PartialDate
from vaccination.schedule_files import FOLDER

FILE: dict[str, Any] = json.loads((FOLDER / "vn-covid.json").read_text(encoding="utf-8"))
ROWS = {f"{row['key']}@{row['eff']}": row for row in FILE["rows"]}

# Changes that change no answer, and why.
NO_DIFFERENCE = {
    ("INT.basic.AZ@2021-09-20", "floor 5w"): "a bound on what a province may decide (test_rule_choices)",
    ("INT.basic.AZ@2021-09-20", "floor 3w"): "a bound on what a province may decide (test_rule_choices)",
    ("INT.basic.MOD.child@2022-04", "min_age 4"): "no younger child is given Moderna",
    ("INT.basic.MOD.child@2022-04", "min_age 6"): "the age rule says from 6 on",
    ("BST1.teen@2022-06-17", "max_age 19"): "from 18 on the rule for adults comes first",
    ("DEFER.infection@2021-12-21", "min_age 17"): "the teenagers' own rule defers longer",
    ("DEFER.infection.BST1.teen@2022-06-17", "min_age 11"): "no booster is foreseen at 11",
}


@pytest.mark.parametrize("name", ROWS)
def test_every_row_has_its_cases(name):
    assert CASES.get(name)


def test_no_case_is_of_a_row_that_is_gone():
    assert set(CASES) <= set(ROWS)


@pytest.mark.parametrize("name", CASES)
def test_the_rules_answer_as_was_worked_out_by_hand(name):
    for case in CASES[name]:
        assert case.answer(RULES) == case.expected if not _open(case) else case.holds(RULES), case


def _open(case) -> bool:
    return any(isinstance(value, set) for value in case.expected.values())


@pytest.mark.parametrize("name", ROWS)
def test_a_row_that_said_something_else_would_be_noticed(name, tmp_path):
    index = list(ROWS).index(name)
    unnoticed = [
        change
        for change, changed in changed_rows(name)
        if (name, change) not in NO_DIFFERENCE and not _noticed(name, index, changed, tmp_path)
    ]
    assert unnoticed == []


def test_what_is_said_to_make_no_difference_makes_none(tmp_path):
    for name, change in NO_DIFFERENCE:
        changed = dict(changed_rows(name))[change]
        assert not _noticed(name, list(ROWS).index(name), changed, tmp_path), (name, change)


def _noticed(name: str, index: int, changed: dict[str, Any], folder: Path) -> bool:
    path = folder / "changed.json"
    rows = [*FILE["rows"][:index], changed, *FILE["rows"][index + 1 :]]
    path.write_text(json.dumps({**FILE, "rows": rows}), encoding="utf-8")
    try:
        family = read_family(path)
        return not all(case.holds(family) for case in CASES[name])
    except (ScheduleError, LookupError):
        return True  # the file itself, or the day, says that something is missing


def changed_rows(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The row with one thing in it changed: what was changed, and the row."""
    row = ROWS[name]
    if not row.get("applies_before"):
        later = PartialDate.parse(row["eff"]).first
        yield "eff", {**row, "eff": later.replace(day=later.day + 1).isoformat()}
    if row["kind"] == "note":
        return
    for path, value in _values(row, ()):
        for said, instead in _otherwise(path, value):
            changed = copy.deepcopy(row)
            _put(changed, path, instead)
            yield f"{path[-1] if not isinstance(path[-1], int) else path} {said}", changed


def _values(value: Any, path: tuple) -> Iterator[tuple[tuple, Any]]:
    """Everything inside that says something of the rule."""
    if path and path[-1] in ("key", "eff", "kind", "text_vi", "text_en", "confidence", "ref", "extends", "applies_before",
                             "restart_disputed", "type", "ordinal", "product_key", "needs_consent"):  # fmt: skip
        return
    if path:
        yield path, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from _values(item, (*path, key))


def _otherwise(path: tuple, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list):
        if path[-1] == "start":
            yield "reversed", value[::-1]
            return
        for i, item in enumerate(value):
            yield f"without {item}", [*value[:i], *value[i + 1 :]]
    elif isinstance(value, bool):
        yield str(not value), not value
    elif isinstance(value, int) and path[-1] in ("min_age", "max_age", "MOD"):
        yield str(value + 1), value + 1
        yield str(value - 1), value - 1
    elif isinstance(value, float):
        yield str(value + 0.1), value + 0.1
    elif isinstance(value, str) and _is_length(value):
        for step in (1, -1):
            if (count := int(value[:-1]) + step) >= 0:
                yield f"{count}{value[-1]}", f"{count}{value[-1]}"


def _is_length(text: str) -> bool:
    try:
        Length(text)
    except ValueError:
        return False
    return True


def _put(row: Any, path: tuple, value: Any) -> None:
    *way, last = path
    for step in way:
        row = row[step]
    row[last] = value
