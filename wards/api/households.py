"""Homes: read, found, added, corrected, moved."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.response import Response

from lib import clock
from wards import actions, paging, search
from wards.access import scope_of
from wards.api import forms, limits, lists
from wards.api.fields import WORDS, Choice, Text, Whole, version_field
from wards.api.operations import ProgramRequest, operation
from wards.api.people import Person, people, plain
from wards.api.places import WARD, PlaceQuery, chosen, own_neighbourhood, own_ward
from wards.api.views import ApiViewSet
from wards.forms.fields import place_key
from wards.forms.households import HouseholdForm, HouseholdMoveForm
from wards.models import AccessEvent, Household, Resident, TokenScope, User
from wards.roles import Ability
from wards.views.households import EDITED, initial_of_row

WALK = paging.Ordering(
    "households-walk", ("ward_id", "neighbourhood_key", "walking_position", "number_sort_key", "id")
)
FOUND = 50


class HouseholdQuery(PlaceQuery):
    dwelling = Choice(choices=Household.Dwelling.choices, required=False)


class Home(serializers.Serializer):
    id = serializers.UUIDField()
    version = serializers.IntegerField(help_text="Goes up with each change; sent back with the next one.")
    code = serializers.CharField(help_text="What stands on paper lists.")
    ward = serializers.CharField()
    neighbourhood = serializers.IntegerField(allow_null=True)
    house_number = serializers.CharField()
    street = serializers.CharField()
    address_text = serializers.CharField()
    address = serializers.CharField()
    dwelling = serializers.ChoiceField(choices=Household.Dwelling.choices)
    walking_position = serializers.IntegerField()


class HomeInFull(Home):
    people = Person(many=True)


class Address(serializers.Serializer):
    house_number = Text(max_length=40, required=False)
    street = Text(max_length=120, required=False)
    address_text = Text(max_length=300, required=False, help_text="How to find it where there is no number.")
    dwelling = Choice(choices=Household.Dwelling.choices, required=False)
    walking_position = Whole(min_value=0, max_value=2_000_000_000, required=False)


class NewHome(Address):
    ward = Text(max_length=16, pattern=WARD)
    neighbourhood = Whole(required=False, allow_null=True, min_value=1, max_value=2_000_000_000)


class ChangedHome(Address):
    version = version_field()


class MovedHome(serializers.Serializer):
    version = version_field()
    ward = Text(max_length=16, pattern=WARD)
    neighbourhood = Whole(required=False, allow_null=True, min_value=1, max_value=2_000_000_000)


class HomeSearch(serializers.Serializer):
    q = Text(max_length=search.LONGEST, pattern=WORDS, help_text="A code, a house number or an address.")


class FoundHomes(serializers.Serializer):
    results = Home(many=True)
    more = serializers.BooleanField(help_text="Whether there are more than are given.")


ADD = OpenApiExample("A home", {"ward": "09190", "house_number": "14", "street": "Ngõ 3"}, request_only=True)


class Households(ApiViewSet):
    """Homes of the reader's area."""

    what = "household"

    @operation(
        scope=TokenScope.READ_PEOPLE,
        abilities=(Ability.SEE_PEOPLE,),
        query=HouseholdQuery,
        answers=lists.page_of("HomePage", Home),
        summary="Homes by the walk",
    )
    def list(self, request: ProgramRequest) -> HttpResponseBase:
        rows = chosen(request.user, _homes(request.user), self.asked, "neighbourhood")
        if "dwelling" in self.asked:
            rows = rows.filter(dwelling=self.asked["dwelling"])
        found = lists.cut(
            rows.annotate(neighbourhood_key=Coalesce("neighbourhood_id", Value(0))), WALK, self.asked
        )
        self.record(AccessEvent.Action.LIST, rows=len(found.rows), filters=plain(self.asked))
        return lists.answer(request, [shown(home) for home in found.rows], found.next, people=len(found.rows))

    @operation(
        scope=TokenScope.READ_PEOPLE,
        abilities=(Ability.SEE_PEOPLE,),
        answers=HomeInFull,
        summary="One home with its people",
    )
    def retrieve(self, request: ProgramRequest, household_id: UUID) -> HttpResponseBase:
        home = find(request.user, household_id)
        inside = people(request.user, list(Resident.objects.visible_to(request.user).filter(household=home)))
        self.record(AccessEvent.Action.VIEW, object_id=home.pk, ward_id=home.ward_id, rows=len(inside))
        return Response(shown(home) | {"people": inside}, headers=_tag(home))

    @operation(
        scope=TokenScope.READ_PEOPLE,
        abilities=(Ability.SEE_PEOPLE,),
        body=HomeSearch,
        answers=FoundHomes,
        summary="Find homes by code, house number or address",
        description="By POST, so that no address stands in an address.",
    )
    def search(self, request: ProgramRequest) -> HttpResponseBase:
        limits.check_searches(request.user)
        asked = search.homes(self.sent["q"])
        found = (
            list(_homes(request.user).filter(asked).order_by("ward", "number_sort_key", "pk")[: FOUND + 1])
            if asked
            else []
        )
        self.record(AccessEvent.Action.SEARCH, rows=len(found[:FOUND]), kind="homes")
        return Response({"results": [shown(home) for home in found[:FOUND]], "more": len(found) > FOUND})

    @operation(
        scope=TokenScope.WRITE_PEOPLE,
        abilities=(Ability.SEE_PEOPLE, Ability.EDIT_PEOPLE),
        body=NewHome,
        answers=Home,
        status=201,
        makes=True,
        examples=[ADD],
        summary="Add a home",
    )
    def create(self, request: ProgramRequest) -> HttpResponseBase:
        sent = _placed(request.user, self.sent) | {"form_id": forms.chosen_id(request, "household")}
        form = HouseholdForm(forms.as_data(HouseholdForm(user=request.user), sent), user=request.user)
        if not form.is_valid():
            raise forms.refused(form)
        ward, neighbourhood = form.cleaned_data["place"]
        home = actions.add_household(
            ward=ward,
            neighbourhood=neighbourhood,
            by=request.user,
            id=form.cleaned_data["form_id"],
            dwelling=form.cleaned_data["dwelling"],
            walking_position=form.cleaned_data["walking_position"],
            **form.address(),
        )
        where = reverse("api:household-detail", args=[home.pk])
        return Response(shown(home), status=201, headers=_tag(home) | {"Location": where})

    @operation(
        scope=TokenScope.WRITE_PEOPLE,
        abilities=(Ability.SEE_PEOPLE, Ability.EDIT_PEOPLE),
        body=ChangedHome,
        answers=Home,
        summary="Correct a home",
    )
    def partial_update(self, request: ProgramRequest, household_id: UUID) -> HttpResponseBase:
        home = find(request.user, household_id)
        data = forms.as_data(HouseholdForm(user=request.user, household=home), self.sent)
        form = HouseholdForm(data, user=request.user, household=home)
        if not form.is_valid():
            raise forms.refused(form)
        try:
            home = actions.update_household(
                household=home,
                by=request.user,
                version=form.cleaned_data["version"],
                **{name: form.cleaned_data[name] for name in EDITED},
            )
        except actions.Stale as stale:
            raise forms.stale(form, stale.current, data, names=EDITED, values_of=initial_of_row) from None
        return Response(shown(find(request.user, home.pk)), headers=_tag(home))

    @operation(
        scope=TokenScope.WRITE_PEOPLE,
        abilities=(Ability.SEE_PEOPLE, Ability.EDIT_PEOPLE),
        body=MovedHome,
        answers=Home,
        summary="Put a home, with all who live there, under another neighbourhood or ward of the area",
    )
    def move(self, request: ProgramRequest, household_id: UUID) -> HttpResponseBase:
        home = find(request.user, household_id)
        with forms.destination("ward"):
            sent = _placed(request.user, self.sent)
        blank = HouseholdMoveForm(user=request.user, household=home)
        form = HouseholdMoveForm(forms.as_data(blank, sent), user=request.user, household=home)
        if not form.is_valid():
            raise forms.refused(form)
        ward, neighbourhood = form.cleaned_data["place"]
        try:
            home = actions.move_household(
                household=home,
                ward=ward,
                neighbourhood=neighbourhood,
                by=request.user,
                on=clock.today(),
                version=form.cleaned_data["version"],
            )
        except actions.Stale as stale:
            raise forms.outdated(stale.current) from None
        return Response(shown(find(request.user, home.pk)), headers=_tag(home))


def find(user: User, pk: UUID) -> Household:
    """A home of the user's area; 404 otherwise."""
    home = _homes(user).filter(pk=pk).first()
    if home is None:
        raise Http404
    return home


def shown(home: Household) -> dict[str, Any]:
    return {
        "id": home.pk,
        "version": home.version,
        "code": home.code,
        "ward": home.ward.code,
        "neighbourhood": home.neighbourhood_id,
        "house_number": home.house_number,
        "street": home.street,
        "address_text": home.address_text,
        "address": home.address,
        "dwelling": home.dwelling,
        "walking_position": home.walking_position,
    }


def _homes(user: User) -> QuerySet[Household]:
    return Household.objects.visible_to(user).select_related("ward", "neighbourhood")


def _placed(user: User, sent: dict[str, Any]) -> dict[str, Any]:
    """What was sent, its ward and neighbourhood as the forms name a place; 404 for one outside the user's area."""
    ward, pk = own_ward(user, sent["ward"]), sent.get("neighbourhood")
    if pk is None and ward.pk not in scope_of(user).ward_ids:
        raise ValidationError(
            {"neighbourhood": ValidationError(_("Chọn nơi trong địa bàn được giao."), code="required")}
        )
    if pk is not None and own_neighbourhood(user, pk).ward_id != ward.pk:
        raise Http404
    return {**sent, "place": place_key(ward.pk, pk)}


def _tag(home: Household) -> dict[str, str]:
    return {"ETag": f'"{home.version}"'}
