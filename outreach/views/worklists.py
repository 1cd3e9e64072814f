"""The list "Chưa tiêm, chưa đủ mũi": page and fragment, and the search. The ways out of it: `outreach.views.exports`."""

from collections.abc import Mapping

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lib import clock
from lib.htmx import render_page
from outreach import exports, list_columns, list_page, said, saved_filters, search, survey
from outreach.filters import ALL_WARDS, CONTRAINDICATED, GROUPS, NOT_SURVEYED, WAITING
from outreach.list_page import address
from outreach.saved_filters import Kept
from outreach.worklists import MANY, UNVACCINATED, Figures, Selection
from vaccination import forecasts, labels
from vaccination.states import State
from wards import audit
from wards.access import ability_required, can
from wards.models import AccessEvent, AdministrativeUnit
from wards.roles import Ability
from wards.views.official import OfficialRequest

Action = AccessEvent.Action
MOST_PICKED = 1_000  # far more than a page has; few enough to be handed out at once
CHIPS = 12  # saved filters above the list; all of them stand on their own page


@ability_required(Ability.SEE_HEALTH)
@require_http_methods(["GET", "HEAD", "POST"])
def worklist(request: OfficialRequest) -> HttpResponse:
    """The list; many wards open on counts without names. A search is a POST, so that no name stands in an address."""
    behind = forecasts.catch_up(clock.today())
    kept = saved_filters.of(request.user)
    selection, opened = _opened(request, kept)
    context = frame(selection, request) | {
        "behind": behind,
        "opened": opened,
        "chips": _chips(selection, kept),
    }
    if request.method == "POST" and request.POST.get("q", "").strip():
        context |= _search(request, selection)
    elif selection.filters.is_valid() and _opens_on_counts(selection):
        context["wards"] = ward_table(selection)
    else:
        context |= _page(request, selection, picks=context["can_take_out"])
    status = 200 if selection.filters.is_valid() else 400
    response = render_page(
        request, "outreach/worklist.html", context, fragment="outreach/_worklist.html", status=status
    )
    response["Cache-Control"] = "no-store"
    return response


def selection_of(request: OfficialRequest) -> Selection:
    """The list under the filters of the address."""
    picked = request.POST.getlist("pick")[:MOST_PICKED]
    return UNVACCINATED.select(request.user, request.GET, clock.today(), picked=picked)


def _opened(request: OfficialRequest, kept: list[Kept]) -> tuple[Selection, saved_filters.Opened | None]:
    """The list, also under a saved filter that the address names, or under the reader's own default where it says nothing."""
    selection = selection_of(request)
    if "saved" in request.GET:
        saved = next((one for one in kept if str(one.pk) == request.GET["saved"]), None)
    elif not request.META.get("QUERY_STRING"):
        saved = next((one for one in kept if one.is_default and one.owner_id == request.user.pk), None)
    else:
        saved = None
    if saved is None:
        return selection, None
    opened = saved_filters.opened(saved, selection.filters)
    return UNVACCINATED.select(request.user, opened.choices, selection.on), opened


def _chips(selection: Selection, kept: list[Kept]) -> str:
    """The saved filters as links, a colleague's with the colleague's name."""
    chosen, mine = selection.filters.chosen, selection.user.pk
    chips = []
    for saved in kept[:CHIPS]:
        words = saved.name if saved.owner_id == mine else f"{saved.name} · {saved.owner_name}"
        chips.append((f"?saved={saved.pk}", words, None, bool(chosen) and saved.choices == chosen))
    return list_page.links(chips)


def _opens_on_counts(selection: Selection) -> bool:
    return len(selection.filters.wards_by_code) != 1 and not selection.filters.is_narrowed


def frame(selection: Selection, request: OfficialRequest) -> dict:
    """What stands around the rows whatever they are."""
    filters = selection.filters
    return {
        "filters": filters,
        "filter_fields": list_page.filter_fields(filters),
        "place": exports.place_of(selection),
        "query": address(filters.chosen),
        "chosen": filters.chosen,
        "can_take_out": can(request.user, Ability.EXPORT_LISTS) or can(request.user, Ability.PRINT_LISTS),
        "can_import": can(request.user, Ability.IMPORT_FILES),
        "can_export": can(request.user, Ability.EXPORT_LISTS),
        "can_print": can(request.user, Ability.PRINT_LISTS),
    }


# ---------------------------------------------------------------- rows


def _page(request: OfficialRequest, selection: Selection, *, picks: bool) -> dict:
    chosen = selection.filters.chosen
    counts = selection.group_counts
    total = counts[chosen.get("group") or "total"]
    found = selection.page(
        after=request.GET.get("after", ""), before=request.GET.get("before", ""), many=total > MANY
    )
    record_look(request, selection, Action.LIST, len(found.rows))
    own = list_columns.own(request.user)
    return {
        "rows": found.rows,
        "table": list_page.table(
            found.rows, chosen, own or list_columns.usual(request.user), own=bool(own), with_ward=selection.filters.one_ward is None, picks=picks,
        ),
        "column_choices": list_page.column_choices(list_columns.offered(request.user), own),
        "next": address(chosen, after=found.next) if found.next else "",
        "previous": address(chosen, before=found.previous) if found.previous else "",
        "total": total,
        "tabs": _tabs(chosen, counts, selection.waits),
        "states": _states(chosen, selection.state_counts),
        "denominator": selection.denominator,
        "unsurveyed": selection.denominator["not surveyed"],
        "after": request.GET.get("after", ""),
        "before": request.GET.get("before", ""),
        "source": exports.source_line(selection, clock.now()),
        "unsurveyed_address": address(_places(chosen), group=NOT_SURVEYED),
    }  # fmt: skip


def _places(chosen: Mapping[str, str]) -> dict[str, str]:
    return {
        name: chosen[name] for name in ("ward", "neighbourhood", "population", "residence") if name in chosen
    }


def _tabs(chosen: Mapping[str, str], counts: Mapping[str, int], waits: bool) -> str:
    tabs = [("", _("Tất cả"), counts["total"])]
    language = get_language()
    tabs += [(group, said.text(label, language), counts[group]) for group, label in GROUPS.items()]
    tabs.append((CONTRAINDICATED, _("Chống chỉ định"), counts[CONTRAINDICATED]))
    tabs.append((NOT_SURVEYED, said.text(survey.NOT_SURVEYED, language), counts[NOT_SURVEYED]))
    if waits:
        tabs.append((WAITING, said.text(labels.WAITING, language), counts[WAITING]))
    now = chosen.get("group", "")
    return list_page.links(
        (address(chosen, group=group), label, count, now == group) for group, label, count in tabs
    )


def _states(chosen: Mapping[str, str], counts: Mapping[State, int]) -> str:
    """Every state within the filters, with its number, also where it is 0; the one chosen leads back to all."""
    now, language = chosen.get("state", ""), get_language()
    return list_page.links(
        (
            address(chosen, state="" if now == state.lower() else state.lower()),
            said.text(labels.STATES[state], language),
            count,
            now == state.lower(),
        )
        for state, count in counts.items()
    )


def ward_table(figures: Figures, *, opens: bool = True) -> dict:
    """Counts per ward and group, each the address of the named list behind it for those who may open it."""
    chosen = figures.filters.chosen
    columns = ["total", *GROUPS, CONTRAINDICATED, NOT_SURVEYED, *([WAITING] if figures.waits else [])]
    page = reverse("outreach:worklist")

    def cell(count: int, **changes: str) -> tuple[int, str]:
        return count, page + address(chosen, **changes) if opens and count else ""

    def line(code: str, label: str, counts: Mapping[str, int]) -> dict:
        cells = [cell(counts[name], ward=code, group="" if name == "total" else name) for name in columns]
        return {"label": label, "href": page + address(chosen, ward=code) if opens else "", "cells": cells}

    table = figures.ward_counts()
    sums = {name: sum(counts[name] for _code, _unit, counts in table) for name in columns}
    return {
        "heads": [
            _("Tổng số"),
            *GROUPS.values(),
            _("Chống chỉ định"),
            survey.NOT_SURVEYED,
            *([labels.WAITING] if figures.waits else []),
        ],
        "lines": [line(code, unit.full_name, counts) for code, unit, counts in table],
        "sum": line(ALL_WARDS, _("Tất cả phường, xã"), sums) if len(table) > 1 else None,
    }


# ---------------------------------------------------------------- search


def _search(request: OfficialRequest, selection: Selection) -> dict:
    text = request.POST.get("q", "")
    if not search.searches_left(request.user, clock.real_now()):
        return {"too_many_searches": True}
    answer = search.find(text, selection)
    record_look(request, selection, Action.SEARCH, len(answer.matches), detail={"kind": answer.kind})
    return {"answer": answer, "can_add": can(request.user, Ability.EDIT_PEOPLE)}


def record_look(
    request: OfficialRequest, selection: Selection, action: str, rows: int, detail: dict | None = None
) -> None:
    ward: AdministrativeUnit | None = selection.filters.one_ward
    seen = {"list": selection.worklist.name, "filters": selection.filters.chosen, **(detail or {})}
    audit.record_access(
        request, action, "worklist", ward_id=ward.pk if ward else None, row_count=rows, detail=seen
    )
