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


def needs_servers(arguments: list[str]) -> bool:
    if not arguments or {"--help", "-h", "--version"} & set(arguments):
        return False
    return arguments[0] not in SERVERLESS or "--database" in arguments


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        with embedded.session() if needs_servers(sys.argv[1:]) else contextlib.nullcontext():
            execute_from_command_line(sys.argv)
    except EmbeddedError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
