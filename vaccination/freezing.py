"""Freezing the dated rows of a family file into one immutable rule set per day of change."""

from collections.abc import Mapping
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

from vaccination import rulesets
from vaccination.intervals import FOREVER, Length
from vaccination.located_json import Located
from vaccination.rulesets import Product, Row
from vaccination.schedule_fields import (
    DOSE_TYPES,
    INFECTION_DATES,
    KIND_FIELDS,
    PLATFORMS,
    STARTS,
    Fields,
    read_row,
)

FAMILY_FIELDS = {
    "family", "programme", "jurisdiction", "method", "status", "title_vi", "title_en", "about", "first_dose_on",
    "parameters", "rows",
}  # fmt: skip
METHODS = ("stages",)  # the only way of reading a schedule that the engine has so far
NOTHING: Mapping[str, Any] = MappingProxyType({})
MORE = {"more_pairs": "pairs", "more_choices": "choices"}


def freeze(file: Fields, products: Mapping[str, Product], overrides: Mapping[str, Any]) -> rulesets.Family:
    """The family of a read file; `overrides` set its parameters otherwise. ScheduleError for a fault."""
    file.only(FAMILY_FIELDS)
    file.choice("method", METHODS)
    code = file.text("family")
    parameters = _parameters(file.object("parameters"), overrides)
    history = _History(file, products, parameters)
    starts = tuple(sorted({row.eff for rules in history.by_key.values() for row, _ in rules}))
    if not starts:
        raise file.fail("rows", "there is no row")
    ends = (*starts[1:], FOREVER)
    status = file.choice("status", ("draft", "active", "historic"))
    return rulesets.Family(
        code=code,
        programme=file.text("programme"),
        jurisdiction=file.text("jurisdiction"),
        title_vi=file.text("title_vi"),
        title_en=file.text("title_en"),
        first_dose_on=file.day("first_dose_on").first,
        products=MappingProxyType(dict(products)),
        by_cvx=MappingProxyType({cvx: product.code for product in products.values() for cvx in product.cvx}),
        versions=tuple(
            history.version(code, start, end, status) for start, end in zip(starts, ends, strict=True)
        ),
        starts=starts,
    )


def _parameters(fields: Fields, overrides: Mapping[str, Any]) -> rulesets.Parameters:
    fields.only(field.name for field in dataclass_fields(rulesets.Parameters))
    read = rulesets.Parameters(
        grace_days=fields.get("grace_days", int, 0),
        additional_restarts_booster=fields.get("additional_restarts_booster", bool, True),
        products_in_shortage=fields.get("products_in_shortage", bool, False),
        pregnancy_ends_after=fields.length("pregnancy_ends_after", Length("42w")),
    )
    return replace(read, **overrides)


class _History:
    """All rows of a file as typed rules, by key and oldest first."""

    def __init__(
        self, file: Fields, products: Mapping[str, Product], parameters: rulesets.Parameters
    ) -> None:
        self.file, self.products, self.parameters = file, products, parameters
        self.by_key: dict[str, list[tuple[Row, Any]]] = {}
        self.first_applies_before: set[str] = set()
        raw: dict[str, list[tuple[Row, Fields]]] = {}
        for fields in file.objects("rows"):
            row, applies_before = read_row(fields)
            same_day = next((f for earlier, f in raw.get(row.key, ()) if earlier.eff == row.eff), None)
            if same_day is not None and "more_provinces" in fields.value and not row.line:
                same_day.value["more_provinces"] = fields.value["more_provinces"]  # decided on the very day
                continue
            if same_day is not None:
                raise fields.fail("eff", f"{row.key} has two rows of this day")
            raw.setdefault(row.key, []).append((row, fields))
            if applies_before:
                self.first_applies_before.add(row.key)
        self.product_rules = self._read_kind(raw, "products")
        for key, rows in raw.items():
            self.by_key[key] = self.product_rules.get(key) or self._read(rows)

    def _read_kind(
        self, raw: dict[str, list[tuple[Row, Fields]]], kind: str
    ) -> dict[str, list[tuple[Row, Any]]]:
        return {key: self._read(rows) for key, rows in raw.items() if rows[0][0].kind == kind}

    def _read(self, rows: list[tuple[Row, Fields]]) -> list[tuple[Row, Any]]:
        found: list[tuple[Row, Any]] = []
        previous: Fields | None = None
        for row, fields in sorted(rows, key=lambda pair: pair[0].eff):
            previous = _extended(fields, row, previous)
            found.append((row, previous))
        return found

    def version(self, family: str, start: date, end: date, status: str) -> rulesets.RuleSet:
        """The frozen rules of [start, end)."""
        rules: dict[str, list[Any]] = {kind: [] for kind in KIND_FIELDS}
        in_force = {key: found for key in self.by_key if (found := self._in_force(key, start))}
        for key, (row, fields, index) in in_force.items():
            if row.kind != "products":
                rules[row.kind].extend(self._typed(key, row, fields, index, in_force))
        rows = tuple(row for row, _, _ in in_force.values())
        parameters = self.parameters
        bands = tuple(sorted(rules["age"], key=lambda band: band.min_age))
        self._check_bands(bands)
        return rulesets.RuleSet(
            code=f"{family}-{start.isoformat()}",
            family=family,
            eff_from=start,
            eff_to=end,
            status=status,
            parameters=parameters,
            products=MappingProxyType(dict(self.products)),
            rows=rows,
            changes=tuple(row for row in rows if row.eff == start),
            bands=bands,
            intervals=_by_product(rules["interval"]),
            mixes=tuple(sorted(rules["mix"], key=lambda rule: (rule.max_age is None, rule.max_age))),
            stages=_stages(rules["step"]),
            deferrals=tuple(rules["deferral"]),
            pregnancy=next(iter(rules["pregnancy"]), None),
            waiting=_still_waiting(rules["waiting"], bands),
        )

    def _in_force(self, key: str, start: date) -> tuple[Row, Fields, int] | None:
        rows = self.by_key[key]
        index = sum(row.eff <= start for row, _ in rows) - 1
        if index < 0:
            if key not in self.first_applies_before:
                return None
            index = 0
        return (*rows[index], index)

    def _check_bands(self, bands: tuple[rulesets.AgeBand, ...]) -> None:
        for younger, older in zip(bands, bands[1:], strict=False):
            if younger.max_age != older.min_age:
                fields = next(fields for row, fields in self.by_key[older.row.key] if row == older.row)
                raise fields.fail("min_age", f"leaves a gap or overlaps with {younger.row.key}")
        if not bands or bands[-1].max_age is not None:
            raise self.file.fail("rows", "on some day no age rule, or none without an upper age, is in force")

    def _typed(
        self, key: str, row: Row, fields: Fields, index: int, in_force: Mapping[str, Any]
    ) -> list[Any]:
        if row.kind == "age":
            return self._bands(row, fields)
        if row.kind == "interval":
            return [self._interval(row, fields)]
        if row.kind == "mix":
            return [self._mix(row, fields)]
        if row.kind == "step":
            return self._steps(row, fields, self._earlier(key, fields, index), in_force)
        if row.kind == "deferral":
            return [_deferral(row, fields)]
        if row.kind == "waiting":
            return [_waiting(row, fields)]
        return [self._pregnancy(row, fields)] if row.kind == "pregnancy" else []

    def _bands(self, row: Row, fields: Fields) -> list[rulesets.AgeBand]:
        """One band, or more where a product of the row begins at a later age."""
        low, high = fields.age("min_age"), fields.age("max_age", None)
        if high is not None and high <= low:
            raise fields.fail("max_age", "must be more than min_age")
        products = fields.codes("products", self.products)
        begins = {code: fields.object("product_min_age").age(code, low) for code in products} if (
            "product_min_age" in fields.value
        ) else dict.fromkeys(products, low)  # fmt: skip
        edges = sorted({low, *begins.values()})
        return [
            rulesets.AgeBand(
                row=row,
                min_age=edge,
                max_age=following,
                products=tuple(code for code in products if begins[code] <= edge),
                volumes_ml=self._volumes(fields),
            )
            for edge, following in zip(edges, [*edges[1:], high], strict=True)
        ]

    def _volumes(self, fields: Fields) -> Mapping[str, float]:
        if "volumes_ml" not in fields.value:
            return NOTHING
        volumes = fields.object("volumes_ml")
        volumes.only(self.products)
        return MappingProxyType({code: volumes.get(code, float) for code in volumes.value})

    def _interval(self, row: Row, fields: Fields) -> rulesets.IntervalRule:
        least, most, floor = fields.length("min"), fields.length("max", None), fields.length("floor", None)
        if most and most.order() < least.order():
            raise fields.fail("max", "is less than min")
        provinces: dict[str, Length] = {}
        if "provinces" in fields.value:
            decided = fields.object("provinces")
            provinces = {code: decided.length(code) for code in decided.value}
            for code, length in provinces.items():
                if floor is None or length.order()[0] < floor.order()[0]:
                    raise decided.fail(code, "is below the floor of this row")
                if most and length.order()[0] > most.order()[0]:
                    raise decided.fail(code, "is more than max")
        return rulesets.IntervalRule(
            row=row,
            after=fields.codes("after", self.products),
            min=least,
            max=most,
            provinces=MappingProxyType(provinces),
            min_age=fields.age("min_age", 0),
            max_age=fields.age("max_age", None),
        )

    def _mix(self, row: Row, fields: Fields) -> rulesets.MixRule:
        pairs = {}
        for pair in fields.objects("pairs"):
            pair.only({"first", "then", "allowed", "needs_consent"})
            pair.get("needs_consent", bool, False)
            first, then = pair.choice("first", self.products), pair.choice("then", self.products)
            pairs[first, then] = pair.choice("allowed", ("ALLOW", "ALLOW_IF_SHORTAGE"))
        return rulesets.MixRule(row=row, pairs=MappingProxyType(pairs), max_age=fields.age("max_age", None))

    def _earlier(self, key: str, fields: Fields, index: int) -> rulesets.Earlier | None:
        """The last different minimum before this row."""
        least, until = fields.length("min"), self.by_key[key][index][0].eff
        for row, older in reversed(self.by_key[key][:index]):
            if older.length("min") != least:
                return rulesets.Earlier(older.length("min"), until)
            until = row.eff
        return None

    def _steps(
        self, row: Row, fields: Fields, earlier: rulesets.Earlier | None, in_force: Mapping[str, Any]
    ) -> list[rulesets.Step]:
        start = fields.choice("start", STARTS)
        if fields.get("restart_disputed", bool, False) and not self.parameters.additional_restarts_booster:
            start = "LAST_BASIC"
        low = fields.age("min_age")
        base = rulesets.Step(
            row=row,
            type=fields.choice("type", DOSE_TYPES[1:]),
            ordinal=fields.get("ordinal", int),
            min_age=low,
            max_age=fields.age("max_age", None),
            conditions=frozenset(),
            basic_products=frozenset(),
            priority_groups=frozenset(),
            start=start,
            min=fields.length("min"),
            max=fields.length("max", None),
            products=self._product_rule(fields, in_force),
            earlier=earlier,
        )
        return [self._for_whom(base, who) for who in fields.objects("who", [])] or [base]

    def _for_whom(self, base: rulesets.Step, who: Fields) -> rulesets.Step:
        who.only({"min_age", "conditions", "basic_products", "priority_groups"})
        return replace(
            base,
            min_age=who.age("min_age", base.min_age),
            conditions=frozenset(who.items("conditions", int, [])),
            basic_products=frozenset(who.codes("basic_products", self.products, [])),
            priority_groups=frozenset(who.items("priority_groups", int, [])),
        )

    def _product_rule(self, fields: Fields, in_force: Mapping[str, Any]) -> rulesets.ProductRule:
        key = fields.text("product_key")
        if key not in self.product_rules or key not in in_force:
            raise fields.fail("product_key", f"no products row {key} is in force then")
        row, rule, _ = in_force[key]
        choices = []
        for choice in rule.objects("choices"):
            choice.only({"previous", "then"})
            if isinstance(choice.value.get("previous"), list):
                previous: Any = choice.codes("previous", self.products)
            else:
                previous = choice.choice("previous", ("ANY", "ONE_PRODUCT", "MIXED"))
            choices.append(
                (previous, choice.codes("then", (*self.products, *PLATFORMS, "SAME", "SAME_AS_LAST")))
            )
        return rulesets.ProductRule(row=row, choices=tuple(choices), volumes_ml=self._volumes(rule))

    def _pregnancy(self, row: Row, fields: Fields) -> rulesets.PregnancyRule:
        never = frozenset(fields.codes("never", self.products, []))
        return rulesets.PregnancyRule(row=row, defer_below=fields.length("defer_below", None), never=never)


def _extended(fields: Fields, row: Row, previous: Fields | None) -> Fields:
    """The fields with what an `extends` row takes over from the row of its key before it."""
    own = fields.value
    if not fields.get("extends", bool, False):
        if any(field in own for field in MORE):
            raise fields.fail("extends", "more_pairs and more_choices need it")
        return _with_provinces(fields, own)
    if previous is None:
        raise fields.fail("extends", f"there is no earlier row {row.key}")
    kept = {field: value for field, value in previous.value.items() if field in KIND_FIELDS[row.kind]}
    merged = Located({**kept, **own})
    merged.line, merged.lines = own.line, own.lines
    for more, whole in MORE.items():
        if more in own:
            merged[whole] = [*kept.get(whole, []), *merged.pop(more)]
    return _with_provinces(fields, merged)


def _with_provinces(fields: Fields, row: Located) -> Fields:
    """The row with the decisions of further provinces; where no text lets a province decide, they are refused."""
    if "more_provinces" not in row:
        return Fields(fields.file, row)
    if "floor" not in row:
        raise fields.fail("more_provinces", "provinces did not decide then")
    decided = Located({**row.get("provinces", {}), **row["more_provinces"]})
    decided.line, decided.lines = row.line, {}
    merged = Located({**row, "provinces": decided})
    del merged["more_provinces"]
    merged.line, merged.lines = row.line, row.lines
    return Fields(fields.file, merged)


def _deferral(row: Row, fields: Fields) -> rulesets.DeferralRule:
    return rulesets.DeferralRule(
        row=row,
        min_age=fields.age("min_age", 0),
        max_age=fields.age("max_age", None),
        type=fields.choice("type", DOSE_TYPES, None),
        ordinal=fields.get("ordinal", int, None),
        after_last_booster=fields.get("after_last_booster", bool, False),
        start=fields.codes("start", INFECTION_DATES),
        length=fields.length("length"),
        presumed_recovery=fields.length("presumed_recovery", None),
    )


def _waiting(row: Row, fields: Fields) -> rulesets.WaitingRule:
    low, high = fields.age("min_age"), fields.age("max_age")
    if high <= low:
        raise fields.fail("max_age", "must be more than min_age")
    return rulesets.WaitingRule(row=row, min_age=low, max_age=high)


def _still_waiting(
    rules: list[rulesets.WaitingRule], bands: tuple[rulesets.AgeBand, ...]
) -> tuple[rulesets.WaitingRule, ...]:
    covered_from = bands[0].min_age
    return tuple(
        sorted((rule for rule in rules if rule.min_age < covered_from), key=lambda rule: -rule.min_age)
    )


def _by_product(rules: list[rulesets.IntervalRule]) -> Mapping[str, tuple[rulesets.IntervalRule, ...]]:
    """Interval rules by the product before, those for an age first."""
    found: dict[str, list[rulesets.IntervalRule]] = {}
    for rule in sorted(rules, key=lambda rule: (rule.max_age is None, rule.min_age)):
        for code in rule.after:
            found.setdefault(code, []).append(rule)
    return MappingProxyType({code: tuple(rules) for code, rules in found.items()})


def _stages(steps: list[rulesets.Step]) -> tuple[tuple[rulesets.Step, ...], ...]:
    order: dict[tuple[int, int], list[rulesets.Step]] = {}
    for step in steps:
        order.setdefault((DOSE_TYPES.index(step.type), step.ordinal), []).append(step)
    return tuple(tuple(sorted(order[rank], key=lambda step: -step.min_age)) for rank in sorted(order))
