"""Who asks. Every view requires sign-in (middleware), so the asker is one of our users."""

from typing import cast

from django.http import HttpRequest

from wards.models import User


def reader(request: HttpRequest) -> User:
    """The signed-in official of this request."""
    return cast(User, request.user)
