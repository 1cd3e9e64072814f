"""How much a fresh process grows by one piece of work: run as `python -m bench.memory_probe WHAT ARGUMENT`, answers JSON.

Each process does one thing, so that nothing that was freed before hides anything.
"""

import json
import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path


def xlsx(count: str) -> Callable[[], object]:
    """Write a list of `count` rows that come from a generator, as they do from the database."""
    from bench import people
    from lib.spreadsheets.write import write_xlsx

    folder = Path(tempfile.mkdtemp(prefix="tungnha-bench-"))
    wards = [("09190", "Võ Cường")]
    write_xlsx(
        folder / "few.xlsx", people.COLUMNS, people.people(10, wards)
    )  # what is loaded once is no growth

    def work() -> None:
        path = folder / "many.xlsx"
        try:
            write_xlsx(path, people.COLUMNS, people.people(int(count), wards))
        finally:
            for left in folder.iterdir():
                left.unlink()
            folder.rmdir()

    return work


WORKS = {"xlsx": xlsx}


def main() -> None:
    what, argument = sys.argv[1:]
    work = WORKS[what](argument)
    before = _peak()
    work()
    print(json.dumps({"before_mib": before, "grown_mib": _peak() - before, "peak_mib": _peak()}))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
