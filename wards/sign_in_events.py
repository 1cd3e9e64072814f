"""What follows from a sign-in, a new password or a new factor, whichever door it came through. Django and allauth tell it by
signals only; nothing else of this product listens to any.
"""

from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed
from django.contrib import messages
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest
from django.utils.translation import ngettext

from lib import clock
from wards import hooks, second_factor, sessions
from wards.audit import record_access_of
from wards.models import AccessEvent, ApiToken, SignIn, User


def connect() -> None:
    for signal, follow in (
        (user_logged_in, _signed_in),
        (user_logged_out, _signed_out),
        (password_changed, _password_changed),
        (authenticator_added, _factor_added),
        (authenticator_removed, _factor_removed),
        (authentication_failed, _wrong_code),
    ):
        signal.connect(follow, dispatch_uid=follow.__name__)
    hooks.access_withdrawn += [sessions.end_all_of, _revoke_tokens]


def _signed_in(sender: Any, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    if request is None:
        return
    failures = sessions.failures_since_last_success(user)
    sessions.begin(request, user)
    if failures:
        words = ngettext(
            "Từ lần vào trước có %(count)s lần nhập sai mật khẩu hoặc mã. Không phải anh/chị thì xem Tài khoản của tôi.",
            "Từ lần vào trước có %(count)s lần nhập sai mật khẩu hoặc mã. Không phải anh/chị thì xem Tài khoản của tôi.",
            failures,
        )
        messages.warning(request, words % {"count": failures}, fail_silently=True)


def _signed_out(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    sessions.row_of(request).delete()


def _password_changed(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Django's hash ends the other sessions with their next request; their rows go now."""
    user.must_change_password = False
    user.save(update_fields=["must_change_password"])
    _end_others(request, user)
    _record(user, "change_own_password")


def _factor_added(sender: Any, request: HttpRequest, user: User, authenticator: Any, **kwargs: Any) -> None:
    second_factor.note_passed(request, user)
    _end_others(request, user)
    _record(user, "add_second_factor", kind=authenticator.type)


def _factor_removed(sender: Any, request: HttpRequest, user: User, authenticator: Any, **kwargs: Any) -> None:
    if not second_factor.has_one(user):
        request.session.pop(second_factor.PASSED, None)
    _end_others(request, user)
    _record(user, "remove_second_factor", kind=authenticator.type)


def _wrong_code(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    sessions.note_sign_in(request, user, SignIn.Outcome.WRONG_CODE)


def _revoke_tokens(user_id: int) -> None:
    ApiToken.objects.filter(user=user_id, revoked_at=None).update(revoked_at=clock.real_now())


def _end_others(request: HttpRequest, user: User) -> None:
    sessions.note_key(request)
    sessions.end_all(user, but=request.session.session_key)


def _record(user: User, verb: str, **detail: Any) -> None:
    record_access_of(
        user, AccessEvent.Action.CHANGE, "account", object_id=user.pk, detail={"verb": verb} | detail
    )
