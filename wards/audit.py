"""Who looked and who changed: access events for reads, context for the row history that the database keeps."""

from collections.abc import Callable, Iterable

import pghistory
from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from lib import clock
from wards.models.audit import AccessEvent


class HistoryContextMiddleware:
    """Every change made while answering a request carries the user in its history row."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return self.get_response(request)
        with pghistory.context(user=getattr(request.user, "pk", None), door="web"):
            return self.get_response(request)


def address_of(request: HttpRequest) -> str | None:
    """Where a request comes from; forwarding headers count only behind as many proxies as were declared (API-15)."""
    try:
        return get_adapter(request).get_client_ip(request)
    except PermissionDenied:  # a local socket has no address
        return None


def record_access(
    request: HttpRequest,
    action: str,
    what: str,
    *,
    object_id: object = "",
    ward_id: int | None = None,
    row_count: int = 1,
    purpose: str = "",
    detail: dict | None = None,
) -> AccessEvent:
    """Write one access event for the signed-in user. `detail` holds filters, never a name or number searched for."""
    return record_access_of(
        request.user,
        action,
        what,
        object_id=object_id,
        ward_id=ward_id,
        row_count=row_count,
        purpose=purpose,
        detail=detail,
        address=address_of(request),
    )


def record_access_of(
    user,
    action: str,
    what: str,
    *,
    object_id: object = "",
    ward_id: int | None = None,
    row_count: int = 1,
    purpose: str = "",
    detail: dict | None = None,
    address: str | None = None,
) -> AccessEvent:
    """The same for a door without a request, a command or a task, that acts for a user."""
    return AccessEvent.objects.create(
        at=clock.real_now(),
        user=user,
        action=action,
        what=what,
        object_id=str(object_id),
        ward_id=ward_id,
        row_count=row_count,
        purpose=purpose,
        detail=detail or {},
        address=address,
    )


def record_unexpected(request: HttpRequest, known: Iterable[str], *, object_id: object = "") -> None:
    """A form was sent with fields it does not have (`ward`, `roles`, `created_at` …): ignored, and noted as an attempt."""
    names = set(request.POST) - set(known) - {"csrfmiddlewaretoken"}
    if names:
        record_unexpected_names(request, names, object_id=object_id)


def record_unexpected_names(request: HttpRequest, names: Iterable[str], *, object_id: object = "") -> None:
    """Note an attempt to write fields that are nobody's to write (TRUST API-06), by their names alone."""
    record_access(
        request,
        AccessEvent.Action.CHANGE,
        "unexpected_fields",
        object_id=object_id,
        row_count=0,
        detail={"fields": sorted(ascii(name)[1:-1][:40] for name in names)[:20]},
    )
