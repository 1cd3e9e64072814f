"""A form whose security token is older than the session: nothing was saved, and nothing that was typed is lost (API-05)."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import requires_csrf_token

from lib import clock
from wards import devices, kept_forms, sessions


@login_not_required
@requires_csrf_token
def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Says so and leads back to the same page, where the browser puts the typing in again (`static/desk.js`); a browser
    without script sends what it sent once more. Whose form it was, only a browser with one user can tell.
    """
    is_kept = kept_forms.keep(request, devices.sole_user(request))
    is_in = request.user.is_authenticated and not sessions.is_locked(request, clock.real_now())
    context = {"form": kept_forms.kept_for(request) if is_kept and is_in else None, "is_kept": is_kept}
    return render(request, "wards/form_expired.html", context, status=403)
