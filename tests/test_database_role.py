"""The product does not start as a database role that owns tables or could give itself rights (TRUST AUTH-18)."""

import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from config import checks, embedded

WEB = [sys.executable, "-c", "import config.wsgi"]
WORKER = [
    sys.executable,
    "-m",
    "celery",
    "--app=config.celery",
    "worker",
    "--concurrency=1",
    "--loglevel=error",
]
COMMAND = [sys.executable, "manage.py", "rebuild_forecasts"]


def started(command: list[str], environ: dict[str, str]) -> subprocess.CompletedProcess:
    return subprocess.run(command, cwd=embedded.ROOT, env=environ, capture_output=True, text=True, timeout=60)


@pytest.mark.slow
@pytest.mark.parametrize("command", [WEB, WORKER, COMMAND], ids=["web", "worker", "command"])
def test_nothing_starts_as_the_owner(transactional_db, database_env, command):
    as_owner = database_env | {"DATABASE_URL": database_env["DATABASE_OWNER_URL"]}
    done = started(command, as_owner)
    assert done.returncode != 0
    assert "owns tables" in done.stderr + done.stdout


@pytest.mark.slow
def test_the_web_server_starts_as_the_application_and_while_the_database_is_down(
    transactional_db, database_env
):
    assert started(WEB, database_env).returncode == 0
    nowhere = database_env | {"DATABASE_URL": "postgresql://tungnha_app:x@127.0.0.1:9/nowhere"}
    assert started(WEB, nowhere).returncode == 0


def test_the_role_is_asked_when_a_connection_is_made(db, monkeypatch):
    monkeypatch.setattr(checks, "_found_harmless", False)
    checks.refuse_powerful_role(connection)
    monkeypatch.setattr(checks, "_found_harmless", False)
    monkeypatch.setattr(checks, "role_faults", lambda: ["The database role x is a superuser."])
    monkeypatch.setattr(connection, "close", lambda: None)
    with pytest.raises(ImproperlyConfigured, match="superuser"):
        checks.refuse_powerful_role(connection)


def test_the_application_may_not_change_history_nor_make_tables(db):
    assert checks.role_faults() == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('wards_residentevent', 'UPDATE')")
        assert cursor.fetchone() == (False,)
        cursor.execute("SELECT has_schema_privilege('public', 'CREATE')")
        assert cursor.fetchone() == (False,)
