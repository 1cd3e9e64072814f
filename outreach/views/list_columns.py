"""Which columns the list shows one person, and in which order."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from outreach import list_columns
from outreach.list_page import address
from outreach.views.worklists import selection_of
from wards.access import ability_required
from wards.roles import Ability
from wards.views.official import OfficialRequest

LAST = 10_000  # a place that is not a number stands behind all others


@require_POST
@ability_required(Ability.SEE_HEALTH)
def worklist_columns(request: OfficialRequest) -> HttpResponse:
    """Keep the columns that were ticked, by the numbers beside them, or go back to what is usual; then the list again."""
    if "usual" in request.POST:
        list_columns.choose_columns(by=request.user, keys=())
        messages.success(request, _("Danh sách trở lại các cột thường dùng."))
    else:
        ticked = request.POST.getlist("column")
        list_columns.choose_columns(
            by=request.user, keys=sorted(ticked, key=lambda key: _place(request, key))
        )
        messages.success(request, _("Đã lưu các cột. Trang và tệp Excel, CSV theo các cột này."))
    query = address(selection_of(request).filters.chosen)
    return redirect(reverse("outreach:worklist") + query)


def _place(request: OfficialRequest, key: str) -> int:
    typed = request.POST.get(f"place-{key}", "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 5 else LAST
