"""Where the time goes for a missed goal: one more turn of its figure, with Python's profiler and a clock on every statement."""

import cProfile
import functools
import io
import pstats
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.harness import Measured, Subject
from bench.stage import Stage

LINES = 45


def missed(subject: Subject, measured: Sequence[Measured], stage: Stage, folder: Path) -> Iterator[Path]:
    """Write `profile-<figure>.txt` for each figure of the subject that missed a goal; yields the paths."""
    figures = {one.comparison.figure for one in measured if one.met is False}
    for name, run in subject.runs.items():  # in a turn's order: the second import needs the first
        if name in figures:
            path = folder / f"profile-{name.replace(' ', '-')}.txt"
            path.write_text(_profile(functools.partial(run, stage)))
            yield path


def _profile(work: Any) -> str:
    from django.db import connection

    seconds: Counter[str] = Counter()
    calls: Counter[str] = Counter()

    def clocked(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            said = re.sub(r"\s+", " ", re.sub(r"[0-9a-f]{32}", "…", str(sql)))[:160]
            seconds[said] += time.perf_counter() - began
            calls[said] += 1

    profiler = cProfile.Profile()
    with connection.execute_wrapper(clocked):
        profiler.enable()
        work()
        profiler.disable()
    out = io.StringIO()
    pstats.Stats(profiler, stream=out).sort_stats("tottime").print_stats(LINES)
    statements = [f"{took:8.2f} s {calls[said]:6d} ×  {said}" for said, took in seconds.most_common(30)]
    return f"Statements, wall time\n\n{chr(10).join(statements)}\n\nPython, own time\n{out.getvalue()}"
