"""Doses: read, entered, corrected, voided, through the forms and the verbs of the pages."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.response import Response

from lib import clock
from lib.dates_vn import PartialDate
from vaccination import actions
from vaccination.dose_checks import DoseDoubtful, DoseRefused
from vaccination.forms import OTHER, DoseCorrectionForm, DoseForm, DoseVoidForm, FactForm
from vaccination.models import DoseRecord
from vaccination.person import DoseLine, vaccination_facts
from vaccination.views.people import fact, person
from wards import paging
from wards.api import forms, lists
from wards.api.fields import WORDS, Choice, Flag, Identifier, Millilitres, PartialDateField, Text
from wards.api.operations import ProgramRequest, operation
from wards.api.people import plain
from wards.api.places import PlaceQuery, chosen
from wards.api.problem import Refusal, error
from wards.api.views import ApiViewSet
from wards.models import AccessEvent, Resident, TokenScope, User
from wards.roles import Ability

BY_ID = paging.Ordering("doses", ("id",))
READS = (Ability.SEE_PEOPLE, Ability.SEE_HEALTH)
ENTERS = (*READS, Ability.RECORD_DOSE)
VOIDS = (*READS, Ability.VOID_DOSE)
CORRECTS = (*READS, Ability.RECORD_DOSE, Ability.VOID_DOSE)
PRODUCT = r"^[A-Z0-9]{2,10}$"
ON_RECORD = DoseRecord.Source.choices
SOURCES = [
    (DoseRecord.Source.DESK.value, "on paper, or looked up"),
    (DoseRecord.Source.CLAIMED.value, "the family says so"),
]


class DoseQuery(PlaceQuery):
    resident = Identifier(required=False, help_text="Id of a person.")
    product = Text(max_length=10, pattern=PRODUCT, required=False, allow_blank=False)


class Dose(serializers.Serializer):
    """A dose as it stands on record."""

    id = serializers.UUIDField()
    resident = serializers.UUIDField()
    product = serializers.CharField()
    given = PartialDateField()
    lot = serializers.CharField()
    volume_ml = serializers.FloatField(allow_null=True)
    site = serializers.CharField()
    source: Any = serializers.ChoiceField(choices=ON_RECORD)
    replaces = serializers.UUIDField(allow_null=True)
    is_void = serializers.BooleanField()
    void_reason = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()


class CountedDose(Dose):
    """And how the rules count it."""

    status = serializers.ChoiceField(choices=["counted", "not_counted", "claimed", "voided", "later"])
    counted = serializers.CharField(help_text="In words.")
    note = serializers.CharField(help_text="The sentence about it, if the rules have one.")


class DosesOfPerson(serializers.Serializer):
    results = CountedDose(many=True)
    history_complete = serializers.BooleanField(
        allow_null=True, help_text="Whether these are all: false if nobody knows, null if nobody was asked."
    )


class DoseDetails(serializers.Serializer):
    product = Text(max_length=10, pattern=PRODUCT, help_text="Code; UNKNOWN where nobody knows.")
    given = PartialDateField()
    source: Any = Choice(choices=SOURCES, required=False)
    lot = Text(max_length=30, required=False)
    volume_ml = Millilitres(min_value=0.01, max_value=2, required=False, allow_null=True)

    site = Text(max_length=200, required=False)
    confirmed = Flag(
        required=False, help_text="Checked: it is so, although there were doubts (409 `doubtful`)."
    )


class NewDose(DoseDetails):
    history_complete = Flag(help_text="Whether with this one all doses of the person are on record.")


class CorrectedDose(DoseDetails):
    reason = Text(max_length=300, pattern=WORDS)


class VoidedDose(serializers.Serializer):
    reason = Text(max_length=300, pattern=WORDS)


ADD = OpenApiExample(
    "A dose of which the month is known",
    {"product": "AZ", "given": "2021-06", "source": "claimed", "history_complete": False},
    request_only=True,
)


class Doses(ApiViewSet):
    """Doses of people of the reader's area."""

    what = "dose"

    @operation(
        scope=TokenScope.READ_HEALTH,
        abilities=READS,
        query=DoseQuery,
        answers=lists.page_of("DosePage", Dose),
        summary="Doses on record, void ones too",
    )
    def list(self, request: ProgramRequest) -> HttpResponseBase:
        rows = chosen(request.user, _doses(request.user), self.asked, "resident__household__neighbourhood")
        if "resident" in self.asked:
            rows = rows.filter(resident=person(request, self.asked["resident"]))
        if "product" in self.asked:
            rows = rows.filter(product=self.asked["product"])
        found = lists.cut(rows, BY_ID, self.asked)
        self.record(AccessEvent.Action.LIST, rows=len(found.rows), filters=plain(self.asked))
        return lists.answer(request, [shown(dose) for dose in found.rows], found.next, people=len(found.rows))

    @operation(scope=TokenScope.READ_HEALTH, abilities=READS, answers=Dose, summary="One dose")
    def retrieve(self, request: ProgramRequest, dose_id: UUID) -> HttpResponseBase:
        dose = fact(request, DoseRecord, dose_id)
        self._looked_at(dose.resident)
        return Response(shown(dose))

    @operation(
        scope=TokenScope.READ_HEALTH,
        abilities=READS,
        answers=DosesOfPerson,
        summary="The doses of one person, and how each counts",
    )
    def list_of_person(self, request: ProgramRequest, resident_id: UUID) -> HttpResponseBase:
        resident = person(request, resident_id)
        self._looked_at(resident)
        facts = vaccination_facts(resident, request.user, clock.today())
        lines = [_line(line) for line in facts.doses]
        return Response(
            {"results": lines, "history_complete": facts.history.is_known if facts.history else None}
        )

    @operation(
        scope=TokenScope.WRITE_DOSES,
        abilities=ENTERS,
        body=NewDose,
        answers=Dose,
        status=201,
        makes=True,
        examples=[ADD],
        summary="Enter a dose",
        description="409 `doubtful`: on record already, or the rules would not count it; send again with `confirmed`.",
    )
    def create(self, request: ProgramRequest, resident_id: UUID) -> HttpResponseBase:
        resident, on = person(request, resident_id), clock.today()
        history = "complete" if self.sent["history_complete"] else "open"
        sent = _typed(self.sent) | {
            "form_id": forms.chosen_id(request, f"dose {resident_id}"),
            "history": history,
        }
        about: dict[str, Any] = {"resident": resident, "on": on}
        form = DoseForm(forms.as_data(DoseForm(**about), sent), **about)
        dose = _done(form, actions.record_dose, resident=resident, by=request.user, on=on)
        where = reverse("api:dose-detail", args=[dose.pk])
        return Response(shown(dose), status=201, headers={"Location": where})

    @operation(
        scope=TokenScope.WRITE_DOSES,
        abilities=CORRECTS,
        body=CorrectedDose,
        answers=Dose,
        summary="Void a dose and enter it as it should have been",
    )
    def correct(self, request: ProgramRequest, dose_id: UUID) -> HttpResponseBase:
        dose, on = fact(request, DoseRecord, dose_id), clock.today()
        sent = _typed(self.sent) | {"reason": OTHER, "reason_text": self.sent["reason"]}
        about: dict[str, Any] = {"dose": dose, "resident": dose.resident, "on": on}
        form = DoseCorrectionForm(forms.as_data(DoseCorrectionForm(**about), sent), **about)
        return Response(shown(_done(form, actions.correct_dose, dose=dose, by=request.user, on=on)))

    @operation(
        scope=TokenScope.WRITE_DOSES,
        abilities=VOIDS,
        body=VoidedDose,
        answers=Dose,
        summary="Take a dose out of the record, with a reason; the row stays",
    )
    def void(self, request: ProgramRequest, dose_id: UUID) -> HttpResponseBase:
        dose, on = fact(request, DoseRecord, dose_id), clock.today()
        sent = {"reason": OTHER, "reason_text": self.sent["reason"]}
        about: dict[str, Any] = {"resident": dose.resident, "on": on}
        form = DoseVoidForm(forms.as_data(DoseVoidForm(**about), sent), **about)
        _done(form, actions.void_dose, dose=dose, by=request.user, on=on)
        return Response(shown(fact(request, DoseRecord, dose_id)))

    @operation(
        scope=TokenScope.WRITE_DOSES,
        abilities=CORRECTS,
        answers=Dose,
        writes=True,
        summary="Undo a voiding: the same facts as a new dose",
    )
    def restore(self, request: ProgramRequest, dose_id: UUID) -> HttpResponseBase:
        dose = fact(request, DoseRecord, dose_id)
        return Response(shown(_heard(actions.restore_dose, dose=dose, by=request.user, on=clock.today())))

    def _looked_at(self, resident: Resident) -> None:
        self.record(AccessEvent.Action.VIEW, what="resident", object_id=resident.pk, ward_id=resident.ward_id)


def shown(dose: DoseRecord) -> dict[str, Any]:
    void = getattr(dose, "void", None)
    return {
        "id": dose.pk,
        "resident": dose.resident_id,
        "product": dose.product_id,
        "given": dose.given.iso(),
        "lot": dose.lot,
        "volume_ml": None if dose.volume_ml is None else float(dose.volume_ml),
        "site": dose.site,
        "source": dose.source,
        "replaces": dose.replaces_id,
        "is_void": void is not None,
        "void_reason": void.reason if void else None,
        "created_at": dose.created_at,
    }


def _line(line: DoseLine) -> dict[str, Any]:
    return shown(line.dose) | {"status": line.status, "counted": line.counted, "note": line.note}


def _doses(user: User) -> QuerySet[DoseRecord]:
    return DoseRecord.objects.visible_to(user).select_related("void")


def _typed(sent: dict[str, Any]) -> dict[str, Any]:
    given: PartialDate = sent["given"]
    return {**sent, "given": str(given), "remembered": given.precision.value}


def _done(form: FactForm, verb: Callable[..., Any], **about: Any) -> Any:
    if not form.is_valid():
        raise forms.refused(form)
    return _heard(verb, **about, **form.verb_values())


def _heard(verb: Callable[..., Any], **arguments: Any) -> Any:
    """Call the verb; what it says against it becomes a problem."""
    try:
        return verb(**arguments)
    except DoseRefused as refused:
        sentence = refused.problem.in_words(_)
        raise Refusal("refused", errors={"given": [error(refused.problem.code, sentence)]}) from None
    except DoseDoubtful as doubtful:
        raise Refusal("doubtful", doubts=[str(doubt) for doubt in doubtful.doubts]) from None
    except actions.Refused as refused:
        sentence = refused.problem.in_words(_)
        code = "key_reused" if refused.problem.code == "spent" else "refused"
        raise Refusal(code, errors={"": [error(refused.problem.code, sentence)]}) from None
