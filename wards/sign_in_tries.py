"""Trying a password or a code: counted before it is looked at, noted in the account's own list when it was wrong."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from lib import clock
from wards import devices, installation, sessions, throttling
from wards.audit import address_of
from wards.models import SignIn, User

USUAL_FOR = timedelta(days=30)


def begin(request: HttpRequest, username: str, *, kind: str = "") -> throttling.Attempt:
    """Count a try on this account; ValidationError when it has to wait. `kind` keeps codes apart from passwords."""
    user = account_of(username)
    device = devices.of(request)
    known = device.id if device is not None and user is not None and device.knows(user) else None
    is_usual = known is None and user is not None and _is_usual(request, user)
    attempt = throttling.begin(f"{username}{kind}", address_of(request) or "local", known, is_usual=is_usual)
    if attempt.is_refused:
        if attempt.is_news and user is not None:
            sessions.note_sign_in(request, user, SignIn.Outcome.MUST_WAIT)
        raise ValidationError(too_many_sign_ins(attempt.minutes), code="too_many_login_attempts")
    return attempt


def _is_usual(request: HttpRequest, user: User) -> bool:
    since = clock.real_now() - USUAL_FOR
    succeeded = user.sign_ins.filter(outcome=SignIn.Outcome.SUCCEEDED, at__gt=since)
    return succeeded.filter(address=address_of(request)).exists()


def account_of(username: str) -> User | None:
    return User.objects.filter(username__iexact=username.strip()[:150]).first()


def note_wrong_password(request: HttpRequest, username: str) -> None:
    user = account_of(username)
    if user is not None:
        sessions.note_sign_in(request, user, SignIn.Outcome.WRONG_PASSWORD)


def too_many_sign_ins(minutes: int = throttling.FIRST_WAIT // 60) -> str:
    """What somebody reads who mistyped too often (WORDS 7), with whom to call."""
    sentence = _("Sai mật khẩu nhiều lần, thử lại sau {minutes} phút, hoặc gọi {who} để đặt lại ngay.")
    return sentence.format(minutes=minutes, who=whom_to_call())


def whom_to_call() -> str:
    """Who opens accounts and sets passwords anew, with a number where there is one."""
    row = installation.current()
    centre = installation.word("health_centre")
    return f"{centre}, {row.support_phone}" if row is not None and row.support_phone else centre
