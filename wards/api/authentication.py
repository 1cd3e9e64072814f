"""Who asks: the user of a token, with no more power than the token and the user's roles have together, read anew each time.

A session cookie opens nothing here but the description of the API, so that no other site's form can write through it.
"""

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.request import Request

from lib import clock
from wards import api_tokens, second_factor
from wards.api.limits import count_failure
from wards.api.problem import Refusal
from wards.models import ApiToken, User

LONGEST = 200


class BearerToken(BaseAuthentication):
    """`Authorization: Bearer <token>`."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        kind, _space, secret = header.partition(" ")
        secret = secret.strip()
        token = None
        if kind.lower() == "bearer" and secret.isascii() and 0 < len(secret) <= LONGEST:
            token = api_tokens.find(secret, at=clock.real_now())
        if token is None:
            count_failure(request)
            raise Refusal("unauthenticated")
        if second_factor.is_missing(token.user):  # a token is no way around what the pages ask for
            raise Refusal(
                "forbidden", _("Tài khoản này phải bật xác nhận hai bước trước khi dùng khóa truy cập.")
            )
        token.user.limited_to = token.abilities  # type: ignore[attr-defined]  # read by wards.access.can
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class SignedInReader(SessionAuthentication):
    """Somebody signed in to the pages, for reading the API's description only."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        return super().authenticate(request) if request.method in ("GET", "HEAD") else None
