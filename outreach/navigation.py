"""The menu: one line is one entry, shown to those who may open it (WORDS 2)."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wards.access import can
from wards.roles import Ability


@dataclass(frozen=True)
class Entry:
    label: str | Promise
    url_name: str
    ability: Ability | None = None


MENU = (
    Entry(_("Hôm nay"), "outreach:today"),
    Entry(_("Chưa tiêm, chưa đủ mũi"), "outreach:worklist", Ability.SEE_HEALTH),
    Entry(_("Hộ và người dân"), "wards:resident-list", Ability.SEE_PEOPLE),
    Entry(_("Chuyển phường"), "wards:transfer-list", Ability.EDIT_PEOPLE),
    Entry(_("Nhập từ tệp Excel"), "wards:import-list", Ability.IMPORT_FILES),
    Entry(_("Nhật ký xem và sửa"), "wards:access-log", Ability.SEE_AUDIT),
    Entry(_("Quy định tiêm"), "vaccination:rules", Ability.SET_RULES),
    Entry(_("Tài khoản cán bộ"), "wards:account-list", Ability.MANAGE_ACCOUNTS),
    Entry(_("Trang kỹ thuật"), "admin:index", Ability.TECHNICAL_ADMIN),
)


def context(request: HttpRequest) -> dict:
    """`menu`: (label, address, whether it is the page shown) for the signed-in user."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"menu": []}
    entries = []
    for entry in MENU:
        if entry.ability is None or can(user, entry.ability):
            try:
                url = reverse(entry.url_name)
            except NoReverseMatch:
                continue
            entries.append(
                (entry.label, url, request.path == url or (url != "/" and request.path.startswith(url)))
            )
    return {"menu": entries}
