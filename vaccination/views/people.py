"""What the pages of this app share: the person they are about, and the way back to the person's page."""

from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render

from vaccination.forms import FactForm
from vaccination.models import DoseRecord
from wards.audit import record_access
from wards.models import AccessEvent, Resident, User


def person(request: HttpRequest, resident_id: UUID) -> Resident:
    """The resident, if the user may see them; 404 otherwise."""
    people = Resident.objects.visible_to(request.user).select_related(
        "household__ward", "household__neighbourhood"
    )
    return get_object_or_404(people, pk=resident_id)


def fact(request: HttpRequest, model, pk):
    """A dose, screening or infection of somebody the user may see; 404 otherwise."""
    return get_object_or_404(
        model.objects.visible_to(request.user).select_related("resident__household__ward"), pk=pk
    )


def official(request: HttpRequest) -> User:
    """Who is signed in; the middleware lets nobody else come this far."""
    return cast(User, request.user)


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, also if that is nothing at all; None for somebody who only looks."""
    return request.POST if request.method == "POST" else None


def back(resident: Resident) -> HttpResponse:
    return redirect("outreach:resident-detail", resident.pk)


def show(request: HttpRequest, template: str, resident: Resident, form: FactForm, **more) -> HttpResponse:
    """A page about a named person, which is written down as looked at; 422 with what was typed where something is wrong."""
    if request.method != "POST":
        record_access(
            request, AccessEvent.Action.VIEW, "resident", object_id=resident.pk, ward_id=resident.ward_id
        )
    standing = DoseRecord.objects.standing().filter(resident=resident).select_related("product")
    doses = sorted(standing, key=lambda dose: (dose.given.earliest, dose.created_at))
    context = {"resident": resident, "household": resident.household, "form": form, "doses": doses, **more}
    return render(request, template, context, status=422 if form.is_bound else 200)
