"""Forecasts: what is due to whom, when, and why; as stored, for the application's day."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from rest_framework import serializers
from rest_framework.response import Response

from lib import clock
from vaccination import forecasts
from vaccination.intervals import FOREVER
from vaccination.models import Forecast
from vaccination.person import abilities_of, vaccination_facts, why
from vaccination.states import State
from vaccination.views.people import person
from wards import paging
from wards.api import lists
from wards.api.fields import Choice
from wards.api.operations import ProgramRequest, operation
from wards.api.people import plain
from wards.api.places import PlaceQuery, chosen
from wards.api.views import ApiViewSet
from wards.models import AccessEvent, TokenScope, User
from wards.roles import Ability

BY_ID = paging.Ordering("forecasts", ("id",))
READS = (Ability.SEE_PEOPLE, Ability.SEE_HEALTH)
STATES = [state.value for state in State]


class ForecastQuery(PlaceQuery):
    state = Choice(choices=STATES, required=False)


class NextDose(serializers.Serializer):
    type = serializers.CharField()
    ordinal = serializers.IntegerField(allow_null=True)
    products = serializers.ListField(child=serializers.CharField())


class ForecastShape(serializers.Serializer):
    """Dates, not a status: the state follows from them on each day. An end that nobody knows is null."""

    resident = serializers.UUIDField()
    programme = serializers.CharField()
    rules = serializers.CharField()
    state = serializers.ChoiceField(choices=STATES)
    next = NextDose(allow_null=True)
    valid_doses = serializers.IntegerField(allow_null=True, help_text="null: nobody knows the history")
    possible_from = serializers.DateField(allow_null=True)
    certain_from = serializers.DateField(allow_null=True)
    earliest_on = serializers.DateField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    overdue_on = serializers.DateField(allow_null=True)
    latest_on = serializers.DateField(allow_null=True)
    deferred_until = serializers.DateField(allow_null=True)
    why = serializers.CharField(help_text="The sentence that is enough, as far as the reader may know it.")


class ForecastInFull(ForecastShape):
    reasons = serializers.ListField(child=serializers.CharField(), help_text="All there is to say.")
    cautions = serializers.ListField(child=serializers.CharField(), help_text="For who vaccinates.")


class Forecasts(ApiViewSet):
    what = "forecast"

    @operation(
        scope=TokenScope.READ_HEALTH,
        abilities=READS,
        query=ForecastQuery,
        answers=lists.page_of(
            "ForecastPage",
            ForecastShape,
            as_of=serializers.DateField(),
            behind=serializers.IntegerField(help_text="Forecasts still being brought up to date."),
        ),
        summary="What is due to whom",
    )
    def list(self, request: ProgramRequest) -> HttpResponseBase:
        on = clock.today()
        behind = forecasts.catch_up(on)
        rows = chosen(request.user, _rows(request.user, on), self.asked, "resident__household__neighbourhood")
        if "state" in self.asked:
            rows = rows.filter(state=self.asked["state"])
        found = lists.cut(rows, BY_ID, self.asked)
        self.record(AccessEvent.Action.LIST, rows=len(found.rows), filters=plain(self.asked))
        shown = [
            _shown(row, row.state, why(row, row.resident, abilities_of(request.user), on))
            for row in found.rows
        ]
        return lists.answer(request, shown, found.next, people=len(shown), as_of=on, behind=behind)

    @operation(
        scope=TokenScope.READ_HEALTH,
        abilities=READS,
        answers=ForecastInFull,
        summary="What is due to one person, and why",
        description="404 too for somebody who moved away or died: there is nothing to forecast.",
    )
    def of_person(self, request: ProgramRequest, resident_id: UUID) -> HttpResponseBase:
        resident, on = person(request, resident_id), clock.today()
        self.record(AccessEvent.Action.VIEW, what="resident", object_id=resident.pk, ward_id=resident.ward_id)
        answer = vaccination_facts(resident, request.user, on).answer
        row = _rows(request.user, on).filter(resident=resident).first()
        if answer is None or row is None:
            raise Http404
        more = {"reasons": answer.sentences, "cautions": answer.cautions}
        return Response(_shown(row, answer.state, answer.why) | more)


def _rows(user: User, on: date) -> QuerySet[Forecast]:
    rows = Forecast.objects.visible_to(user).filter(programme=forecasts.PROGRAMME)
    return rows.with_state(on).select_related("resident")


def _shown(row: Forecast, state: str, sentence: str) -> dict[str, Any]:
    dates = (
        "possible_from",
        "certain_from",
        "earliest_on",
        "due_on",
        "overdue_on",
        "latest_on",
        "deferred_until",
    )
    following = {"type": row.next_type, "ordinal": row.next_ordinal, "products": row.products}
    return {
        "resident": row.resident_id,
        "programme": row.programme_id,
        "rules": row.rules,
        "state": str(state),
        "next": following if row.next_type else None,
        "valid_doses": row.valid_doses,
        **{name: _known(getattr(row, name)) for name in dates},
        "why": sentence,
    }


def _known(day: date | None) -> date | None:
    return None if day == FOREVER else day
