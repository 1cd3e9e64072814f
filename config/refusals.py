"""Refusals that happen to honest people: a session that ended, an address that is only for a button. Nobody is left on a
blank page.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from wards import devices, kept_forms


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """A session may end while a page is open: the sign-in page is then never drawn inside that page, and afterwards
    the page with the button is opened again, not the address that the button posted to.
    """

    def handle_no_permission(self, request: HttpRequest, view_func) -> HttpResponse:  # type: ignore[override]
        is_fragment = "HX-Request" in request.headers
        if not is_fragment and request.method in ("GET", "HEAD"):
            return super().handle_no_permission(request, view_func)
        if not is_fragment and kept_forms.keep(request, devices.sole_user(request)):
            return redirect_to_login(reverse("form-again"), self.get_login_url(view_func))
        page = request.headers.get("HX-Current-URL" if is_fragment else "Referer", "")
        answer = redirect_to_login(_own_address(page, request), self.get_login_url(view_func))
        if not is_fragment:
            return answer
        return HttpResponse(status=401, headers={"HX-Redirect": answer["Location"]})


def _own_address(page: str, request: HttpRequest) -> str:
    """Path and query of a page of this site; anything else is the start page."""
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    parts = urlsplit(page)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path or "/"


class RefusedMethodMiddleware:
    """Whoever reloads or types the address behind a button gets a page with a way on, not the browser's error."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or request.method != "GET" or response.content:
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response["Allow"]
        return page
