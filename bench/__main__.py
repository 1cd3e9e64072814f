"""Run the measures: `.venv-bench/bin/python -m bench` (see docs/bench.md); `make bench` installs what it needs first."""

import argparse
import gc
import sys
import time
from pathlib import Path

from bench import harness, measures, report, stage

PAIRS = 5


def main() -> int:
    arguments = _arguments()
    goals = set(filter(None, arguments.only.upper().split(",")))
    chosen = [
        subject
        for subject in measures.SUBJECTS
        if not goals or goals & {one.goal.upper() for one in subject.comparisons}
    ]
    if not chosen:
        sys.exit(f"No measure of {arguments.only}.")
    began = time.monotonic()
    with stage.standing(arguments.residents) as city:
        _say(f"A city of {arguments.residents} stands after {time.monotonic() - began:.0f} s.")
        found = []
        for subject in chosen:
            gc.collect()
            _say(f"{subject.name} …")
            found += harness.measure(subject, city, arguments.pairs)
    report.write(found, arguments.residents, arguments.out)
    print(report.table(found))
    for one in found:
        if one.missing:
            print(f"not measured: {one.missing}")
    _say(f"{arguments.out}, after {time.monotonic() - began:.0f} s.")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--residents", type=int, default=30_000)
    parser.add_argument("--pairs", type=int, default=PAIRS, help="at most; long subjects do fewer and say so")
    parser.add_argument("--only", default="", help="goals, comma separated, e.g. P5,P8")
    parser.add_argument("--out", type=Path, default=report.FILE)
    return parser.parse_args()


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
