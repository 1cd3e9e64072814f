"""Queries whose SQL is written once: for the list the ORM takes ten times as long to write it as the database to answer.

What is kept is SQL with its constants, never a row. The key must name everything the query was built from: the reader's
scope and rights, the choices, the day. Values that change with every request stand in the query as `Later`.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, F, Func, JSONField, Model, Q, QuerySet, Value

MOST_KEPT = 1000  # statements; a few kilobytes each

_kept: dict[Hashable, tuple[str, tuple] | None] = {}


@dataclass(frozen=True)
class Later:
    """A value that the statement is given each time it runs."""

    name: str


def rows(key: Hashable, build: Callable[[], QuerySet], **given: Any) -> list[tuple]:
    """The rows of the `values_list()` queryset that `build` makes, as the database driver gives them (JSON as text)."""
    statement = _statement(key, build)
    if statement is None:  # nobody can be found, whatever the tables hold
        return []
    sql, parameters = statement
    with connection.cursor() as cursor:
        cursor.execute(sql, [given[p.name] if isinstance(p, Later) else p for p in parameters])
        found: list[tuple] = cursor.fetchall()
    return found


def _statement(key: Hashable, build: Callable[[], QuerySet]) -> tuple[str, tuple] | None:
    try:
        return _kept[key]
    except KeyError:
        pass
    try:
        statement = build().query.sql_with_params()
    except EmptyResultSet:
        statement = None
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[key] = statement
    return statement


def among(name: str, field: str = "pk") -> Q:
    """Rows whose `field` is one of the values that are given later as the list `name`."""
    return Q(
        Func(
            F(field),
            Value(Later(name)),
            template="%(expressions)s)",
            arg_joiner=" = ANY (",
            output_field=BooleanField(),
        )
    )


Kind = TypeVar("Kind", bound=Model)
_made: dict[tuple[type[Model], str], list] = {}


def objects(key: Hashable, model: type[Kind], build: Callable[[], QuerySet], **given: Any) -> list[Kind]:
    """Rows of small reference tables as model objects, read every time and made anew only when they have changed.

    The objects are shared by all who ask: to read, never to change or save.
    """
    fields = model._meta.concrete_fields
    names = [field.attname for field in fields]
    found = rows(key, lambda: build().values_list(*names), **given)
    content = (model, repr(found))
    if content not in _made:
        if len(_made) >= MOST_KEPT:
            _made.clear()
        json = [place for place, field in enumerate(fields) if isinstance(field, JSONField)]
        made = []
        for row in found:
            values = list(row)
            for place in json:
                values[place] = fields[place].from_db_value(values[place], None, connection)
            made.append(model.from_db("default", names, values))
        _made[content] = made
    return list(_made[content])
