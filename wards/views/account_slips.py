"""Sign-in slips: made by whoever manages the account, shown once; and the way in that they open."""

from collections.abc import Sequence

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from lib import clock
from wards import account_list, sign_in_tries, slips
from wards.access import ability_required, roles_of
from wards.accounts import username_of
from wards.actions import accounts, links
from wards.audit import record_access
from wards.forms.links import CodeForm, FirstPasswordForm
from wards.models import AccessEvent, SignInLink, User
from wards.roles import Ability, grantable
from wards.sign_in_tries import whom_to_call
from wards.views.official import OfficialRequest

OPENED_LINK = "sign_in_link"  # in the session: the id of the link that this browser opened


@never_cache
@require_POST
@ability_required(Ability.MANAGE_ACCOUNTS)
def account_slip(request: OfficialRequest, account_id: int) -> HttpResponse:
    """A new link for one account: the former password, link and sessions end; slip and code are shown once."""
    visible = accounts.accounts_of(request.user, at=clock.real_now())
    return slips_page(request, [get_object_or_404(visible, pk=account_id)])


@never_cache
@require_POST
@ability_required(Ability.MANAGE_ACCOUNTS)
def account_slips(request: OfficialRequest) -> HttpResponse:
    """Slips for the accounts ticked; asks first when some of them are in use, because they would be signed out."""
    give = grantable(roles_of(request.user))
    found = account_list.rows_of(request.user, chosen_ids(request), at=clock.real_now())
    rows = [row for row in found if row.may_be_changed_by(request.user, give)]
    if not rows:
        raise Http404
    in_use = [row for row in rows if row.account.has_usable_password() or "closed" in row.states]
    if in_use and "confirmed" not in request.POST:
        context = {
            "rows": rows,
            "in_use": [row for row in in_use if "closed" not in row.states],
            "doing": "slips",
        }
        return render(request, "wards/account_selected.html", context)
    return slips_page(request, [row.account for row in rows if "closed" not in row.states])


def chosen_ids(request: HttpRequest) -> list[int]:
    """The accounts ticked on the list."""
    sent = request.POST.getlist("account")[: links.AT_MOST]
    return [int(one) for one in sent if one.isdecimal() and len(one) < 10]


def slips_page(request: OfficialRequest, chosen: Sequence[User]) -> HttpResponse:
    """Make the links and show their slips, eight to a sheet. They cannot be shown again, only made anew."""
    made = links.make_links(accounts=chosen, by=request.user, at=clock.real_now())
    with translation.override("vi"):
        purpose = _("Trao phiếu đăng nhập cho từng người")
    record_access(request, AccessEvent.Action.PRINT, "account_slips", row_count=len(made), purpose=purpose)
    context = {
        "sheets": slips.sheets(request, made),
        "count": len(made),
        "only": made[0].account if len(made) == 1 else None,
    }
    response = render(request, "wards/account_slips.html", context)
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


# ---------------------------------------------------------------- the way in


@login_not_required
@never_cache
def link_sign_in(request: HttpRequest, token: str) -> HttpResponse:
    """The address of a slip. Opening it uses nothing up: previews of messages open addresses too."""
    link = links.link_of_token(token, at=clock.real_now())
    if link is None:
        return _spent(request)
    return _opened(request, link)


@login_not_required
@never_cache
@sensitive_post_parameters()
def code_sign_in(request: HttpRequest) -> HttpResponse:
    """User name or telephone number and the short code, for whoever cannot read the QR code."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        username = username_of(form.cleaned_data["login"])
        try:
            attempt = sign_in_tries.begin(request, username, kind=":code")
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            account = sign_in_tries.account_of(username)
            link = links.link_of_code(account, form.cleaned_data["code"], at=clock.real_now())
            if link is not None:
                attempt.succeeded()
                return _opened(request, link)
            form.add_error(None, _("Tên đăng nhập hoặc mã chưa đúng, hoặc mã đã hết hạn."))
    return render(request, "wards/link_code.html", {"form": form, "whom_to_call": whom_to_call()})


def _opened(request: HttpRequest, link: SignInLink) -> HttpResponse:
    """On to the page without the secret in its address."""
    request.session[OPENED_LINK] = link.pk
    return redirect("wards:link-password")


@login_not_required
@never_cache
@sensitive_post_parameters()
def link_password(request: HttpRequest) -> HttpResponse:
    """Set the own password through the link that this browser opened; then on as after every sign-in."""
    now = clock.real_now()
    found = SignInLink.objects.select_related("user").filter(pk=request.session.get(OPENED_LINK) or 0).first()
    if found is None or not links.is_alive(found, now):
        return _spent(request)
    form = FirstPasswordForm(request.POST or None, account=found.user)
    if request.method == "POST" and form.is_valid():
        password = form.cleaned_data["password1"]
        try:
            account = links.use_link(link=found, password=password, by=found.user, at=now)
        except links.Spent:
            return _spent(request)
        except ValidationError as problem:
            form.add_error("password1", problem)
        else:
            return _signed_in(request, account)
    other = request.user if request.user.is_authenticated and request.user != found.user else None
    return render(request, "wards/link_password.html", {"form": form, "account": found.user, "other": other})


def _signed_in(request: HttpRequest, account: User) -> HttpResponse:
    """Like a sign-in with the new password, through all of its further stages (second factor)."""
    if request.user.is_authenticated:
        request.session.flush()
    request.session.pop(OPENED_LINK, None)
    record_authentication(request, account, method="password", username=account.username)
    response = perform_login(request, Login(user=account, email_verification="none"))
    request.session.set_expiry(0)
    return response


def _spent(request: HttpRequest) -> HttpResponse:
    return render(request, "wards/link_spent.html", {"whom_to_call": whom_to_call()}, status=410)
