"""One's own tokens of the API: which there are, a new one, one taken back."""

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lib import clock
from wards import api_tokens
from wards.forms.api_tokens import ApiTokenForm
from wards.models import ApiToken, TokenScope
from wards.views.official import OfficialRequest


@never_cache
@require_safe
def api_token_list(request: OfficialRequest) -> HttpResponse:
    """What is in force, and what no longer is; secrets are shown nowhere."""
    now = clock.real_now()
    mine = ApiToken.objects.filter(user=request.user).order_by("-created_at")
    live = {token.pk for token in mine.live(now)}
    tokens = [
        {
            "token": token,
            "is_live": token.pk in live,
            "scopes": [TokenScope(scope).label for scope in token.scopes if scope in TokenScope.values],
        }
        for token in mine[:50]
    ]
    return render(request, "wards/api_token_list.html", {"tokens": tokens})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def api_token_add(request: OfficialRequest) -> HttpResponse:
    """A new token, after the password once more; the secret stands in this one answer and nowhere else."""
    form = ApiTokenForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            token, secret = api_tokens.issue(
                user=request.user,
                name=cleaned["name"],
                scopes=cleaned["scopes"],
                days=cleaned["days"],
                at=clock.real_now(),
                id=cleaned["form_id"],
            )
        except api_tokens.TooMany:
            form.too_many()
        else:
            return render(request, "wards/api_token_made.html", {"token": token, "secret": secret})
    return render(request, "wards/api_token_form.html", {"form": form})


@require_POST
def api_token_revoke(request: OfficialRequest, token_id: UUID) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=token_id, user=request.user)
    api_tokens.revoke(token=token, by=request.user, at=clock.real_now())
    messages.success(
        request,
        _("Đã thu hồi khóa “{name}”. Phần mềm dùng khóa này không vào được nữa.").format(name=token.name),
    )
    return redirect("api-token-list")
