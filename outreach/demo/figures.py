"""The figures that the demonstration city is made from: `figures.toml`, and how its curves and tables are read."""

import tomllib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

PATH = Path(__file__).with_name("figures.toml")


@cache
def load() -> dict[str, Any]:
    return tomllib.loads(PATH.read_text(encoding="utf-8"))


class Curve:
    """Up to which rank (0 to 100) people had something on a day; straight between the days given, level after the last."""

    def __init__(self, points: Sequence[tuple[date, float]]) -> None:
        self.days = [day.toordinal() for day, _ in points]
        self.ranks = [float(rank) for _, rank in points]

    def day_of(self, rank: float) -> int | None:
        """The ordinal of the day on which this rank was reached; None if it never was."""
        after = bisect_right(self.ranks, rank)
        if after == len(self.ranks):
            return None
        if after == 0:
            return self.days[0]
        span = self.ranks[after] - self.ranks[after - 1]
        share = (rank - self.ranks[after - 1]) / span
        return self.days[after - 1] + int(share * (self.days[after] - self.days[after - 1]))

    def at(self, day: date) -> float:
        """The rank reached on a day."""
        ordinal = day.toordinal()
        after = bisect_right(self.days, ordinal)
        if after == 0:
            return 0.0
        if after == len(self.days):
            return self.ranks[-1]
        share = (ordinal - self.days[after - 1]) / (self.days[after] - self.days[after - 1])
        return self.ranks[after - 1] + share * (self.ranks[after] - self.ranks[after - 1])


class ByAge:
    """A percentage that holds from an age on, until the next one."""

    def __init__(self, table: Mapping[str, float]) -> None:
        self.steps = sorted((int(age), float(percent)) for age, percent in table.items())

    def of(self, age: int) -> float:
        percent = 0.0
        for begins, value in self.steps:
            if age < begins:
                break
            percent = value
        return percent


class Weighted:
    """Draws from a table of weights."""

    def __init__(self, table: Mapping[Any, float]) -> None:
        self.values = list(table)
        total = 0.0
        self.up_to = []
        for weight in table.values():
            total += weight
            self.up_to.append(total)
        self.total = total

    def draw(self, random: Random) -> Any:
        return self.values[bisect_right(self.up_to, random.random() * self.total)]


def chance(random: Random, percent: float) -> bool:
    return random.random() * 100 < percent
