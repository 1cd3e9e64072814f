"""Lists of the API: bounded pages, nothing skipped or repeated, the same people in the same order as the pages show."""

import pytest

from outreach.filters import WorklistFilters
from outreach.list_columns import UNVACCINATED as COLUMNS
from outreach.worklists import UNVACCINATED
from tests.api.conftest import Program, make_token, problem
from tests.factories import make_resident
from tests.outreach.conftest import (  # noqa: F401  (fixtures)
    ON,
    centre,
    city,
    crowd,
    lead,
    officer,
    police,
    ward_a,
    ward_b,
)
from vaccination import forecasts
from wards.models import Household, Resident

pytestmark = pytest.mark.django_db

LISTS = (
    "residents/",
    "residents/?order=name",
    "residents/?order=id",
    "households/",
    "doses/",
    "forecasts/",
    "worklists/unvaccinated/",
)


@pytest.fixture
def program(officer):  # noqa: F811
    return Program(make_token(officer))


@pytest.mark.parametrize("path", LISTS)
def test_pages_joined_are_the_whole_list_once(program, ward_a, ward_b, path):  # noqa: F811
    crowd([ward_a, ward_b], 120)
    joint = "&" if "?" in path else "?"
    ids = [row.get("id") or row["resident"] for row in program.walk(f"{path}{joint}page_size=7")]
    whole = [row.get("id") or row["resident"] for row in program.walk(f"{path}{joint}page_size=200")]
    assert len(whole) > 21
    assert ids == whole
    assert len(ids) == len(set(ids))


def test_nothing_is_skipped_or_repeated_while_people_come(program, ward_a):  # noqa: F811
    there = {str(person.pk) for person in crowd([ward_a], 60)}

    def somebody_comes(body):
        last = Resident.objects.get(pk=body["results"][-1]["id"])
        for name in ("An", "Yến", last.full_name.split()[-1]):
            make_resident(ward_a, name=f"Bùi Thị {name}")

    seen = [row["id"] for row in program.walk("residents/?page_size=5", somebody_comes)]
    assert len(seen) == len(set(seen))
    assert there <= set(seen)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "order=name",
        "order=address&population=all",
        "group=no_dose&population=all",
        "age=65",
        "residence=all",
    ],
)
def test_a_worklist_has_the_rows_of_the_page_in_its_order(program, officer, ward_a, ward_b, query):  # noqa: F811
    crowd([ward_a, ward_b], 150)
    data = dict(part.split("=") for part in query.split("&") if part)
    expected = [str(row.id) for row in UNVACCINATED.select(officer, data, ON).rows()]
    assert [row["id"] for row in program.walk(f"worklists/unvaccinated/?{query}")] == expected


def test_a_worklist_row_has_every_column_of_the_list(program, officer, ward_a):  # noqa: F811
    crowd([ward_a], 30)
    row = program.get("worklists/unvaccinated/?population=all").json()["results"][0]
    shown = next(UNVACCINATED.select(officer, {"population": "all"}, ON).rows())
    assert {column.key: row[column.key] for column in COLUMNS} == {
        column.key: column.json(shown) for column in COLUMNS
    }


def test_every_filter_of_the_list_is_a_parameter(program):
    from outreach.api.worklists import WorklistQuery

    assert set(WorklistQuery().fields) == {*WorklistFilters.base_filters, "after", "page_size"}


def test_counts_are_counts_of_the_rows_and_leaders_have_them_too(program, lead, officer, ward_a, ward_b):  # noqa: F811
    crowd([ward_a, ward_b], 120)
    rows = program.walk("worklists/unvaccinated/?page_size=200")
    counts = program.get("worklists/unvaccinated/counts/").json()["counts"]
    assert counts["total"] == len(rows)
    of_city = Program(make_token(lead)).get("worklists/unvaccinated/counts/").json()
    assert of_city["counts"]["total"] == sum(ward["total"] for ward in of_city["wards"])
    assert of_city["counts"]["total"] > counts["total"]


def test_leaders_have_no_person_level_addresses(lead, ward_a):  # noqa: F811
    (person,) = crowd([ward_a], 1)[:1]
    program = Program(make_token(lead))
    for path in (
        "residents/",
        f"residents/{person.pk}/",
        "worklists/unvaccinated/",
        "forecasts/",
        "doses/",
        "households/",
    ):
        problem(program.get(path), 404, "not_found")


def test_a_ward_out_of_the_area_is_not_found_and_widens_nothing(program, ward_a, ward_b):  # noqa: F811
    crowd([ward_a, ward_b], 40)
    for path in (
        "residents/",
        "households/",
        "doses/",
        "forecasts/",
        "worklists/unvaccinated/",
        "worklists/unvaccinated/counts/",
    ):
        problem(program.get(f"{path}?ward={ward_b.code}"), 404, "not_found")
        assert program.get(f"{path}?ward={ward_a.code}").status_code == 200
    wards = {row["ward"] for row in program.walk("residents/?page_size=200")}
    assert wards == {ward_a.code}


def test_the_union_over_a_filter_stays_inside_the_area(program, ward_a, ward_b):  # noqa: F811
    crowd([ward_a, ward_b], 60)
    own = {str(pk) for pk in Resident.objects.filter(ward=ward_a).values_list("pk", flat=True)}
    seen: set[str] = set()
    for residence in Resident.Residence.values:
        seen |= {row["id"] for row in program.walk(f"residents/?residence={residence}")}
    assert seen == own


def test_forecasts_say_what_is_due_and_why(program, ward_a):  # noqa: F811
    people = crowd([ward_a], 40)
    row = program.get("forecasts/?state=DUE").json()["results"][0]
    assert row["state"] == "DUE"
    assert row["next"]["products"]
    one = program.get(f"residents/{row['resident']}/forecast/").json()
    assert {name: one[name] for name in row} == row
    assert one["reasons"][0] == one["why"]
    gone = next(person for person in people if person.residence == "moved")
    forecasts.refresh_residents([gone.pk], ON)
    problem(program.get(f"residents/{gone.pk}/forecast/"), 404, "not_found")


def test_a_list_takes_as_many_queries_for_many_as_for_few(program, ward_a):  # noqa: F811
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    crowd([ward_a], 90)
    for path in ("residents/", "households/", "doses/", "forecasts/", "worklists/unvaccinated/"):
        counts = []
        program.get(path)  # what is read once a process, or once a day
        for size in (2, 60):
            with CaptureQueriesContext(connection) as made:
                assert program.get(f"{path}?page_size={size}").status_code == 200
            counts.append(len(made))
        assert counts[0] == counts[1] <= 20, (path, counts)


def test_police_read_people_and_no_health(police, ward_a):  # noqa: F811
    crowd([ward_a], 5)
    program = Program(make_token(police))
    person = program.get("residents/").json()["results"][0]
    assert (person["at_risk"], person["note"], person["priority_group"]) == (None, None, None)
    for path in ("doses/", "forecasts/", "worklists/unvaccinated/", f"residents/{person['id']}/doses/"):
        problem(program.get(path), 403, "forbidden")


def test_homes_come_by_the_walk(program, ward_a):  # noqa: F811
    crowd([ward_a], 60)
    found = [row["id"] for row in program.walk("households/?page_size=9")]
    ordered = Household.objects.filter(ward=ward_a).order_by(
        "neighbourhood_id", "walking_position", "number_sort_key", "id"
    )
    with_place = [str(home.pk) for home in ordered if home.neighbourhood_id]
    assert [pk for pk in found if pk in set(with_place)] == with_place
