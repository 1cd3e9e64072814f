"""Who entered this and who changed it, in plain words, from the former rows that the database keeps."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy

from wards.models import Household, Resident, User

# What a reader knows a field by; several columns of one thing share its name.
LABELS = {
    "full_name": gettext_lazy("Họ và tên"),
    "birth_year": gettext_lazy("Ngày sinh"),
    "birth_month": gettext_lazy("Ngày sinh"),
    "birth_day": gettext_lazy("Ngày sinh"),
    "sex": gettext_lazy("Giới tính"),
    "phones": gettext_lazy("Số điện thoại"),
    "insurance_number": gettext_lazy("Số thẻ BHYT"),
    "residence": gettext_lazy("Cư trú"),
    "residence_until": gettext_lazy("Cư trú"),
    "registration": gettext_lazy("Đăng ký cư trú"),
    "mobility": gettext_lazy("Đi lại"),
    "employer": gettext_lazy("Đơn vị công tác"),
    "priority_group": gettext_lazy("Nhóm ưu tiên"),
    "note": gettext_lazy("Ghi chú"),
    "household_id": gettext_lazy("Hộ"),
    "guardian_name": gettext_lazy("Người giám hộ"),
    "guardian_relation": gettext_lazy("Người giám hộ"),
    "guardian_phone": gettext_lazy("Điện thoại người giám hộ"),
    "school": gettext_lazy("Trường, lớp"),
    "school_class": gettext_lazy("Trường, lớp"),
}
SOURCES = {
    "desk": gettext_lazy("nhập tại bàn"),
    "file": gettext_lazy("nhập từ tệp"),
    "demo": gettext_lazy("số liệu giả định"),
    "phone": gettext_lazy("ghi tại nhà"),
}
LATEST = 20


@dataclass(frozen=True)
class Change:
    """Somebody changed these facts at an instant (real time); `by` is empty where a file or a rule did."""

    at: datetime
    by: str
    what: list[str]


def source_words(source: str) -> str:
    return str(SOURCES.get(source, source))


def changes(resident: Resident) -> list[Change]:
    """The latest changes of a person's own facts, the newest first."""
    kept = resident.history  # type: ignore[attr-defined]  # the former rows, by wards.history
    former = list(kept.order_by("-pgh_created_at", "-pgh_id")[:LATEST])
    users = _names([row.pgh_context for row in former])
    found = []
    newer: object = resident
    for row in former:
        what = {LABELS[name] for name in LABELS if getattr(row, name) != getattr(newer, name)}
        if what:
            by = users.get((row.pgh_context or {}).get("user", 0), "")
            found.append(Change(row.pgh_created_at, by, sorted(map(str, what))))
        newer = row
    return found


def _names(contexts: list[dict | None]) -> dict[int, str]:
    ids = {context["user"] for context in contexts if context and context.get("user")}
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "full_name"))


def entered_by(fact: Resident | Household) -> str:
    """Nguyễn Thị Lan, nhập từ tệp."""
    who = fact.entered_by.full_name if fact.entered_by else ""
    return ", ".join(filter(None, (who, source_words(fact.source))))
