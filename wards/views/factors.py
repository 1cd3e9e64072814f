"""Second factors: allauth's pages, under our rules."""

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import views as mfa
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse_lazy

from wards import second_factor
from wards.forms.sign_in import AddPasskeyForm


class FactorIndex(mfa.IndexView):
    def get_context_data(self, **kwargs) -> dict:
        must = second_factor.is_required(self.request.user) and not second_factor.has_one(self.request.user)
        return super().get_context_data(**kwargs) | {"must_make_factor": must}


class ActivateTotp(totp.ActivateTOTPView):
    def form_valid(self, form) -> HttpResponse:
        answer = super().form_valid(form)
        second_factor.note_passed(self.request, self.request.user)
        return answer


class AddPasskey(passkeys.AddWebAuthnView):
    form_class = AddPasskeyForm

    def form_valid(self, form) -> HttpResponse:
        answer = super().form_valid(form)
        second_factor.note_passed(self.request, self.request.user)
        return answer


class RemovePasskey(passkeys.RemoveWebAuthnView):
    success_url = reverse_lazy("mfa_index")
    http_method_names = ["get", "post"]

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        """A key that is not one's own is not there, before any password is asked for."""
        get_object_or_404(self.get_queryset(), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form) -> HttpResponseBase:
        adapter = get_adapter()
        if not adapter.can_delete_authenticator(self.get_object()):
            messages.warning(self.request, adapter.error_messages["cannot_delete_authenticator"])
            return redirect("mfa_index")
        return super().form_valid(form)


factor_index = FactorIndex.as_view()
activate_totp = ActivateTotp.as_view()
deactivate_totp = totp.deactivate_totp
add_passkey = AddPasskey.as_view()
remove_passkey = RemovePasskey.as_view()
passkey_again = passkeys.reauthenticate_webauthn
