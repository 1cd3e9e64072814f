"""People at the desk: the list by the walk, the search box, adding, correcting, moving."""

import uuid
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, F, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lib import clock
from lib.htmx import render_page
from wards import actions, search
from wards.access import ability_required, can, scope_of, wards_of
from wards.audit import record_access, record_unexpected
from wards.forms.households import OTHER_WARD, ResidentMoveForm
from wards.forms.residents import KEPT_BY_ROW, ResidentForm, values_of
from wards.models import AccessEvent, AdministrativeUnit, Household, Neighbourhood, Resident
from wards.roles import Ability
from wards.search_rate import searches_left
from wards.views.households import in_walking_order, outside_words
from wards.views.moves import current_offer, offer_for_resident
from wards.views.official import OfficialRequest
from wards.views.people import Line, members
from wards.views.sending import notice_of, sending
from wards.views.stale import made_before, reconcile

HOMES_ON_A_PAGE = 30
FOUND_ON_A_PAGE = 50
HOMES_OFFERED = 12


# ---------------------------------------------------------------- looking


@ability_required(Ability.SEE_PEOPLE)
def resident_list(request: OfficialRequest) -> HttpResponse:
    """Homes and people by the walk through one neighbourhood; without one chosen, how many live in each."""
    wards = list(wards_of(request.user).order_by("search_key"))
    ward = _chosen_ward(request, wards)
    places = _places(request, ward) if ward else []
    place = _chosen_place(request, places)
    context = {
        "wards": wards,
        "ward": ward,
        "places": places,
        "place": place,
        "undo": current_offer(request),
        "may_edit": can(request.user, Ability.EDIT_PEOPLE),
        "may_import": can(request.user, Ability.IMPORT_FILES),
        "sees_health": can(request.user, Ability.SEE_HEALTH),
    }
    if ward and place:
        context |= _walk(request, ward, place)
    return render_page(request, "wards/resident_list.html", context, fragment="wards/_resident_homes.html")


@ability_required(Ability.SEE_PEOPLE)
def resident_search(request: OfficialRequest) -> HttpResponse:
    """Answers to the search box. By POST alone: nothing that was searched for stands in an address or a log."""
    if request.method != "POST":
        return redirect("wards:resident-list")
    text = request.POST.get("q", "").strip()[: search.LONGEST]
    asked = search.asked(text)
    lines: list[Line] = []
    more = False
    if not searches_left(request.user, clock.real_now()):
        return render(request, "429.html", status=429)
    if asked is not None:
        found = _found(request, asked)
        more, found = len(found) > FOUND_ON_A_PAGE, found[:FOUND_ON_A_PAGE]
        lines = _lines_in_order(request, found)
        record_access(
            request,
            AccessEvent.Action.SEARCH,
            "resident",
            row_count=len(lines),
            detail={"kind": asked.kind.value},
        )
    context = {"q": text, "asked": asked, "lines": lines, "more": more, "limit": FOUND_ON_A_PAGE}
    context |= {"may_edit": can(request.user, Ability.EDIT_PEOPLE)}
    return render_page(request, "wards/resident_found.html", context, fragment="wards/_resident_found.html")


@require_POST
@ability_required(Ability.EDIT_PEOPLE)
def resident_duplicates(request: OfficialRequest, household_id: UUID) -> HttpResponse:
    """While typing: who may be the same person, and how the birth date was understood. Nothing is saved."""
    household = _home(request, household_id)
    form = ResidentForm(request.POST, user=request.user, on=clock.today(), household=household)
    form.is_valid()
    record_candidates(request, form)
    context = {"form": form, "household": household, "is_live": True}
    return render(request, "wards/_resident_duplicates.html", context)


# ---------------------------------------------------------------- writing


@ability_required(Ability.EDIT_PEOPLE)
def resident_add(request: OfficialRequest, household_id: UUID) -> HttpResponse:
    household = _home(request, household_id)
    on = clock.today()
    form = ResidentForm(request.POST or None, user=request.user, on=on, household=household)
    record_unexpected(request, form.known_names, object_id=household.pk)
    if request.method == "POST" and form.is_valid():
        is_again = made_before(Resident, form.cleaned_data["form_id"])
        try:
            resident = actions.add_resident(
                household=household,
                by=request.user,
                on=on,
                id=form.cleaned_data["form_id"],
                **form.verb_values(),
            )
        except actions.NumberTaken as clash:
            form.number_taken(clash)
        except actions.Spent as spent:
            form = _with_a_new_id(request, household, spent)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            words = _("{name} đã ghi rồi, không thêm lần nữa.") if is_again else _("Đã thêm {name}.")
            messages.success(request, _saved(form, words.format(name=resident.full_name)))
            return redirect("wards:household-detail", household.pk)
    record_candidates(request, form)
    return render(request, "wards/resident_form.html", {"form": form, "household": household})


@ability_required(Ability.EDIT_PEOPLE)
def resident_edit(request: OfficialRequest, resident_id: UUID) -> HttpResponse:
    resident = _person(request, resident_id)
    on = clock.today()
    form = _edit_form(request, resident, request.POST or None)
    context: dict[str, Any] = {"resident": resident, "household": resident.household}
    context |= {"notice": notice_of(resident, request.user)}
    record_unexpected(request, form.known_names, object_id=resident.pk)
    if request.method == "POST" and form.is_valid():
        try:
            actions.update_resident(
                resident=resident,
                by=request.user,
                on=on,
                version=form.cleaned_data["version"] or 0,
                confirmed=form.cleaned_data["confirm_left"],
                withdrawn=form.cleaned_data["withdrawn"],
                **form.verb_values(),
            )
        except actions.Stale as stale:
            found = reconcile(form, stale.current, request.POST, names=KEPT_BY_ROW, values_of=values_of)
            form = _edit_form(request, _person(request, resident_id), found.data)
            context |= {"stale": found}
        except actions.NumberTaken as clash:
            form.number_taken(clash)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            messages.success(
                request, _saved(form, _("Đã lưu hồ sơ {name}.").format(name=form.cleaned_data["name"]))
            )
            return redirect("wards:household-detail", resident.household_id)
    else:
        record_access(
            request, AccessEvent.Action.VIEW, "resident", object_id=resident.pk, ward_id=resident.ward_id
        )
    record_candidates(request, form)
    return render(request, "wards/resident_form.html", context | {"form": form})


@ability_required(Ability.EDIT_PEOPLE)
def resident_move(request: OfficialRequest, resident_id: UUID) -> HttpResponse:
    """To another home on record, found by its code or address, or to a new one."""
    resident = _person(request, resident_id)
    homes = homes_asked(request, Household.objects.visible_to(request.user).exclude(pk=resident.household_id))
    send, answer = sending(request, resident)
    if answer is not None:
        return answer
    form = ResidentMoveForm(request.POST or None, user=request.user, homes=homes, version=resident.version)
    searching = request.method == "POST" and "search" in request.POST
    if send.is_bound:
        form = ResidentMoveForm(None, user=request.user, homes=homes, version=resident.version)
        form.initial["where"] = OTHER_WARD
    elif request.method == "POST" and not searching and form.is_valid():
        came_from = resident.household
        try:
            moved = _moved(request, resident, form)
        except ValidationError as problem:
            form.add_error("place", problem)
        except actions.Spent as spent:
            form.add_error(None, _("Trang này đã dùng để thêm hộ {address}.").format(address=spent.made))
        except actions.Stale:
            messages.warning(request, _("Có người vừa sửa hồ sơ này. Xem lại rồi chuyển lần nữa."))
            return redirect("wards:resident-move", resident.pk)
        else:
            offer_for_resident(request, moved, came_from)
            return redirect("wards:household-detail", moved.household_id)
    if searching:
        form.is_valid()
        form.errors.clear()
    context = {"form": form, "resident": resident, "household": resident.household, "searching": searching}
    context |= offered_homes(request, homes) | {"send": send, "notice": notice_of(resident, request.user)}
    return render(request, "wards/resident_move.html", context)


def _moved(request: OfficialRequest, resident: Resident, form: ResidentMoveForm) -> Resident:
    by, on, cleaned = request.user, clock.today(), form.cleaned_data
    if cleaned["where"] == form.EXISTING:
        home = cleaned["household"]
    else:
        ward, neighbourhood = cleaned["place"]
        if ward is None:
            raise ValidationError(outside_words())
        home = actions.add_household(
            ward=ward, neighbourhood=neighbourhood, by=by, id=cleaned["form_id"], **form.address()
        )
    return actions.move_resident(resident=resident, household=home, by=by, on=on, version=cleaned["version"])


# ---------------------------------------------------------------- parts


def _person(request: OfficialRequest, resident_id: UUID) -> Resident:
    people = Resident.objects.visible_to(request.user)
    return get_object_or_404(
        people.select_related("household__ward", "household__neighbourhood"), pk=resident_id
    )


def _home(request: OfficialRequest, household_id: UUID) -> Household:
    homes = Household.objects.visible_to(request.user).select_related("ward", "neighbourhood")
    return get_object_or_404(homes, pk=household_id)


def _chosen_ward(request: OfficialRequest, wards: list[AdministrativeUnit]) -> AdministrativeUnit | None:
    asked = request.GET.get("ward", "")
    return next((ward for ward in wards if str(ward.pk) == asked), wards[0] if len(wards) == 1 else None)


def _places(request: OfficialRequest, ward: AdministrativeUnit) -> list[dict]:
    """The neighbourhoods of the ward inside the user's area, in walking order, with how many homes and people."""
    homes = Household.objects.visible_to(request.user).filter(ward=ward)
    people = Resident.objects.visible_to(request.user).filter(ward=ward).residing()
    home_counts = dict(homes.order_by().values_list("neighbourhood").annotate(n=Count("pk")))
    people_counts = dict(people.order_by().values_list("household__neighbourhood").annotate(n=Count("pk")))
    found = Neighbourhood.objects.filter(scope_of(request.user).q(neighbourhood="pk"), ward=ward)
    places = [
        {
            "id": place.pk,
            "name": str(place),
            "homes": home_counts.get(place.pk, 0),
            "people": people_counts.get(place.pk, 0),
        }
        for place in found.order_by("walking_order", "name")
    ]
    if home_counts.get(None):
        places.append({"id": 0, "name": "", "homes": home_counts[None], "people": people_counts.get(None, 0)})
    return places


def _chosen_place(request: OfficialRequest, places: list[dict]) -> dict | None:
    asked = request.GET.get("neighbourhood", "")
    return next(
        (place for place in places if str(place["id"]) == asked), places[0] if len(places) == 1 else None
    )


def _walk(request: OfficialRequest, ward: AdministrativeUnit, place: dict) -> dict:
    homes = Household.objects.visible_to(request.user).filter(ward=ward, neighbourhood=place["id"] or None)
    page = list(in_walking_order(homes, request.GET.get("after", ""))[: HOMES_ON_A_PAGE + 1])
    page, more = page[:HOMES_ON_A_PAGE], len(page) > HOMES_ON_A_PAGE
    people = members(
        request.user, Resident.objects.visible_to(request.user).filter(household__in=page), on=clock.today()
    )
    record_access(
        request,
        AccessEvent.Action.LIST,
        "household",
        ward_id=ward.pk,
        row_count=len(people),
        detail={"neighbourhood": place["id"]},
    )
    by_home: dict = {}
    for line in people:
        by_home.setdefault(line.resident.household_id, []).append(line)
    return {
        "homes": [(home, by_home.get(home.pk, [])) for home in page],
        "next": page[-1].pk if more else None,
        "is_continued": bool(request.GET.get("after")),
    }


def _found(request: OfficialRequest, asked: search.Asked) -> list[Resident]:
    found = (
        Resident.objects.visible_to(request.user)
        .filter(asked.q)
        .select_related("household__neighbourhood", "household__ward")
        .annotate(nearness=asked.nearness)
        .order_by("nearness", F("sort_key"), "pk")
    )
    return list(found[: FOUND_ON_A_PAGE + 1])


def _lines_in_order(request: OfficialRequest, found: list[Resident]) -> list[Line]:
    order = {resident.pk: at for at, resident in enumerate(found)}
    people = (
        Resident.objects.visible_to(request.user)
        .filter(pk__in=order)
        .select_related("household__neighbourhood", "household__ward")
    )
    return sorted(members(request.user, people, on=clock.today()), key=lambda line: order[line.resident.pk])


def homes_asked(request: OfficialRequest, homes: QuerySet[Household]) -> QuerySet[Household]:
    """Those of the homes that the form's search asks for, with who lives there; none before something is searched for."""
    asked = search.homes(request.POST.get("find", ""))
    if asked is None:
        return homes.none()
    found = homes.filter(asked).order_by("ward", "number_sort_key", "pk").values("pk")[:HOMES_OFFERED]
    people = Prefetch("residents", Resident.objects.residing().order_by("birth_year", "sort_key"))
    return homes.filter(pk__in=found).select_related("neighbourhood", "ward").prefetch_related(people)


def offered_homes(request: OfficialRequest, homes: QuerySet[Household]) -> dict[str, Any]:
    """The homes to choose from, for the page; the names shown with them are noted as a search."""
    offered = list(homes)
    if offered:
        people = sum(len(home.residents.all()) for home in offered)
        record_access(
            request, AccessEvent.Action.SEARCH, "household", row_count=people, detail={"kind": "homes"}
        )
    return {"offered": offered, "is_cut": len(offered) == HOMES_OFFERED, "limit": HOMES_OFFERED}


def _edit_form(request: OfficialRequest, resident: Resident, data: QueryDict | None) -> ResidentForm:
    return ResidentForm(
        data, user=request.user, on=clock.today(), household=resident.household, resident=resident
    )


def _with_a_new_id(request: OfficialRequest, household: Household, spent: actions.Spent) -> ResidentForm:
    """The form was used before for another person: keep what is typed, under a new id, and say so."""
    data = request.POST.copy()
    data["form_id"] = str(uuid.uuid4())
    form = ResidentForm(data, user=request.user, on=clock.today(), household=household)
    form.is_valid()
    words = _("Trang này đã dùng để thêm {name}. Nếu đây là một người khác, bấm Lưu lần nữa.")
    form.add_error(None, words.format(name=spent.made))
    return form


def record_candidates(request: HttpRequest, form: ResidentForm) -> None:
    """Who was shown as perhaps the same; and a number held out of sight, for the health centre to look into."""
    shown = len(form.candidates) + (1 if form.clash and form.clash.resident else 0)
    if shown:
        record_access(
            request, AccessEvent.Action.SEARCH, "resident", row_count=shown, detail={"kind": "duplicates"}
        )
    if form.clash and form.clash.resident is None and form.clash.holder:
        holder, ward = form.clash.holder
        record_access(
            request, AccessEvent.Action.SEARCH, "number_clash", object_id=holder, ward_id=ward, row_count=0
        )


def _saved(form: ResidentForm, words: str) -> str:
    """What was saved, how the birth date was understood, and what to check at leisure."""
    return " ".join([words, f"{form.born_in_words}.", *form.warnings])
