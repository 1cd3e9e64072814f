"""One operation of the API: which scope a token needs, which abilities its user, which parameters and body it takes.

`operation` puts the guard before a viewset's method and the same facts into the description, so that the two cannot differ.
Who sees no people has no person-level addresses at all: those are 404 for them (TRUST AUTH-14); a verb that a role does
not have is 403, and so is one that the token was not made for.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from lib.strict_json import is_storable
from wards.access import require, role_allows
from wards.api.problem import MEDIA_TYPE, PROBLEMS, Refusal, error, of_serializer
from wards.audit import record_unexpected_names
from wards.models import ApiToken, TokenScope, User
from wards.roles import Ability


class ProgramRequest(Request):
    """A request by token: its user is an official, whatever else a request's user may be."""

    user: User


Handler = Callable[..., HttpResponseBase]

# Written by the server alone, whatever a body says.
KEPT_BY_THE_SERVER = frozenset(
    {
        "id", "pk", "url", "ward", "ward_id", "ward_code", "user", "user_id", "by", "role", "roles", "is_superuser", "is_staff",
        "verified_by", "verified_at", "entered_by", "entered_by_id", "created_at", "created_by", "updated_at", "updated_by",
        "source", "is_synthetic", "search_key", "sort_key", "match_key",
    }
)  # fmt: skip
ALWAYS = (400, 401, 403, 404, 406, 429)
WRITING = (*ALWAYS, 409, 413, 415)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="Chosen by the sender, a new one for each thing to make. The same request under the same key has one effect.",
)


class ProblemShape(serializers.Serializer):
    """RFC 9457. `code` is stable; `title` and `detail` are sentences in the language asked for."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.ChoiceField(choices=list(PROBLEMS))
    detail = serializers.CharField()
    errors: Any = serializers.DictField(
        child=serializers.ListField(child=serializers.DictField(child=serializers.CharField())),
        required=False,
        help_text="Per field what is wrong with it: code and message.",
    )


def operation(
    *,
    scope: TokenScope | None,
    abilities: Sequence[Ability] = (),
    answers: Any = None,
    query: type[serializers.Serializer] | None = None,
    body: type[serializers.Serializer] | None = None,
    status: int = 200,
    makes: bool = False,
    writes: bool = False,
    operation_id: str | None = None,
    summary: str,
    description: str = "",
    examples: Sequence[OpenApiExample] = (),
) -> Callable[[Handler], Handler]:
    """Decorates a method of a viewset. The method finds what was asked in `self.asked` and what was sent in `self.sent`."""

    def decorate(method: Handler) -> Handler:
        @wraps(method)
        def guarded(self: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
            self.check(request, scope, abilities)
            self.asked = read_query(request, query)
            self.sent = read_body(request, body, kwargs) if body else {}
            return method(self, request, *args, **kwargs)

        guarded.operation = (scope, tuple(abilities))  # type: ignore[attr-defined]
        return extend_schema(
            operation_id=operation_id,
            summary=summary,
            description=description or summary,
            parameters=([query] if query else []) + ([IDEMPOTENCY_KEY] if makes else []),
            request=body,
            responses={status: answers} | _refusals(WRITING if body or writes else ALWAYS),
            examples=list(examples),
        )(guarded)

    return decorate


def _refusals(statuses: Sequence[int]) -> dict:
    return {
        (status, MEDIA_TYPE): OpenApiResponse(
            ProblemShape, description=", ".join(code for code, (of, _t) in PROBLEMS.items() if of == status)
        )
        for status in statuses
    }


def check(request: Request, scope: TokenScope | None, abilities: Sequence[Ability]) -> None:
    """Raise unless the roles and then the token allow it."""
    user, token = request.user, request.auth
    if Ability.SEE_PEOPLE in abilities and not role_allows(user, Ability.SEE_PEOPLE):
        raise Http404
    for ability in abilities:
        if not role_allows(user, ability):
            raise PermissionDenied
    if isinstance(token, ApiToken) and scope is not None and scope not in token.scopes:
        raise Refusal("scope", _("Cần khóa truy cập có quyền “%(scope)s”.") % {"scope": scope.value})
    require(user, *abilities)


# ---------------------------------------------------------------- what was asked and sent


def read_query(request: Request, query: type[serializers.Serializer] | None) -> dict[str, Any]:
    """The parameters of the address, each once, each known, each valid: a closed list (TRUST API-02, T17)."""
    sent = request.query_params
    known = query().fields if query else {}
    errors = {}
    for name in sent:
        if name not in known:
            errors[name[:40]] = [error("unknown", _("Không có tham số này."))]
        elif len(sent.getlist(name)) > 1:
            errors[name] = [error("twice", _("Tham số này chỉ gửi một lần."))]
        elif not is_storable(sent[name]):
            errors[name] = [error("invalid", _("Tham số này có ký tự không dùng được."))]
    if errors:
        raise Refusal("parameter", errors=errors)
    if query is None:
        return {}
    reader = query(data=sent.dict())
    if not reader.is_valid():
        raise Refusal("parameter", errors=of_serializer(_details(reader)))
    return dict(reader.validated_data)


def read_body(request: Request, body: type[serializers.Serializer], about: dict) -> dict[str, Any]:
    """What was sent, checked. A field that no operation knows is 400 (API-01): a misspelt name must not look like a success.

    What the server keeps by itself is ignored, and noted as an attempt (API-06).
    """
    sent = request.data
    if not isinstance(sent, dict):
        raise Refusal("malformed", _("Nội dung phải là một đối tượng JSON."))
    reader = body(data=_with_version(request, sent) if "version" in body().fields else sent)
    others = set(sent) - set(reader.fields)
    if kept := others & KEPT_BY_THE_SERVER:
        record_unexpected_names(request, kept, object_id=next(iter(about.values()), ""))
    errors: dict[str, Any] = {
        name[:40]: [error("unknown", _("Không có mục này."))]
        for name in sorted(others - KEPT_BY_THE_SERVER)[:50]
    }
    if not reader.is_valid():
        errors |= of_serializer(_details(reader))
    if errors:
        raise Refusal("validation", errors=errors)
    return dict(reader.validated_data)


def _with_version(request: Request, sent: dict[str, Any]) -> dict[str, Any]:
    """If-Match: "12" stands for the member `version`, where the body has none."""
    tag = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    is_number = tag.isascii() and tag.isdecimal() and len(tag) < 10
    return {"version": int(tag), **sent} if is_number else sent


def _details(reader: serializers.Serializer) -> Any:
    return serializers.ValidationError(reader.errors).get_full_details() if reader.errors else {}
