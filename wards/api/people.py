"""People as the API shows them: the shape, and what each reader may see of it."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from rest_framework import serializers

from lib import clock
from wards import actions
from wards.access import can
from wards.api.fields import PartialDateField
from wards.forms.residents import CHILD
from wards.identity_numbers import number_text
from wards.models import Resident, User
from wards.roles import Ability
from wards.views.people import Line, members


class Number(serializers.Serializer):
    """A number of an identity paper; whole only for who may see it so."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    number = serializers.CharField()
    is_whole = serializers.BooleanField()


class Person(serializers.Serializer):
    """What the register says of a person. What the reader may not see is null."""

    id = serializers.UUIDField()
    version = serializers.IntegerField(help_text="Goes up with each change; sent back with the next one.")
    name = serializers.CharField()
    born = PartialDateField()
    sex = serializers.ChoiceField(choices=Resident.Sex.choices)
    phones = serializers.ListField(child=serializers.CharField())
    numbers = Number(many=True)
    residence = serializers.ChoiceField(choices=Resident.Residence.choices)
    residence_until = serializers.DateField(allow_null=True)
    registration = serializers.ChoiceField(choices=Resident.Registration.choices)
    mobility = serializers.ChoiceField(choices=Resident.Mobility.choices)
    employer = serializers.CharField()
    insurance_number = serializers.CharField(allow_null=True)
    priority_group = serializers.IntegerField(allow_null=True)
    note = serializers.CharField(allow_null=True)
    guardian_name = serializers.CharField()
    guardian_relation = serializers.CharField()
    guardian_phone = serializers.CharField()
    school = serializers.CharField()
    school_class = serializers.CharField()
    at_risk = serializers.BooleanField(
        allow_null=True, help_text="Of the risk group; which illness is another question."
    )
    ward = serializers.CharField()
    neighbourhood = serializers.IntegerField(allow_null=True)
    household = serializers.UUIDField()
    household_code = serializers.CharField()
    address = serializers.CharField()


class PersonInFull(Person):
    conditions = serializers.ListField(
        child=serializers.IntegerField(),
        allow_null=True,
        help_text="Numbers of the illnesses that this reader may name and end.",
    )


def find(user: User, pk: UUID) -> Resident:
    """A person of the user's area; 404 otherwise."""
    resident = visible(user).filter(pk=pk).first()
    if resident is None:
        raise Http404
    return resident


def people(user: User, rows: Sequence[Resident]) -> list[dict[str, Any]]:
    """These people as the reader may see them, in the same order, in a fixed number of queries."""
    order = {resident.pk: place for place, resident in enumerate(rows)}
    lines = members(user, visible(user).filter(pk__in=order), on=clock.today())
    return _shown(user, sorted(lines, key=lambda line: order[line.resident.pk]))


def in_full(user: User, resident: Resident) -> dict[str, Any]:
    (shown,) = people(user, [resident])
    sees_health = can(user, Ability.SEE_HEALTH)
    return shown | {
        "conditions": sorted(actions.managed_conditions(resident, by=user)) if sees_health else None
    }


def visible(user: User) -> QuerySet[Resident]:
    return Resident.objects.visible_to(user).select_related("household__neighbourhood", "ward")


def _shown(user: User, lines: Iterable[Line]) -> list[dict[str, Any]]:
    may_edit, sees_health = can(user, Ability.EDIT_PEOPLE), can(user, Ability.SEE_HEALTH)
    return [
        {
            "id": line.resident.pk,
            "version": line.resident.version,
            "name": line.resident.full_name,
            "born": line.resident.born.iso(),
            "sex": line.resident.sex,
            "phones": line.resident.phones,
            "numbers": _numbers(line),
            "residence": line.resident.residence,
            "residence_until": line.resident.residence_until,
            "registration": line.resident.registration,
            "mobility": line.resident.mobility,
            "employer": line.resident.employer,
            "insurance_number": line.resident.insurance_number if may_edit else None,
            "priority_group": line.resident.priority_group if sees_health else None,
            "note": line.resident.note if sees_health else None,
            **{name: getattr(line.resident, name) for name in CHILD},
            "at_risk": line.in_risk_group if sees_health else None,
            "ward": line.resident.ward.code,
            "neighbourhood": line.resident.household.neighbourhood_id,
            "household": line.resident.household_id,
            "household_code": line.resident.household.code,
            "address": line.resident.household.address,
        }
        for line in lines
    ]


def _numbers(line: Line) -> list[dict[str, Any]]:
    claims = [claim for claim in line.resident.identity_claims.all() if claim.withdrawn_at is None]
    return [
        {
            "id": c.pk,
            "kind": c.kind,
            "number": number_text(c, full=line.shows_full_id),
            "is_whole": line.shows_full_id,
        }
        for c in claims
    ]


def plain(asked: dict[str, Any]) -> dict[str, str]:
    """The filters for the access log; the place in the list is of no interest there."""
    return {name: str(value) for name, value in asked.items() if name not in ("after", "page_size")}
