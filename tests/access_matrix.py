"""The machinery of `test_access.py`: every route of the URLconf × every role × an own, a foreign and a neighbouring object.

A world is a place with one of everything in it that a route can name; each text in it carries the world's mark, so a page that
shows a foreign world betrays itself whatever its layout. The cast works in the first world. The second is another ward. The
third is another neighbourhood of the first ward: foreign to a survey team, own to the ward.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from django.db import transaction
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve, reverse

from wards.models import User
from wards.roles import Role

REFUSED, HIDDEN, WRONG_METHOD = 403, 404, 405
SUCCESS = frozenset({200, 204, 302, 303, 422})


@dataclass(frozen=True)
class Route:
    """One address: its name with namespace, the arguments it takes, the pattern that holds its view."""

    name: str
    arguments: tuple[str, ...]
    pattern: URLPattern

    @property
    def view(self) -> Callable:
        return self.pattern.callback


def routes(
    space: str = "", resolver: URLResolver | None = None, arguments: tuple[str, ...] = ()
) -> Iterator[Route]:
    """Every address of the product, read from the URLconf."""
    for entry in (resolver or get_resolver()).url_patterns:
        found = tuple(dict.fromkeys((*arguments, *entry.pattern.converters, *entry.pattern.regex.groupindex)))
        if isinstance(entry, URLResolver):
            yield from routes(f"{space}{entry.namespace}:" if entry.namespace else space, entry, found)
        else:
            yield Route(f"{space}{entry.name or entry.pattern}", found, entry)


class PerRole(dict[Role, object]):
    """A thing of which everybody has their own, by role; for a role without one any of them will do."""

    def of(self, role: Role | None) -> object:
        return self[role] if role in self else next(iter(self.values()))


@dataclass
class World:
    """One place and everything in it: `objects` by the name of the route argument; `texts` by what kind of secret they are.

    What takes long to make stands in `makers` until a route asks for it.
    """

    ward: object
    objects: dict[str, object] = field(default_factory=dict)
    texts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    makers: dict[str, Callable[[], object]] = field(default_factory=dict)

    def thing(self, argument: str, role: Role | None = None) -> object:
        if argument not in self.objects:
            self.objects[argument] = self.makers[argument]()
        found = self.objects[argument]
        return found.of(role) if isinstance(found, PerRole) else found


@dataclass(frozen=True)
class Use:
    """One way to use a route: by which method, by whom, with what.

    `by` succeed on what is theirs and get 404 on what is not; everybody else gets `others` (403: the verb is not theirs).
    """

    method: str
    by: Iterable[Role]
    others: int = REFUSED
    data: Callable[[World], Mapping] = lambda world: {}
    succeeds: frozenset[int] = SUCCESS
    row: str = (
        ""  # the thing whose id the technical pages' `object_id` is; one "of the house" belongs to no ward
    )
    needs: tuple[str, ...] = ()  # things that must be there in every world, beside the arguments


@dataclass
class Stage:
    """The three worlds, the cast, and what each kind of secret may be read by."""

    own: World
    foreign: World
    neighbour: World
    cast: Mapping[Role, User]
    readers: Mapping[str, Iterable[Role]]
    clients: dict[Role, Client] = field(default_factory=dict)

    def world_is_own(self, world: World, role: Role) -> bool:
        return world is self.own or (world is self.neighbour and role != Role.SURVEYOR)

    def ask(self, role: Role, method: str, url: str, data: Mapping, *, fragment: bool) -> tuple[int, str]:
        """The answer's status and text; what the request wrote is undone."""
        client = self.clients.get(role) or self.clients.setdefault(role, _signed_in(self.cast[role]))
        headers = {"HX-Request": "true"} if fragment else {}
        with transaction.atomic():
            response = (client.get if method == "GET" else client.post)(url, data, headers=headers)
            content = b"".join(response.streaming_content) if response.streaming else response.content
            transaction.set_rollback(True)
        return response.status_code, content.decode("utf-8", errors="replace")


def _signed_in(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def faults(stage: Stage, route: Route, use: Use, expected: Mapping[str, tuple[Use, ...]]) -> Iterator[str]:
    """What is wrong with this use of this route, one sentence each; lazily, so that a mutant dies at the first."""
    for needed in use.needs:
        for world in (stage.foreign, stage.neighbour, stage.own):
            world.thing(needed)
    of_a_ward = route.arguments and not use.row.startswith("of the house: ")
    worlds = [stage.foreign, stage.neighbour, stage.own] if of_a_ward else [stage.own]
    for role in sorted(stage.cast, key=lambda role: role not in set(use.by)):
        for world in worlds:
            url = reverse(
                route.name, kwargs={name: world.thing(use.row or name, role) for name in route.arguments}
            )
            for fragment in (False, True):
                status, text = stage.ask(role, use.method, url, use.data(world), fragment=fragment)
                who = f"{role.value} {use.method} {route.name} ({_name(stage, world)}{', fragment' if fragment else ''})"
                yield from _status_faults(stage, role, world, use, status, who)
                yield from _text_faults(stage, role, text, who)
                yield from _link_faults(role, text, expected, who)


def _name(stage: Stage, world: World) -> str:
    return {id(stage.own): "own", id(stage.foreign): "foreign", id(stage.neighbour): "neighbour"}[id(world)]


def _status_faults(stage: Stage, role: Role, world: World, use: Use, status: int, who: str) -> Iterator[str]:
    if role not in set(use.by):
        if status != use.others:
            yield f"{who}: {status} instead of {use.others}"
    elif stage.world_is_own(world, role):
        if status not in use.succeeds:
            yield f"{who}: {status} on what is its own"
    elif status != HIDDEN:
        yield f"{who}: {status} instead of 404"


def _text_faults(stage: Stage, role: Role, text: str, who: str) -> Iterator[str]:
    for world in (stage.own, stage.foreign, stage.neighbour):
        for kind, words in world.texts.items():
            if stage.world_is_own(world, role) and role in set(stage.readers[kind]):
                continue
            for word in words:
                if word in text:
                    yield f"{who}: shows the {kind} “{word}” of the {_name(stage, world)} world"


HREF = re.compile(r"""(?:href|action|hx-get|hx-post)=["'](/[^"'#?]*)""")


def _link_faults(role: Role, text: str, expected: Mapping[str, tuple[Use, ...]], who: str) -> Iterator[str]:
    for path in set(HREF.findall(text)):
        name = _route_name(path)
        uses = expected.get(name or "", ())
        if uses and not any(role in set(use.by) for use in uses):
            yield f"{who}: offers {name}, which it may not use"


@lru_cache(maxsize=10_000)
def _route_name(path: str) -> str | None:
    try:
        return resolve(path).view_name
    except Resolver404:
        return None
