"""Browsers that are known: a signed cookie says which accounts have signed in with this one, and when.

It opens nothing. A known browser has counters of its own (`wards.throttling`), so that whoever hammers an account from
elsewhere does not keep its owner out; and it tells whose form it was when a session is gone (`wards.kept_forms`).
"""

import secrets
from dataclasses import dataclass, field, replace

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from lib import clock
from wards.models import User

DAYS = 180
USERS_KEPT = 12  # a shared computer has a few
SOLE_FOR = 24 * 60 * 60  # seconds; no form is open for longer
_SALT = "wards.devices"


@dataclass(frozen=True)
class Device:
    """`signed_in`: user id → epoch seconds of the last sign-in with this browser."""

    id: str
    signed_in: dict[str, int] = field(default_factory=dict)

    def knows(self, user: User) -> bool:
        return str(user.pk) in self.signed_in


def of(request: HttpRequest) -> Device | None:
    """The browser of this request, if anybody ever signed in with it."""
    try:
        payload = signing.loads(
            request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=_SALT, max_age=DAYS * 86_400
        )
        return Device(str(payload["id"]), dict(payload["signed_in"]))
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return None


def sole_user(request: HttpRequest) -> int | None:
    """The id of the only account that signed in with this browser within a day; None if there were several, or none."""
    device = of(request)
    since = clock.real_now().timestamp() - SOLE_FOR
    recent = [int(pk) for pk, at in (device.signed_in if device else {}).items() if at >= since]
    return recent[0] if len(recent) == 1 else None


def remember(request: HttpRequest, user: User) -> None:
    """This browser has signed in as `user`; `write` puts it into the answer."""
    device = of(request) or Device(secrets.token_urlsafe(12))
    users = device.signed_in | {str(user.pk): int(clock.real_now().timestamp())}
    latest = sorted(users.items(), key=lambda entry: entry[1])[-USERS_KEPT:]
    request.device_to_write = replace(device, signed_in=dict(latest))  # type: ignore[attr-defined]


def write(request: HttpRequest, response: HttpResponse) -> None:
    device: Device | None = getattr(request, "device_to_write", None)
    if device is not None:
        response.set_cookie(
            settings.DEVICE_COOKIE_NAME,
            signing.dumps({"id": device.id, "signed_in": device.signed_in}, salt=_SALT),
            max_age=DAYS * 86_400,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
