"""Which ward and which neighbourhood a row of a file names."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from lib.addresses import address_search_key, house_sort_key, parse_address
from lib.names import clean, search_key
from wards.models import AdministrativeUnit, Neighbourhood

_KIND_WORDS = ("phuong ", "xa ", "thi tran ", "dac khu ")


@dataclass(frozen=True)
class Place:
    """Where a row belongs. ward_id None: nobody knows which ward was meant, `problem` says so."""

    ward_id: int | None
    outside: bool = False
    problem: str = ""


class Home(NamedTuple):
    """An address as staged: the neighbourhood found or proposed, and what a household is told apart by."""

    neighbourhood_id: int | None = None
    neighbourhood_kind: str | None = None
    neighbourhood_name: str | None = None
    neighbourhood_key: str | None = None
    house_number: str = ""
    street: str = ""
    address_text: str = ""
    address_key: str = ""
    number_sort_key: str = ""


class Places:
    """Looks up the places of one file; reads the units and neighbourhoods once. Units are those in force on `on`."""

    def __init__(
        self, *, default: AdministrativeUnit | None, scope: Collection[int], on: date, word: str
    ) -> None:
        self.default = default
        self.scope = frozenset(scope)
        self.on = on
        self.word = word  # what this city calls a neighbourhood
        self._wards: dict[tuple[str, str, str], Place] = {}
        self._homes: dict[tuple[int | None, str, str], Home] = {}

    def place(self, code: str, name: str, province: str = "") -> Place:
        """The ward of a row by its code, else by its name, else the file's own; the code wins."""
        key = (code, name, province)
        found = self._wards.get(key)
        if found is None:
            found = self._wards[key] = self._find(code, name, province)
        return found

    def _find(self, code: str, name: str, province: str) -> Place:
        if not code and not name:
            if self.default is None:
                return Place(None, problem="ward_missing")
            return self._placed(self.default.pk)
        by_code = self._by_code.get(code.zfill(5)) if code.isdecimal() else None
        if by_code is not None:
            return self._placed(by_code)
        candidates = self._by_name.get(_bare(name), ()) if name else ()
        return self._best(candidates, province)

    def _best(self, candidates: Collection[tuple[int, str, str]], province: str) -> Place:
        """Of several wards of one name: those of the province named, then of the file's own province, then in scope."""
        named = _bare(province).removeprefix("tinh ").removeprefix("thanh pho ")
        narrowed = [c for c in candidates if named and named in (c[1], c[2])] or list(candidates)
        if self.default is not None and len(narrowed) > 1:
            narrowed = [c for c in narrowed if c[1] == self.default.province_code] or narrowed
        inside = [c for c in narrowed if c[0] in self.scope]
        narrowed = inside or narrowed
        if not narrowed:
            return Place(None, problem="ward_unknown")
        if len(narrowed) > 1 and inside:
            return Place(None, problem="ward_ambiguous")
        return self._placed(narrowed[0][0])

    def _placed(self, ward_id: int) -> Place:
        return Place(ward_id, outside=ward_id not in self.scope)

    @cached_property
    def _units(self) -> list[tuple[int, str, str, str, str]]:
        """Those in force on the day, and the user's own whatever the day; the user's own last, so that they are found."""
        own = AdministrativeUnit.objects.filter(pk__in=self.scope)
        units = AdministrativeUnit.objects.in_force(self.on).exclude(pk__in=self.scope)
        columns = ("pk", "code", "search_key", "province_code", "province_name")
        return [*units.values_list(*columns), *own.values_list(*columns)]

    @cached_property
    def _by_code(self) -> dict[str, int]:
        return {code: pk for pk, code, _name, _province, _province_name in self._units}

    @cached_property
    def _by_name(self) -> dict[str, list[tuple[int, str, str]]]:
        found: dict[str, list[tuple[int, str, str]]] = {}
        for pk, _code, name, province, province_name in self._units:
            bare = search_key(province_name).removeprefix("tinh ").removeprefix("thanh pho ")
            found.setdefault(_bare(name), []).append((pk, province, bare))
        return found

    # -- below the ward --------------------------------------------------------

    def home(self, ward_id: int | None, neighbourhood: str, address: str) -> Home:
        key = (ward_id, neighbourhood, address)
        found = self._homes.get(key)
        if found is None:
            if len(self._homes) > 100_000:
                self._homes.clear()
            found = self._homes[key] = self._home(ward_id, neighbourhood, address)
        return found

    def _home(self, ward_id: int | None, neighbourhood: str, address: str) -> Home:
        parsed = parse_address(address)
        if neighbourhood:
            named = parse_address(neighbourhood)
            kind, name = named.neighbourhood_kind, named.neighbourhood or clean(neighbourhood)
        else:
            kind, name = parsed.neighbourhood_kind, parsed.neighbourhood
        return Home(
            **self._neighbourhood(ward_id, kind, name[:80]),
            house_number=parsed.house_number[:40],
            street=parsed.rest[:120],
            **_address_keys(parsed.house_number[:40], parsed.rest[:120]),
        )

    def _neighbourhood(self, ward_id: int | None, kind: str, name: str) -> dict[str, Any]:
        if not name or ward_id is None:
            return {}
        known = self._known.get(ward_id, {})
        for key in (
            _spellings(kind or self.word, name) if kind else (*_spellings(self.word, name), search_key(name))
        ):
            if key in known:
                return {"neighbourhood_id": known[key]}
        kind = kind or self.word
        if known.get(search_key(name)) is not None:
            # a tổ and a khu of the same number are two places
            return {
                "neighbourhood_kind": "",
                "neighbourhood_name": f"{kind} {name}"[:80],
                "neighbourhood_key": search_key(f"{kind} {name}")[:80],
            }
        return {
            "neighbourhood_kind": kind[:20],
            "neighbourhood_name": name,
            "neighbourhood_key": search_key(name)[:80],
        }

    @cached_property
    def _known(self) -> dict[int, dict[str, int]]:
        """By ward: every spelling of its neighbourhoods. A name that is itself "Khu 3" needs no kind before it."""
        known: dict[int, dict[str, int]] = {}
        rows = Neighbourhood.objects.filter(ward__in=self.scope).order_by("pk")
        for pk, ward_id, kind, name, key in rows.values_list("pk", "ward_id", "kind", "name", "search_key"):
            spellings = known.setdefault(ward_id, {})
            for spelling in (*_spellings(kind, name), key, address_search_key(name)):
                spellings.setdefault(spelling, pk)
        return known


def _spellings(kind: str, name: str) -> tuple[str, ...]:
    """ "khu phố Bồ Sơn" and "kp Bồ Sơn" are one spelling; a name that begins with its own kind is not doubled."""
    return (address_search_key(f"{kind} {name}"),)


def _address_keys(house_number: str, street: str) -> dict[str, Any]:
    whole = " ".join(filter(None, (house_number, street)))
    if not whole:
        return {}
    return {
        "address_key": address_search_key(whole)[:300],
        "number_sort_key": house_sort_key(house_number or whole)[:60],
    }


def _bare(name: str) -> str:
    """A unit's name without the word for its kind, as it is compared."""
    key = search_key(name)
    for word in _KIND_WORDS:
        key = key.removeprefix(word)
    return key
