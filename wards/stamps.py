"""What a list of officials or of the log is taken out for: written into the file, kept with its code in the log."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib import clock
from wards.models import User

PURPOSES: dict[str, str | Promise] = {
    "review": gettext_lazy("Kiểm tra, giám sát"),
    "handover": gettext_lazy("Bàn giao, phân công"),
    "complaint": gettext_lazy("Giải quyết phản ánh, khiếu nại"),
    "incident": gettext_lazy("Xử lý sự cố lộ dữ liệu cá nhân"),
    "records": gettext_lazy("Lưu hồ sơ"),
}


@dataclass(frozen=True)
class Stamp:
    """Who takes something out, when, for what; `code` is in the file and in the log."""

    user: User
    at: datetime
    purpose: str
    code: str

    @classmethod
    def new(cls, user: User, at: datetime, purpose: str) -> "Stamp":
        return cls(user, at.astimezone(clock.VIETNAM), purpose, "TX" + secrets.token_hex(4).upper())

    @property
    def line(self) -> str:
        office = f" ({self.user.organisation})" if self.user.organisation else ""
        return _("%(user)s%(office)s tải lúc %(at)s · mã %(code)s · mục đích: %(purpose)s · dữ liệu cá nhân, không phát tán") % {
            "user": self.user.get_full_name(),
            "office": office,
            "at": f"{self.at:%H:%M %d/%m/%Y}",
            "code": self.code,
            "purpose": self.purpose,
        }  # fmt: skip
