"""The way in and out: sign-in, the cards of a demonstration, a new password."""

from allauth.account import views as allauth_views
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from lib import clock
from wards import demo_cards, sessions
from wards.forms.sign_in import PasswordAgainForm, PasswordChangeForm, SignInForm
from wards.models import User
from wards.sign_in_tries import whom_to_call


class SignIn(allauth_views.LoginView):
    form_class = SignInForm

    def get_context_data(self, **kwargs) -> dict:
        context = super().get_context_data(**kwargs)
        return context | {"cards": demo_cards.shown(), "whom_to_call": whom_to_call()}


class PasswordChange(allauth_views.PasswordChangeView):
    """An account that came in by a link and has no password yet is told how to get one."""

    form_class = PasswordChangeForm

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        if request.user.is_authenticated and not request.user.has_usable_password():
            return render(request, "account/no_password.html", {"whom_to_call": whom_to_call()})
        return super().dispatch(request, *args, **kwargs)


class PasswordAgain(allauth_views.ReauthenticateView):
    """Also the way through a locked screen."""

    form_class = PasswordAgainForm

    def get_context_data(self, **kwargs) -> dict:
        is_locked = sessions.is_locked(self.request, clock.real_now())
        return super().get_context_data(**kwargs) | {"is_locked": is_locked}


sign_in = SignIn.as_view()
password_change = PasswordChange.as_view()
password_again = PasswordAgain.as_view()


@login_not_required
@never_cache
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as the account of a card, without a password; 404 unless this is a demonstration."""
    username = request.POST.get("username", "")
    if username not in {card.username for card in demo_cards.shown()}:
        raise Http404
    user = get_object_or_404(User, username=username, is_active=True)
    login(request, user, backend="wards.accounts.OfficialBackend")
    request.session.set_expiry(0)
    following = request.POST.get("next", "")
    inside = url_has_allowed_host_and_scheme(
        following, {request.get_host()}, require_https=request.is_secure()
    )
    return redirect(following if inside else "/")
