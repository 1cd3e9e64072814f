"""The way in and out: sign-in, the cards of a demonstration, a new password."""

from allauth.account import views as allauth_views
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from wards import demo_cards
from wards.accounts import whom_to_call
from wards.forms.sign_in import PasswordAgainForm, PasswordChangeForm, SignInForm
from wards.models import User


class SignIn(allauth_views.LoginView):
    form_class = SignInForm

    def get_context_data(self, **kwargs) -> dict:
        context = super().get_context_data(**kwargs)
        return context | {"cards": demo_cards.shown(), "whom_to_call": whom_to_call()}


class PasswordChange(allauth_views.PasswordChangeView):
    form_class = PasswordChangeForm


class PasswordAgain(allauth_views.ReauthenticateView):
    form_class = PasswordAgainForm


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
