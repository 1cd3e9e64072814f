"""Who looked and who changed, for those who supervise: inside their own area, without what was seen or written.

Two sources, one line: access events (views, searches, lists, files, prints, accounts) and the row history that the
database keeps of every change (`wards.history`), of this app and of the apps above it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pghistory.models import Event

from wards.access import scope_of
from wards.actions.accounts import inside_area
from wards.models import AccessEvent, Assignment, User

PAGE = 100

# A model's name → what the page calls it; a model that is not here goes by its verbose name.
THINGS = {
    "resident": gettext_lazy("Người dân"),
    "household": gettext_lazy("Hộ"),
    "identityclaim": gettext_lazy("Số giấy tờ"),
    "residentcondition": gettext_lazy("Thông tin sức khỏe"),
    "pregnancy": gettext_lazy("Thông tin sức khỏe"),
    "infection": gettext_lazy("Thông tin sức khỏe"),
    "screening": gettext_lazy("Khám sàng lọc"),
    "dosehistory": gettext_lazy("Tiền sử tiêm"),
    "worklist": gettext_lazy("Danh sách chưa tiêm"),
    "import": gettext_lazy("Tệp Excel"),
    "import_errors": gettext_lazy("Các dòng lỗi của tệp Excel"),
    "account": gettext_lazy("Tài khoản"),
    "number_clash": gettext_lazy("Số giấy tờ này được nhập cho người khác, cần xem"),
    "access_log": gettext_lazy("Nhật ký"),
    "reference": gettext_lazy("Danh mục dùng chung"),
    "api_token": gettext_lazy("Mã truy cập API"),
    "dose": gettext_lazy("Mũi tiêm"),
    "forecast": gettext_lazy("Lịch tiêm"),
    "unexpected_fields": gettext_lazy("Mẫu gửi lên có mục lạ, đã bỏ qua"),
}
ABOUT_A_PERSON = ("resident", "number_clash")
VERBS = {
    "open_account": gettext_lazy("Mở tài khoản"),
    "change_account": gettext_lazy("Sửa tài khoản"),
    "assign": gettext_lazy("Giao nơi làm việc"),
    "end_assignment": gettext_lazy("Kết thúc nơi làm việc"),
    "close_account": gettext_lazy("Khóa tài khoản"),
    "reopen_account": gettext_lazy("Mở lại tài khoản"),
    "reset_password": gettext_lazy("Đặt lại mật khẩu"),
    "make_token": gettext_lazy("Tạo mã truy cập API"),
    "revoke_token": gettext_lazy("Thu hồi mã truy cập API"),
    "request_export": gettext_lazy("Yêu cầu lập tệp"),
    "make_export": gettext_lazy("Lập tệp"),
}


@dataclass(frozen=True)
class Line:
    """One thing that somebody did. `resident_id` or `object_id` says to whom; no values, no names."""

    at: datetime
    user_id: int | None
    action: str
    what: str
    resident_id: UUID | None
    object_id: str
    ward_id: int | None
    row_count: int
    purpose: str = ""


@dataclass(frozen=True)
class Question:
    """What to look for: a span of real time, perhaps one official, perhaps one person. `before` continues a list."""

    since: datetime
    until: datetime
    user_id: int | None = None
    resident_id: UUID | None = None


def looked(reader: User, question: Question, *, limit: int = PAGE) -> list[Line]:
    """Access events of the reader's wards; those without a ward when the official's account is in the reader's area."""
    scope = scope_of(reader)
    officials = accounts_of_area(reader)
    events = AccessEvent.objects.filter(at__gte=question.since, at__lt=question.until)
    events = events.filter(Q(ward__in=scope.ward_ids) | Q(ward=None, user__in=officials))
    if question.user_id:
        events = events.filter(user=question.user_id)
    if question.resident_id:
        events = events.filter(what__in=ABOUT_A_PERSON, object_id=str(question.resident_id))
    return [_of_access(event) for event in events.order_by("-at", "-pk")[:limit]]


def changed(reader: User, question: Question, *, limit: int = PAGE) -> list[Line]:
    """Rows changed or deleted in the reader's wards, newest first, from every table whose history carries a ward."""
    lines: list[Line] = []
    for model in histories():
        lines += _changes_of(model, scope_of(reader).ward_ids, question, limit)
    return sorted(lines, key=lambda line: line.at, reverse=True)[:limit]


def histories() -> list[Any]:
    """The history tables of personal facts: those that carry a ward."""
    return [
        model
        for model in apps.get_models()
        if issubclass(model, Event) and any(field.name == "ward" for field in model._meta.fields)
    ]


def _changes_of(model: Any, ward_ids: Iterable[int], question: Question, limit: int) -> list[Line]:
    names = {field.name for field in model._meta.fields}
    person = "resident_id" if "resident" in names else "id"
    rows = model.objects.filter(
        ward__in=ward_ids, pgh_created_at__gte=question.since, pgh_created_at__lt=question.until
    )
    thing = model.pgh_tracked_model._meta.model_name
    if question.user_id:
        rows = rows.filter(pgh_context__user=question.user_id)
    if question.resident_id:
        if thing == "household":
            return []
        rows = rows.filter(**{person: question.resident_id})
    columns = ("pgh_created_at", "pgh_context", "pgh_label", person, "ward_id")
    # by pgh_id, which grows with time and is indexed
    found = rows.order_by("-pgh_id").values_list(*columns)[:limit]
    return [_of_change(thing, *row) for row in found]


def _of_change(thing: str, at: datetime, context: dict | None, label: str, pk, ward_id: int) -> Line:
    action = _("Xóa") if label == "deleted" else _("Sửa")
    is_home = thing == "household"
    return Line(
        at=at,
        user_id=(context or {}).get("user"),
        action=action,
        what=str(THINGS.get(thing, thing)),
        resident_id=None if is_home else pk,
        object_id=str(pk),
        ward_id=ward_id,
        row_count=1,
    )


def _of_access(event: AccessEvent) -> Line:
    verb = VERBS.get((event.detail or {}).get("verb", ""))
    return Line(
        at=event.at,
        user_id=event.user_id,
        action=str(verb or event.get_action_display()),
        what=str(THINGS.get(event.what, event.what)),
        resident_id=UUID(event.object_id) if event.what in ABOUT_A_PERSON and event.object_id else None,
        object_id=event.object_id,
        ward_id=event.ward_id,
        row_count=event.row_count,
        purpose=event.purpose,
    )


def accounts_of_area(reader: User):
    """Officials who work in the reader's area now or did: those whose doings the reader may follow."""
    return Assignment.objects.filter(inside_area(reader)).values("user")
