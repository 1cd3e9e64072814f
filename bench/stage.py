"""Where the measuring happens: servers and a folder of their own, a city, and databases cloned from templates.

Nothing of an installation on the same machine is read or touched. Two templates are made: `nobody` (wards, accounts, no
resident) for imports, `city` with everybody in it. What is measured runs in clones, so that one run never meets the
leavings of another.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from bench.cpu import Meter
from config import embedded
from config.servers import DATABASE, OWNER_ROLE, SUPERUSER, Postgres

ON = date(2022, 2, 5)
SEED = 1
HEALTH_CENTRE = "demo-trung-tam"  # sees the whole city
WARD_OFFICER = "demo-vo-cuong"
STATION = "demo-tram-y-te"  # of the same ward; records doses


@dataclass
class Stage:
    """residents: how many live in the city. `folder` is for files; it goes when the run ends."""

    residents: int
    folder: Path
    postgres: Postgres
    meter: Meter
    made: dict[str, Any] = field(default_factory=dict)  # what one subject made and another one uses

    @property
    def user(self):
        return self.person(HEALTH_CENTRE)

    def person(self, username: str):
        from wards.models import User

        return User.objects.get(username=username)

    @contextmanager
    def clone(self, template: str) -> Iterator[None]:
        """The product works in a fresh copy of a template."""
        self.enter("working", template)
        try:
            yield
        finally:
            self.enter("city")

    def enter(self, database: str, template: str = "") -> None:
        """Turn the product's two connections to `database`; first make it a copy of `template`, if one is named."""
        from django.db import connections

        from wards import installation

        connections.close_all()
        if template:
            with self.superuser() as cursor:
                cursor.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
                cursor.execute(f"CREATE DATABASE {database} TEMPLATE {template} OWNER {OWNER_ROLE}")
        for alias in ("default", "owner"):
            connections[alias].settings_dict["NAME"] = database
        installation.forget()

    @contextmanager
    def superuser(self, database: str = "postgres") -> Iterator[Any]:
        import psycopg2

        connection = psycopg2.connect(self.postgres.url(SUPERUSER, database))
        connection.autocommit = True
        try:
            yield connection.cursor()
        finally:
            connection.close()

    @contextmanager
    def plain(self, database: str = "") -> Iterator[Any]:
        """A cursor for anchors, which make their own tables: the owner's, in the database the product works in."""
        import psycopg2
        from django.db import connections

        name = database or connections["default"].settings_dict["NAME"]
        connection = psycopg2.connect(self.postgres.url(OWNER_ROLE, name))
        try:
            with connection, connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def vacuum(self) -> None:
        """As autovacuum would a little later, outside of what is measured."""
        from django.db import connections

        with self.superuser(connections["default"].settings_dict["NAME"]) as cursor:
            cursor.execute("VACUUM ANALYZE")


@contextmanager
def servers() -> Iterator[Path]:
    """Servers up in a folder of their own, Django on top of them."""
    folder = Path(tempfile.mkdtemp(prefix="tungnha-bench-"))
    folder.chmod(0o755)  # root's servers run as another user
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "ALLOWED_HOSTS", "PORT"):
        os.environ.pop(name, None)
    os.environ |= {"DATA_DIR": str(folder), "PROFILE": "development", "LOG_LEVEL": "ERROR"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    try:
        with embedded.session(folder):
            import django

            django.setup()
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def furnished(residents: int, folder: Path) -> Stage:
    """Both templates made, the product inside `city`."""
    from django.core.management import call_command

    postgres = Postgres(folder, embedded.installation_secrets(folder))
    stage = Stage(residents, folder / "bench", postgres, Meter(_postmaster(postgres)))
    stage.folder.mkdir()
    call_command("migrate", verbosity=0)
    stage.enter("nobody", DATABASE)
    people(100)
    _remove_people(stage)
    stage.enter("city", DATABASE)
    people(residents)
    stage.vacuum()
    return stage


def people(residents: int, seed: int = SEED) -> None:
    """A demonstration city in the database the product works in."""
    from outreach.demo import city

    city.create(residents=residents, seed=seed, on=ON)
    city.analyse()


def _remove_people(stage: Stage) -> None:
    """A city of nobody: its offices, accounts and wards stay."""
    with stage.superuser("nobody") as cursor:
        cursor.execute("TRUNCATE wards_household, wards_resident CASCADE")


def _postmaster(postgres: Postgres) -> int:
    return int((postgres.folder / "postmaster.pid").read_text().split("\n", 1)[0])
