"""Test cases in the table that CDSi publishes them in (one case a row, dates MM/DD/YYYY), put to `forecast` unchanged.

    python -m tests.vaccination.cdsi_cases FILE.csv

runs the COVID-19 rows of such a file and prints what differs. `files/cdsi-cases.csv` holds cases of our own, written by
hand from the publisher's supporting data, in that table.
"""

import csv
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from vaccination.forecast_lines import answer

RULES = "US-2021-05"
GROUP = "COVID-19"
MOST_DOSES = 7
# the publisher's words for a reason that the rules give as a code; other words are not compared
REASONS = {"Inadvertent Vaccine": "INADVERTENT", "Interval: too short": "TOO_EARLY", "Age: Too Young": "AGE"}


class Outcome(NamedTuple):
    series: str
    next_dose: int | None
    earliest: str | None
    recommended: str | None
    past_due: str | None
    doses: tuple[str, ...]
    reasons: tuple[str | None, ...]


class Case(NamedTuple):
    id: str
    name: str
    line: dict[str, Any]
    expected: Outcome


def read(path: Path) -> list[Case]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [_case(row) for row in csv.DictReader(file) if row["Vaccine_Group"].strip() == GROUP]


def _case(row: dict[str, str]) -> Case:
    given = list(_doses(row))
    line = {
        "id": row["CDC_Test_ID"], "born": _day(row["DOB"]), "sex": row["gender"], "on": _day(row["Assessment_Date"]),
        "doses": [{"on": day, "cvx": cvx} for day, cvx, _, _ in given],
    }  # fmt: skip
    number = row["Forecast_num"].strip()
    expected = Outcome(
        series=_code(row["Series_Status"]),
        next_dose=int(number) if number.isdigit() else None,
        earliest=_day(row["Earliest_Date"]),
        recommended=_day(row["Recommended_Date"]),
        past_due=_day(row["Past_Due_Date"]),
        doses=tuple(_code(status) for _, _, status, _ in given),
        reasons=tuple(REASONS.get(reason.strip()) for _, _, _, reason in given),
    )
    return Case(row["CDC_Test_ID"], row["Testcase_Name"], line, expected)


def _doses(row: dict[str, str]) -> Iterator[tuple[str | None, str, str, str]]:
    for number in range(1, MOST_DOSES + 1):
        if row[f"Date_Administered_{number}"].strip():
            fields = (row[f"{name}_{number}"] for name in ("CVX", "Evaluation_Status", "Evaluation_Reason"))
            yield (_day(row[f"Date_Administered_{number}"]), *fields)


def _day(text: str) -> str | None:
    return datetime.strptime(text.strip(), "%m/%d/%Y").date().isoformat() if text.strip() else None


def _code(words: str) -> str:
    return words.strip().upper().replace(" ", "_")


def found(case: Case) -> Outcome:
    """What `forecast` says; reasons that the publisher's words do not name are left out of the comparison."""
    said = json.loads(answer(json.dumps(case.line), RULES))
    reasons = [dose["reason"] for dose in said["doses"]]
    return Outcome(
        said["series"]["status"],
        said["series"]["next_dose"],
        said["earliest_on"],
        said["due_on"],
        said["overdue_on"],
        tuple(dose["status"] for dose in said["doses"]),
        tuple(reason if reason in REASONS.values() else None for reason in reasons),
    )


def main(path: Path) -> int:
    cases = read(path)
    wrong = [case for case in cases if found(case) != case.expected]
    for case in wrong:
        print(f"{case.id} {case.name}\n  expected {case.expected}\n  found    {found(case)}")
    print(f"{len(cases)} cases, {len(wrong)} differ")
    return 1 if wrong or not cases else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
