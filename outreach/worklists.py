"""The lists that people work from. One definition (scoped query + filters + order + columns) gives the page, its fragment,
XLSX, CSV, PDF and print: the same rows in the same order, and counts that are counts of those rows.

"Chưa tiêm, chưa đủ mũi": people of the chosen risk group who live here and are due, overdue, deferred, of unknown history,
or whose age must be asked again (DESIGN 2b). Contraindicated people have a page of their own.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from typing import NamedTuple
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    FilteredRelation,
    Q,
    QuerySet,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from outreach import survey
from outreach.filters import (
    CONTRAINDICATED,
    GROUPS,
    NOT_SURVEYED,
    UNKNOWN_GROUP,
    WAITING,
    Offered,
    WorklistFilters,
    age_band,
)
from outreach.list_order import ORDERINGS, AgeClass, in_order
from outreach.list_rows import Row, rows_of, values_of
from vaccination import stored_states
from vaccination.forecasts import PROGRAMME
from vaccination.states import State
from vaccination.stored_states import ON_LIST
from wards import paging, statements
from wards.access import can, scope_of
from wards.models import AdministrativeUnit, Resident, RiskGroup, User
from wards.roles import Ability

PLACES = (
    "ward",
    "neighbourhood",
    "residence",
)  # filters that say where; a denominator counts everybody there
DENOMINATORS = ("residing", "in_population", "unclear", "not surveyed")
TABS = (*GROUPS, CONTRAINDICATED, NOT_SURVEYED, WAITING)
UNCLEAR = (State.UNKNOWN_HISTORY, State.CHECK_AGE)
NOBODY = Q(pk__in=[])
CHOSEN_WITHIN = ("group", "product", "age", "state", "mobility", "order")
MANY = 1_000  # people; from here on a page is looked for where it must be
BATCH = 1_000


def people(user: User, on: date, wards: Iterable[int]) -> QuerySet[Resident]:
    """The residents of these wards in the user's scope with `state`, `group` and `age_band` as of `on`.

    None without health rights. A resident without a forecast is somebody of whom nothing is known yet, never somebody
    left out.
    """
    visible = Resident.objects.visible_to(user)
    return with_state(visible if can(user, Ability.SEE_HEALTH) else visible.none(), on, wards)


def counted_people(user: User, on: date, wards: Iterable[int]) -> QuerySet[Resident]:
    """The same for figures without names: who may see counts counts everybody in their places."""
    in_scope = Resident.objects.filter(scope_of(user).q(neighbourhood="household__neighbourhood_id"))
    return with_state(in_scope if can(user, Ability.SEE_COUNTS) else in_scope.none(), on, wards)


def with_state(residents: QuerySet[Resident], on: date, wards: Iterable[int]) -> QuerySet[Resident]:
    """Residents with what their forecasts say. The wards are said twice, so that the database reads no other forecasts."""
    wards = list(wards)
    here = Q(forecasts__programme=PROGRAMME, forecasts__ward__in=wards)
    forecast = FilteredRelation("forecasts", condition=here)
    residents = residents.filter(ward__in=wards)
    missing = When(forecast__id=None, then=Value(State.UNKNOWN_HISTORY.value))
    group = stored_states.group(prefix="forecast__")
    state = stored_states.state_on(on, prefix="forecast__")
    return residents.annotate(forecast=forecast).annotate(
        state=Case(missing, default=state, output_field=CharField()),
        group=Coalesce(_lower(group), Value(UNKNOWN_GROUP)),
        age_band=age_band(on),
    )


def _lower(group: Case) -> Case:
    for when in group.cases:
        when.result = Value(when.result.value and when.result.value.lower())
    return group


class Figures:
    """How many people of the reader's places are on the list, by ward and group; no names come out of it."""

    def __init__(self, user: User, data: Mapping[str, str] | None, on: date) -> None:
        self.user, self.data, self.on = user, data or {}, on
        self.filters = WorklistFilters(self.data, Offered(user), on)

    def people(self) -> QuerySet[Resident]:
        """Everybody of the places that are asked about, on the list or not."""
        return counted_people(self.user, self.on, self.filters.ward_ids)

    def without(self, *names: str) -> QuerySet:
        """The people under all filters but these; without `group` also those who are not on the list."""
        return self.filters.narrowed(self.people(), leave_out=names)

    def listed(self) -> QuerySet[Resident]:
        """The people of the list, in no order."""
        return self.without()

    def count(self) -> int:
        return self.listed().count()

    @cached_property
    def counts(self) -> dict[str, int]:
        """Everything that a page counts, in one query: `group_counts`, `state_counts`, `denominator` say what it is."""
        counts = dict.fromkeys([*TABS, *(f"state {state}" for state in ON_LIST), *DENOMINATORS], 0)
        if not self.filters.is_valid():
            return counts
        group, state = self.filters.chosen.get("group", ""), self.filters.chosen.get("state", "").upper()
        for cell in self._cells("all", leave_out=CHOSEN_WITHIN):
            counts["residing"] += cell.number
            if cell.member:
                counts["in_population"] += cell.number
                counts["unclear"] += cell.number if cell.state in UNCLEAR else 0
                counts["not surveyed"] += cell.number if cell.unasked else 0
            if not cell.chosen:
                continue
            tabs = cell.tabs
            if not state or cell.state == state:
                for tab in tabs:
                    counts[tab] += cell.number
            if cell.state in ON_LIST and (group in tabs if group else cell.member):
                counts[f"state {cell.state}"] += cell.number
        return counts

    def _cells(self, name: str, *, leave_out: Iterable[str], by: tuple[str, ...] = ()) -> list["Cell"]:
        """How many people there are of each kind, `by` ward if asked, under the filters that are not left out."""

        def counted() -> QuerySet:
            filters = self.filters
            kinds = {
                "member": _holds(filters.condition(leave_out=(*PLACES, *CHOSEN_WITHIN))),
                "chosen": _holds(filters.condition(leave_out=(*PLACES, "population", "group", "state"))),
                "waits": _holds(filters.waiting if self.waits else NOBODY),
                "unasked": _holds(survey.not_surveyed(self.on)),
            }
            everybody = self.without("population", *leave_out).annotate(**kinds).order_by()
            return everybody.values_list("state", "group", *kinds, *by).annotate(number=Count("pk"))

        found = statements.rows((name, *self.signature), counted)
        return [Cell._make((*row[:6], row[-1], row[6:-1])) for row in found]

    @cached_property
    def signature(self) -> tuple:
        """Everything that the SQL of this list is made of; two lists of one signature have the same SQL."""
        scope, filters = scope_of(self.user), self.filters
        rights = tuple(
            can(self.user, a) for a in (Ability.SEE_PEOPLE, Ability.SEE_HEALTH, Ability.SEE_COUNTS)
        )
        group = filters.risk_group
        return (
            type(self).__name__, self.on, rights, scope.ward_ids, scope.neighbourhood_ids, tuple(filters.ward_ids),
            tuple(sorted(filters.chosen.items())), tuple(getattr(self, "picked", None) or ()), group and json.dumps(group.definition, sort_keys=True),
            tuple(rule.min_age for rule in filters.rules.waiting) if filters.rules else (),
        )  # fmt: skip

    @property
    def group_counts(self) -> dict[str, int]:
        """People per group under all other filters, the lists beside them, and `total` for the groups together."""
        return _with_total({name: self.counts[name] for name in TABS})

    @property
    def state_counts(self) -> dict[State, int]:
        """People of the list, or of the group chosen, per state, under all filters but the state itself."""
        return {state: self.counts[f"state {state}"] for state in ON_LIST}

    @property
    def waits(self) -> bool:
        """Whether there are ages that are listed before there is guidance for them."""
        return bool(self.filters.rules and self.filters.rules.waiting)

    @property
    def denominator(self) -> dict[str, int]:
        """`residing`: who lives in the places chosen; `in_population`: of them, who is of the population; of these
        `unclear`: whose doses or age nobody knows yet; `not surveyed`: whom nobody has asked."""
        return {name: self.counts[name] for name in DENOMINATORS}

    def ward_counts(self) -> list[tuple[str, AdministrativeUnit, dict[str, int]]]:
        """(code, ward, people per group) under the filters chosen; every ward of the scope has its row."""
        units = self.filters.wards_by_code
        found: dict[int, dict[str, int]] = {unit.pk: dict.fromkeys(TABS, 0) for unit in units.values()}
        state = self.filters.chosen.get("state", "").upper()
        cells = (
            self._cells("by ward", leave_out=("neighbourhood", *CHOSEN_WITHIN), by=("ward",))
            if self.filters.is_valid()
            else ()
        )
        for cell in cells:
            if cell.chosen and (not state or cell.state == state):
                for tab in cell.tabs:
                    found[cell.by[0]][tab] += cell.number
        return [(code, unit, _with_total(found[unit.pk])) for code, unit in units.items()]

    @property
    def population(self) -> RiskGroup | None:
        return self.filters.risk_group


class Selection(Figures):
    """A list as one reader sees it with their filters: rows, order, counts. Wrong values give errors and no rows."""

    def __init__(
        self,
        worklist: "Worklist",
        user: User,
        data: Mapping[str, str] | None,
        on: date,
        picked: Iterable[str] = (),
    ) -> None:
        super().__init__(user, data, on)
        self.worklist = worklist
        picked = list(picked)
        self.picked = [pk for pk in map(_as_id, picked) if pk] if picked else None

    def listed(self) -> QuerySet[Resident]:
        """The people of the list, in no order; of them only those picked, if any were."""
        listed = super().listed()
        return listed if self.picked is None else listed.filter(pk__in=self.picked)

    def people(self) -> QuerySet[Resident]:
        return people(self.user, self.on, self.filters.ward_ids)

    @property
    def ordering(self) -> paging.Ordering:
        return ORDERINGS[self.filters.chosen_order]

    @property
    def _values(self) -> QuerySet:
        return in_order(self.listed(), self.on).values(*Row.FIELDS, *self.ordering.fields)

    def page(
        self, *, after: str = "", before: str = "", size: int = paging.PAGE_SIZE, many: bool = False
    ) -> paging.Page[Row]:
        """`size` rows of the list behind, or in front of, a place. many: the list is known to be long."""
        if not self.filters.is_valid():
            return paging.Page([])
        found = self._oldest_first(after, size) if many and not before else None
        found = found or self._places(after, before, size)
        return paging.Page(self.whole([place[-1] for place in found.rows]), found.next, found.previous)

    def _places(
        self, after: str, before: str, size: int, among: AgeClass | None = None
    ) -> paging.Page[tuple]:
        def rows() -> QuerySet:
            listed = in_order(self.listed(), self.on)
            return listed.filter(among.condition(self.on)) if among else listed

        key = ("places", among and among.place, *self.signature)
        return paging.page_by_statement(key, rows, self.ordering, after=after, before=before, size=size)

    def _oldest_first(self, after: str, size: int) -> paging.Page[tuple] | None:
        """The page from one age class alone, which an index finds among tens of thousands; None where it may not fill it.

        In the order of risk an age class that can be acted on today is one unbroken piece of the list.
        """
        if self.filters.chosen_order != "risk":
            return None
        opened = paging.opened(after, self.ordering) if after else None
        among = AgeClass.at(opened[0] if opened else 0)
        found = self._places(after, "", size, among) if among else None
        return found if found and found.next else None

    def whole(self, ids: list[UUID]) -> list[Row]:
        """These people, in this order. Who is where in the list is read from narrow rows, what is said of them only here."""
        found = statements.rows(
            ("whole", *self.signature),
            lambda: self.people().filter(statements.among("ids")).values_list(*Row.FIELDS),
            ids=statements.array(ids),
        )
        by_id = {values["id"]: values for values in map(values_of, found)}
        return rows_of(
            [by_id[pk] for pk in ids if pk in by_id], self.user, self.on, self.filters.offered.all_products
        )

    @contextmanager
    def counted_rows(self) -> Iterator[tuple[int, Iterator[Row]]]:
        """How many rows there are, and the rows, of one and the same moment: counted by the query that reads them."""
        counted = in_order(self.listed(), self.on).annotate(total=Window(Count("*")))
        values = counted.values(*Row.FIELDS, *self.ordering.fields, "total")
        found = values.order_by(*self.ordering.fields).iterator(chunk_size=BATCH)
        with closing(found):
            first = next(found, None)
            yield (first["total"], self._drawn(chain([first], found))) if first else (0, iter(()))

    def rows(self) -> Iterator[Row]:
        """Every row, in the page's order, a batch at a time."""
        return self._drawn(self._values.order_by(*self.ordering.fields).iterator(chunk_size=BATCH))

    def _drawn(self, found: Iterator[dict]) -> Iterator[Row]:
        while batch := list(islice(found, BATCH)):
            yield from rows_of(batch, self.user, self.on, self.filters.offered.all_products)

    @property
    def title(self) -> str:
        if self.filters.chosen.get("group") == CONTRAINDICATED:
            return str(_("người chống chỉ định tiêm vắc xin phòng COVID-19"))
        if self.filters.chosen.get("group") == WAITING:
            return str(_("trẻ em chờ hướng dẫn tiêm vắc xin phòng COVID-19 của Bộ Y tế"))
        if self.filters.chosen.get("group") == NOT_SURVEYED:
            return str(_("người chưa rà soát"))
        return str(self.worklist.title)


@dataclass(frozen=True)
class Worklist:
    """A list by its name in addresses, files and commands."""

    name: str
    title: str | Promise

    def select(
        self, user: User, data: Mapping[str, str] | None, on: date, *, picked: Iterable[str] = ()
    ) -> Selection:
        """picked: ids of residents, to print or take out those alone; who is not on the list under these filters drops out."""
        return Selection(self, user, data, on, picked)


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _with_total(counts: Mapping[str, int]) -> dict[str, int]:
    return {**counts, "total": sum(counts[group] for group in GROUPS)}


def _holds(condition: Q) -> Case | Value:
    """The condition as a column; no condition holds for everybody."""
    if not condition:
        return Value(True)
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


class Cell(NamedTuple):
    """`number` people of one kind: `member` of the population, `chosen` by the other filters, waiting for guidance, and
    not yet asked at the door; `by`: where."""

    state: str
    group: str
    member: bool
    chosen: bool
    waits: bool
    unasked: bool
    number: int
    by: tuple = ()

    @property
    def tabs(self) -> tuple[str, ...]:
        """The tabs under which these people stand. Children who wait belong to none of the populations."""
        waits = (WAITING,) if self.waits else ()
        if not self.member:
            return waits
        unasked = (NOT_SURVEYED,) if self.unasked else ()
        if self.state == State.CONTRAINDICATED:
            return (CONTRAINDICATED, *unasked, *waits)
        return (self.group, *unasked, *waits) if self.state in ON_LIST else (*unasked, *waits)


UNVACCINATED = Worklist(
    "unvaccinated", _("người trong diện tiêm vắc xin phòng COVID-19 chưa tiêm, tiêm chưa đủ mũi")
)
WORKLISTS = {worklist.name: worklist for worklist in (UNVACCINATED,)}
