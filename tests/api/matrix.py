"""The machinery of `test_access.py` for the API: every route × every role × an own, a foreign and a neighbouring object.

A token opens instead of a cookie; worlds, cast and secrets are those of the pages. Whoever sees no people has no person-level
addresses (404); a verb that is not theirs is 403 for the others.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.urls import reverse

from tests.access_matrix import Route, Stage, World, _name, _text_faults
from tests.api.conftest import Program, make_token
from wards.roles import Role

FINE = frozenset({200, 201})


@dataclass(frozen=True)
class ApiUse:
    """One way to use a route. `by` succeed on what is theirs and get 404 on what is not; `forbidden` get 403; others 404."""

    method: str
    by: Iterable[Role]
    forbidden: Iterable[Role] = ()
    sent: Callable[[World], Mapping[str, Any] | None] = lambda world: None
    query: str = ""
    succeeds: frozenset[int] = FINE
    own_only: bool = False  # the request names no world: what comes back is the caller's own, or nothing
    whole_ward: bool = False  # the thing belongs to the ward, so that a survey team has it too


def api_faults(stage: Stage, route: Route, use: ApiUse) -> Iterator[str]:
    """What is wrong with this use of this route, one sentence each; lazily."""
    worlds = [stage.foreign, stage.neighbour, stage.own]
    if use.own_only or (not set(route.arguments) - {"name"} and use.sent(stage.own) is None):
        worlds = [stage.own]
    for role in sorted(stage.cast, key=lambda role: role not in set(use.by)):
        program = Program(_token(stage, role))
        for world in worlds:
            named = {name: thing(world, name) for name in route.arguments}
            url = reverse(route.name, kwargs=named) + use.query
            with transaction.atomic():
                response = program.ask(use.method, url, use.sent(world))
                transaction.set_rollback(True)
            who = f"{role.value} {use.method} {route.name} ({_name(stage, world)})"
            yield from _status_faults(stage, role, world, use, response, who)
            yield from _text_faults(stage, role, _readable(response), who)


def thing(world: World, argument: str) -> object:
    """What a route's argument stands for in this world."""
    if argument == "name":
        return "unvaccinated"
    return world.ward.pk if argument == "unit_id" else world.thing(argument)  # type: ignore[attr-defined]


def _readable(response) -> str:
    """JSON with its letters, as somebody would read it."""
    text = response.content.decode("utf-8", errors="replace")
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        return text


def _status_faults(stage: Stage, role: Role, world: World, use: ApiUse, response, who: str) -> Iterator[str]:
    status = response.status_code
    if role in set(use.by):
        own = stage.world_is_own(world, role) or (use.whole_ward and world is stage.neighbour)
        if own and status not in use.succeeds:
            yield f"{who}: {status} on what is its own: {response.content[:300]!r}"
        if not own and status != 404:
            yield f"{who}: {status} instead of 404"
    elif status != (403 if role in set(use.forbidden) else 404):
        yield f"{who}: {status}, although it is not theirs"
    if status >= 400 and response["Content-Type"] != "application/problem+json":
        yield f"{who}: refused as {response['Content-Type']}"


def _token(stage: Stage, role: Role) -> str:
    tokens = vars(stage).setdefault("tokens", {})
    if role not in tokens:
        tokens[role] = make_token(stage.cast[role])
    return tokens[role]
