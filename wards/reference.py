"""Reference data that the product carries: units, conditions, risk groups, holidays. Loading twice changes nothing."""

import csv
import json
from datetime import date
from pathlib import Path

from django.db import transaction

from lib import names
from wards.models import AdministrativeUnit, Condition, Holiday, RiskGroup
from wards.models.reference import ReferenceRow

DATA = Path(__file__).parent / "data"


@transaction.atomic
def load(*, using: str = "default") -> None:
    """Load every reference table of this app from `wards/data/`."""
    load_units(using=using)
    load_conditions(using=using)
    load_risk_groups(using=using)
    load_holidays(using=using)


def load_units(*, using: str = "default") -> int:
    """Administrative units with their predecessors and successors; returns the number of units in the file.

    The key is (code, valid_from). A successor code names the unit of that code which begins the day after this one ends.
    """
    with (DATA / "admin_units.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    units = [_unit(row) for row in rows]
    manager = AdministrativeUnit.objects.using(using)
    known = {(unit.code, unit.valid_from): unit for unit in manager.all()}
    fields = [
        f.name
        for f in AdministrativeUnit._meta.concrete_fields
        if f.name not in ("id", "code", "valid_from", "edited_here")
    ]
    new = [unit for unit in units if (unit.code, unit.valid_from) not in known]
    changed = []
    for unit in units:
        old = known.get((unit.code, unit.valid_from))
        if (
            old
            and not old.edited_here
            and any(getattr(old, field) != getattr(unit, field) for field in fields)
        ):
            unit.pk = old.pk
            changed.append(unit)
    manager.bulk_create(new)
    manager.bulk_update(changed, fields)
    _link_successors(rows, using)
    return len(rows)


def _unit(row: dict[str, str]) -> AdministrativeUnit:
    return AdministrativeUnit(
        code=row["code"],
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        kind=row["unit_type"],
        name=row["name"],
        full_name=row["name_full"],
        search_key=names.search_key(row["name"]),
        district_code=row["district_code"],
        district_name=row["district_name"],
        province_code=row["province_code"],
        province_name=row["province_name"],
        is_split=row["split"] == "Y",
        population=int(row["population"]) if row["population"] else None,
        population_as_of=row["population_asof"],
        population_ref=row["population_ref"],
        change_ref=row["change_ref"],
        note=row["note"],
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _link_successors(rows: list[dict[str, str]], using: str) -> None:
    units = list(AdministrativeUnit.objects.using(using).all())
    by_code: dict[str, list[AdministrativeUnit]] = {}
    for unit in units:
        by_code.setdefault(unit.code, []).append(unit)
    by_key = {(unit.code, unit.valid_from): unit for unit in units}
    link = AdministrativeUnit.successors.through
    links = set()
    for row in rows:
        old = by_key[row["code"], _day(row["valid_from"])]
        for code in filter(None, row["successor_codes"].split("|")):
            for new in by_code.get(code, ()):
                if old.valid_to and new.valid_from and (new.valid_from - old.valid_to).days == 1:
                    links.add((old.pk, new.pk))
    existing = set(
        link.objects.using(using).values_list("from_administrativeunit_id", "to_administrativeunit_id")
    )
    link.objects.using(using).bulk_create(
        link(from_administrativeunit_id=old, to_administrativeunit_id=new)
        for old, new in sorted(links - existing)
    )


def _rows(name: str) -> list[dict]:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def load_conditions(*, using: str = "default") -> None:
    """The 20 underlying conditions, with the words by which files name them."""
    for row in _rows("conditions.json"):
        number = row.pop("number")
        row["words"] = [names.search_key(word) for word in row["words"]]
        _put(Condition, {"number": number}, row, using)


def load_risk_groups(*, using: str = "default") -> None:
    """Risk-group definitions of the letters; an installation may add its own, and its choice of default stays."""
    chosen = RiskGroup.objects.using(using).filter(is_default=True).exists()
    for row in _rows("risk_groups.json"):
        code = row.pop("code")
        if chosen:
            row.pop("is_default")
        _put(RiskGroup, {"code": code}, row, using)


def load_holidays(*, using: str = "default") -> None:
    """Days off; the lunar ones of later years are added by each installation when they are announced."""
    with (DATA / "holidays.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            _put(Holiday, {"day": date.fromisoformat(row.pop("day"))}, row, using)


def _put(model: type[ReferenceRow], key: dict, fields: dict, using: str) -> None:
    """Make the shipped row, or bring it up to date unless this installation changed it."""
    if not model._default_manager.using(using).filter(**key, edited_here=True).exists():
        model._default_manager.using(using).update_or_create(**key, defaults=fields)
