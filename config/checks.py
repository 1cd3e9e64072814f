"""The start refuses a database role that could undo what the owner decided (TRUST AUTH-18)."""

import contextlib

from django.core.checks import Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, OperationalError, connections

ROLE_POWERS = """
    SELECT r.rolname, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolcreatedb,
           EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                   WHERE c.relowner = r.oid AND n.nspname NOT LIKE 'pg\\_%%')
    FROM pg_roles r WHERE r.rolname = current_user
"""


def role_faults(alias: str = "default") -> list[str]:
    """What the role of this connection may do that the application's role must not; empty is healthy."""
    with connections[alias].cursor() as cursor:
        cursor.execute(ROLE_POWERS)
        name, *powers = cursor.fetchone()
    names = (
        "is a superuser",
        "bypasses row security",
        "may create roles",
        "may create databases",
        "owns tables",
    )
    return [f"The database role {name} {fault}." for fault, has in zip(names, powers, strict=True) if has]


HINT = "DATABASE_URL must name the application's role, DATABASE_OWNER_URL the owner's."
_found_harmless = False


def refuse_powerful_role(connection, **kwargs) -> None:
    """Run on every new connection: the application does not speak through a role that could undo the owner's decisions.

    Asked once in a process. Raises ImproperlyConfigured, at the start or whenever the database first answers.
    """
    global _found_harmless
    if connection.alias != "default" or _found_harmless:
        return
    faults = role_faults()
    if faults:
        connection.close()
        raise ImproperlyConfigured(" ".join([*faults, HINT]))
    _found_harmless = True


def speak_once() -> None:
    """At the start of a process: connect, so that a wrong role stops it. A database that is down is no reason to stop."""
    with contextlib.suppress(OperationalError):
        connections["default"].ensure_connection()


@register(Tags.database)
def application_role_owns_nothing(app_configs, databases, **kwargs):
    if not databases or "default" not in databases:
        return []
    try:
        faults = role_faults()
    except DatabaseError:
        return []
    return [
        Error(
            fault,
            hint=HINT,
            id="tungnha.E001",
        )
        for fault in faults
    ]
