"""Who looked and who changed, for those who supervise: inside their own area, without what was seen or written.

Two sources, one line: access events (views, searches, lists, files, prints, accounts) and the row history that the
database keeps of every change (`wards.history`), of this app and of the apps above it.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import CharField, F, Func, Q, QuerySet, Value
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pghistory.models import Event

from wards.access import scope_of
from wards.actions.accounts import inside_area
from wards.models import AccessEvent, Assignment, User

PAGE = 100
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

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
    "account_slips": gettext_lazy("Phiếu đăng nhập"),
    "number_clash": gettext_lazy("Số giấy tờ này được nhập cho người khác, cần xem"),
    "access_log": gettext_lazy("Nhật ký"),
    "transfer": gettext_lazy("Đề nghị chuyển sang phường khác"),
    "reference": gettext_lazy("Danh mục dùng chung"),
    "api_token": gettext_lazy("Khóa truy cập API"),
    "dose": gettext_lazy("Mũi tiêm"),
    "forecast": gettext_lazy("Lịch tiêm"),
    "not_there": gettext_lazy("Địa chỉ hồ sơ không thuộc địa bàn được giao"),
    "unexpected_fields": gettext_lazy("Mẫu gửi lên có mục lạ, đã bỏ qua"),
}
ABOUT_A_PERSON = ("resident", "number_clash", "transfer")
VERBS = {
    "open_account": gettext_lazy("Mở tài khoản"),
    "change_account": gettext_lazy("Sửa tài khoản"),
    "assign": gettext_lazy("Giao nơi làm việc"),
    "end_assignment": gettext_lazy("Kết thúc nơi làm việc"),
    "transfer": gettext_lazy("Chuyển nơi làm việc"),
    "stand_in": gettext_lazy("Giao làm thay"),
    "make_link": gettext_lazy("Tạo phiếu đăng nhập"),
    "use_link": gettext_lazy("Đặt mật khẩu bằng phiếu"),
    "close_account": gettext_lazy("Khóa tài khoản"),
    "reopen_account": gettext_lazy("Mở lại tài khoản"),
    "reset_second_factor": gettext_lazy("Bỏ xác nhận hai bước"),
    "add_second_factor": gettext_lazy("Bật xác nhận hai bước"),
    "remove_second_factor": gettext_lazy("Tắt xác nhận hai bước"),
    "change_own_password": gettext_lazy("Đổi mật khẩu của mình"),
    "propose_transfer": gettext_lazy("Gửi sang phường khác"),
    "withdraw_transfer": gettext_lazy("Rút lại đề nghị chuyển"),
    "accept_transfer": gettext_lazy("Tiếp nhận từ phường khác"),
    "return_transfer": gettext_lazy("Trả lại phường gửi"),
    "make_token": gettext_lazy("Tạo khóa truy cập API"),
    "revoke_token": gettext_lazy("Thu hồi khóa truy cập API"),
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
    code: str = ""
    address: str = ""
    thing: str = ""  # `what` as the log keeps it

    @property
    def account_id(self) -> str:
        """Whose account it was about, when it was about one."""
        return self.object_id if self.thing == "account" and self.object_id.isdecimal() else ""


@dataclass(frozen=True)
class Question:
    """What to look for; empty parts narrow nothing. `since` and `until` are instants of real time.

    kind: a value of AccessEvent.Action. purpose: its beginning. code: of a file, searched over all time. household_id: where
    the person asked about lives, because a household's page shows its people.
    """

    since: datetime
    until: datetime
    user_id: int | None = None
    resident_id: UUID | None = None
    household_id: UUID | None = None
    ward_id: int | None = None
    kind: str = ""
    purpose: str = ""
    code: str = ""


@dataclass(frozen=True)
class Page:
    """Lines, newest first, and where the next page begins ("" on the last)."""

    lines: list[Line]
    next: str = ""


# ---------------------------------------------------------------- who looked


def looked(reader: User, question: Question, *, after: str = "", limit: int = PAGE) -> Page:
    """Access events of the reader's wards; those without a ward when the official's account is in the reader's area."""
    events = events_for(reader, question)
    if place := _place(after):
        at, pk = place
        events = events.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk))
    found = list(events.order_by("-at", "-pk")[: limit + 1])
    following = ""
    if len(found) > limit:
        last = found[limit - 1]
        following = f"{int(last.at.timestamp() * 1_000_000)}.{last.pk}"
    return Page([_of_access(event) for event in found[:limit]], following)


def _place(after: str) -> tuple[datetime, int] | None:
    """Where a page begins: microseconds since 1970, and the key of the last line before it."""
    micros, _dot, pk = after.partition(".")
    if not (micros.isdecimal() and pk.isdecimal() and len(micros) < 18 and len(pk) < 18):
        return None
    return EPOCH + timedelta(microseconds=int(micros)), int(pk)


def events_for(reader: User, question: Question) -> QuerySet[AccessEvent]:
    """The access events that answer the question and that the reader may know of."""
    scope = scope_of(reader)
    inside = Q(ward__in=scope.ward_ids) | Q(ward=None, user__in=accounts_of_area(reader))
    events = AccessEvent.objects.filter(inside)
    if question.code:
        return events.annotate(code=KeyTextTransform("code", "detail")).filter(
            code=question.code, detail__has_key="code"
        )
    events = events.filter(at__gte=question.since, at__lt=question.until)
    if question.user_id:
        events = events.filter(user=question.user_id)
    if question.ward_id:
        events = events.filter(ward=question.ward_id)
    if question.kind:
        events = events.filter(action=question.kind)
    if question.purpose:
        events = events.filter(purpose__startswith=question.purpose)
    if question.resident_id:
        about = Q(what__in=ABOUT_A_PERSON, object_id=str(question.resident_id))
        if question.household_id:
            about |= Q(what="household", object_id=str(question.household_id))
        events = events.filter(about)
    return events


def purposes(reader: User, question: Question) -> list[str]:
    """For what lists and files were taken out in this time, without whom they went to."""
    asked = replace(question, purpose="", code="", kind="")
    said = (
        events_for(reader, asked)
        .exclude(purpose="")
        .annotate(
            said=Func(F("purpose"), Value(","), Value(1), function="split_part", output_field=CharField())
        )
    )
    return sorted(said.order_by().values_list("said", flat=True).distinct()[:50])


# ---------------------------------------------------------------- who changed


def changed(reader: User, question: Question, *, after: str = "", limit: int = PAGE) -> Page:
    """Rows changed or deleted in the reader's wards, newest first, from every table whose history carries a ward.

    Each table is read in the order of its own keys, and the tables are merged; the next page begins where each was left.
    """
    places = _places(after)
    ward_ids = scope_of(reader).ward_ids
    if question.ward_id:
        ward_ids &= {question.ward_id}
    streams = [_changes_of(model, ward_ids, question, places, limit) for model in histories()]
    merged = list(islice(heapq.merge(*streams, key=lambda found: found[0].at, reverse=True), limit + 1))
    if len(merged) <= limit:
        return Page([line for line, _thing, _key in merged])
    for _line, thing, key in merged[:limit]:
        places[thing] = key
    return Page(
        [line for line, _thing, _key in merged[:limit]],
        ".".join(f"{thing}-{key}" for thing, key in sorted(places.items())),
    )


def _places(after: str) -> dict[str, int]:
    """The last key read of each history table, by the table's model name."""
    pairs = [piece.partition("-") for piece in after.split(".") if piece]
    return {thing: int(key) for thing, _dash, key in pairs if key.isdecimal() and len(key) < 18}


def histories() -> list[Any]:
    """The history tables of personal facts: those that carry a ward."""
    return [
        model
        for model in apps.get_models()
        if issubclass(model, Event) and any(field.name == "ward" for field in model._meta.fields)
    ]


def _changes_of(
    model: Any, ward_ids: Iterable[int], question: Question, places: dict[str, int], limit: int
) -> list[tuple[Line, str, int]]:
    """At most one line more than a page of one table, latest key first, with the table's name and the key."""
    names = {field.name for field in model._meta.fields}
    person = "resident_id" if "resident" in names else "id"
    rows = model.objects.filter(
        ward__in=ward_ids, pgh_created_at__gte=question.since, pgh_created_at__lt=question.until
    )
    thing = model.pgh_tracked_model._meta.model_name
    if thing in places:
        rows = rows.filter(pgh_id__lt=places[thing])
    if question.user_id:
        rows = rows.filter(pgh_context__user=question.user_id)
    if question.resident_id:
        if thing == "household":
            return []
        rows = rows.filter(**{person: question.resident_id})
    columns = ("pgh_id", "pgh_created_at", "pgh_context", "pgh_label", person, "ward_id")
    # by pgh_id, which grows with time and is indexed
    found = rows.order_by("-pgh_id").values_list(*columns)[: limit + 1]
    return [(_of_change(thing, *rest), thing, key) for key, *rest in found]


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
        code=str((event.detail or {}).get("code", "")),
        address=event.address or "",
        thing=event.what,
    )


def accounts_of_area(reader: User):
    """Officials who work in the reader's area now or did: those whose doings the reader may follow."""
    return Assignment.objects.filter(inside_area(reader)).values("user")
