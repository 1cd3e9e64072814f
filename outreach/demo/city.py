"""Makes the demonstration city in the database: places, offices, accounts, people, doses, forecasts, training clock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from django.apps import apps
from django.conf import settings
from django.db import connection, connections, transaction

from lib import clock, names
from outreach.city_setup import CityPlan, make_offices, write_installation
from outreach.demo import accounts
from outreach.demo.figures import load
from outreach.demo.numbers import Numbers
from outreach.demo.population import Keys, WardPlan, neighbourhood_names, shares, ward_rows
from vaccination import forecasts
from wards import identity_numbers, installation
from wards.models import AdministrativeUnit, Installation, Neighbourhood, Resident, User

OPENS_AT = time(8, 0)
REFERENCE = {
    "administrativeunit",
    "condition",
    "riskgroup",
    "programme",
    "product",
}  # loaded by `migrate`, kept
OWN_APPS = ("wards", "vaccination", "outreach")
Say = Callable[[str], object]


class Refused(Exception):
    """No demonstration city may be made here; the sentence says why."""


@dataclass
class Made:
    """What was written: rows per kind and per ward."""

    residents: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    wards: dict[str, int] = field(default_factory=dict)


def is_empty() -> bool:
    """Nobody lives here, and nobody has set up anything but (interrupted) a demonstration."""
    row = Installation.objects.first()
    if Resident.objects.exists():
        return False
    return row.is_demo if row else not User.objects.exists()


def require_replaceable() -> None:
    """Raise Refused unless the database is empty or holds a demonstration city."""
    if settings.PRODUCTION:
        raise Refused("PROFILE=production: a demonstration city is never made on a production server.")
    row = Installation.objects.first()
    if row is not None and not row.is_demo:
        raise Refused(
            f"This database belongs to {row.city_name}. A demonstration city needs a database of its own."
        )
    if row is None and not is_empty():
        raise Refused("This database is in use. A demonstration city needs a database of its own.")


def create(*, residents: int, seed: int, on: date, say: Say = lambda line: None) -> Made:
    """Make the city, in place of an earlier demonstration. The same input gives the same people with the same ids.

    Raises Refused in a database that is not a demonstration's.
    """
    require_replaceable()
    if Installation.objects.exists():
        _remove_former()
    made = Made()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(4120001)")
            if cursor.fetchone() != (True,) or Resident.objects.exists():
                raise Refused("Somebody else is making the demonstration city at this moment.")
            # Deferred foreign keys of millions of copied rows would queue up until the commit.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        units = _units(on)
        offices = make_offices(_plan(units, timedelta()))
        plans = _ward_plans(units, residents)
        users = accounts.make_accounts(offices, units)
        _people(Random(seed), plans, users["demo-trung-tam"], on, made, say)
        write_installation(_plan(units, _offset_to(on)))
        accounts.renew_passwords()
    return made


def _units(on: date) -> list[AdministrativeUnit]:
    city = load()["city"]
    codes = [ward["code"] for ward in load()["wards"]]
    found = AdministrativeUnit.objects.in_force(on).filter(
        code__in=codes, district_code=city["district_code"]
    )
    units = {unit.code: unit for unit in found}
    if missing := [code for code in codes if code not in units]:
        raise Refused(
            f"On {on:%d/%m/%Y} these wards do not exist: {', '.join(missing)}. Choose a day before 01/12/2024."
        )
    return [units[code] for code in codes]


def _plan(units: Sequence[AdministrativeUnit], offset: timedelta) -> CityPlan:
    city = load()["city"]
    return CityPlan(
        city_name=city["name"],
        health_centre=city["health_centre"],
        units=units,
        neighbourhood=city["neighbourhood_word"],
        support_phone="0900 000 000",
        is_demo=True,
        clock_offset=offset,
    )


def _offset_to(on: date) -> timedelta:
    """What makes it 08:00 of day `on` now, and lets the clock tick on."""
    return datetime.combine(on, OPENS_AT, clock.VIETNAM) - clock.real_now()


def set_clock(at: datetime) -> None:
    """Let the training clock of a demonstration show `at` now and tick on. Raises Refused in a real installation."""
    row = Installation.objects.first()
    if row is None or not row.is_demo:
        raise Refused("Only a demonstration installation has a training clock.")
    row.clock_offset = at - clock.real_now()
    row.save(update_fields=["clock_offset"])
    installation.forget()


def _ward_plans(units: Sequence[AdministrativeUnit], residents: int) -> list[WardPlan]:
    people = shares(residents)
    plans = []
    for unit, ward in zip(units, load()["wards"], strict=True):
        count = people[unit.code]
        plan = WardPlan(unit.pk, unit.name, count, ward["renters"], neighbourhood_names(ward, count))
        made = Neighbourhood.objects.bulk_create(
            Neighbourhood(
                ward=unit,
                kind=load()["city"]["neighbourhood_word"],
                name=name,
                search_key=names.search_key(name),
                local_code=f"{order:02}",
                walking_order=order,
            )
            for order, name in enumerate(plan.neighbourhood_names, start=1)
        )
        plan.neighbourhood_ids = [neighbourhood.pk for neighbourhood in made]
        plans.append(plan)
    return plans


def _people(random: Random, plans: list[WardPlan], by: User, on: date, made: Made, say: Say) -> None:
    keys = Keys(identity_numbers.ring(), settings.IDENTITY_HASH_KEY, by.pk, clock.real_now())
    numbers = Numbers(random)
    for plan in plans:
        rows = ward_rows(random, numbers, plan, keys, on)
        for name, count in rows.write().items():
            made.rows[name] = made.rows.get(name, 0) + count
        forecasts.refresh_residents(rows.residents, on)
        made.residents += len(rows.residents)
        made.wards[plan.name] = len(rows.residents)
        say(f"{plan.name}: {len(rows.residents)} residents, {made.residents} in all")


def _remove_former() -> None:
    """Empty every table but the reference data, as the owner: the application's role may not delete a dose."""
    tables = [
        model._meta.db_table
        for name in OWN_APPS
        for model in apps.get_app_config(name).get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and _is_emptied(model._meta)
    ]
    tables += ["django_session", "account_emailaddress", "mfa_authenticator", "pghistory_context"]
    owner = connections["owner"]
    existing = set(owner.introspection.table_names())
    with transaction.atomic(using="owner"), owner.cursor() as cursor:
        cursor.execute("SELECT is_demo FROM wards_installation FOR SHARE")
        if cursor.fetchall() != [(True,)]:
            raise Refused("This database is not a demonstration's.")
        listed = ", ".join(f'"{table}"' for table in sorted(existing & set(tables)))
        cursor.execute(f"TRUNCATE {listed} RESTART IDENTITY CASCADE")
    installation.forget()


def analyse() -> None:
    """Let the planner know what came, as the owner, instead of a minute later when autovacuum looks."""
    tables = [model._meta.db_table for name in OWN_APPS for model in apps.get_app_config(name).get_models()]
    owner = connections["owner"]
    existing = set(owner.introspection.table_names())
    with owner.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(f'"{table}"' for table in sorted(existing & set(tables))))


def _is_emptied(meta) -> bool:
    if meta.model_name in REFERENCE or meta.auto_created and meta.auto_created._meta.model_name in REFERENCE:
        return False
    return meta.model is not Installation
