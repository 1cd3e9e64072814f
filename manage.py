#!/usr/bin/env python
"""Django's command line. Without DATABASE_URL and REDIS_URL, the embedded servers run for as long as the command does."""

import contextlib
import os
import sys

from django.core.management import execute_from_command_line

from config import embedded
from config.server_folders import EmbeddedError

# These need no server, so they start none. `forecast` is pure; `check` asks the database only when told to.
SERVERLESS = {
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "forecast",
    "help",
    "makemessages",
    "makemigrations",
    "spectacular",
    "version",
}

# These see to the tables themselves.
TABLE_MAKERS = {"migrate", "sqlmigrate", "showmigrations", "dbshell", "flush", "test"}


def needs_servers(arguments: list[str]) -> bool:
    if not arguments or {"--help", "-h", "--version"} & set(arguments):
        return False
    return arguments[0] not in SERVERLESS or "--database" in arguments


def needs_tables(arguments: list[str]) -> bool:
    return needs_servers(arguments) and arguments[0] not in TABLE_MAKERS


def make_tables() -> None:
    """A database of our own that was just made is empty: whichever command comes first finds its tables."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    if "django_migrations" not in connections["owner"].introspection.table_names():
        call_command("migrate", verbosity=0)
    connections.close_all()


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    is_embedded = not os.environ.get("DATABASE_URL")
    try:
        with embedded.session() if needs_servers(sys.argv[1:]) else contextlib.nullcontext():
            if is_embedded and needs_tables(sys.argv[1:]):
                make_tables()
            execute_from_command_line(sys.argv)
    except EmbeddedError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
