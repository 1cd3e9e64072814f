"""Queries whose SQL is written once: for the list the ORM takes ten times as long to write it as the database to answer.

What is kept is SQL with its constants, never a row. The key must name everything the query was built from: the reader's
scope and rights, the choices, the day. Values that change with every request stand in the query as `Later`.
"""

import json
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, F, Field, Func, JSONField, Model, Q, QuerySet, Value

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
    return _run(*statement, given)


def _run(sql: str, parameters: tuple, given: Mapping[str, Any]) -> list[tuple]:
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
        return _keep(key, build().query.sql_with_params())
    except EmptyResultSet:
        return _keep(key, None)


def _keep(key: Hashable, statement: tuple[str, tuple] | None) -> tuple[str, tuple] | None:
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[key] = statement
    return statement


class Array(str):
    """Ids as the literal of an array: written once for the several statements that ask about the same people."""

    __slots__ = ()


def array(ids: Iterable[object]) -> Array:
    return ids if isinstance(ids, Array) else Array("{" + ",".join(map(str, ids)) + "}")


def among(name: str, field: str = "pk") -> Q:
    """Rows whose `field` (an id) is one of the `array` that is given later as `name`."""
    return Q(
        Func(
            F(field),
            Value(Later(name)),
            template="%(expressions)s)",
            arg_joiner=" = ANY (",
            output_field=BooleanField(),
        )
    )


_made: dict[tuple[type[Model], str], list] = {}


def tables(key: Hashable, builds: Mapping[str, Callable[[], QuerySet]], **given: Any) -> dict[str, list]:
    """Several small tables of reference in one question, as model objects by name.

    Read every time, made anew only when they have changed. The objects are shared by all who ask: to read, never to
    change or save.
    """
    whole = ("tables", key)
    found = _tables.get(whole)
    if found is None:
        if len(_tables) >= MOST_KEPT:
            _tables.clear()
        found = _tables[whole] = _in_one_question({name: build() for name, build in builds.items()})
    sql, parameters, models = found
    ((*texts,),) = _run(sql, parameters, given)
    return {name: _objects(model, text) for (name, model), text in zip(models.items(), texts, strict=True)}


_tables: dict[Hashable, tuple[str, tuple, dict[str, type[Model]]]] = {}


def _in_one_question(querysets: Mapping[str, QuerySet]) -> tuple[str, tuple, dict[str, type[Model]]]:
    parts: list[str] = []
    parameters: list[Any] = []
    for queryset in querysets.values():
        names = [field.attname for field in queryset.model._meta.concrete_fields]
        try:
            sql, values = queryset.values_list(*names).query.sql_with_params()
        except EmptyResultSet:  # somebody who works nowhere any more
            parts.append("'[]'")
            continue
        parts.append(f"(SELECT coalesce(json_agg(t), '[]')::text FROM ({sql}) AS t)")
        parameters.extend(values)
    models = {name: queryset.model for name, queryset in querysets.items()}
    return "SELECT " + ", ".join(parts), tuple(parameters), models


def _objects(model: type[Model], text: str) -> list:
    content = (model, text)
    made = _made.get(content)
    if made is None:
        if len(_made) >= MOST_KEPT:
            _made.clear()
        fields = model._meta.concrete_fields
        names = [field.attname for field in fields]
        made = _made[content] = [
            model.from_db("default", names, [_value(field, row[field.attname]) for field in fields])
            for row in json.loads(text)
        ]
    return list(made)


def _value(field: Field, value: Any) -> Any:
    return value if value is None or isinstance(field, JSONField) else field.to_python(value)
