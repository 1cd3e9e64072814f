"""What a signed-in person passes on the way to every page, in this order: the session lasts, its screen is not locked, the
password is their own, a second factor was shown. One place for all doors that carry a session; nothing opens around it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import cast
from uuid import UUID

from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from lib import clock
from wards import devices, kept_forms, second_factor, sessions
from wards.audit import record_access
from wards.models import AccessEvent
from wards.views.official import OfficialRequest

# By which doors each state may be left. Ways out and the language are open in all of them.
ALWAYS_OPEN = {"account_logout", "set_language", "healthz", "session-lock", "account_inactive"}
PROVING_AGAIN = {"account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"}
NEW_PASSWORD = {"account_change_password"}
SHOWING_FACTOR = {"mfa_reauthenticate", "mfa_reauthenticate_webauthn"}
MAKING_FACTOR = {
    "account_reauthenticate",
    "account_change_password",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
}


class GateMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        devices.write(request, response)
        if response.status_code == 404:
            _note_not_there(request)
        return response

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        if not request.user.is_authenticated:
            return None
        now = clock.real_now()
        if sessions.is_over(request, now):
            kept_forms.keep(request, devices.sole_user(request))
            return _ended(request)
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in ALWAYS_OPEN or _is_public(request, view):
            return None
        for is_closed, doors, answer in _STATES:
            if is_closed(cast(OfficialRequest, request), now):
                return None if name in doors else answer(cast(OfficialRequest, request))
        if is_by_hand(request):
            sessions.note_activity(request, now)
        return None


def _note_not_there(request: HttpRequest) -> None:
    """Somebody asked for a record by its id and it is not theirs to see, or is not: the log keeps who asked (AUTH-01)."""
    match = request.resolver_match
    ids = [str(value) for value in match.kwargs.values() if isinstance(value, UUID)] if match else []
    if ids and request.user.is_authenticated:
        record_access(request, AccessEvent.Action.VIEW, "not_there", object_id=ids[0], row_count=0)


def _is_public(request: HttpRequest, view) -> bool:
    """Sign-in pages show nobody. The API may be public to the session machinery, because tokens open it; a session does not
    open it sooner than the pages.
    """
    return not getattr(view, "login_required", True) and not request.path.startswith("/api/")


def is_by_hand(request: HttpRequest) -> bool:
    """Whether the person did this; a page that asks by itself how far a job has come keeps no screen open."""
    return "HX-Request" not in request.headers or "X-By-Hand" in request.headers


# ---------------------------------------------------------------- the states and their answers


def _must_change_password(request: OfficialRequest, now: datetime) -> bool:
    return bool(request.user.must_change_password) and not second_factor.is_demonstration()


def _must_show_factor(request: OfficialRequest, now: datetime) -> bool:
    """Somebody who has a factor shows it, also where the way in did not ask: a link, a card, another door."""
    user = request.user
    if second_factor.is_passed(request, user):
        return False
    if not second_factor.is_required(user) and request.session.get(_HAS_NONE) == user.pk:
        return False
    if second_factor.has_one(user):
        return True
    request.session[_HAS_NONE] = user.pk
    return False


def _must_make_factor(request: OfficialRequest, now: datetime) -> bool:
    return not second_factor.is_passed(request, request.user) and second_factor.is_required(request.user)


_HAS_NONE = "no_second_factor"


def _ask_again(request: OfficialRequest) -> HttpResponse:
    sessions.lock(request, clock.real_now())
    if "HX-Request" in request.headers:
        # the page stays as it is, with what was typed; its script covers it (static/idle.js)
        return HttpResponse(status=204, headers={"HX-Trigger": "session-locked"})
    return redirect_to_login(_where_to_go_on(request, request.user.pk), reverse("account_reauthenticate"))


def _ask_for_password(request: OfficialRequest) -> HttpResponse:
    return _lead_to(request, reverse("account_change_password"))


def _ask_for_factor(request: OfficialRequest) -> HttpResponse:
    to = reverse(second_factor.where_to_show(request.user))
    return _lead_to(request, redirect_to_login(_where_to_go_on(request, None), to)["Location"])


def _ask_for_enrolment(request: OfficialRequest) -> HttpResponse:
    return _lead_to(request, reverse("mfa_index"))


def _lead_to(request: HttpRequest, address: str) -> HttpResponse:
    if "HX-Request" in request.headers:
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    return redirect(address)


def _where_to_go_on(request: OfficialRequest, user_id: int | None) -> str:
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    return reverse("form-again") if kept_forms.keep(request, user_id) else "/"


def _ended(request: HttpRequest) -> HttpResponse:
    """Twelve hours are over: the session is gone, what was typed last stays for whoever signs in again."""
    kept = kept_forms.take_over(request)
    logout(request)
    kept_forms.put_back(request, kept)
    if "HX-Request" in request.headers:
        return HttpResponse(status=401, headers={"HX-Redirect": reverse("account_login")})
    to = reverse("form-again") if kept else request.get_full_path() if request.method == "GET" else "/"
    return redirect_to_login(to, reverse("account_login"))


_STATES: tuple[tuple[Callable[[OfficialRequest, datetime], bool], set[str], Callable], ...] = (
    (sessions.is_locked, PROVING_AGAIN, _ask_again),
    (_must_change_password, NEW_PASSWORD | PROVING_AGAIN, _ask_for_password),
    (_must_show_factor, SHOWING_FACTOR, _ask_for_factor),
    (_must_make_factor, MAKING_FACTOR, _ask_for_enrolment),
)
