"""What every viewset of the API is: a token in, JSON out, a language by header, and each look written down."""

from collections.abc import Sequence
from typing import Any

import pghistory
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from wards import audit
from wards.api import limits, operations
from wards.api.operations import ProgramRequest
from wards.models import AccessEvent, ApiToken, TokenScope
from wards.roles import Ability


class ApiViewSet(ViewSet):
    """`what` is the noun of the access log. A method without `operations.operation` serves nobody."""

    what = ""
    request: ProgramRequest
    asked: dict[str, Any]
    sent: dict[str, Any]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with pghistory.context(door="api"):
            response = super().dispatch(request, *args, **kwargs)
        patch_vary_headers(response, ["Accept", "Accept-Language", "Authorization"])
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        handler = getattr(self, self.action or "", None)
        if handler is not None and not hasattr(handler, "operation"):
            raise exceptions.PermissionDenied
        if isinstance(request.auth, ApiToken):
            limits.count_request(request.auth.pk)

    def check(self, request: Request, scope: TokenScope | None, abilities: Sequence[Ability]) -> None:
        operations.check(request, scope, abilities)

    def record(
        self,
        action: AccessEvent.Action,
        *,
        what: str = "",
        object_id: object = "",
        ward_id: int | None = None,
        rows: int = 1,
        **detail: object,
    ) -> None:
        """Write the look down as the pages do, with the token that it came by."""
        token = self.request.auth
        by = {"token": token.prefix} if isinstance(token, ApiToken) else {}
        audit.record_access(
            self.request,
            action,
            what or self.what,
            object_id=str(object_id)[:40],
            ward_id=ward_id,
            row_count=rows,
            detail=detail | by,
        )
