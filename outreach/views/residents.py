"""The page of one person: who, where, with whom, what was given and how it counted, what is due and why, who entered it."""

from datetime import date
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from lib import clock
from outreach import person_history
from outreach.list_rows import Row, rows_of
from outreach.search import why_listed
from outreach.sight import Sight, identities_of
from outreach.worklists import UNVACCINATED
from vaccination.person import vaccination_facts
from vaccination.stored_states import ON_LIST
from wards import audit, transfers
from wards.access import ability_required, can
from wards.models import AccessEvent, Resident, User
from wards.roles import Ability
from wards.views.official import OfficialRequest

# What can be done from here: the address is there when its part of the product is.
DEEDS = (
    ("vaccination:dose-create", _("Ghi đã tiêm"), Ability.RECORD_DOSE),
    ("wards:resident-edit", _("Sửa thông tin"), Ability.EDIT_PEOPLE),
    ("wards:resident-move", _("Chuyển hộ"), Ability.EDIT_PEOPLE),
)


@ability_required(Ability.SEE_PEOPLE)
@require_safe
def resident_detail(request: OfficialRequest, resident_id: UUID) -> HttpResponse:
    """Everything the reader may know of a person in their scope; the look is written down."""
    user = request.user
    visible = Resident.objects.visible_to(user)
    resident = get_object_or_404(
        visible.select_related("ward", "household__neighbourhood", "entered_by"), pk=resident_id
    )
    audit.record_access(
        request, AccessEvent.Action.VIEW, "resident", object_id=resident.pk, ward_id=resident.ward_id
    )
    sight = Sight.of(user)
    others = visible.filter(household=resident.household_id).exclude(pk=resident.pk)
    context = {
        "resident": resident,
        "numbers": identities_of([resident.pk], sight)[resident.pk],
        "others": others.order_by("birth_year", "sort_key"),
        "changes": person_history.changes(resident),
        "entered_by": person_history.entered_by(resident),
        "deeds": _deeds(request, resident),
        "sight": sight,
        "notice": transfers.notice_of(resident, user, clock.now()),
        "is_minor": resident.may_be_minor(clock.today()),
    }
    if sight.health:
        context |= _health(user, resident, clock.today())
    response = render(request, "outreach/resident_detail.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _health(user: User, resident: Resident, on: date) -> dict:
    """What is due and why; `vaccination_facts` comes first, it brings a forecast up to date that has gone stale."""
    facts = vaccination_facts(resident, user, on)
    selection = UNVACCINATED.select(user, {}, on)
    found = selection.people().filter(pk=resident.pk).values(*Row.FIELDS)
    (row,) = rows_of(list(found), user, on)
    is_listed = row.state in ON_LIST and selection.listed().filter(pk=row.id).exists()
    return {"facts": facts, "row": row, "is_listed": is_listed, "why": why_listed(row, is_listed, selection)}


def _deeds(request: OfficialRequest, resident: Resident) -> list[tuple]:
    deeds = []
    for name, label, ability in DEEDS:
        if can(request.user, ability):
            try:
                deeds.append((label, reverse(name, args=[resident.pk])))
            except NoReverseMatch:
                continue
    return deeds
