"""What the legal texts leave to the place: chosen once for an installation, with its day, and then part of the rules.

- the interval of AstraZeneca that the province decided (7820/BYT-DP of 20/09/2021), from the day of the decision on;
- whether products that are allowed only in shortage may be offered;
- whether an additional dose restarts the booster's clock (the texts differ; DOMAIN 2.2, BST1).
Pure values: who may choose, and what follows, stands in `rule_changes`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from vaccination.located_json import Located
from vaccination.rulesets import Family
from vaccination.schedule_files import ScheduleError, load_decided

AZ_INTERVAL = "INT.basic.AZ"


@dataclass(frozen=True, slots=True)
class ProvinceInterval:
    """From `from_on` on dose 2 of AstraZeneca may follow after `interval` (6w) in the province; `decision` is its number."""

    province: str
    interval: str
    from_on: date
    decision: str = ""


@dataclass(frozen=True, slots=True)
class RuleChoices:
    """The choices of one installation; the defaults are those of the rule file."""

    products_in_shortage: bool = False
    additional_restarts_booster: bool = True
    az_intervals: tuple[ProvinceInterval, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain data for the database; nothing for what was not chosen otherwise."""
        plain = asdict(self)
        plain["az_intervals"] = [
            {**asdict(one), "from_on": one.from_on.isoformat()} for one in self.az_intervals
        ]
        standard = asdict(DEFAULT)
        return {name: value for name, value in plain.items() if value != standard[name] and value != []}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "RuleChoices":
        decided = [
            ProvinceInterval(**{**one, "from_on": date.fromisoformat(one["from_on"])})
            for one in data.get("az_intervals", ())
        ]
        plain = {name: value for name, value in data.items() if name != "az_intervals"}
        return cls(**plain, az_intervals=tuple(decided))

    def az_interval(self, province: str) -> ProvinceInterval | None:
        """The latest decision of a province."""
        own = [one for one in self.az_intervals if one.province == province]
        return max(own, key=lambda one: one.from_on, default=None)

    def with_az_interval(self, decided: ProvinceInterval) -> "RuleChoices":
        """A further decision; another of the same province and day is replaced."""
        place = (decided.province, decided.from_on)
        kept = [one for one in self.az_intervals if (one.province, one.from_on) != place]
        together = sorted([*kept, decided], key=lambda one: (one.from_on, one.province))
        return RuleChoices(self.products_in_shortage, self.additional_restarts_booster, tuple(together))


DEFAULT = RuleChoices()


@lru_cache(maxsize=32)
def family_with(code: str, choices: RuleChoices = DEFAULT) -> Family:
    """A shipped family as the choices make it. LookupError for an unknown code, ScheduleError for an impossible choice."""
    return load_decided(
        code,
        tuple(_row(one) for one in _by_day(choices)),
        products_in_shortage=choices.products_in_shortage,
        additional_restarts_booster=choices.additional_restarts_booster,
    )


def check(code: str, choices: RuleChoices) -> ScheduleError | None:
    """Why these choices cannot be: an interval below the manufacturer's least, a day before provinces could decide."""
    try:
        family_with(code, choices)
    except ScheduleError as error:
        return error
    return None


def _by_day(choices: RuleChoices) -> list[tuple[date, tuple[ProvinceInterval, ...]]]:
    days = sorted({one.from_on for one in choices.az_intervals})
    return [(day, tuple(one for one in choices.az_intervals if one.from_on == day)) for day in days]


def _row(decided: tuple[date, tuple[ProvinceInterval, ...]]) -> Located:
    day, intervals = decided
    numbers = ", ".join(one.decision for one in intervals if one.decision)
    weeks = {one.province: one.interval for one in intervals}
    row = {
        "key": AZ_INTERVAL, "eff": day.isoformat(), "kind": "interval", "extends": True, "more_provinces": weeks,
        "text_vi": "Khoảng cách do tỉnh, thành phố quyết định", "text_en": "Interval as the province decided",
        "ref": {"sources": ["installation"], "note": numbers}, "confidence": "H",
    }  # fmt: skip
    return _located(row)


def _located(value: Any) -> Any:
    """As read from a file, on line 0: these rows stand in no file."""
    if not isinstance(value, dict):
        return value
    found = Located({name: _located(inner) for name, inner in value.items()})
    found.lines = {}
    return found
