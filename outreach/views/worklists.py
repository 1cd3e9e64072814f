"""The list "Chưa tiêm, chưa đủ mũi": page and fragment, and the search. The ways out of it: `outreach.views.exports`."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from lib import clock
from lib.htmx import render_page
from outreach import exports, list_page, search
from outreach.filters import ALL_WARDS, CONTRAINDICATED, GROUPS, UNKNOWN_GROUP, WAITING
from outreach.worklists import UNVACCINATED, Figures, Selection
from vaccination import forecasts, labels
from wards import audit
from wards.access import ability_required, can
from wards.models import AccessEvent, AdministrativeUnit
from wards.roles import Ability
from wards.views.official import OfficialRequest

Action = AccessEvent.Action


@ability_required(Ability.SEE_HEALTH)
@require_http_methods(["GET", "HEAD", "POST"])
def worklist(request: OfficialRequest) -> HttpResponse:
    """The list; many wards open on counts without names. A search is a POST, so that no name stands in an address."""
    on = clock.today()
    behind = forecasts.catch_up(on)
    selection = UNVACCINATED.select(request.user, request.GET, on)
    context = frame(selection, request) | {"behind": behind}
    if request.method == "POST" and request.POST.get("q", "").strip():
        context |= _search(request, selection)
    elif selection.filters.is_valid() and _opens_on_counts(selection):
        context["wards"] = ward_table(selection)
    else:
        context |= _page(request, selection)
    status = 200 if selection.filters.is_valid() else 400
    response = render_page(
        request, "outreach/worklist.html", context, fragment="outreach/_worklist.html", status=status
    )
    response["Cache-Control"] = "no-store"
    return response


def _opens_on_counts(selection: Selection) -> bool:
    return len(selection.filters.wards_by_code) != 1 and not selection.filters.is_narrowed


def frame(selection: Selection, request: OfficialRequest) -> dict:
    """What stands around the rows whatever they are."""
    filters = selection.filters
    return {
        "filters": filters,
        "place": exports.place_of(selection),
        "query": address(filters.chosen),
        "chosen": filters.chosen,
        "can_take_out": can(request.user, Ability.EXPORT_LISTS) or can(request.user, Ability.PRINT_LISTS),
        "can_export": can(request.user, Ability.EXPORT_LISTS),
        "can_print": can(request.user, Ability.PRINT_LISTS),
    }


def address(chosen: Mapping[str, str], **changes: str | None) -> str:
    """The query string of the chosen filters with some changed, "" for none."""
    query = urlencode([(name, value) for name, value in {**chosen, **changes}.items() if value])
    return f"?{query}" if query else "?"


# ---------------------------------------------------------------- rows


def _page(request: OfficialRequest, selection: Selection) -> dict:
    found = selection.page(after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    chosen = selection.filters.chosen
    counts = selection.group_counts
    record_look(request, selection, Action.LIST, len(found.rows))
    return {
        "rows": found.rows,
        "heads": list_page.heads(),
        "people": list_page.drawn(found.rows, with_ward=selection.filters.one_ward is None),
        "next": address(chosen, after=found.next) if found.next else "",
        "previous": address(chosen, before=found.previous) if found.previous else "",
        "total": counts[chosen.get("group") or "total"],
        "tabs": _tabs(chosen, counts, selection.waits),
        "denominator": selection.denominator,
        "source": exports.source_line(selection, clock.now()),
        "unknown_address": address({name: chosen[name] for name in ("ward", "neighbourhood") if name in chosen}, group=UNKNOWN_GROUP),
    }  # fmt: skip


def _tabs(chosen: Mapping[str, str], counts: Mapping[str, int], waits: bool) -> list[dict]:
    tabs = [("", gettext_lazy("Tất cả"), counts["total"])]
    tabs += [(group, label, counts[group]) for group, label in GROUPS.items()]
    tabs.append((CONTRAINDICATED, gettext_lazy("Chống chỉ định"), counts[CONTRAINDICATED]))
    if waits:
        tabs.append((WAITING, labels.WAITING, counts[WAITING]))
    return [
        {"label": label, "count": count, "href": address(chosen, group=group), "current": chosen.get("group", "") == group}
        for group, label, count in tabs
    ]  # fmt: skip


def ward_table(figures: Figures, *, opens: bool = True) -> dict:
    """Counts per ward and group, each the address of the named list behind it for those who may open it."""
    chosen = figures.filters.chosen
    columns = ["total", *GROUPS, CONTRAINDICATED, *([WAITING] if figures.waits else [])]
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
