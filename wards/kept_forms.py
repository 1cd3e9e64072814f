"""What was typed into a form that could not be taken, because the session had ended, locked or begun anew (API-04, API-05).

Kept in the session, sealed, for half an hour, for one account and one address. It is never sent by itself: its user presses
"Gửi lại". Passwords, codes and files are not kept. A form that another site made a browser send is not kept either; else
that site would only have to wait for the press of a button.
"""

import json
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http import HttpRequest

from lib import clock
from lib.keyring import KeyRingError
from wards.identity_numbers import ring

LARGEST = 64 * 1024  # bytes; a long form has three
KEPT_FOR = 30 * 60  # seconds
_KEY, _CONTEXT = "kept_form", "kept form"
_SECRET = re.compile(r"password|credential|^code$|csrfmiddlewaretoken", re.IGNORECASE)
_FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True)
class KeptForm:
    """`fields` in the order in which they were sent; `had_files`: files have to be chosen again."""

    path: str
    fields: tuple[tuple[str, str], ...]
    had_files: bool


def keep(request: HttpRequest, user_id: int | None) -> bool:
    """Keep the form of this refused request for its author; False where that is not safe or there is nothing to keep."""
    if user_id is None or request.method != "POST" or not _may_be_kept(request):
        return False
    fields = [
        (name, value) for name, values in request.POST.lists() if not _SECRET.search(name) for value in values
    ]
    if not fields:
        return False
    form = {
        "user": user_id,
        "at": clock.real_now().timestamp(),
        "path": request.get_full_path(),
        "fields": fields,
        "files": bool(request.FILES),
    }
    text = json.dumps(form, ensure_ascii=False)
    if len(text.encode()) > LARGEST:
        return False
    request.session[_KEY] = ring().encrypt(text, context=_CONTEXT)
    return True


def kept_for(request: HttpRequest) -> KeptForm | None:
    """The form that waits for the signed-in user; another user's is dropped."""
    sealed = request.session.get(_KEY)
    if sealed is None:
        return None
    try:
        form = json.loads(ring().decrypt(sealed, context=_CONTEXT))
    except (KeyRingError, ValueError):
        form = {"user": None, "at": 0}
    is_old = clock.real_now().timestamp() - form["at"] > KEPT_FOR
    if is_old or form["user"] != request.user.pk:
        drop(request)
        return None
    return KeptForm(form["path"], tuple((name, value) for name, value in form["fields"]), form["files"])


def take_over(request: HttpRequest) -> str | None:
    """What is kept, sealed, while the session around it is being replaced."""
    return request.session.get(_KEY)


def put_back(request: HttpRequest, sealed: str | None) -> None:
    if sealed is not None:
        request.session[_KEY] = sealed


def drop(request: HttpRequest) -> None:
    request.session.pop(_KEY, None)


def _may_be_kept(request: HttpRequest) -> bool:
    if request.path.startswith("/accounts/") or request.content_type not in _FORM_TYPES:
        return False
    return came_from_here(request)


def came_from_here(request: HttpRequest) -> bool:
    """Whether a page of this site sent it. Every browser says so with a POST; silence counts as no."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return False
    origin = request.headers.get("Origin") or request.headers.get("Referer", "")
    parts = urlsplit(origin)
    return bool(parts.netloc) and parts.netloc == request.get_host() and parts.scheme == request.scheme
