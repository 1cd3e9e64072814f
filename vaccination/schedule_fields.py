"""The fields of a rule file, each taken out with its checks: a fault names file, line and field."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

from vaccination import located_json, rulesets
from vaccination.intervals import Length, PartialDate
from vaccination.located_json import Located

PLATFORMS = ("MRNA", "VECTOR", "INACTIVATED", "PROTEIN")
DOSE_TYPES = ("BASIC", "ADDITIONAL", "BOOSTER")
STARTS = ("LAST_BASIC", "LAST_BASIC_OR_ADDITIONAL", "BOOSTER")
INFECTION_DATES = ("confirmed_on", "recovered_on", "discharged_on")
ROW_FIELDS = {"key", "eff", "kind", "extends", "text_vi", "text_en", "ref", "confidence", "applies_before"}
KIND_FIELDS = {
    "age": {"min_age", "max_age", "products", "product_min_age", "volumes_ml"},
    "interval": {"after", "min", "max", "floor", "provinces", "more_provinces", "min_age", "max_age"},
    "mix": {"pairs", "more_pairs", "max_age"},
    "step": {"type", "ordinal", "min_age", "max_age", "who", "start", "min", "max", "product_key", "restart_disputed"},
    "products": {"choices", "more_choices", "volumes_ml"},
    "deferral": {
        "min_age", "max_age", "type", "ordinal", "after_last_booster", "start", "length", "presumed_recovery",
    },
    "pregnancy": {"defer_below", "never"},
    "waiting": {"min_age", "max_age"},
    "note": set(),
}  # fmt: skip


class ScheduleError(ValueError):
    """A rule file that cannot be used: `file`, `line`, `field` and `problem` say where and why."""

    def __init__(self, file: str, line: int, field: str, problem: str) -> None:
        super().__init__(f"{file}, line {line}, field {field}: {problem}")
        self.file, self.line, self.field, self.problem = file, line, field, problem


class Fields:
    """The fields of one object of a file, taken out with their checks."""

    def __init__(self, file: str, value: Any, line: int = 1, field: str = "(file)") -> None:
        if not isinstance(value, Located):
            raise ScheduleError(file, line, field, "must be an object")
        self.file, self.value = file, value

    def fail(self, field: str, problem: str) -> ScheduleError:
        return ScheduleError(self.file, self.value.line_of(field), field, problem)

    def only(self, known: Iterable[str]) -> None:
        for field in self.value:
            if field not in known:
                raise self.fail(field, "is not a field known here")

    def get(self, field: str, kind: type, default: Any = ...) -> Any:
        if field not in self.value:
            if default is ...:
                raise self.fail(field, "is missing")
            return default
        value = self.value[field]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.fail(field, f"must be of type {kind.__name__}")
        return value

    def text(self, field: str, default: Any = ...) -> str:
        value = self.get(field, str, default)
        if value == "" and default is ...:
            raise self.fail(field, "must not be empty")
        return value

    def choice(self, field: str, allowed: Iterable[str], default: Any = ...) -> str:
        value = self.get(field, str, default)
        if value != default and value not in allowed:
            raise self.fail(field, f"{value!r} is none of {', '.join(allowed)}")
        return value

    def parsed(self, field: str, parse: Callable[[str], Any], default: Any = ...) -> Any:
        value = self.get(field, str, default)
        if field not in self.value:
            return value
        try:
            return parse(value)
        except ValueError as error:
            raise self.fail(field, str(error)) from None

    def day(self, field: str) -> PartialDate:
        return self.parsed(field, PartialDate.parse)

    def length(self, field: str, default: Any = ...) -> Any:
        return self.parsed(field, Length, default)

    def age(self, field: str, default: Any = ...) -> Any:
        value = self.get(field, int, default)
        if field in self.value and not 0 <= value <= 120:
            raise self.fail(field, "must be an age between 0 and 120")
        return value

    def items(self, field: str, kind: type, default: Any = ...) -> list[Any]:
        values = self.get(field, list, default)
        for value in values:
            if not isinstance(value, kind) or isinstance(value, bool):
                raise self.fail(field, f"{value!r} must be of type {kind.__name__}")
        return values

    def codes(self, field: str, known: Iterable[str], default: Any = ...) -> tuple[str, ...]:
        values = self.items(field, str, default)
        for value in values:
            if value not in known:
                raise self.fail(field, f"{value!r} is none of {', '.join(known)}")
        return tuple(values)

    def object(self, field: str) -> "Fields":
        return Fields(self.file, self.get(field, dict), self.value.line_of(field), field)

    def objects(self, field: str, default: Any = ...) -> list["Fields"]:
        values = self.get(field, list, default)
        return [Fields(self.file, value, self.value.line_of(field), field) for value in values]


def read(path: Path) -> Fields:
    """A file as checked fields; ScheduleError when it is not there or not JSON."""
    try:
        value = located_json.parse(path.read_text(encoding="utf-8"))
    except OSError:
        raise ScheduleError(path.name, 0, "(file)", "cannot be read") from None
    except ValueError as error:
        line = re.match(r"line (\d+): (.*)", str(error)) or re.search(r"line (\d+)", str(error))
        raise ScheduleError(path.name, int(line[1]) if line else 1, "(syntax)", str(error)) from None
    return Fields(path.name, value)


def read_row(fields: Fields) -> tuple[rulesets.Row, bool]:
    """The part of a row that every kind has, and whether it applies before its date."""
    kind = fields.choice("kind", KIND_FIELDS)
    fields.only(ROW_FIELDS | KIND_FIELDS[kind])
    eff = fields.day("eff")
    ref = fields.object("ref")
    ref.only({"kind", "number", "dated", "sources", "note"})
    row = rulesets.Row(
        key=fields.text("key"),
        eff=eff.first,
        eff_precision=eff.precision,
        kind=kind,
        text_vi=fields.text("text_vi"),
        text_en=fields.text("text_en"),
        ref=rulesets.Reference(
            kind=ref.choice("kind", ("CV", "QD"), ""),
            number=ref.text("number", ""),
            dated=ref.parsed("dated", date.fromisoformat, None),
            sources=tuple(ref.items("sources", str)),
            note=ref.text("note", ""),
        ),
        confidence=fields.choice("confidence", "HML"),
        line=fields.value.line,
    )
    return row, fields.get("applies_before", bool, False)
