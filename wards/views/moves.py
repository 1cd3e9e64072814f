"""Undo of a move: offered on the next pages for a while, and only as long as nothing else happened to the record."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lib import clock
from wards import actions
from wards.access import ability_required
from wards.models import AdministrativeUnit, Household, Neighbourhood, Resident
from wards.roles import Ability
from wards.views.official import OfficialRequest

SESSION_KEY = "undo_move"
OFFERED_FOR = timedelta(minutes=30)


@dataclass(frozen=True)
class Offer:
    """A move that can be taken back: of which record, at which version, and where it was before."""

    kind: str
    id: str
    version: int
    words: str
    made_at: float
    household: str = ""
    ward: int = 0
    neighbourhood: int | None = None


def offer_for_resident(request: OfficialRequest, moved: Resident, came_from: Household) -> None:
    words = _("Đã chuyển {name} đến {address}.").format(name=moved.full_name, address=moved.household.address)
    _keep(
        request, Offer("resident", str(moved.pk), moved.version, words, _now(), household=str(came_from.pk))
    )


def offer_for_household(
    request: OfficialRequest, moved: Household, ward: AdministrativeUnit, neighbourhood: Neighbourhood | None
) -> None:
    words = _("Đã chuyển hộ {address} đến {place}.").format(
        address=moved.address, place=moved.neighbourhood or moved.ward
    )
    there = neighbourhood.pk if neighbourhood else None
    _keep(
        request,
        Offer("household", str(moved.pk), moved.version, words, _now(), ward=ward.pk, neighbourhood=there),
    )


def current_offer(request: OfficialRequest) -> Offer | None:
    """The offer, while it can be kept: recent, and the record unchanged since."""
    kept = request.session.get(SESSION_KEY)
    if not kept:
        return None
    offer = Offer(**kept)
    fresh = _now() - offer.made_at < OFFERED_FOR.total_seconds()
    rows = _records(request, offer).filter(version=offer.version)
    if fresh and rows.exists():
        return offer
    del request.session[SESSION_KEY]
    return None


@require_POST
@ability_required(Ability.EDIT_PEOPLE)
def move_undo(request: OfficialRequest) -> HttpResponse:
    """Move back. Refused in a sentence when somebody changed the record since."""
    offer = current_offer(request)
    if offer is None:
        messages.warning(request, _("Không hoàn tác được nữa: hồ sơ đã thay đổi sau lần chuyển này."))
        return redirect("wards:resident-list")
    del request.session[SESSION_KEY]
    row = get_object_or_404(_records(request, offer))
    try:
        home = _back(request, offer, row)
    except (actions.Stale, ValidationError, PermissionDenied):
        messages.warning(request, _("Không hoàn tác được nữa: hồ sơ đã thay đổi sau lần chuyển này."))
        return redirect("wards:resident-list")
    messages.success(request, _("Đã hoàn tác, hồ sơ trở lại chỗ cũ."))
    return redirect("wards:household-detail", home.pk)


def _back(request: OfficialRequest, offer: Offer, row: Resident | Household) -> Household:
    on = clock.today()
    if isinstance(row, Resident):
        home = get_object_or_404(Household.objects.visible_to(request.user), pk=offer.household)
        actions.move_resident(resident=row, household=home, by=request.user, on=on, version=offer.version)
        return home
    ward = get_object_or_404(AdministrativeUnit, pk=offer.ward)
    there = Neighbourhood.objects.filter(pk=offer.neighbourhood or 0, ward=ward).first()
    return actions.move_household(
        household=row, ward=ward, neighbourhood=there, by=request.user, on=on, version=offer.version
    )


def _records(request: OfficialRequest, offer: Offer) -> QuerySet[Any]:
    """The record of the offer, if the user sees it."""
    if offer.kind == "resident":
        return Resident.objects.visible_to(request.user).filter(pk=offer.id)
    return Household.objects.visible_to(request.user).filter(pk=offer.id)


def _keep(request: OfficialRequest, offer: Offer) -> None:
    request.session[SESSION_KEY] = asdict(offer)


def _now() -> float:
    return clock.real_now().timestamp()
