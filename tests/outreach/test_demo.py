"""The demonstration city: the same input gives the same city, its figures are the dossier's, nobody in it can exist."""

import io
import json
import re
import stat
from datetime import date

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.models import Count

from lib import clock
from outreach.demo import accounts, city, population
from outreach.demo.figures import Curve
from vaccination.models import DoseRecord
from wards import identity_numbers, installation
from wards.models import Installation, Resident, User

pytestmark = pytest.mark.django_db

ON = date(2022, 2, 5)


@pytest.fixture(autouse=True)
def unread_installation():
    installation.forget()
    yield
    installation.forget()


def people() -> list[tuple]:
    fields = ("id", "full_name", "birth_year", "birth_month", "sex", "household_id", "phones", "note")
    return list(Resident.objects.order_by("id").values_list(*fields))


def doses() -> list[tuple]:
    return list(
        DoseRecord.objects.order_by("id").values_list("id", "resident_id", "product", "given_year", "lot")
    )


# ---------------------------------------------------------------- the same city again


def doses_of_a_ward(seed: int) -> str:
    """One ward's rows as text, without the sealed numbers, which are sealed anew every time."""
    from random import Random

    plan = population.WardPlan(1, "Thử", 300, 10, ["1", "2"], [1, 2])
    keys = population.Keys(identity_numbers.ring(), b"0" * 32, 1, clock.real_now().replace(year=2022))
    random = Random(seed)
    rows = population.ward_rows(random, population.Numbers(random), plan, keys, ON)
    return "\n".join(line for name, lines in rows.lines.items() if name == "dose" for line in lines)[:-40]


def test_same_seed_same_people_other_seed_other_people():
    strip = re.compile(r"\t[^\t]*$", re.MULTILINE)  # when it was entered
    assert strip.sub("", doses_of_a_ward(1)) == strip.sub("", doses_of_a_ward(1))
    assert strip.sub("", doses_of_a_ward(1)) != strip.sub("", doses_of_a_ward(2))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_made_again_in_the_same_database_it_is_the_same_city():
    city.create(residents=300, seed=3, on=ON)
    first = people(), doses()
    city.create(residents=300, seed=3, on=ON)
    assert (people(), doses()) == first
    assert User.objects.count() == len(accounts.ACCOUNTS)


@pytest.mark.parametrize("residents", [100, 999, 30_000, 300_000])
def test_shares_add_up(residents):
    assert sum(population.shares(residents).values()) == residents


def percent(part, whole) -> float:
    return 100 * part / whole


@pytest.mark.parametrize("on", [date(2021, 9, 1), date(2022, 8, 3)])
def test_other_days_have_their_own_coverage(on):
    city.create(residents=600, seed=2, on=on)
    given = Resident.objects.filter(birth_year__lte=on.year - 19).annotate(given=Count("doses"))
    share = percent(given.filter(given__gte=1).count(), given.count())
    assert share == pytest.approx(36 if on.year == 2021 else 98.5, abs=9)
    assert clock.today() == on


@pytest.mark.django_db(transaction=True)
def test_passwords_are_made_per_installation_and_kept_readable_by_their_owner_alone():
    city.create(residents=100, seed=1, on=ON)
    path = accounts.password_file()
    assert path.parent == django_settings.DATA_DIR
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    out = io.StringIO()
    call_command("demo_accounts", "--json", stdout=out)
    listed = json.loads(out.getvalue())
    assert len({account["password"] for account in listed}) == len(accounts.ACCOUNTS)
    for account in listed[:2]:
        assert User.objects.get(username=account["username"]).check_password(account["password"])
    path.unlink()
    out = io.StringIO()
    call_command("demo_accounts", "--json", stdout=out)
    renewed = json.loads(out.getvalue())
    assert renewed != listed
    assert User.objects.get(username=renewed[0]["username"]).check_password(renewed[0]["password"])


# ---------------------------------------------------------------- refusals


def test_production_never_gets_a_demonstration_city(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command("demo", "--residents", "100", "--verbosity", "0")
    assert not Resident.objects.exists()


def test_database_in_use_is_refused():
    User.objects.create(username="somebody", full_name="Ai Đó")
    with pytest.raises(CommandError, match="in use"):
        call_command("demo", "--residents", "100", "--verbosity", "0")


def test_after_an_interrupted_start_if_empty_makes_the_city():
    Installation.objects.create(city_name="Thành phố Bắc Ninh", is_demo=True)
    assert city.is_empty()


@pytest.mark.parametrize("arguments", [["--residents", "0"], ["--residents", "x"], ["--on", "05/02/2022"]])
def test_bad_arguments_are_refused_in_a_sentence(arguments):
    with pytest.raises(CommandError):
        call_command("demo", *arguments)


# ---------------------------------------------------------------- curves


def test_curve_is_read_both_ways():
    curve = Curve([(date(2021, 1, 1), 0), (date(2021, 1, 11), 50), (date(2021, 1, 21), 60)])
    assert curve.at(date(2020, 12, 31)) == 0
    assert curve.at(date(2021, 1, 6)) == 25
    assert curve.at(date(2022, 1, 1)) == 60
    assert curve.day_of(25) == date(2021, 1, 6).toordinal()
    assert curve.day_of(55) == date(2021, 1, 16).toordinal()
    assert curve.day_of(60) is None


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_that_begin_at_once_make_one_city():
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    def attempt(_number: int) -> str:
        try:
            city.create(residents=400, seed=1, on=ON)
            return "made"
        except city.Refused:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert "made" in list(pool.map(attempt, range(2)))
    assert Resident.objects.count() == 400


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_command_leaves_tables_that_the_planner_knows():
    from django.db import connection

    call_command("demo", "--residents", "300", "--verbosity", "0")
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'wards_resident'")
        assert cursor.fetchone() == (300,)
