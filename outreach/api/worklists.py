"""Worklists: the same rows in the same order under the same filters as the pages show this reader, and the same counts.

Filters and columns are those of `outreach.filters` and `outreach.list_columns`: one line there is one parameter, one member here.
"""

from datetime import date
from typing import Any

from django.http import Http404, HttpResponseBase
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.response import Response

from lib import clock
from lib.columns import Kind
from outreach import search
from outreach.filters import WorklistFilters
from outreach.list_columns import UNVACCINATED as COLUMNS
from outreach.list_rows import Row
from outreach.worklists import TABS, WORKLISTS, Figures, Selection, Worklist
from vaccination import forecasts
from vaccination.states import State
from wards.api import limits, lists
from wards.api.fields import WORDS, Choice, Text
from wards.api.lists import PageQuery
from wards.api.operations import ProgramRequest, operation
from wards.api.places import WARD
from wards.api.problem import Refusal, error
from wards.api.views import ApiViewSet
from wards.models import AccessEvent, TokenScope
from wards.paging import PAGE_SIZE
from wards.roles import Ability

READS = (Ability.SEE_PEOPLE, Ability.SEE_HEALTH)
PATTERNS = {"ward": rf"({WARD}|^all$)", "neighbourhood": r"^[0-9]{1,9}$"}
FREE = r"^[A-Za-z0-9_@.-]+$"  # other choices that depend on who asks


def _filter_fields() -> dict[str, serializers.Field]:
    found: dict[str, serializers.Field] = {}
    for name, one in WorklistFilters.base_filters.items():
        choices = [(str(value), str(value)) for value, _label in one.extra.get("choices", ())]
        found[name] = (
            Choice(choices=choices, required=False)
            if choices
            else Text(max_length=40, pattern=PATTERNS.get(name, FREE), required=False, allow_blank=False)
        )
    return found


FilterQuery: Any = type("FilterQuery", (serializers.Serializer,), _filter_fields())
WorklistQuery: Any = type("WorklistQuery", (PageQuery,), _filter_fields())


def _cell(kind: Kind) -> serializers.Field:
    match kind:
        case Kind.NUMBER:
            return serializers.FloatField(allow_null=True)
        case Kind.BOOL:
            return serializers.BooleanField(allow_null=True)
        case Kind.DATE:
            return serializers.DateField(allow_null=True)
    return serializers.CharField(allow_null=True)


ListRow: Any = type(
    "WorklistRow",
    (serializers.Serializer,),
    {
        "__doc__": "A person on the list: the columns of the list, in words, and the codes behind two of them.",
        "id": serializers.UUIDField(help_text="Of the person."),
        "state_code": serializers.ChoiceField(choices=[state.value for state in State]),
        "group_code": serializers.CharField(),
        **{column.key: _cell(column.kind) for column in COLUMNS},
    },
)
Match: Any = type(
    "WorklistMatch",
    (ListRow,),
    {
        "matched": serializers.CharField(help_text="What of the person it was that matched."),
        "is_listed": serializers.BooleanField(help_text="On the list at all."),
        "in_filters": serializers.BooleanField(help_text="On it under these filters."),
        "explanation": serializers.CharField(help_text="Why they are, or are not, on the list."),
    },
)


class Name(serializers.Serializer):
    name = serializers.CharField()
    title = serializers.CharField()


class ListSearch(serializers.Serializer):
    q = Text(max_length=search.LONGEST, pattern=WORDS)


class Counts(serializers.Serializer):
    """People per group: how many are on the list."""

    counts = serializers.DictField(child=serializers.IntegerField(), help_text=f"total, {', '.join(TABS)}")
    denominator = serializers.DictField(child=serializers.IntegerField())
    wards = serializers.ListField(child=serializers.DictField())
    as_of = serializers.DateField()
    behind = serializers.IntegerField()


Names = inline_serializer("WorklistNames", {"results": Name(many=True)})
Found = inline_serializer("WorklistFound", {"results": Match(many=True), "more": serializers.BooleanField()})
AS_OF: dict[str, Any] = {
    "as_of": serializers.DateField(),
    "behind": serializers.IntegerField(help_text="Forecasts still being brought up to date."),
}


class Worklists(ApiViewSet):
    what = "worklist"

    @operation(scope=None, answers=Names, operation_id="worklists_names", summary="The lists that there are")
    def names(self, request: ProgramRequest) -> HttpResponseBase:
        return Response(
            {"results": [{"name": one.name, "title": str(one.title)} for one in WORKLISTS.values()]}
        )

    @operation(
        scope=TokenScope.READ_LISTS,
        abilities=READS,
        query=WorklistQuery,
        answers=lists.page_of("WorklistPage", ListRow, **AS_OF),
        summary="The people of a list, in its order",
    )
    def retrieve(self, request: ProgramRequest, name: str) -> HttpResponseBase:
        on = clock.today()
        behind = forecasts.catch_up(on)
        selection = self._selection(name, on)
        after = lists.place(selection.ordering, self.asked)
        found = selection.page(after=after, size=self.asked.get("page_size", PAGE_SIZE))
        self._record(selection, AccessEvent.Action.LIST, len(found.rows))
        rows = [shown(row) for row in found.rows]
        return lists.answer(request, rows, found.next, people=len(rows), as_of=on, behind=behind)

    @operation(
        scope=TokenScope.READ_FIGURES,
        abilities=(Ability.SEE_COUNTS,),
        query=FilterQuery,
        answers=Counts,
        summary="How many are on a list, by group and by ward; no names",
    )
    def counts(self, request: ProgramRequest, name: str) -> HttpResponseBase:
        _named(name)
        on = clock.today()
        behind = forecasts.catch_up(on)
        figures = Figures(request.user, self._chosen(), on)
        _check(figures)
        wards = [
            {"ward": code, "name": unit.full_name} | counts for code, unit, counts in figures.ward_counts()
        ]
        return Response(
            {
                "counts": figures.group_counts,
                "denominator": figures.denominator,
                "wards": wards,
                "as_of": on,
                "behind": behind,
            }
        )

    @operation(
        scope=TokenScope.READ_LISTS,
        abilities=READS,
        query=FilterQuery,
        body=ListSearch,
        answers=Found,
        summary="Find people of the area, on the list or not, and why",
    )
    def search(self, request: ProgramRequest, name: str) -> HttpResponseBase:
        limits.check_searches(request.user)
        on = clock.today()
        forecasts.catch_up(on)
        selection = self._selection(name, on)
        answer = search.find(self.sent["q"], selection)
        self._record(selection, AccessEvent.Action.SEARCH, len(answer.matches), kind=answer.kind)
        return Response({"results": [_match(match) for match in answer.matches], "more": answer.more})

    def _selection(self, name: str, on: date) -> Selection:
        selection = _named(name).select(self.request.user, self._chosen(), on)
        _check(selection)
        return selection

    def _chosen(self) -> dict[str, str]:
        return {name: value for name, value in self.asked.items() if name in WorklistFilters.base_filters}

    def _record(self, selection: Selection, action: AccessEvent.Action, rows: int, **detail: Any) -> None:
        ward = selection.filters.one_ward
        seen: dict[str, Any] = {"list": selection.worklist.name, "filters": selection.filters.chosen}
        self.record(action, ward_id=ward.pk if ward else None, rows=rows, **(seen | detail))


def _named(name: str) -> Worklist:
    if name not in WORKLISTS:
        raise Http404
    return WORKLISTS[name]


def _check(figures: Figures) -> None:
    """A place or a thing to choose that this reader does not have is not found; never a wider list."""
    if not figures.filters.is_valid():
        said = figures.filters.form.errors.get_json_data()
        errors = {name: [error(one["code"], one["message"]) for one in found] for name, found in said.items()}
        raise Refusal("not_found", errors=errors)


def shown(row: Row) -> dict[str, Any]:
    codes = {"id": row.id, "state_code": row.state.value, "group_code": row.values["group"]}
    return codes | {column.key: column.json(row) for column in COLUMNS}


def _match(match: search.Match) -> dict[str, Any]:
    about = {"matched": match.matched, "is_listed": match.is_listed, "in_filters": match.in_filters}
    return shown(match.row) | about | {"explanation": match.reason}
