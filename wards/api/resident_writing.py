"""People: added, corrected, moved, through the form and the verbs of the pages."""

from typing import Any, cast
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponseBase, QueryDict
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.response import Response

from lib import clock
from lib.dates_vn import PartialDate
from wards import actions
from wards.api import forms, households
from wards.api.fields import (
    LETTER,
    Choice,
    Flag,
    Identifier,
    PartialDateField,
    Text,
    Whole,
    holding,
    version_field,
)
from wards.api.operations import ProgramRequest, operation
from wards.api.people import PersonInFull, find, in_full
from wards.api.problem import Refusal
from wards.api.views import ApiViewSet
from wards.forms.residents import KEPT_BY_ROW, ResidentForm, values_of
from wards.models import AccessEvent, Household, Resident, TokenScope, User
from wards.priority_groups import PRIORITY_GROUPS
from wards.roles import Ability
from wards.views.residents import record_candidates

ABOUT_HEALTH = ("conditions", "pregnancy_weeks", "pregnancy_stated_on", "pregnancy_ended")
WRITES = (Ability.SEE_PEOPLE, Ability.EDIT_PEOPLE)


class PersonDetails(serializers.Serializer):
    """What can be said of a person; left out means unchanged, or the usual when new."""

    sex = Choice(choices=Resident.Sex.choices, required=False)
    phones = serializers.ListField(child=Text(max_length=20, allow_blank=False), max_length=5, required=False)
    number = Text(max_length=60, required=False, help_text="A further number of an identity paper.")
    leave_number_out = Flag(required=False, help_text="Save without that number, where it is in doubt.")
    insurance_number = Text(max_length=30, required=False)
    residence = Choice(choices=Resident.Residence.choices, required=False)
    residence_until = PartialDateField(is_day=True, required=False, allow_null=True)
    confirm_left = Flag(required=False, help_text="Needed to say that somebody moved away or died.")
    registration = Choice(choices=Resident.Registration.choices, required=False)
    mobility = Choice(choices=Resident.Mobility.choices, required=False)
    conditions = serializers.ListField(
        child=Whole(min_value=1, max_value=99), max_length=30, required=False,
        help_text="Numbers of illnesses; of those that stand, the reader ends only those they may name.",
    )  # fmt: skip
    pregnancy_weeks = Whole(min_value=1, max_value=42, required=False)
    pregnancy_stated_on = PartialDateField(is_day=True, required=False)
    pregnancy_ended = Flag(required=False)
    employer = Text(max_length=200, required=False)
    priority_group = Whole(min_value=1, max_value=max(PRIORITY_GROUPS), required=False, allow_null=True)
    note = Text(max_length=500, required=False, help_text="No illnesses here.")
    guardian_name = Text(max_length=120, required=False)
    guardian_relation = Choice(choices=Resident.Relation.choices, required=False, allow_blank=True)
    guardian_phone = Text(max_length=60, required=False)
    school = Text(max_length=200, required=False)
    school_class = Text(max_length=30, required=False)


class NewPerson(PersonDetails):
    household = Identifier()
    name = Text(max_length=120, pattern=holding(LETTER))
    born = PartialDateField()
    different_from = serializers.ListField(
        child=Identifier(),
        max_length=20,
        required=False,
        help_text="People who are known to be somebody else.",
    )


class ChangedPerson(PersonDetails):
    version = version_field()
    name = Text(max_length=120, pattern=holding(LETTER), required=False, allow_blank=False)
    born = PartialDateField(required=False)
    withdrawn = serializers.ListField(
        child=Whole(min_value=1, max_value=2**62), max_length=20, required=False,
        help_text="Ids of identity numbers to take off.",
    )  # fmt: skip


class MovedPerson(serializers.Serializer):
    version = version_field()
    household = Identifier()


ADD = OpenApiExample(
    "A person",
    {
        "household": "4b8f5f0e-7a39-4c6e-9d55-0d5a4f2c9a01",
        "name": "Nguyễn Thị Thử",
        "born": "1950-02",
        "sex": "F",
    },
    request_only=True,
)


class ResidentWriting(ApiViewSet):
    what = "resident"

    @operation(
        scope=TokenScope.WRITE_PEOPLE,
        abilities=WRITES,
        body=NewPerson,
        answers=PersonInFull,
        status=201,
        makes=True,
        examples=[ADD],
        summary="Add a person to a home",
        description="409 `duplicate`: somebody like this is probably there; send again with `different_from` if it is another.",
    )
    def create(self, request: ProgramRequest) -> HttpResponseBase:
        user, on = request.user, clock.today()
        home = households.find(user, self.sent["household"])
        chosen = forms.chosen_id(request, "resident")
        sent = _typed(self.sent) | {"form_id": chosen}
        if Resident.objects.visible_to(user).filter(pk=chosen).exists():
            sent["number"] = ""  # the repeat of a request: the number is that person's own by now
        form = _form(user, home, None, sent)
        if not form.is_valid():
            self._tell(form)
        try:
            resident = actions.add_resident(
                household=home, by=user, on=on, id=form.cleaned_data["form_id"], **_values(form, self.sent)
            )
        except actions.NumberTaken as clash:
            form.number_taken(clash)
            self._tell(form)
        except ValidationError as problem:
            form.add_error(None, problem)
            self._tell(form)
        record_candidates(request, form)
        where = reverse("api:resident-detail", args=[resident.pk])
        return self._shown(resident.pk, status=201, Location=where)

    @operation(
        scope=TokenScope.WRITE_PEOPLE,
        abilities=WRITES,
        body=ChangedPerson,
        answers=PersonInFull,
        summary="Correct a person's record",
        description="Only what is sent changes. 409 `stale`: somebody changed it meanwhile; both values are given.",
    )
    def partial_update(self, request: ProgramRequest, resident_id: UUID) -> HttpResponseBase:
        user, resident = request.user, find(request.user, resident_id)
        sent = _typed(self.sent)
        form = _form(user, resident.household, resident, sent)
        data = cast(QueryDict, form.data)
        if not form.is_valid():
            self._tell(form)
        try:
            actions.update_resident(
                resident=resident,
                by=user,
                on=clock.today(),
                version=form.cleaned_data["version"],
                confirmed=form.cleaned_data["confirm_left"],
                withdrawn=form.cleaned_data["withdrawn"],
                **_values(form, self.sent),
            )
        except actions.Stale as stale:
            raise forms.stale(form, stale.current, data, names=KEPT_BY_ROW, values_of=values_of) from None
        except actions.NumberTaken as clash:
            form.number_taken(clash)
            self._tell(form)
        except ValidationError as problem:
            form.add_error(None, problem)
            self._tell(form)
        return self._shown(resident.pk)

    @operation(
        scope=TokenScope.WRITE_PEOPLE,
        abilities=WRITES,
        body=MovedPerson,
        answers=PersonInFull,
        summary="Move a person to another home of the area",
    )
    def move(self, request: ProgramRequest, resident_id: UUID) -> HttpResponseBase:
        resident = find(request.user, resident_id)
        with forms.destination("household"):
            home = households.find(request.user, self.sent["household"])
        actions.move_resident(
            resident=resident, household=home, by=request.user, on=clock.today(), version=self.sent["version"]
        )
        return self._shown(resident.pk)

    def _shown(self, pk: UUID, *, status: int = 200, **headers: str) -> Response:
        resident = find(self.request.user, pk)
        self.record(AccessEvent.Action.VIEW, object_id=pk, ward_id=resident.ward_id)
        return Response(in_full(self.request.user, resident), status=status, headers=tag(resident) | headers)

    def _tell(self, form: ResidentForm) -> None:
        """Refuse what the form refuses; who was named as perhaps the same is written down, as on the page."""
        record_candidates(self.request, form)
        likely = [one for one in form.candidates if one.is_likely]
        if likely and set(form.errors) == {"name"}:
            raise Refusal(
                "duplicate",
                candidates=[
                    {"id": one.resident.pk, "name": one.resident.full_name, "why": one.sentence}
                    for one in likely
                ],
            )
        raise forms.refused(form)


def tag(resident: Resident) -> dict[str, str]:
    return {"ETag": f'"{resident.version}"'}


def _form(user: User, home: Household, resident: Resident | None, sent: dict[str, Any]) -> ResidentForm:
    about: dict[str, Any] = {"user": user, "on": clock.today(), "household": home, "resident": resident}
    return ResidentForm(forms.as_data(ResidentForm(**about), sent), **about)


def _typed(sent: dict[str, Any]) -> dict[str, Any]:
    """Dates as the form's fields write them, lists of ids as it carries them."""
    values = {name: str(value) if isinstance(value, PartialDate) else value for name, value in sent.items()}
    if "different_from" in sent:
        values["different_from"] = ",".join(map(str, sent["different_from"]))
    return values


def _values(form: ResidentForm, sent: dict[str, Any]) -> dict[str, Any]:
    """The verb's arguments. Health that was not spoken of is left alone, so that a token without it may write the rest."""
    values = form.verb_values()
    if not any(name in sent for name in ABOUT_HEALTH):
        values["health"] = actions.Health()
    return values
