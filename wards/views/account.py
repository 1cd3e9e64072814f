"""One's own account: where it is signed in, who tried to, the second factor; the screen lock; a form that waits."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from lib import clock
from wards import kept_forms, second_factor, sessions
from wards.access import ability_required, roles_of
from wards.actions import accounts as account_actions
from wards.actions import second_factor as factor_actions
from wards.models import User
from wards.roles import Ability, Role
from wards.views.official import OfficialRequest

SIGN_INS_SHOWN = 20


@never_cache
def my_account(request: OfficialRequest) -> HttpResponse:
    """Everything about the way into this account, on one page."""
    user = request.user
    now = clock.real_now()
    context = {
        "roles": [Role(role).label for role in Role if role in roles_of(user)],
        "sessions": sessions.open_sessions(user, now),
        "this_session": request.session.get(sessions.ROW),
        "sign_ins": user.sign_ins.order_by("-at")[:SIGN_INS_SHOWN],
        "has_factor": second_factor.has_one(user),
        "needs_factor": second_factor.role_needs_one(user),
        "is_demonstration": second_factor.is_demonstration(),
        "tokens_url": _tokens_url(),
    }
    return render(request, "wards/my_account.html", context)


def _tokens_url() -> str | None:
    """Where API tokens are made, in a product that has an API."""
    for name in ("api-token-list", "wards:api-token-list"):
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return None


@require_POST
def end_session(request: OfficialRequest, session_id: UUID) -> HttpResponse:
    rows = request.user.open_sessions.filter(pk=session_id)
    if not rows.exists():
        raise Http404
    if str(session_id) == request.session.get(sessions.ROW):
        return redirect("account_logout")
    sessions.end(rows)
    messages.success(request, _("Đã đăng xuất khỏi máy đó."))
    return redirect("my-account")


@require_POST
def end_other_sessions(request: OfficialRequest) -> HttpResponse:
    count = sessions.end_all(request.user, but=request.session.session_key)
    messages.success(
        request,
        ngettext("Đã đăng xuất khỏi {count} máy khác.", "Đã đăng xuất khỏi {count} máy khác.", count).format(
            count=count
        ),
    )
    return redirect("my-account")


@require_POST
def lock_screen(request: OfficialRequest) -> HttpResponse:
    """By the menu, or by the page itself after a quarter of an hour; the page that asked by script stays where it is."""
    sessions.lock(request, clock.real_now())
    if "X-Idle" in request.headers:
        return HttpResponse(status=204)
    return redirect("account_reauthenticate")


@require_POST
def still_working(request: OfficialRequest) -> HttpResponse:
    """Somebody types or clicks on a page that needs nothing from the server; passing the gate noted it."""
    return HttpResponse(status=204)


@never_cache
def form_again(request: OfficialRequest) -> HttpResponse:
    """What could not be taken, with a button that sends it. It stays for half an hour, should the page be opened again."""
    form = kept_forms.kept_for(request)
    if form is None:
        return redirect("/")
    return render(request, "account/form_again.html", {"form": form, "page": form.path.partition("?")[0]})


@require_POST
@ability_required(Ability.MANAGE_ACCOUNTS)
def factor_reset(request: OfficialRequest, account_id: int) -> HttpResponse:
    """The telephone is lost: the second factor goes, and every session with it."""
    visible = account_actions.accounts_of(request.user, at=clock.real_now())
    account: User = get_object_or_404(visible, pk=account_id)
    factor_actions.reset_second_factor(account=account, by=request.user)
    messages.success(
        request,
        _("Đã bỏ xác nhận hai bước của {name}; lần đăng nhập tới sẽ thiết lập lại.").format(
            name=account.full_name
        ),
    )
    return redirect("wards:account-detail", account.pk)
