"""Under accounts/: what of allauth makes sense here. Nobody signs up, nobody gets a password by e-mail."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from django.urls import path

from wards.views import account as own
from wards.views import api_tokens, factors, sign_in

urlpatterns = [
    path("login/", sign_in.sign_in, name="account_login"),
    path("login/demo/", sign_in.demo_sign_in, name="demo-sign-in"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", sign_in.password_again, name="account_reauthenticate"),
    path("password/change/", sign_in.password_change, name="account_change_password"),
    path("cua-toi/", own.my_account, name="my-account"),
    path("cua-toi/may/<uuid:session_id>/", own.end_session, name="session-end"),
    path("cua-toi/may-khac/", own.end_other_sessions, name="session-end-others"),
    path("khoa-truy-cap/", api_tokens.api_token_list, name="api-token-list"),
    path("khoa-truy-cap/them/", api_tokens.api_token_add, name="api-token-add"),
    path("khoa-truy-cap/<uuid:token_id>/thu-hoi/", api_tokens.api_token_revoke, name="api-token-revoke"),
    path("khoa/", own.lock_screen, name="session-lock"),
    path("con-lam/", own.still_working, name="session-still-working"),
    path("gui-lai/", own.form_again, name="form-again"),
    path("2fa/", factors.factor_index, name="mfa_index"),
    path("2fa/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/totp/activate/", factors.activate_totp, name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", factors.deactivate_totp, name="mfa_deactivate_totp"),
    path("2fa/khoa/them/", factors.add_passkey, name="mfa_add_webauthn"),
    path("2fa/khoa/xac-nhan/", factors.passkey_again, name="mfa_reauthenticate_webauthn"),
    path("2fa/khoa/<int:pk>/bo/", factors.remove_passkey, name="mfa_remove_webauthn"),
    path("2fa/recovery-codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/generate/",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
]
