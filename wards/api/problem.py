"""Refusals of the API, all in one shape: RFC 9457 `application/problem+json` with a stable `code` and per-field `errors`.

`answer` makes one; `handler` turns whatever a view raised into one; `ProblemMiddleware` sees to it that also what never
reached a view (an address that does not exist, a broken host name, an accident) is answered so. No page, no stack.
"""

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation.trans_real import parse_accept_lang_header
from rest_framework import exceptions

from wards.actions.verb import OutOfScope, Spent, Stale

logger = logging.getLogger(__name__)

ROOT = "/api/"
MEDIA_TYPE = "application/problem+json"
URN = "urn:tungnha:problem:"

# code → status and title. A code never changes its meaning; sentences may.
PROBLEMS = {
    "validation": (400, _("Dữ liệu gửi lên chưa dùng được")),
    "malformed": (400, _("Không đọc được nội dung gửi lên")),
    "parameter": (400, _("Tham số trong địa chỉ chưa dùng được")),
    "bad_request": (400, _("Yêu cầu chưa dùng được")),
    "unauthenticated": (401, _("Cần khóa truy cập còn hiệu lực")),
    "scope": (403, _("Khóa truy cập này không dùng được cho việc này")),
    "forbidden": (403, _("Vai trò này không làm được việc này")),
    "not_found": (404, _("Không tìm thấy trong địa bàn được giao")),
    "method": (405, _("Địa chỉ này không nhận cách gửi này")),
    "not_acceptable": (406, _("Chỉ trả lời bằng JSON")),
    "stale": (409, _("Có người vừa sửa hồ sơ này")),
    "duplicate": (409, _("Có thể người này đã có trong danh sách")),
    "doubtful": (409, _("Cần kiểm tra lại trước khi ghi")),
    "refused": (409, _("Chưa làm được như yêu cầu")),
    "key_reused": (409, _("Idempotency-Key này đã dùng cho nội dung khác")),
    "too_large": (413, _("Nội dung gửi lên quá lớn")),
    "media_type": (415, _("Chỉ nhận nội dung JSON")),
    "throttled": (429, _("Gửi quá nhiều, hãy đợi")),
    "server_error": (500, _("Máy chủ có lỗi, đã ghi lại")),
    "unavailable": (503, _("Máy chủ chưa phục vụ được")),
}
_OF_STATUS = {
    400: "bad_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method",
    406: "not_acceptable",
    413: "too_large",
    415: "media_type",
    429: "throttled",
    503: "unavailable",
}

Errors = Mapping[str, list[dict[str, str]]]  # field → [{"code", "message"}]


class Refusal(exceptions.APIException):
    """A refusal by its code. `detail`: a sentence; `errors`: what is wrong with which field; `more`: further members."""

    def __init__(
        self,
        code: str,
        detail: object = "",
        *,
        errors: Errors | None = None,
        wait: int | None = None,
        **more: Any,
    ) -> None:
        self.problem_code = code
        self.status_code = PROBLEMS[code][0]
        self.errors, self.more, self.retry_after = errors, more, wait
        super().__init__(str(detail) or str(PROBLEMS[code][1]))


def error(code: str, message: object) -> dict[str, str]:
    return {"code": code, "message": str(message)}


def answer(
    code: str,
    detail: object = "",
    *,
    status: int | None = None,
    errors: Errors | None = None,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> HttpResponse:
    """The problem as a response."""
    usual, title = PROBLEMS[code]
    body: dict[str, Any] = {
        "type": URN + code,
        "title": str(title),
        "status": status or usual,
        "code": code,
        "detail": str(detail) or str(title),
    }
    body |= ({"errors": errors} if errors else {}) | more
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False, default=str),
        status=status or usual,
        content_type=MEDIA_TYPE,
        headers=dict(headers or {}),
    )
    response["Cache-Control"] = "no-store"
    response["Content-Language"] = translation.get_language() or settings.LANGUAGE_CODE
    return response


def handler(raised: Exception, context: dict) -> HttpResponse | None:
    """REST framework's exception handler. None: an accident, which the middleware answers and the log keeps."""
    match raised:
        case Refusal():
            headers = {"Retry-After": str(raised.retry_after)} if raised.retry_after else {}
            headers |= {"WWW-Authenticate": "Bearer"} if raised.status_code == 401 else {}
            return answer(
                raised.problem_code, raised.detail, errors=raised.errors, headers=headers, **raised.more
            )
        case exceptions.ValidationError():
            return answer("validation", errors=of_serializer(raised.get_full_details()))
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return answer("unauthenticated", headers={"WWW-Authenticate": "Bearer"})
        case Http404() | exceptions.NotFound() | ObjectDoesNotExist() | OutOfScope():
            return answer("not_found")
        case Spent():
            return answer("key_reused")
        case Stale():
            return answer("stale", current_version=raised.current.version)  # type: ignore[attr-defined]
        case ValidationError():
            return answer("refused", errors=of_verb(raised))
        case PermissionDenied() | exceptions.PermissionDenied():
            return answer("forbidden")
        case exceptions.MethodNotAllowed():
            allowed = ", ".join(context["view"].allowed_methods)
            return answer("method", headers={"Allow": allowed})
        case exceptions.APIException():
            code = _OF_STATUS.get(raised.status_code, "bad_request")
            return answer(code, status=raised.status_code)
    return None


def of_verb(raised: ValidationError) -> dict[str, list[dict[str, str]]]:
    """What a verb refuses: its sentences by field, or by no field ("")."""
    by_field = raised.error_dict if hasattr(raised, "error_dict") else {NON_FIELD_ERRORS: raised.error_list}
    return {
        "" if name == NON_FIELD_ERRORS else name: [
            error(one.code or "refused", message) for one in problems for message in one.messages
        ]
        for name, problems in by_field.items()
    }


def of_serializer(details: Any, path: str = "") -> dict[str, list[dict[str, str]]]:
    """REST framework's nested errors as {"a.b": [{"code", "message"}]}."""
    if isinstance(details, list):
        if all(isinstance(one, dict) and set(one) == {"message", "code"} for one in details):
            return {path or "": [error(one["code"], one["message"]) for one in details]}
        parts = {str(place): one for place, one in enumerate(details) if one}
    elif set(details) == {"message", "code"} and not isinstance(details["message"], (dict, list)):
        return {path or "": [error(details["code"], details["message"])]}
    else:
        parts = {str(name): one for name, one in details.items()}
    found: dict[str, list[dict[str, str]]] = {}
    for name, one in parts.items():
        found |= of_serializer(one, f"{path}.{name}".lstrip(".") if name != "non_field_errors" else path)
    return found


def is_api(request: HttpRequest) -> bool:
    return request.path_info == ROOT.rstrip("/") or request.path_info.startswith(ROOT)


def language_of(request: HttpRequest) -> str:
    """English for whoever asks for it first of the two, Vietnamese for everybody else."""
    known = dict(settings.LANGUAGES)
    for wanted, _quality in parse_accept_lang_header(
        request.headers.get("Accept-Language", "")[:200].lower()
    ):
        if wanted.split("-")[0] in known:
            return wanted.split("-")[0]
    return settings.LANGUAGE_CODE


class ProblemMiddleware:
    """Under /api/ nothing is refused otherwise than by a problem, and languages are chosen by Accept-Language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_api(request):
            return self.get_response(request)
        with translation.override(language_of(request)):
            response = self.get_response(request)
            if response.status_code < 400 or response.get("Content-Type") == MEDIA_TYPE:
                return response
            code = _OF_STATUS.get(response.status_code)
            code = code or ("server_error" if response.status_code >= 500 else "bad_request")
            headers = {name: response[name] for name in ("Allow", "Retry-After") if name in response}
            return answer(code, status=response.status_code, headers=headers)
