"""The demonstration city as it stands: nobody in it can exist, its figures are the dossier's, its clock ticks."""

import io
import json
import re
from collections import Counter
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.models import Count, Max, Min, Q

from lib import clock, identity, names, phones
from outreach.demo import population
from outreach.demo.figures import load
from tests.demo_city import ON, standing
from vaccination.models import DoseRecord, Forecast, Screening
from wards import identity_numbers, installation
from wards.access import wards_of
from wards.models import Household, IdentityClaim, Installation, Neighbourhood, Pregnancy, Resident, User
from wards.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.xdist_group("demo-city")]

RESIDENTS = 12_000


@pytest.fixture(scope="module")
def standing_city(django_db_setup, django_db_blocker):
    with standing(django_db_blocker, residents=RESIDENTS, seed=1) as made:
        yield made


@pytest.fixture(autouse=True)
def unread_installation():
    installation.forget()
    yield
    installation.forget()


def percent(part, whole) -> float:
    return 100 * part / whole


def test_everybody_is_marked_synthetic_and_every_number_is_impossible(standing_city):
    assert Resident.objects.count() == RESIDENTS
    assert not Resident.objects.filter(is_synthetic=False).exists()
    for claim in IdentityClaim.objects.all():
        number = identity_numbers.decrypt(claim.number_encrypted)
        if claim.kind == "cccd":
            assert re.fullmatch(r"099[0-3]\d{8}", number)
        else:
            assert re.fullmatch(r"99\d{7}", number)
    for found in Resident.objects.exclude(phones=[]).values_list("phones", flat=True):
        assert all(re.fullmatch(r"0900\d{6}", number) for number in found)


def test_numbers_are_stored_as_an_import_would_store_them(standing_city):
    claim = IdentityClaim.objects.filter(kind="cccd").select_related("resident").first()
    number = identity_numbers.decrypt(claim.number_encrypted)
    read = identity.classify(
        number, sex=claim.resident.sex, birth_year=claim.resident.birth_year, synthetic=True
    )
    assert read.warnings == ()
    assert identity_numbers.claim_values(read)["number_hash"] == claim.number_hash
    assert identity_numbers.claim_values(read)["mask"] == claim.mask
    assert phones.MOBILE.fullmatch(Resident.objects.exclude(phones=[]).first().phones[0])


def test_keys_of_a_name_are_the_ones_of_lib_names(standing_city):
    for resident in Resident.objects.all()[:50]:
        keys = names.keys(resident.full_name)
        assert (resident.search_key, resident.match_key, resident.sort_key) == (
            keys.search,
            keys.match,
            keys.sort,
        )
        assert keys.display == resident.full_name


def test_nineteen_wards_share_the_people_by_population(standing_city):
    found = dict(Resident.objects.values_list("ward__code").annotate(Count("id")))
    assert found == population.shares(RESIDENTS)
    assert len(found) == 19
    assert sum(found.values()) == RESIDENTS
    assert Resident.objects.filter(ward__valid_from=None).count() == RESIDENTS


def test_no_home_is_without_a_grown_up_and_none_without_neighbourhood(standing_city):
    grown_up = Q(residents__birth_year__lte=ON.year - 18)
    assert not Household.objects.annotate(grown=Count("residents", filter=grown_up)).filter(grown=0).exists()
    assert not Household.objects.filter(neighbourhood=None).exists()
    assert Neighbourhood.objects.filter(ward__code="09190").first().name == "Bồ Sơn"


def test_children_mostly_bear_the_family_name_of_somebody_at_home(standing_city):
    same = total = 0
    for household in Household.objects.prefetch_related("residents")[:200]:
        grown = {r.full_name.split()[0] for r in household.residents.all() if r.birth_year < ON.year - 25}
        for child in household.residents.all():
            if child.birth_year > ON.year - 15:
                total += 1
                same += child.full_name.split()[0] in grown
    assert total > 50
    assert same / total > 0.8


def test_coverage_and_ages_mirror_the_bulletins(standing_city):
    given = Count("doses", filter=~Q(doses__source="claimed"))
    living = Resident.objects.exclude(residence__in=("moved", "deceased")).annotate(given=given)
    adults = living.filter(birth_year__lte=2003)
    from_50 = living.filter(birth_year__lte=1971)
    count = adults.count()
    assert 98.3 <= percent(adults.filter(given__gte=1).count(), count) <= 99.2
    assert 96.3 <= percent(adults.filter(given__gte=2).count(), count) <= 98.0
    assert 56 <= percent(adults.filter(given__gte=3).count(), count) <= 60
    assert 95.5 <= percent(from_50.filter(given__gte=2).count(), from_50.count()) <= 98
    assert 70 <= percent(count, living.count()) <= 75
    assert 23 <= percent(from_50.count(), living.count()) <= 27
    teens = living.filter(birth_year__range=(2005, 2009))
    assert percent(teens.filter(given__gte=1).count(), teens.count()) > 97
    assert not living.filter(birth_year__gte=2011, given__gt=0).exists()


def test_products_mirror_the_assumed_mix(standing_city):
    first = DoseRecord.objects.filter(stated_ordinal=1, resident__birth_year__lte=2003, source="file")
    found = Counter(first.values_list("product", flat=True))
    total = sum(found.values())
    aim = load()["doses"]["products_aim"]
    for product in ("AZ", "VERO", "PFZ", "MOD"):
        assert percent(found[product], total) == pytest.approx(aim[product], abs=3), product


def test_there_is_something_to_find_of_every_kind(standing_city):
    kinds = set(Forecast.objects.values_list("next_type", "next_ordinal"))
    assert {("BASIC", 1), ("BASIC", 2), ("ADDITIONAL", 1), ("BOOSTER", 1)} <= kinds
    closed = set(Forecast.objects.values_list("closed_reason", flat=True))
    assert {"UNKNOWN_HISTORY", "CONTRAINDICATED", "COMPLETE"} <= closed
    assert {"CONTRA", "DEFER", "CAUT"} <= set(Screening.objects.values_list("category", flat=True))
    assert Screening.objects.filter(category="CONTRA").exclude(product=None).exists()
    assert Pregnancy.objects.current(ON).count() == pytest.approx(RESIDENTS * 0.012, rel=0.35)
    assert DoseRecord.objects.filter(product="UNKNOWN").exists()
    assert DoseRecord.objects.filter(given_month=None).exists()
    assert DoseRecord.objects.filter(source="claimed").exists()
    elderly = Resident.objects.filter(birth_year__lte=1951)
    assert percent(elderly.filter(birth_month=None).count(), elderly.count()) == pytest.approx(35, abs=6)


def test_nothing_lies_in_the_future_or_before_a_product_was_there(standing_city):
    last = DoseRecord.objects.aggregate(first=Min("given_year"), last=Max("given_year"))
    assert last == {"first": 2021, "last": 2022}
    assert not DoseRecord.objects.filter(given_year=2022, given_month__gt=2).exists()
    assert not DoseRecord.objects.filter(given_year=2022, given_month=2, given_day__gt=5).exists()
    assert not DoseRecord.objects.filter(product="VERO", given_year=2021, given_month__lt=9).exists()


def test_everybody_living_here_has_a_forecast(standing_city):
    gone = Resident.objects.filter(residence__in=("moved", "deceased"))
    assert Forecast.objects.count() == Resident.objects.count() - gone.count()
    assert not Forecast.objects.filter(resident__in=gone).exists()


def test_clock_starts_at_eight_and_ticks(standing_city):
    now = clock.now()
    assert now.date() == ON
    assert now.hour == 8
    assert clock.now() > now
    row = Installation.objects.get()
    assert row.is_demo
    assert row.city_name == "Thành phố Bắc Ninh"
    assert installation.word("neighbourhood") == "khu phố"


def test_training_clock_can_be_set_and_stopped(standing_city):
    out = io.StringIO()
    call_command("training_clock", "--set", "2022-02-06T09:45", stdout=out)
    assert out.getvalue().startswith("2022-02-06 09:45")
    assert clock.now().hour == 9
    call_command("training_clock", "--stop", stdout=out)
    assert abs(clock.now() - clock.real_now()) < timedelta(seconds=5)
    assert Installation.objects.get().is_demo


def test_every_role_has_an_account_in_its_place(standing_city):
    users = {user.username: user for user in User.objects.all()}
    assert {role for user in users.values() for role in user.roles} == set(Role)
    assert wards_of(users["demo-trung-tam"]).count() == 19
    assert [ward.name for ward in wards_of(users["demo-vo-cuong"])] == ["Võ Cường"]
    assert [ward.name for ward in wards_of(users["demo-suoi-hoa"])] == ["Suối Hoa"]
    team = Resident.objects.visible_to(users["demo-to-ra-soat"])
    assert set(team.values_list("household__neighbourhood__name", flat=True)) == {"Bồ Sơn"}
    assert not any(user.is_superuser or user.is_staff for user in users.values())


def test_if_empty_leaves_a_city_alone(standing_city):
    before = Resident.objects.count()
    out = io.StringIO()
    call_command("demo", "--residents", "100", "--if-empty", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"made": False}
    assert Resident.objects.count() == before
