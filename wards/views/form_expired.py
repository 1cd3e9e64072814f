"""A form whose security token is older than the session: nothing was saved, and nothing that was typed is lost (API-05)."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import requires_csrf_token


@login_not_required
@requires_csrf_token
def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Says so and leads back to the same page, where the browser puts the typing in again (`static/desk.js`)."""
    return render(request, "wards/form_expired.html", status=403)
