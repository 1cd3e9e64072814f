"""People: listed, read, found. What writes stands in `resident_writing.py`."""

from uuid import UUID

from django.db.models import F
from django.http import HttpResponseBase
from rest_framework import serializers
from rest_framework.response import Response

from wards import paging, search
from wards.api import limits, lists
from wards.api.fields import WORDS, Choice, Identifier, Text
from wards.api.operations import ProgramRequest, operation
from wards.api.people import Person, PersonInFull, find, in_full, people, plain, visible
from wards.api.places import PlaceQuery, chosen
from wards.api.resident_writing import ResidentWriting, tag
from wards.models import AccessEvent, Resident, TokenScope
from wards.roles import Ability

ORDERS = {
    "ward": paging.Ordering("residents-ward", ("ward_id", "sort_key", "id")),
    "name": paging.Ordering("residents-name", ("sort_key", "id")),
    "id": paging.Ordering("residents-id", ("id",)),
}
FOUND = 50


class ResidentQuery(PlaceQuery):
    household = Identifier(required=False, help_text="Id of a household.")
    residence = Choice(choices=Resident.Residence.choices, required=False)
    order = Choice(
        choices=[(name, name) for name in ORDERS], required=False, help_text="`ward` (then name) unless told."
    )


class PersonSearch(serializers.Serializer):
    q = Text(
        max_length=search.LONGEST,
        pattern=WORDS,
        help_text="A name with or without accents, its initials, the end of a telephone number, an address, a whole identity number.",
    )


class FoundPeople(serializers.Serializer):
    results = Person(many=True)
    more = serializers.BooleanField(help_text="Whether there are more than are given: ask more exactly.")


class Residents(ResidentWriting):
    """People of the reader's area."""

    what = "resident"

    @operation(
        scope=TokenScope.READ_PEOPLE,
        abilities=(Ability.SEE_PEOPLE,),
        query=ResidentQuery,
        answers=lists.page_of("ResidentPage", Person),
        summary="People of the reader's area",
    )
    def list(self, request: ProgramRequest) -> HttpResponseBase:
        rows = chosen(request.user, visible(request.user), self.asked, "household__neighbourhood")
        for name in ("household", "residence"):
            if name in self.asked:
                rows = rows.filter(**{name: self.asked[name]})
        found = lists.cut(rows, ORDERS[self.asked.get("order", "ward")], self.asked)
        shown = people(request.user, found.rows)
        self.record(AccessEvent.Action.LIST, rows=len(shown), filters=plain(self.asked))
        return lists.answer(request, shown, found.next, people=len(shown))

    @operation(
        scope=TokenScope.READ_PEOPLE,
        abilities=(Ability.SEE_PEOPLE,),
        answers=PersonInFull,
        summary="One person",
    )
    def retrieve(self, request: ProgramRequest, resident_id: UUID) -> HttpResponseBase:
        resident = find(request.user, resident_id)
        self.record(AccessEvent.Action.VIEW, object_id=resident.pk, ward_id=resident.ward_id)
        return Response(in_full(request.user, resident), headers=tag(resident))

    @operation(
        scope=TokenScope.READ_PEOPLE,
        abilities=(Ability.SEE_PEOPLE,),
        body=PersonSearch,
        answers=FoundPeople,
        summary="Find people",
        description="By POST, so that nothing that is searched for stands in an address or a log. The best match comes first.",
    )
    def search(self, request: ProgramRequest) -> HttpResponseBase:
        limits.check_searches(request.user)
        asked = search.asked(self.sent["q"])
        if asked is None:
            return Response({"results": [], "more": False})
        rows = visible(request.user).filter(asked.q).annotate(nearness=asked.nearness)
        found = list(rows.order_by("nearness", F("sort_key"), "pk")[: FOUND + 1])
        self.record(AccessEvent.Action.SEARCH, rows=len(found[:FOUND]), kind=asked.kind.value)
        return Response({"results": people(request.user, found[:FOUND]), "more": len(found) > FOUND})
