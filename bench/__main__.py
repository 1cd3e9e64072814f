"""Run the measures: `.venv-bench/bin/python -m bench` (see docs/bench.md); `make bench` installs what it needs first."""

import argparse
import gc
import sys
import time
import traceback
from pathlib import Path

from bench import harness, profile, report, stage

PAIRS = 5


def main() -> int:
    arguments = _arguments()
    began = time.monotonic()
    with stage.servers() as folder:
        chosen = _chosen(arguments.only)
        city = stage.furnished(arguments.residents, folder)
        _say(f"A city of {arguments.residents} stands after {time.monotonic() - began:.0f} s.")
        found: list[harness.Measured] = []
        failed: list[str] = []
        for subject in chosen:
            gc.collect()
            _say(f"{subject.name} …")
            try:
                measured = harness.measure(subject, city, arguments.pairs)
            except Exception:  # one measure that fails must not take an hour of others with it
                traceback.print_exc()
                failed.append(subject.name)
                continue
            found += measured
            report.write(found, arguments.residents, arguments.out)
            if arguments.profile:
                for path in profile.missed(subject, measured, city, arguments.out.parent):
                    _say(f"  where the time goes: {path}")
    print(report.table(found))
    for one in found:
        if one.missing:
            print(f"not measured: {one.missing}")
    _say(f"{arguments.out}, after {time.monotonic() - began:.0f} s.")
    if failed:
        _say(f"Failed: {', '.join(failed)}.")
    return 1 if failed else 0


def _chosen(only: str) -> list[harness.Subject]:
    from bench.measures import SUBJECTS  # they need Django, which needs the servers

    goals = set(filter(None, only.upper().split(",")))
    found = [
        one for one in SUBJECTS if not goals or goals & {each.goal.split()[0] for each in one.comparisons}
    ]
    if not found:
        sys.exit(f"There is no measure of {only}.")
    return found


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--residents", type=int, default=30_000)
    parser.add_argument("--pairs", type=int, default=PAIRS, help="at most; long subjects do fewer and say so")
    parser.add_argument("--only", default="", help="goals, comma separated, e.g. P5,P8")
    parser.add_argument(
        "--profile", action="store_true", help="write where the time goes for each missed goal"
    )
    parser.add_argument("--out", type=Path, default=report.FILE)
    return parser.parse_args()


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
