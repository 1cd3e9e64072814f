"""The request of somebody who signed in: `LoginRequiredMiddleware` lets nobody else through to a view."""

from django.http import HttpRequest

from wards.models import User


class OfficialRequest(HttpRequest):
    user: User
