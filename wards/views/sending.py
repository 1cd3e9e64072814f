"""Sending a person or a home to another ward from the page where they are moved, and what their pages say while it waits."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from lib import clock
from wards import actions, transfers
from wards.actions.waiting import what_is_sent
from wards.audit import record_access
from wards.forms.households import OTHER_WARD
from wards.forms.transfers import SendForm
from wards.models import AccessEvent, Household, Resident, Transfer, User
from wards.views.official import OfficialRequest


def sending(request: OfficialRequest, what: Resident | Household) -> tuple[SendForm, HttpResponse | None]:
    """The part of a move's form that sends to another ward, and the answer once it was sent.

    The form is bound only if that part was answered.
    """
    chosen = request.method == "POST" and request.POST.get("where") == OTHER_WARD
    on = clock.today()
    form = SendForm(request.POST if chosen else None, leaving=what.ward_id, version=what.version, on=on)
    if not chosen or not form.is_valid():
        return form, None
    try:
        sent = actions.propose_transfer(
            what=what,
            to_ward=form.cleaned_data["to_ward"],
            address=form.cleaned_data["new_address"],
            note=form.cleaned_data["transfer_note"],
            version=form.cleaned_data["version"],
            by=request.user,
            on=on,
            at=clock.now(),
        )
    except ValidationError as problem:
        form.add_error(None, problem)
        return form, None
    except actions.Stale:
        messages.warning(request, _("Có người vừa sửa hồ sơ này. Xem lại rồi chuyển lần nữa."))
        return form, redirect(request.path)
    record_decision(request, sent, "propose_transfer", ward_id=sent.from_ward_id)
    messages.success(
        request,
        _(
            "Đã gửi {ward} đề nghị tiếp nhận {what}. Hồ sơ vẫn ở phường này cho đến khi được tiếp nhận."
        ).format(ward=sent.to_ward.full_name, what=what_is_sent(sent)),
    )
    home = what.pk if isinstance(what, Household) else what.household_id
    return form, redirect("wards:household-detail", home)


def notice_of(what: Resident | Household, user: User) -> transfers.Notice | None:
    """`transfers.notice_of` now."""
    return transfers.notice_of(what, user, clock.now())


def record_decision(request: OfficialRequest, transfer: Transfer, verb: str, *, ward_id: int) -> None:
    """Note what was decided about each person of a transfer, in the log of the ward that decided."""
    for person in transfers.told(transfer):
        record_access(
            request,
            AccessEvent.Action.CHANGE,
            "transfer",
            object_id=person.resident_id,
            ward_id=ward_id,
            detail={"verb": verb, "transfer": str(transfer.pk)},
        )
