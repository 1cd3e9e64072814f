"""Keyset paging: the next page begins behind the last row seen, so that nothing is skipped or repeated while rows come and go.

The place in the list travels in the address as a sealed token: it holds the order's values, a name's sort key among them,
and no personal data may stand in an address (TRUST T25). A token of another order, or one that somebody changed, is the
first page.
"""

import base64
import hashlib
import json
import os
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db.models import BooleanField, F, Func, QuerySet, Value
from django.db.models.lookups import GreaterThan, LessThan

from wards import statements
from wards.statements import Later

PAGE_SIZE = 50


@dataclass(frozen=True)
class Ordering:
    """A total order: fields or annotations, never null, the last one unique."""

    name: str
    fields: tuple[str, ...]


Found = TypeVar("Found")


@dataclass(frozen=True)
class Page(Generic[Found]):
    rows: Sequence[Found]
    next: str = ""
    previous: str = ""


def page(
    rows: QuerySet, ordering: Ordering, *, after: str = "", before: str = "", size: int = PAGE_SIZE
) -> Page[dict]:
    """`size` rows of a `.values()` queryset behind (or, going back, in front of) the place a token names."""
    place = _opened(before, ordering) if before else None
    backwards = place is not None
    place = place if backwards else _opened(after, ordering)
    names = [f"-{name}" if backwards else name for name in ordering.fields]
    chosen = rows.order_by(*names)
    if place is not None:
        chosen = chosen.filter(_beyond(ordering, place, backwards))
    found = list(chosen[: size + 1])
    keys = [tuple(row[name] for name in ordering.fields) for row in found]
    cut = _cut(keys, ordering, size, backwards, place is not None)
    found = found[:size]
    return Page(found[::-1] if backwards else found, cut.next, cut.previous)


def page_by_statement(
    key: Hashable,
    build: Callable[[], QuerySet],
    ordering: Ordering,
    *,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> Page[tuple]:
    """The same of the queryset that `build` makes, whose SQL is kept under `key`: rows are the values of `ordering.fields`."""
    place = _opened(before, ordering) if before else None
    backwards = place is not None
    place = place if backwards else _opened(after, ordering)

    def statement() -> QuerySet:
        names = [f"-{name}" if backwards else name for name in ordering.fields]
        chosen = build().order_by(*names)
        if place is not None:
            here = [Later(f"place_{number}") for number in range(len(place))]
            chosen = chosen.filter(_beyond(ordering, here, backwards))
        return chosen.values_list(*ordering.fields)[: size + 1]

    given = {f"place_{number}": value for number, value in enumerate(place or ())}
    kept = (key, ordering.name, place is not None, backwards, size)
    found = statements.rows(kept, statement, **given)
    return _cut(found, ordering, size, backwards, place is not None)


def _cut(found: list[tuple], ordering: Ordering, size: int, backwards: bool, has_place: bool) -> Page[tuple]:
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    has_next, has_previous = (bool(found), more) if backwards else (more, has_place)
    return Page(
        found,
        next=_seal(list(found[-1]), ordering) if found and has_next else "",
        previous=_seal(list(found[0]), ordering) if found and has_previous else "",
    )


def opened(token: str, ordering: Ordering) -> list | None:
    """The values that a token seals; None for one that names no place in this order."""
    return _opened(token, ordering)


def is_place(token: str, ordering: Ordering) -> bool:
    """Whether this token names a place in this order."""
    return _opened(token, ordering) is not None


def _beyond(ordering: Ordering, place: list, backwards: bool) -> GreaterThan | LessThan:
    """(a, b, c) > (x, y, z), compared as a row."""
    here = Func(*map(F, ordering.fields), function="ROW", output_field=BooleanField())
    there = Func(*map(Value, place), function="ROW", output_field=BooleanField())
    return (LessThan if backwards else GreaterThan)(here, there)


@lru_cache(1)
def _cipher() -> AESGCM:
    return AESGCM(hashlib.sha256(b"paging:" + settings.SECRET_KEY.encode()).digest())


def _seal(place: list, ordering: Ordering) -> str:
    plain = json.dumps(place, default=str).encode()
    nonce = os.urandom(12)
    return (
        base64.urlsafe_b64encode(nonce + _cipher().encrypt(nonce, plain, ordering.name.encode()))
        .decode()
        .rstrip("=")
    )


def _opened(token: str, ordering: Ordering) -> list | None:
    if not token:
        return None
    try:
        sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        place = json.loads(_cipher().decrypt(sealed[:12], sealed[12:], ordering.name.encode()))
    except (ValueError, InvalidTag):
        return None
    return place if len(place) == len(ordering.fields) else None
