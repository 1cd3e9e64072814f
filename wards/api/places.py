"""Where: the reader's own units and neighbourhoods, and how lists and bodies name them."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from rest_framework import serializers
from rest_framework.response import Response

from wards import paging
from wards.access import scope_of, wards_of
from wards.api import lists
from wards.api.fields import Text
from wards.api.lists import Digits, PageQuery
from wards.api.operations import ProgramRequest, operation
from wards.api.views import ApiViewSet
from wards.models import AdministrativeUnit, Neighbourhood, User

MOST_ID = 2**31 - 1
WARD = r"^[0-9]{5}(@([0-9]{4}-[0-9]{2}-[0-9]{2})?)?$"
BY_CODE = paging.Ordering("units", ("code", "id"))
BY_WALK = paging.Ordering("neighbourhoods", ("ward_id", "walking_order", "name", "id"))


class PlaceQuery(PageQuery):
    """What narrows a list by place; a place outside the reader's area is not found."""

    ward = Text(
        max_length=16,
        pattern=WARD,
        required=False,
        allow_blank=False,
        help_text="Code of a ward of the reader's area.",
    )
    neighbourhood = Digits(
        min_value=1,
        max_value=MOST_ID,
        required=False,
        help_text="Id of a neighbourhood of the reader's area.",
    )


class Unit(serializers.Serializer):
    id = serializers.IntegerField()
    code = serializers.CharField()
    kind = serializers.CharField()
    name = serializers.CharField()
    full_name = serializers.CharField()
    district = serializers.CharField(source="district_name")
    province = serializers.CharField(source="province_name")
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True)


class Place(serializers.Serializer):
    id = serializers.IntegerField()
    ward = serializers.CharField(source="ward.code")
    kind = serializers.CharField()
    name = serializers.CharField()
    walking_order = serializers.IntegerField()


class Units(ApiViewSet):
    """The administrative units in which the token's user works."""

    what = "unit"

    @operation(
        scope=None,
        query=PageQuery,
        answers=lists.page_of("UnitPage", Unit),
        summary="Units of the reader's area",
    )
    def list(self, request: ProgramRequest) -> HttpResponseBase:
        found = lists.cut(_units(request.user), BY_CODE, self.asked)
        return lists.answer(request, list(Unit(found.rows, many=True).data), found.next, people=0)

    @operation(scope=None, answers=Unit, summary="One unit of the reader's area")
    def retrieve(self, request: ProgramRequest, unit_id: int) -> HttpResponseBase:
        unit = _units(request.user).filter(pk=unit_id).first()
        if unit is None:
            raise Http404
        return Response(Unit(unit).data)


class Neighbourhoods(ApiViewSet):
    """Neighbourhoods (khu phố, tổ dân phố, thôn) in which the token's user works."""

    what = "neighbourhood"

    @operation(
        scope=None,
        query=PlaceQuery,
        answers=lists.page_of("NeighbourhoodPage", Place),
        summary="Neighbourhoods of the reader's area",
    )
    def list(self, request: ProgramRequest) -> HttpResponseBase:
        found = lists.cut(
            chosen(request.user, _neighbourhoods(request.user), self.asked, "pk"), BY_WALK, self.asked
        )
        return lists.answer(request, list(Place(found.rows, many=True).data), found.next, people=0)


def _units(user: User) -> QuerySet[AdministrativeUnit]:
    return AdministrativeUnit.objects.filter(pk__in=wards_of(user).values("pk"))


def _neighbourhoods(user: User) -> QuerySet[Neighbourhood]:
    return Neighbourhood.objects.filter(scope_of(user).q(neighbourhood="pk")).select_related("ward")


def own_ward(user: User, code: str) -> AdministrativeUnit:
    """A unit of the user's area by its code; where two versions of it are in the area, `CODE@valid_from` tells them apart."""
    bare, _at, since = code.partition("@")
    found = [
        unit for unit in wards_of(user).filter(code=bare) if not _at or str(unit.valid_from or "") == since
    ]
    if len(found) != 1:
        raise Http404
    return found[0]


def own_neighbourhood(user: User, pk: int) -> Neighbourhood:
    found = _neighbourhoods(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def chosen(user: User, rows: QuerySet[Any], asked: dict[str, Any], neighbourhood: str) -> QuerySet[Any]:
    """Rows, already in scope, of the place that was asked for. `neighbourhood`: the path to it."""
    if "ward" in asked:
        rows = rows.filter(ward=own_ward(user, asked["ward"]))
    if "neighbourhood" in asked:
        rows = rows.filter(**{neighbourhood: own_neighbourhood(user, asked["neighbourhood"]).pk})
    return rows
