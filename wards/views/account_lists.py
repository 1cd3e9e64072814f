"""The list of accounts: filters, search, paper and file, and what is done to several at once."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lib import clock
from wards import account_list as accounts
from wards.access import ability_required, roles_of, wards_of
from wards.actions import leavers
from wards.audit import record_access
from wards.forms.purposes import PurposeForm
from wards.models import AccessEvent, Leaving
from wards.roles import Ability, Role, grantable
from wards.stamps import Stamp
from wards.views.account_slips import chosen_ids
from wards.views.official import OfficialRequest
from wards.views.taking_out import file_answer, paper_answer

Action = AccessEvent.Action
FILTERS = ("role", "ward", "state")


@ability_required(Ability.MANAGE_ACCOUNTS)
@require_http_methods(["GET", "HEAD", "POST"])
def account_list(request: OfficialRequest) -> HttpResponse:
    """Every account of the user's area, with its roles and its places in force. A search is a POST: no name in an address."""
    chosen, search = _chosen(request), request.POST.get("q", "").strip()[:100]
    found = accounts.rows(request.user, chosen, at=clock.real_now(), search=search)
    page = Paginator(found, max(accounts.PAGE, len(found) if search else 0)).get_page(request.GET.get("page"))
    record_access(
        request,
        Action.SEARCH if search else Action.LIST,
        "account",
        row_count=len(page.object_list),
        detail={"filters": chosen},
    )
    give = grantable(roles_of(request.user))
    context = {
        "rows": [(row, row.may_be_changed_by(request.user, give)) for row in page.object_list],
        "page": page,
        "total": len(found),
        "search": search,
        "chosen": chosen,
        "query": urlencode(chosen),
        "roles": Role.choices,
        "states": accounts.STATES.items(),
        "wards": wards_of(request.user).order_by("search_key"),
    }
    response = render(request, "wards/account_list.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _chosen(request: OfficialRequest) -> dict[str, str]:
    """The filters in the address that are not empty."""
    return {name: value[:20] for name in FILTERS if (value := request.GET.get(name, ""))}


@ability_required(Ability.MANAGE_ACCOUNTS)
@require_http_methods(["GET", "HEAD", "POST"])
def account_export(request: OfficialRequest) -> HttpResponseBase:
    """The list as a file or on paper: asks what for, writes the log, then hands it out."""
    chosen = _chosen(request)
    rows = accounts.rows(request.user, chosen, at=clock.real_now())
    form = PurposeForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        context = {
            "form": form,
            "count": len(rows),
            "heading": _("Tải hoặc in danh sách"),
            "back": f"{reverse('wards:account-list')}?{urlencode(chosen)}",
            "back_label": _("Tài khoản cán bộ"),
        }
        return render(request, "wards/take_out.html", context)
    stamp = Stamp.new(request.user, clock.real_now(), form.said)
    to_paper = form.cleaned_data["format"] == "print"
    detail = {"filters": chosen, "code": stamp.code, "format": form.cleaned_data["format"]}
    action = Action.PRINT if to_paper else Action.EXPORT
    record_access(request, action, "account", row_count=len(rows), purpose=stamp.purpose, detail=detail)
    with translation.override("vi"):
        title = _("DANH SÁCH tài khoản cán bộ")
        if to_paper:
            return paper_answer(request, accounts.COLUMNS, rows, title, stamp)
        return file_answer(accounts.COLUMNS, rows, title, stamp, name="tai-khoan-can-bo")


@require_POST
@ability_required(Ability.MANAGE_ACCOUNTS)
def account_close_many(request: OfficialRequest) -> HttpResponse:
    """Close the accounts ticked, after asking once more; those that are not the user's to change are named."""
    now = clock.real_now()
    rows = [
        row
        for row in accounts.rows_of(request.user, chosen_ids(request), at=now)
        if "closed" not in row.states
    ]
    if not rows:
        raise Http404
    because = request.POST.get("because", "")
    if because not in Leaving.values:
        context = {"rows": rows, "doing": "close", "reasons": Leaving.choices}
        return render(request, "wards/account_selected.html", context)
    closed = 0
    for row in rows:
        try:
            leavers.close_account(account=row.account, by=request.user, at=now, because=because)
            closed += 1
        except (PermissionDenied, ValidationError):
            continue
    messages.success(
        request, _("Đã khóa {count} tài khoản, các phiên đang mở đã kết thúc.").format(count=closed)
    )
    return redirect("wards:account-list")
