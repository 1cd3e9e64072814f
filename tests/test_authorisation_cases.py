"""Cases of TRUST B3 that belong to no single page: what a neighbour ward's people change on one's own screens (nothing), what
a search tells of them (nothing), and what one user's work leaves behind on a connection that another one uses next (nothing).

Which test holds which case: docs/security-cases.md.
"""

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from lib import identity
from tests.factories import (
    SUOI_HOA,
    make_dose,
    make_household,
    make_neighbourhood,
    make_resident,
    make_user,
    make_ward,
)
from vaccination import forecasts
from wards import identity_numbers, search_rate
from wards.models import AccessEvent, IdentityClaim, Installation, Resident
from wards.roles import Role

pytestmark = pytest.mark.django_db
OURS, THEIRS, NOBODYS = "099150000111", "099150000222", "099150000999"
SEARCHES = ("wards:resident-search", "outreach:worklist")


@pytest.fixture
def ward():
    Installation.objects.create(city_name="Thành phố Thử")
    return make_ward()


@pytest.fixture
def other():
    return make_ward(SUOI_HOA)


@pytest.fixture
def officer(ward):
    return make_user(Role.WARD_OFFICER, ward)


@pytest.fixture
def desk(officer):
    client = Client()
    client.force_login(officer)
    return client


def person_with(number: str, ward, name: str) -> Resident:
    home = make_household(ward, neighbourhood=make_neighbourhood(ward))
    person = make_resident(ward, name=name, born="1950-02-03", household=home)
    claim = identity_numbers.claim_values(identity.classify(number, synthetic=True))
    IdentityClaim.objects.create(resident=person, ward=ward, **claim)
    return person


def shown(response) -> str:
    """The text of the page's main part, without what differs from request to request."""
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    main = re.sub(r"<input[^>]*(?:csrfmiddlewaretoken|form_id)[^>]*>", "", main)
    return re.sub(r"\s+", " ", unescape(main))


# ---------------------------------------------------------------- AUTH-04: a full identity number of somebody else's person


@pytest.mark.parametrize("name", SEARCHES)
def test_auth_04_a_foreign_number_reads_like_one_that_nobody_has(desk, ward, other, name):
    person_with(OURS, ward, "Người Nhà")
    person_with(THEIRS, other, "Người Xa")
    foreign = desk.post(reverse(name), {"q": THEIRS})
    nobodys = desk.post(reverse(name), {"q": NOBODYS})
    assert foreign.status_code == nobodys.status_code == 200
    assert shown(foreign).replace(THEIRS, "x") == shown(nobodys).replace(NOBODYS, "x")
    assert "Người Xa" not in foreign.content.decode()
    assert "Người Nhà" in desk.post(reverse(name), {"q": OURS}).content.decode()


@pytest.mark.parametrize("name", SEARCHES)
def test_auth_04_the_search_is_in_the_log_without_the_number(desk, other, name):
    person_with(THEIRS, other, "Người Xa")
    desk.post(reverse(name), {"q": THEIRS})
    event = AccessEvent.objects.get(action=AccessEvent.Action.SEARCH)
    assert event.row_count == 0
    assert event.detail["kind"]
    assert THEIRS[-4:] not in str(event.detail) + event.object_id


@pytest.mark.parametrize("name", SEARCHES)
def test_auth_04_enumerating_numbers_ends_with_the_hourly_limit(desk, other, name, monkeypatch):
    person_with(THEIRS, other, "Người Xa")
    monkeypatch.setattr(search_rate, "PER_HOUR", 3)
    for number in range(3):
        desk.post(reverse(name), {"q": f"09915000{number:04}"})
    page = desk.post(reverse(name), {"q": THEIRS})
    assert re.search("quá nhanh|quá nhiều", page.content.decode())
    assert AccessEvent.objects.filter(action=AccessEvent.Action.SEARCH).count() == 3


# ---------------------------------------------------------------- AUTH-01: asked by its id, and told in the log


def test_auth_01_a_foreign_record_asked_for_by_its_id_is_404_and_in_the_log(desk, officer, other):
    person = person_with(THEIRS, other, "Người Xa")
    for method in (desk.get, desk.put, desk.patch, desk.delete):
        assert method(reverse("outreach:resident-detail", args=[person.pk])).status_code in (404, 405)
    event = AccessEvent.objects.filter(what="not_there").first()
    assert (event.user, event.object_id, event.row_count, event.ward) == (officer, str(person.pk), 0, None)


# ---------------------------------------------------------------- AUTH-09, AUTH-15: nothing changes on one's own screens


def test_auth_15_no_figure_and_no_list_changes_when_the_neighbour_ward_fills(desk, ward, other):
    """Totals, counts, choices and suggestions are computed in scope: the screens are the same letter for letter."""
    home = make_household(ward, neighbourhood=make_neighbourhood(ward, "Khu Nhà"))
    mine = [
        make_resident(ward, name=f"Nguyễn Thị Nhà {n}", born="1950-02-03", household=home) for n in range(3)
    ]
    make_dose(mine[0])
    forecasts.refresh_residents([one.pk for one in mine], on=clock_day())
    before = screens(desk, home)
    for number in range(12):
        place = make_neighbourhood(other, f"Khu Xa {number}")
        far = make_household(other, neighbourhood=place, street="Phố Xa")
        people = [
            make_resident(other, name=f"Nguyễn Thị Nhà {n}", born="1950-02-03", household=far)
            for n in range(3)
        ]
        make_dose(people[0])
        forecasts.refresh_residents([one.pk for one in people], on=clock_day())
    assert screens(desk, home) == before


def clock_day():
    from lib import clock

    return clock.today()


def screens(client, home) -> dict[str, str]:
    pages = {
        name: client.get(reverse(name))
        for name in ("outreach:today", "outreach:worklist", "wards:resident-list", "wards:import-list")
    }
    pages |= {f"search by {name}": client.post(reverse(name), {"q": "nguyen thi nha"}) for name in SEARCHES}
    sent = {"name": "Nguyễn Thị Nhà 1", "full_name": "Nguyễn Thị Nhà 1", "born": "03/02/1950", "sex": "F"}
    pages["typeahead"] = client.post(reverse("wards:resident-duplicates", args=[home.pk]), sent)
    pages["homes to move to"] = client.post(
        reverse("wards:household-move", args=[home.pk]), {"find": "pho", "search": "1"}
    )
    assert {page.status_code for page in pages.values()} == {200}, {
        name: page.status_code for name, page in pages.items()
    }
    return {
        name: shown(page) if "<main" in page.content.decode() else page.content.decode()
        for name, page in pages.items()
    }


# ---------------------------------------------------------------- AUTH-08: what is for machines and makers is not there


@pytest.mark.parametrize(
    "address",
    ["/admin/", "/admin/login/", "/__debug__/", "/metrics", "/flower/", "/.git/config", "/.env", "/static/../config/settings.py",
     "/accounts/signup/", "/swagger/", "/docs/"],
)  # fmt: skip
def test_auth_08_pages_for_machines_and_makers_are_not_there(desk, address):
    assert desk.get(address).status_code == 404


# ---------------------------------------------------------------- AUTH-17: one connection, alternating users

SETTINGS = (
    "pghistory.context_id",
    "pghistory.context_metadata",
    "role",
    "search_path",
    "session_authorization",
)


def session_state() -> tuple:
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"current_setting('{name}', true)" for name in SETTINGS))
        return tuple(value or "" for value in cursor.fetchone())


@pytest.mark.django_db(transaction=True)
def test_auth_17_a_connection_that_serves_users_in_turn_keeps_nothing_of_any(django_db_setup):
    """One persistent connection; a city's health centre, two wards and a stranger take turns, reading and writing."""
    Installation.objects.create(city_name="Thành phố Thử")
    wards = [make_ward(), make_ward(SUOI_HOA)]
    people = [
        person_with(number, ward, name)
        for number, ward, name in zip((OURS, THEIRS), wards, ("Người Một", "Người Hai"), strict=True)
    ]
    clients = []
    for ward in wards:
        client = Client()
        client.force_login(make_user(Role.WARD_OFFICER, ward))
        clients.append(client)
    centre = make_user(Role.HEALTH_CENTRE)
    for ward in wards:
        centre.assignments.create(unit=ward)
    city = Client()
    city.force_login(centre)
    before, backend = session_state(), connection.connection.get_backend_pid()
    for turn in range(40):
        mine, other = turn % 2, 1 - turn % 2
        city.get(reverse("outreach:resident-detail", args=[people[other].pk]))
        answers = [
            clients[mine].get(reverse("outreach:resident-detail", args=[person.pk])).status_code
            for person in people
        ]
        assert answers == ([200, 404] if mine == 0 else [404, 200])
        edit = reverse("wards:household-edit", args=[people[mine].household_id])
        form = clients[mine].get(edit).context["form"]
        sent = {field.html_name: field.value() for field in form if field.value() not in (None, "")}
        clients[mine].post(edit, sent | {"street": f"Phố {turn}"})
        assert session_state() == before
    assert connection.connection.get_backend_pid() == backend, "the test meant one connection"
    assert [version_of(person) > 15 for person in people] == [True, True], "the test meant to write"


def version_of(person: Resident) -> int:
    person.household.refresh_from_db()
    return person.household.version


@pytest.mark.django_db(transaction=True)
def test_auth_17_a_change_without_a_user_is_not_laid_at_the_door_of_the_one_before(django_db_setup):
    ward = make_ward()
    person = person_with(OURS, ward, "Người Một")
    officer = make_user(Role.WARD_OFFICER, ward)
    client = Client()
    client.force_login(officer)
    from wards import actions

    actions.set_phones(resident=person, phones=["0912000111"], by=officer)
    client.get(reverse("outreach:resident-detail", args=[person.pk]))
    Resident.objects.filter(pk=person.pk).update(note="bởi một lệnh")
    contexts = [event.pgh_context for event in person.history.order_by("pgh_id")]
    assert contexts[0]["user"] == officer.pk
    assert contexts[-1] is None
