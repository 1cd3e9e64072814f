"""Fixtures for every test: the servers, the database, the address book of a subprocess."""

import os
import socket

import hypothesis
import pytest
import redis

from config import embedded
from tests import database, settings

# Where a run decides whether a change lands, it must decide alike everywhere; at the desk chance goes on looking.
hypothesis.settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("ci")


@pytest.fixture(scope="session")
def valkey():
    """This worker's own Valkey: broker and cache."""
    lease = embedded.Lease(settings.VALKEY)
    lease.take()
    yield redis.Redis.from_url(os.environ["REDIS_URL"])
    lease.give_back()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker, valkey):
    """In place of pytest-django's: a clone of the migrated template, reached as the application's role."""
    lease = embedded.Lease(settings.POSTGRES)
    lease.take()
    with django_db_blocker.unblock():
        template = database.ensure_template()
        database.clone(template)
    with database.cloned_after_commits(template):
        yield
    with django_db_blocker.unblock():
        database.drop()
    lease.give_back()


@pytest.fixture(autouse=True)
def empty_valkey(request):
    """What one test cached, counted or queued is gone before the next one."""
    yield
    if "django_db_setup" in request.fixturenames:
        request.getfixturevalue("valkey").flushall()


@pytest.fixture(autouse=True)
def unread_installation():
    """A process goes on for seconds with the installation that it read; a test never with that of the test before."""
    from wards import installation

    installation.forget()


@pytest.fixture
def database_env(django_db_setup) -> dict[str, str]:
    """The environment of a subprocess (`manage.py …`, a worker) on this test's database and Valkey.

    The test itself needs real commits to show it anything: use it with `transactional_db`.
    """
    return os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"}


@pytest.fixture(autouse=True, scope="session")
def no_network():
    """A test that leaves this machine fails."""
    connect = socket.socket.connect

    def connect_locally(self, address):
        local = (
            self.family == socket.AF_UNIX
            or address[0] in ("localhost", "::1")
            or address[0].startswith("127.")
        )
        assert local, f"a test tried to reach {address}"
        return connect(self, address)

    socket.socket.connect = connect_locally
    yield
    socket.socket.connect = connect


@pytest.fixture(autouse=True)
def signed_in_means_through_the_gate(monkeypatch):
    """`force_login` is somebody who has shown whatever the sign-in asks for, the second factor included; tokens are theirs.

    What the gate asks of others is tested by signing in (`tests/wards/test_second_factor.py`).
    """
    from django.test import Client

    from wards import second_factor

    force_login = Client.force_login

    def passed(self, user, backend=None):
        force_login(self, user, backend)
        session = self.session
        session[second_factor.PASSED] = user.pk
        session.save()

    monkeypatch.setattr(Client, "force_login", passed)
    monkeypatch.setattr(second_factor, "is_missing", lambda user: False)
