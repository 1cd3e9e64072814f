"""A small cast for the desk: a ward with a walk, its officials, and a stranger from the ward beside it."""

import pytest

from tests.factories import (
    SUOI_HOA,
    make_household,
    make_neighbourhood,
    make_resident,
    make_user,
    make_ward,
)
from wards import hooks
from wards.roles import Role


@pytest.fixture
def ward(db):
    return make_ward()


@pytest.fixture
def quarter(ward):
    return make_neighbourhood(ward, "Bò Sơn")


@pytest.fixture
def home(ward, quarter):
    return make_household(
        ward, neighbourhood=quarter, house_number="14", street="Phố Thử", address_key="14 thu", code="7K2QF"
    )


@pytest.fixture
def clerk(ward):
    return make_user(Role.WARD_OFFICER, ward, full_name="Trần Thị Thư Ký")


@pytest.fixture
def nurse(ward):
    return make_user(Role.STATION, ward, full_name="Lê Thị Y Tá")


@pytest.fixture
def lan(ward, home):
    return make_resident(ward, household=home, name="Nguyễn Thị Lan", born="1950", sex="F")


@pytest.fixture
def centre(ward):
    return make_user(Role.HEALTH_CENTRE, ward)


@pytest.fixture
def auditor(ward):
    return make_user(Role.AUDITOR, ward)


@pytest.fixture
def surveyor(quarter):
    user = make_user(Role.SURVEYOR)
    user.assignments.create(neighbourhood=quarter)
    return user


@pytest.fixture
def stranger(db):
    return make_user(Role.WARD_OFFICER, make_ward(SUOI_HOA))


@pytest.fixture
def told(monkeypatch):
    """The residents about whom the apps above were told; they themselves do nothing."""
    told: list = []
    monkeypatch.setattr(hooks, "resident_facts_changed", [lambda ids, on: told.extend(ids)])
    return told


@pytest.fixture
def signed_in(client):
    """`signed_in(user)` is a client of that user."""

    def as_user(user):
        client.force_login(user)
        return client

    return as_user
