"""The tests' databases: migrated once into a template, cloned for each worker, used as the application's role.

The application's role owns nothing, so a test also finds a missing grant, and nothing can be truncated: after a test
with real commits the worker's database is cloned anew, which also brings back the reference data.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from django.db import connections
from django.test import TransactionTestCase

from config import embedded
from config.servers import APP_ROLE, OWNER_ROLE, SUPERUSER
from tests import settings

ROOT = embedded.ROOT
# whatever decides what `manage.py migrate` leaves behind
MADE_FROM = (
    "*/migrations/*.py",
    "*/models/*.py",
    "*/data/**/*",
    "*/schedules/**/*",
    "*/reference.py",
    "*/grants.py",
)
MADE_FROM += ("config/management/commands/migrate.py", "requirements.txt")
TEMPLATES_KEPT = 4


@contextmanager
def superuser(database: str = "postgres") -> Iterator["psycopg2.extensions.cursor"]:
    connection = psycopg2.connect(settings.POSTGRES.url(SUPERUSER, database))
    connection.autocommit = True
    try:
        yield connection.cursor()
    finally:
        connection.close()


def template_name() -> str:
    digest = hashlib.sha256()
    for pattern in MADE_FROM:
        for path in sorted(
            found for found in ROOT.glob(pattern) if found.is_file() and found.suffix != ".pyc"
        ):
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return f"template_{digest.hexdigest()[:16]}"


def ensure_template() -> str:
    """Migrate once, as the owner, however many workers ask at the same time; returns the template's name."""
    name = template_name()
    with (settings.SERVERS_DIR / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with superuser() as cursor:
            cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
            if not cursor.rowcount:
                _drop_what_is_old(cursor)
                _build_template(cursor, name)
    return name


def _drop_what_is_old(cursor) -> None:
    cursor.execute(
        "SELECT datname FROM pg_database WHERE datname LIKE 'template\\__%%' AND NOT datistemplate ORDER BY oid"
    )
    for (name,) in cursor.fetchall()[: -TEMPLATES_KEPT + 1]:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'test\\_%%'")
    for (name,) in cursor.fetchall():
        if not os.path.exists(f"/proc/{name.removeprefix('test_')}"):
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _build_template(cursor, name: str) -> None:
    cursor.execute("DROP DATABASE IF EXISTS being_built WITH (FORCE)")
    cursor.execute(f"CREATE DATABASE being_built OWNER {OWNER_ROLE}")
    environ = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": settings.POSTGRES.url(APP_ROLE, "being_built"),
        "DATABASE_OWNER_URL": settings.POSTGRES.url(OWNER_ROLE, "being_built"),
    }
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    done = subprocess.run(migrate, cwd=ROOT, env=environ, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"The tests' template could not be migrated:\n{done.stdout}{done.stderr}")
    cursor.execute(f"ALTER DATABASE being_built RENAME TO {name}")


def clone(template: str) -> None:
    connections.close_all()
    with superuser() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {settings.WORKER_DATABASE} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {settings.WORKER_DATABASE} TEMPLATE {template} OWNER {OWNER_ROLE}")


def drop() -> None:
    connections.close_all()
    with superuser() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {settings.WORKER_DATABASE} WITH (FORCE)")


@contextmanager
def cloned_after_commits(template: str) -> Iterator[None]:
    """Django ends a test with real commits by TRUNCATE, which the application's role may not; a clone takes its place."""
    original = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = lambda self: clone(template)
    try:
        yield
    finally:
        TransactionTestCase._fixture_teardown = original
