"""The accounts of a demonstration installation: one for every role, and a second ward that must see nothing of the first.

Passwords are made anew for each installation and stand readable only in DATA_DIR/demo_accounts.json (mode 0600).
"""

import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outreach.city_setup import Offices
from wards.demo_cards import RoleCard
from wards.models import AdministrativeUnit, Assignment, Neighbourhood, Organisation, User
from wards.roles import Role

VO_CUONG, SUOI_HOA = "09190", "09187"


@dataclass(frozen=True)
class DemoAccount:
    """`office`: a kind of organisation; `ward`: code of the ward it works in, "" for the whole city."""

    username: str
    role: Role
    full_name: str
    office: str
    does: str | Promise
    ward: str = ""


_kind = Organisation.Kind

ACCOUNTS = (
    DemoAccount(
        "demo-trung-tam", Role.HEALTH_CENTRE, "Cán bộ Trung tâm Y tế (thử)", _kind.HEALTH_CENTRE,
        _("Nhập tệp của các phường, xem ai chưa tiêm và vì sao, khám sàng lọc, tải danh sách."),
    ),
    DemoAccount(
        "demo-vo-cuong", Role.WARD_OFFICER, "Cán bộ phường Võ Cường (thử)", _kind.WARD_COMMITTEE,
        _("Cập nhật hộ và người dân của phường mình, nhập tệp, in danh sách cần tiêm."), VO_CUONG,
    ),
    DemoAccount(
        "demo-to-ra-soat", Role.SURVEYOR, "Tổ rà soát Bồ Sơn (thử)", _kind.WARD_COMMITTEE,
        _("Đi từng nhà trong khu phố được giao, ghi lại ai chưa tiêm và lý do."), VO_CUONG,
    ),
    DemoAccount(
        "demo-tram-y-te", Role.STATION, "Trạm Y tế phường Võ Cường (thử)", _kind.STATION,
        _("Ghi mũi tiêm, khám sàng lọc, xác nhận giấy tờ của người dân trong phường."), VO_CUONG,
    ),
    DemoAccount(
        "demo-lanh-dao-phuong", Role.WARD_LEAD, "Lãnh đạo phường Võ Cường (thử)", _kind.WARD_COMMITTEE,
        _("Xem danh sách chưa tiêm của phường, tải và in để chỉ đạo."), VO_CUONG,
    ),
    DemoAccount(
        "demo-cong-an", Role.WARD_POLICE, "Công an phường Võ Cường (thử)", _kind.POLICE,
        _("Đối chiếu nhân khẩu và số định danh; không thấy thông tin sức khỏe."), VO_CUONG,
    ),
    DemoAccount(
        "demo-lanh-dao", Role.CITY_LEAD, "Lãnh đạo thành phố (thử)", _kind.CITY_COMMITTEE,
        _("Xem số liệu từng phường, không thấy tên người dân."),
    ),
    DemoAccount(
        "demo-truyen-thong", Role.COMMUNICATIONS, "Cán bộ truyền thông (thử)", _kind.COMMUNICATIONS,
        _("Xem số liệu để soạn bài phát thanh và tin nhắn."),
    ),
    DemoAccount(
        "demo-duong-day-nong", Role.HOTLINE, "Trực đường dây nóng (thử)", _kind.HEALTH_CENTRE,
        _("Xem số liệu để trả lời người dân gọi đến."),
    ),
    DemoAccount(
        "demo-co-so-dieu-tri", Role.FACILITY, "Cơ sở thu dung, điều trị (thử)", _kind.FACILITY,
        _("Xem số liệu; người ra viện cần tiêm sẽ được chuyển về phường."),
    ),
    DemoAccount(
        "demo-cdc", Role.CDC, "Trung tâm Kiểm soát bệnh tật (thử)", _kind.CDC,
        _("Xem số liệu toàn thành phố, chọn bộ quy định đang áp dụng."),
    ),
    DemoAccount(
        "demo-quan-tri", Role.ADMIN, "Quản trị (thử)", _kind.CITY_COMMITTEE, _("Mở, sửa, khóa tài khoản cán bộ."),
    ),
    DemoAccount(
        "demo-kiem-tra", Role.AUDITOR, "Kiểm tra, giám sát (thử)", _kind.CITY_COMMITTEE,
        _("Đọc nhật ký ai đã xem, sửa, tải danh sách."),
    ),
    DemoAccount(
        "demo-suoi-hoa", Role.WARD_OFFICER, "Cán bộ phường Suối Hoa (thử)", _kind.WARD_COMMITTEE,
        _("Cán bộ của phường khác: không thấy gì của phường Võ Cường."), SUOI_HOA,
    ),
)  # fmt: skip


_WARD_NAMES = {VO_CUONG: "Võ Cường", SUOI_HOA: "Suối Hoa"}


def cards() -> list[RoleCard]:
    """One card per account for the sign-in page of a demonstration."""
    return [
        RoleCard(
            username=account.username,
            title=account.role.label,
            place=_WARD_NAMES.get(account.ward, ""),
            does=account.does,
        )
        for account in ACCOUNTS
    ]


def make_accounts(offices: Offices, units: Iterable[AdministrativeUnit]) -> dict[str, User]:
    """The offices that only the demonstration has, and every account with its place; passwords follow later."""
    by_code = {unit.code: unit for unit in units}
    city_offices = _city_offices(offices, list(by_code.values()))
    users = {}
    for account in ACCOUNTS:
        unit = by_code.get(account.ward)
        office = offices.of(account.office, unit) if unit else city_offices[account.office]
        user = User(
            username=account.username, full_name=account.full_name, roles=[account.role], organisation=office
        )
        user.set_unusable_password()
        user.save()
        place: dict[str, Any] = {"unit": unit} if unit else {"organisation": office}
        if account.role == Role.SURVEYOR:
            place = {
                "neighbourhood": Neighbourhood.objects.filter(ward=unit).order_by("walking_order").first()
            }
        Assignment.objects.create(user=user, **place)
        users[account.username] = user
    return users


def _city_offices(offices: Offices, units: list[AdministrativeUnit]) -> dict[str, Organisation]:
    found: dict[str, Organisation] = {
        _kind.HEALTH_CENTRE: offices.health_centre,
        _kind.CITY_COMMITTEE: offices.city_committee,
    }
    for kind, name in (
        (_kind.COMMUNICATIONS, "Trung tâm Văn hóa, Thể thao và Truyền thông thành phố Bắc Ninh"),
        (_kind.FACILITY, "Cơ sở thu dung, điều trị số 1 (giả định)"),
        (_kind.CDC, "Trung tâm Kiểm soát bệnh tật tỉnh Bắc Ninh"),
    ):
        office = Organisation.objects.create(kind=kind, name=name)
        office.units.set(units)
        found[kind] = office
    return found


# ---------------------------------------------------------------- passwords


_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else


def password_file() -> Path:
    return Path(settings.DATA_DIR) / "demo_accounts.json"


@transaction.atomic
def renew_passwords() -> list[dict[str, str]]:
    """Give every demonstration account a new password and write the file once the change has been committed."""
    listed = []
    users = {
        user.username: user for user in User.objects.filter(username__in=[one.username for one in ACCOUNTS])
    }
    for account in ACCOUNTS:
        if user := users.get(account.username):
            password = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
            user.set_password(password)
            user.save(update_fields=["password"])
            listed.append(
                {"role": str(account.role.label), "username": account.username, "password": password}
            )
    transaction.on_commit(lambda: _write(listed))
    return listed


def _write(listed: list[dict[str, str]]) -> None:
    path = password_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}.new")
    with open(
        os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        json.dump(listed, file, ensure_ascii=False, indent=1)
    unfinished.replace(path)


def listed_passwords() -> list[dict[str, str]]:
    """Role, user name, password of each account; renewed where the file is lost or of another database."""
    try:
        listed: list[dict[str, str]] = json.loads(password_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return renew_passwords()
    # the last one stands for all: they are renewed together
    user = User.objects.filter(username=listed[-1]["username"]).first() if listed else None
    if user is None or not user.check_password(listed[-1]["password"]):
        return renew_passwords()
    return listed
