"""The first page after signing in: what each role has in front of it, in figures; names come one step later."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lib import clock
from outreach import exports, survey
from outreach.filters import GROUPS
from outreach.models import ListExport
from outreach.navigation import context as menu_of
from outreach.views.worklists import ward_table
from outreach.worklists import Figures
from vaccination import forecasts
from wards import transfers
from wards.access import can
from wards.roles import Ability
from wards.views.official import OfficialRequest


@require_safe
def today(request: OfficialRequest) -> HttpResponse:
    """Figures of the reader's places for roles that see figures; for the others, what there is for them to open."""
    context: dict = {"entries": [entry for entry in menu_of(request)["menu"] if entry[1] != request.path]}
    context["files_ready"] = ListExport.objects.waiting_for(request.user, clock.real_now()).count()
    context["incoming"] = transfers.waiting_for(request.user)
    if can(request.user, Ability.SEE_COUNTS):
        on = clock.today()
        context["behind"] = forecasts.catch_up(on)
        figures = Figures(request.user, {}, on)
        table = ward_table(figures, opens=can(request.user, Ability.SEE_HEALTH))
        context |= {
            "figures": figures,
            "wards": table,
            "only": _cards(table["lines"][0]) if len(table["lines"]) == 1 else [],
            "place": exports.place_of(figures),
            "source": exports.source_line(figures, clock.now()),
            "may_open": can(request.user, Ability.SEE_HEALTH),
        }
    return render(request, "outreach/today.html", context)


def _cards(line: dict) -> list[tuple]:
    """(label, count, address) per group of a reader's only ward."""
    (total, href), *others = line["cells"]
    labels = [*GROUPS.values(), _("Chống chỉ định"), survey.NOT_SURVEYED]
    return [("", total, href), *((label, *cell) for label, cell in zip(labels, others, strict=False))]
