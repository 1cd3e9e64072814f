"""Who entered this and who changed it, in plain words, from the former rows that the database keeps."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from wards.models import Household, Resident, User

# What a reader knows a field by; several columns of one thing share its name.
LABELS = {
    "full_name": "Họ và tên",
    "birth_year": "Ngày sinh",
    "birth_month": "Ngày sinh",
    "birth_day": "Ngày sinh",
    "sex": "Giới tính",
    "phones": "Số điện thoại",
    "insurance_number": "Số thẻ BHYT",
    "residence": "Cư trú",
    "residence_until": "Cư trú",
    "registration": "Đăng ký cư trú",
    "mobility": "Đi lại",
    "employer": "Đơn vị công tác",
    "priority_group": "Nhóm ưu tiên",
    "note": "Ghi chú",
    "household_id": "Hộ",
}
SOURCES = {"desk": "nhập tại bàn", "file": "nhập từ tệp", "demo": "số liệu giả định", "phone": "ghi tại nhà"}
LATEST = 20


@dataclass(frozen=True)
class Change:
    """Somebody changed these facts at an instant (real time); `by` is empty where a file or a rule did."""

    at: datetime
    by: str
    what: list[str]


def source_words(source: str) -> str:
    return _(SOURCES.get(source, source))


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
            found.append(Change(row.pgh_created_at, by, sorted(_(label) for label in what)))
        newer = row
    return found


def _names(contexts: list[dict | None]) -> dict[int, str]:
    ids = {context["user"] for context in contexts if context and context.get("user")}
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "full_name"))


def entered_by(fact: Resident | Household) -> str:
    """Nguyễn Thị Lan, nhập từ tệp."""
    who = fact.entered_by.full_name if fact.entered_by else ""
    return ", ".join(filter(None, (who, source_words(fact.source))))
