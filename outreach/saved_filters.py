"""Named ways to look at the list: kept per person, shared with colleagues, opened with the reader's own scope.

A saved filter is a handful of choices. Opening one is choosing them anew: what the reader may not choose (a ward of
somebody else's) is left out and said to be, so that a shared filter shows its reader never more than the list itself
would (TRUST AUTH-05).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lib import names
from outreach.filters import WorklistFilters
from outreach.models import SavedFilter
from wards import statements
from wards.access import can, require, roles_of, scope_of, wards_of
from wards.models import AdministrativeUnit, Resident, User
from wards.roles import Ability, Role

MOST = 50  # of one person
LONGEST_NAME = 60
PLACES = ("ward", "neighbourhood")
Sharing = SavedFilter.Sharing


class Refused(ValueError):
    """Cannot be kept so; the sentence says why."""


@dataclass(frozen=True)
class Opened:
    """A saved filter as one reader has it: the choices that are theirs to make, and whether a place fell out."""

    saved: "SavedFilter | Kept"
    choices: dict[str, str]
    lost_place: bool


class Kept(NamedTuple):
    """A saved filter as the list and its own page show it."""

    pk: UUID
    owner_id: int
    owner_name: str
    name: str
    choices: dict[str, str]
    is_default: bool
    sharing: str

    @property
    def shared_with(self) -> str:
        return str(Sharing(self.sharing).label)


def of(user: User) -> list[Kept]:
    """What stands above the user's list: their own first, then what colleagues share."""
    if not can(user, Ability.SEE_HEALTH):
        return []
    scope = scope_of(user)
    key = (
        "saved filters",
        user.pk,
        scope.ward_ids,
        scope.neighbourhood_ids,
        user.organisation_id,
        roles_of(user),
    )
    rows = statements.rows(
        key,
        lambda: (
            SavedFilter.objects.visible_to(user)
            .kept()
            .values_list("id", "owner_id", "owner__full_name", "name", "choices", "is_default", "sharing")
        ),
    )
    found = [Kept._make((*row[:4], json.loads(row[4]), *row[5:])) for row in rows]
    return sorted(found, key=lambda one: (one.owner_id != user.pk, names.search_key(one.name)))


def default_of(user: User) -> SavedFilter | None:
    return SavedFilter.objects.owned_by(user).kept().filter(is_default=True).first()


def opened(saved: SavedFilter | Kept, filters: WorklistFilters) -> Opened:
    """`filters` are any filters of the reader: they know what the reader may choose."""
    choices = {
        name: value for name, value in saved.choices.items() if filters.offers(name, value, saved.choices)
    }
    return Opened(saved, choices, any(name in saved.choices and name not in choices for name in PLACES))


# ---------------------------------------------------------------- verbs


@transaction.atomic
def save_filter(
    *,
    by: User,
    name: str,
    choices: Mapping[str, str],
    share: str = "",
    is_default: bool = False,
    at: datetime,
) -> SavedFilter:
    """Keep these choices under a name. `choices` are a list's `filters.chosen`; nothing else is kept of the page."""
    require(by, Ability.SEE_HEALTH)
    if SavedFilter.objects.filter(owner=by).kept().count() >= MOST:
        raise Refused(_("Đã lưu %(count)s bộ lọc. Xóa bớt rồi lưu tiếp.") % {"count": MOST})
    saved = SavedFilter(
        owner=by, name=_free_name(name, by), choices=dict(choices), created_at=at, changed_at=at
    )
    _share(saved, share, by)
    saved.save(force_insert=True)
    if is_default:
        _make_default(saved)
    return saved


@transaction.atomic
def change_filter(
    *, saved: SavedFilter, by: User, name: str, share: str, is_default: bool, at: datetime
) -> SavedFilter:
    """Another name, other colleagues, the default or no longer; the choices stay."""
    held = _own(saved, by)
    held.name = _free_name(name, by, besides=held)
    _share(held, share, by)
    held.changed_at = at
    held.is_default = False
    held.save()
    if is_default:
        _make_default(held)
    return held


@transaction.atomic
def delete_filter(*, saved: SavedFilter, by: User, at: datetime) -> None:
    held = _own(saved, by)
    held.deleted_at, held.is_default = at, False
    held.save(update_fields=["deleted_at", "is_default"])


@transaction.atomic
def restore_filter(*, saved: SavedFilter, by: User) -> None:
    """The undo of a deletion; a name that was given away meanwhile gets a number."""
    held = SavedFilter.objects.owned_by(by).select_for_update().get(pk=saved.pk)
    if held.deleted_at is None:
        return
    taken = {names.match_key(one.name) for one in SavedFilter.objects.filter(owner=by).kept()}
    name, number = held.name, 2
    while names.match_key(held.name) in taken:
        held.name, number = f"{name[:55]} ({number})", number + 1
    held.deleted_at = None
    held.save(update_fields=["deleted_at", "name"])


def _own(saved: SavedFilter, by: User) -> SavedFilter:
    require(by, Ability.SEE_HEALTH)
    return SavedFilter.objects.owned_by(by).kept().select_for_update().get(pk=saved.pk)


def _make_default(saved: SavedFilter) -> None:
    SavedFilter.objects.filter(owner=saved.owner_id, is_default=True).update(is_default=False)
    SavedFilter.objects.filter(pk=saved.pk).update(is_default=True)
    saved.is_default = True


def _free_name(name: str, by: User, besides: SavedFilter | None = None) -> str:
    """The name, cleaned. One that tells of a person is refused: names of filters are read by colleagues elsewhere."""
    name = names.clean(name)
    if not name:
        raise Refused(_("Đặt tên cho bộ lọc."))
    if len(name) > LONGEST_NAME:
        raise Refused(_("Tên bộ lọc dài quá 60 ký tự."))
    if sum(map(str.isdigit, name)) >= 9 or _names_somebody(name, by):
        raise Refused(_("Tên bộ lọc không được là họ tên hay số điện thoại, số định danh của người dân."))
    others = SavedFilter.objects.filter(owner=by).kept().exclude(pk=besides.pk if besides else None)
    if names.match_key(name) in {names.match_key(other.name) for other in others}:
        raise Refused(_("Đã có bộ lọc tên “%(name)s”.") % {"name": name})
    return name


def _names_somebody(name: str, by: User) -> bool:
    return Resident.objects.visible_to(by).filter(search_key=names.search_key(name)).exists()


# ---------------------------------------------------------------- with whom


def sharing_choices(user: User) -> list[tuple[str, str]]:
    """With whom this person may share: nobody, the officials of one of their wards, their office, their role."""
    wards = [
        (f"ward:{unit.pk}", _("Cán bộ %(place)s") % {"place": unit.full_name})
        for unit in wards_of(user).order_by("name")
    ]
    office = (
        [("office", _("Cùng cơ quan: %(name)s") % {"name": user.organisation})] if user.organisation else []
    )
    labels = dict(Role.choices)
    roles = ", ".join(str(labels[role]) for role in user.roles)
    return [
        ("", str(Sharing.NONE.label)),
        *wards,
        *office,
        ("role", _("Cùng vai trò: %(roles)s") % {"roles": roles}),
    ]


def share_of(saved: SavedFilter) -> str:
    """The choice of `sharing_choices` that stands for how it is shared now."""
    return f"ward:{saved.shared_ward_id}" if saved.sharing == Sharing.WARD else saved.sharing


def _share(saved: SavedFilter, share: str, by: User) -> None:
    if share not in dict(sharing_choices(by)):
        raise Refused(_("Chỉ chia sẻ được với cán bộ trong địa bàn, cơ quan hoặc vai trò của mình."))
    kind, _colon, ward = share.partition(":")
    saved.sharing = kind
    saved.shared_ward = AdministrativeUnit.objects.get(pk=ward) if ward else None
    saved.shared_organisation = by.organisation if kind == Sharing.OFFICE else None
    saved.shared_roles = list(by.roles) if kind == Sharing.ROLE else []
