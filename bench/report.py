"""The results as bench/results.json (CONTRACT.md, `make bench`) and as a table."""

import json
import platform
from pathlib import Path

from bench.harness import Measured

FILE = Path(__file__).parent / "results.json"


def as_json(found: list[Measured], residents: int) -> list[dict]:
    described = machine()
    return [
        {
            "name": one.comparison.name,
            "value": _short(one.value),
            "unit": one.comparison.unit,
            "anchor": one.comparison.anchor or None,
            "anchor_value": _short(one.anchor_value),
            "ratio": _short(one.ratio),
            "goal": one.comparison.goal_text(),
            "better": one.comparison.better,
            "n": one.n,
            "machine": described,
            "residents": residents,
            **({"recorded": one.comparison.recorded} if one.comparison.recorded else {}),
            **({"not_measured": one.missing} if one.missing else {}),
            **one.notes,
        }
        for one in found
    ]


def write(found: list[Measured], residents: int, path: Path = FILE) -> None:
    path.write_text(json.dumps(as_json(found, residents), ensure_ascii=False, indent=1) + "\n")


def machine() -> str:
    """2 × Intel Xeon … · 23 GiB · Linux 6.1 · Python 3.11.7"""
    model, count = platform.machine(), 0
    for line in _lines("/proc/cpuinfo"):
        if line.startswith("model name"):
            model, count = line.partition(":")[2].strip(), count + 1
    memory = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if "MemTotal" in line), 0)
    return (
        f"{count or '?'} × {model} · {memory / 2**20:.0f} GiB · {platform.system()} {platform.release()}"
        f" · Python {platform.python_version()}"
    )


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")


MARKS = {True: "met", False: "MISSED", None: "–"}


def table(found: list[Measured]) -> str:
    heads = ("measure", "value", "unit", "anchor", "its value", "ratio", "goal", "", "n", "recorded")
    rows = [heads] + [
        (
            one.comparison.name,
            _number(one.value),
            one.comparison.unit,
            one.comparison.anchor + (" (not measured)" if one.missing else "") or "–",
            _number(one.anchor_value),
            _number(one.ratio),
            one.comparison.goal_text(),
            MARKS[one.met],
            str(one.n),
            ", ".join(f"{who} {what:g}" for who, what in one.comparison.recorded.items()),
        )
        for one in found
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
