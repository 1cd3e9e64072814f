"""Chuyển đi, chuyển đến: what waits for an answer in both directions, accepting, returning, taking back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lib import clock
from wards import actions, transfers
from wards.access import ability_required, receives_for, wards_of
from wards.actions.waiting import what_is_sent
from wards.audit import record_access
from wards.forms.transfers import AcceptHouseholdForm, AcceptPersonForm, ReturnForm
from wards.models import AccessEvent, Household, Transfer
from wards.roles import Ability
from wards.views.official import OfficialRequest
from wards.views.residents import homes_asked, offered_homes
from wards.views.sending import record_decision

IN, OUT = "den", "di"
State = Transfer.State


@require_safe
@ability_required(Ability.EDIT_PEOPLE)
def transfer_list(request: OfficialRequest) -> HttpResponse:
    """Two tabs: what was sent to the user's wards, what the user's wards and neighbourhoods have sent."""
    at, wards = clock.now(), receives_for(request.user)
    pages = {IN: transfers.incoming(request.user, at), OUT: transfers.outgoing(request.user, at)}
    tab = request.GET.get("tab", IN if wards else OUT)
    if tab not in pages or not (wards or tab == OUT):
        tab = OUT
    page = pages[tab]
    record_access(
        request,
        AccessEvent.Action.LIST,
        "transfer",
        ward_id=next(iter(wards)) if len(wards) == 1 else None,
        row_count=sum(len(transfers.told(one)) for one in (*page.waiting, *page.decided)),
        detail={"tab": tab},
    )
    context = {
        "tab": tab,
        "page": page,
        "lines": [(one, transfers.told(one)) for one in page.waiting],
        "decided": [(one, transfers.told(one)) for one in page.decided],
        "counts": {name: len(found.waiting) for name, found in pages.items()},
        "receives": bool(wards),
        "places": [ward.full_name for ward in wards_of(request.user).order_by("search_key")[:2]],
        "days": transfers.TOLD_FOR.days,
        "at": at,
    }
    response = render(request, "wards/transfer_list.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@ability_required(Ability.EDIT_PEOPLE)
def transfer_withdraw(request: OfficialRequest, outgoing_id: UUID) -> HttpResponse:
    """The sending ward takes it back: the record may be edited again."""
    transfer = get_object_or_404(Transfer.objects.sent_by(request.user), pk=outgoing_id)
    try:
        actions.withdraw_transfer(transfer=transfer, by=request.user, at=clock.now())
    except actions.Decided as decided:
        messages.warning(request, decided_words(decided.transfer))
    else:
        record_decision(request, transfer, "withdraw_transfer", ward_id=transfer.from_ward_id)
        messages.success(request, _("Đã rút lại, hồ sơ sửa được như trước."))
    return redirect("wards:transfer-list")


@ability_required(Ability.EDIT_PEOPLE)
def transfer_accept(request: OfficialRequest, incoming_id: UUID) -> HttpResponse:
    """Where in the receiving ward they come to live; what is shown of them is what was sent, and no more."""
    transfer = _incoming(request, incoming_id)
    if not transfer.is_open:
        return _told(request, transfer)
    form = _accept_form(request, transfer)
    searching = request.method == "POST" and "search" in request.POST
    if request.method == "POST" and not searching and form.is_valid():
        try:
            accepted = _accepted(request, transfer, form)
        except actions.Decided as decided:
            return _told(request, decided.transfer)
        except actions.Spent as spent:
            form.add_error(None, _("Trang này đã dùng để thêm hộ {address}.").format(address=spent.made))
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            return _answer(request, accepted)
    if searching:
        form.is_valid()
        form.errors.clear()
    return _accept_page(request, transfer, form, ReturnForm(), searching=searching)


@require_POST
@ability_required(Ability.EDIT_PEOPLE)
def transfer_return(request: OfficialRequest, incoming_id: UUID) -> HttpResponse:
    """Not accepted, with a reason that the sending ward reads."""
    transfer = _incoming(request, incoming_id)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        if not transfer.is_open:
            return _told(request, transfer)
        return _accept_page(request, transfer, _accept_form(request, transfer, is_bound=False), form)
    try:
        actions.return_transfer(
            transfer=transfer, reason=form.cleaned_data["reason"], by=request.user, at=clock.now()
        )
    except actions.Decided as decided:
        return _told(request, decided.transfer)
    record_decision(request, transfer, "return_transfer", ward_id=transfer.to_ward_id)
    words = _("Đã trả lại {ward}. Phường đó đọc được lý do và xử lý tiếp.")
    messages.success(request, words.format(ward=transfer.from_ward.full_name))
    return redirect("wards:transfer-list")


# ---------------------------------------------------------------- parts


def _incoming(request: OfficialRequest, incoming_id: UUID) -> Transfer:
    if not receives_for(request.user):  # a survey team of one neighbourhood: whatever the id
        raise PermissionDenied("Who works in a single neighbourhood does not receive for the ward.")
    shown = Transfer.objects.coming_to(request.user).select_related("from_ward", "to_ward", "decided_by")
    return get_object_or_404(shown.prefetch_related("people"), pk=incoming_id)


def _accept_form(request: OfficialRequest, transfer: Transfer, *, is_bound: bool = True):
    data = request.POST if is_bound and request.method == "POST" else None
    if transfer.is_whole_household:
        return AcceptHouseholdForm(data, user=request.user, transfer=transfer)
    return AcceptPersonForm(data, user=request.user, homes=_homes(request, transfer), transfer=transfer)


def _homes(request: OfficialRequest, transfer: Transfer):
    there = Household.objects.visible_to(request.user).filter(ward=transfer.to_ward_id)
    return homes_asked(request, there)


def _accepted(request: OfficialRequest, transfer: Transfer, form) -> Transfer:
    by, on, at, cleaned = request.user, clock.today(), clock.now(), form.cleaned_data
    with transaction.atomic():  # a new home is made only if the person comes to live in it
        if transfer.is_whole_household:
            _ward, neighbourhood = cleaned["place"]
            return actions.accept_household(
                transfer=transfer, neighbourhood=neighbourhood, by=by, on=on, at=at, **form.address()
            )
        home = cleaned.get("household")
        if cleaned["where"] == form.NEW:
            ward, neighbourhood = cleaned["place"]
            home = actions.add_household(
                ward=ward, neighbourhood=neighbourhood, by=by, id=cleaned["form_id"], **form.address()
            )
        return actions.accept_person(transfer=transfer, household=home, by=by, on=on, at=at)


def _accept_page(request: OfficialRequest, transfer: Transfer, form, return_form, *, searching=False):
    people = transfers.told(transfer)
    for person in people:
        record_access(
            request,
            AccessEvent.Action.VIEW,
            "transfer",
            object_id=person.resident_id,
            ward_id=transfer.to_ward_id,
        )
    context: dict[str, Any] = {
        "transfer": transfer,
        "people": people,
        "form": form,
        "return_form": return_form,
        "searching": searching,
    }
    if not transfer.is_whole_household:
        context |= offered_homes(request, _homes(request, transfer))
    status = 422 if form.errors or return_form.errors else 200
    response = render(request, "wards/transfer_accept.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _answer(request: OfficialRequest, transfer: Transfer) -> HttpResponse:
    if transfer.state != State.ACCEPTED:
        return _told(request, transfer)
    record_decision(request, transfer, "accept_transfer", ward_id=transfer.to_ward_id)
    messages.success(request, _("Đã tiếp nhận {what}.").format(what=what_is_sent(transfer)))
    person = transfer.people.select_related("resident")[0]
    return redirect("wards:household-detail", person.resident.household_id)


def _told(request: OfficialRequest, transfer: Transfer) -> HttpResponse:
    messages.warning(request, decided_words(transfer))
    return redirect("wards:transfer-list")


def decided_words(transfer: Transfer) -> str:
    """To somebody who comes second: what was decided, by whom and when; or why there is nothing left to decide."""
    when = date_format(localtime(transfer.decided_at), "H:i d/m/Y") if transfer.decided_at else ""
    if transfer.state == State.CLOSED:
        words = _("Không còn gì để tiếp nhận: {because}. Không có gì thay đổi.")
        return words.format(because=transfer.get_closed_because_display())
    words = {
        State.ACCEPTED: _("{who} đã tiếp nhận trước, lúc {when}."),
        State.RETURNED: _("{who} đã trả lại trước, lúc {when}."),
        State.WITHDRAWN: _("Phường gửi đã rút lại lúc {when}."),
    }[State(transfer.state)]
    return words.format(who=transfer.decided_by, when=when)
