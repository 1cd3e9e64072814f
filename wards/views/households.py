"""Homes at the desk: the walk through a neighbourhood, one home with its people, adding, correcting, moving."""

import uuid
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from lib import clock
from wards import actions
from wards.access import ability_required, can
from wards.audit import record_access, record_unexpected
from wards.forms.fields import place_key
from wards.forms.households import OTHER_WARD, HouseholdForm, HouseholdMoveForm
from wards.models import AccessEvent, Household, Resident
from wards.roles import Ability
from wards.views.moves import current_offer, offer_for_household
from wards.views.official import OfficialRequest
from wards.views.people import members
from wards.views.sending import notice_of, sending
from wards.views.stale import made_before, reconcile

EDITED = ("house_number", "street", "address_text", "dwelling", "walking_position")


@ability_required(Ability.SEE_PEOPLE)
def household_detail(request: OfficialRequest, household_id: UUID) -> HttpResponse:
    household = _visible(request, household_id)
    people = members(
        request.user, Resident.objects.visible_to(request.user).filter(household=household), on=clock.today()
    )
    record_access(
        request,
        AccessEvent.Action.VIEW,
        "household",
        object_id=household.pk,
        ward_id=household.ward_id,
        row_count=len(people),
    )
    context = {
        "household": household,
        "people": people,
        "undo": current_offer(request),
        "may_edit": can(request.user, Ability.EDIT_PEOPLE),
        "sees_health": can(request.user, Ability.SEE_HEALTH),
        "notice": notice_of(household, request.user),
    }
    return render(request, "wards/household_detail.html", context)


@ability_required(Ability.EDIT_PEOPLE)
def household_add(request: OfficialRequest) -> HttpResponse:
    form = HouseholdForm(request.POST or None, user=request.user, initial=_place_asked(request))
    record_unexpected(request, form.known_names)
    if request.method == "POST" and form.is_valid():
        ward, neighbourhood = form.cleaned_data["place"]
        is_again = made_before(Household, form.cleaned_data["form_id"])
        try:
            household = actions.add_household(
                ward=ward,
                neighbourhood=neighbourhood,
                by=request.user,
                id=form.cleaned_data["form_id"],
                dwelling=form.cleaned_data["dwelling"],
                walking_position=form.cleaned_data["walking_position"],
                **form.address(),
            )
        except actions.Spent as spent:
            return _spent(request, form, spent)
        words = (
            _("Hộ {address}, mã hộ {code}, đã ghi rồi, không thêm lần nữa.")
            if is_again
            else _("Đã thêm hộ {address}, mã hộ {code}.")
        )
        messages.success(request, words.format(address=household, code=household.code))
        return redirect("wards:household-detail", household.pk)
    return render(request, "wards/household_form.html", {"form": form})


@ability_required(Ability.EDIT_PEOPLE)
def household_edit(request: OfficialRequest, household_id: UUID) -> HttpResponse:
    household = _visible(request, household_id)
    form = HouseholdForm(request.POST or None, user=request.user, household=household)
    record_unexpected(request, form.known_names, object_id=household.pk)
    context: dict[str, Any] = {"household": household, "notice": notice_of(household, request.user)}
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in EDITED}
        try:
            actions.update_household(
                household=household, by=request.user, version=form.cleaned_data["version"] or 0, **values
            )
        except actions.Stale as stale:
            found = reconcile(form, stale.current, request.POST, names=EDITED, values_of=initial_of_row)
            form = HouseholdForm(found.data, user=request.user, household=_visible(request, household_id))
            context |= {"stale": found}
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            messages.success(request, _("Đã lưu hộ {address}.").format(address=household))
            return redirect("wards:household-detail", household.pk)
    else:
        record_access(
            request, AccessEvent.Action.VIEW, "household", object_id=household.pk, ward_id=household.ward_id
        )
    return render(request, "wards/household_form.html", context | {"form": form})


@ability_required(Ability.EDIT_PEOPLE)
def household_move(request: OfficialRequest, household_id: UUID) -> HttpResponse:
    household = _visible(request, household_id)
    send, answer = sending(request, household)
    if answer is not None:
        return answer
    form = HouseholdMoveForm(request.POST or None, user=request.user, household=household)
    if send.is_bound:
        form = HouseholdMoveForm(user=request.user, household=household)
        form.initial["where"] = OTHER_WARD
    elif request.method == "POST" and form.is_valid():
        ward, neighbourhood = form.cleaned_data["place"]
        came_from = household.ward, household.neighbourhood
        try:
            if ward is None:
                raise ValidationError(outside_words())
            moved = actions.move_household(
                household=household,
                ward=ward,
                neighbourhood=neighbourhood,
                by=request.user,
                on=clock.today(),
                version=form.cleaned_data["version"],
            )
        except ValidationError as problem:
            form.add_error("place", problem)
        except actions.Stale:
            form = HouseholdMoveForm(user=request.user, household=_visible(request, household_id))
            messages.warning(request, _("Có người vừa sửa hộ này. Xem lại rồi bấm Chuyển lần nữa."))
        else:
            offer_for_household(request, moved, *came_from)
            return redirect("wards:household-detail", moved.pk)
    context = {"form": form, "household": household, "send": send}
    context |= {"notice": notice_of(household, request.user)}
    return render(request, "wards/household_move.html", context)


def outside_words() -> str:
    """What to do when somebody moves where the user does not work."""
    return _(
        "Phường khác ngoài địa bàn được giao: chọn “Chuyển sang phường khác” để phường đó tiếp nhận."
        " Người rời hẳn thành phố thì mở hồ sơ, chọn “Đã chuyển đi”. Chưa có gì thay đổi."
    )


def in_walking_order(households: QuerySet[Household], after: str) -> QuerySet[Household]:
    """Keyset paging without anything personal in the address: `after` is the id of the last home of the page before."""
    order = ("walking_position", "number_sort_key", "id")
    try:
        last = households.filter(pk=UUID(after)).values_list(*order).first() if after else None
    except ValueError:
        last = None
    if last is not None:
        position, number, pk = last
        households = households.filter(
            Q(walking_position__gt=position)
            | Q(walking_position=position, number_sort_key__gt=number)
            | Q(walking_position=position, number_sort_key=number, pk__gt=pk)
        )
    return households.order_by(*map(F, order))


def initial_of_row(row) -> dict:
    return {name: getattr(row, name) for name in EDITED}


def _visible(request: OfficialRequest, household_id: UUID) -> Household:
    households = Household.objects.visible_to(request.user).select_related("ward", "neighbourhood")
    return get_object_or_404(households, pk=household_id)


def _place_asked(request: OfficialRequest) -> dict:
    ward, neighbourhood = request.GET.get("ward", ""), request.GET.get("neighbourhood", "")
    if neighbourhood.isdecimal() and int(neighbourhood):
        return {"place": place_key(0, int(neighbourhood))}
    return {"place": place_key(int(ward), None)} if ward.isdecimal() else {}


def _spent(request: OfficialRequest, form: HouseholdForm, spent: actions.Spent) -> HttpResponse:
    """The form was used before with another address: keep what is typed, under a new id, and say so."""
    data = request.POST.copy()
    data["form_id"] = str(uuid.uuid4())
    form = HouseholdForm(data, user=request.user)
    form.is_valid()
    form.add_error(
        None,
        _("Trang này đã dùng để thêm hộ {address}. Nếu đây là một hộ khác, bấm Lưu lần nữa.").format(
            address=spent.made
        ),
    )
    return render(request, "wards/household_form.html", {"form": form})
