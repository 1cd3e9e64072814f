"""What the application's database role may do: read and write rows, never tables, and never the past."""

from django.apps import apps
from django.db import connections
from pghistory.models import Event


def append_only_tables() -> list[str]:
    """Tables in which rows are only ever added: history, and models that say `append_only = True`."""
    return sorted(
        model._meta.db_table
        for model in apps.get_models()
        if issubclass(model, Event) or getattr(model, "append_only", False)
    )


def apply(alias: str, role: str) -> None:
    """Grant `role` its rights on everything the owner made so far; safe to repeat."""
    connection = connections[alias]
    name = connection.ops.quote_name(role)
    statements = [
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
        f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {name}",
    ]
    statements += [f'REVOKE UPDATE, DELETE ON "{table}" FROM {name}' for table in append_only_tables()]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
