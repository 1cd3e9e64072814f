"""Accounts of officials: open, change, assign. Each is an event in the log (who, whom, what).

Three fences: only accounts whose every place lies in the user's own area, only roles the table `wards.roles.GRANTS` lets
the user give, and never one's own account.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lib import clock
from lib.names import clean, display_name
from wards.access import can, require, roles_of, scope_of
from wards.actions.verb import OutOfScope, verb
from wards.audit import record_access_of
from wards.models import AccessEvent, AdministrativeUnit, Assignment, Neighbourhood, Organisation, User
from wards.roles import Ability, Role, grantable

Place = AdministrativeUnit | Neighbourhood | Organisation


def accounts_of(by: User, *, at: datetime) -> QuerySet[User]:
    """The accounts in the user's area: assigned inside it, and nowhere outside it now or later.

    An account that has no place yet is an administrator's to see.
    """
    if not can(by, Ability.MANAGE_ACCOUNTS):
        return User.objects.none()
    inside = inside_area(by)
    unended = Assignment.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at))
    mine = Q(pk__in=Assignment.objects.filter(inside).values("user"))
    if can(by, Ability.TECHNICAL_ADMIN):
        mine |= Q(assignments=None)
    return User.objects.filter(mine).exclude(pk__in=unended.exclude(inside).values("user")).distinct()


def inside_area(by: User) -> Q:
    """Assignments whose place lies in the user's area; an office lies in it when every unit it serves does."""
    scope = scope_of(by)
    return (
        Q(unit__in=scope.ward_ids)
        | Q(neighbourhood__ward__in=scope.ward_ids)
        | Q(neighbourhood__in=scope.neighbourhood_ids)
        | Q(organisation__in=offices_inside(by).values("pk"))
    )


def offices_inside(by: User) -> QuerySet[Organisation]:
    """Offices that serve units of the user's area and no other."""
    wards = scope_of(by).ward_ids
    beyond = Organisation.units.through.objects.exclude(administrativeunit_id__in=wards)
    serving = Organisation.objects.filter(units__in=wards)
    return serving.exclude(pk__in=beyond.values("organisation_id")).distinct()


def may_change(by: User, account: User) -> bool:
    """Whether the user may change this visible account: not the own one, and no role beyond what they may give."""
    return account.pk != by.pk and _held_by(account) <= grantable(roles_of(by))


def _held_by(account: User) -> set[str]:
    """The account's own roles, and those it holds or will hold in somebody's place."""
    acting = Assignment.objects.filter(user=account, ends_at__gt=clock.real_now()).exclude(acting_roles=[])
    return set(account.roles).union(*acting.values_list("acting_roles", flat=True))


@verb
def open_account(
    *,
    username: str,
    full_name: str,
    roles: Collection[str],
    place: Place,
    by: User,
    phone: str = "",
    organisation: Organisation | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> User:
    """A new account with its first place. It has no password: its holder sets one through a link (`actions.links`)."""
    require(by, Ability.MANAGE_ACCOUNTS)
    _require_grantable(by, roles)
    username = clean(username).lower()
    account = User(
        username=username, full_name=display_name(full_name), phone=phone, roles=sorted(set(roles))
    )
    account.organisation = organisation
    account.set_unusable_password()
    try:
        with transaction.atomic():
            if User.objects.filter(username__iexact=username).exists():
                raise IntegrityError
            account.save(force_insert=True)
    except IntegrityError:
        raise ValidationError(_("Tên đăng nhập này đã có người dùng."), code="username_taken") from None
    assignment = place_at(account, place, by=by, starts_at=starts_at, ends_at=ends_at)
    record(by, account, "open_account", roles=account.roles, place=str(assignment))
    return account


@verb
def change_account(*, account: User, full_name: str, phone: str, roles: Collection[str], by: User) -> User:
    """Name, telephone and roles. Roles the user may not give can neither be given nor taken away."""
    account = changeable(account, by=by)
    _require_grantable(by, roles)
    former = list(account.roles)
    account.full_name, account.phone, account.roles = display_name(full_name), phone, sorted(set(roles))
    account.save(update_fields=["full_name", "phone", "roles"])
    record(by, account, "change_account", former_roles=former, roles=account.roles)
    return account


@verb
def assign(
    *,
    account: User,
    place: Place,
    by: User,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Assignment:
    """A further place, from when to when (instants of real time); a replacement's ends by itself."""
    account = changeable(account, by=by)
    for row in account.assignments.filter(ends_at=ends_at, in_place_of=None):
        if row.place == place and (row.starts_at is None or (starts_at and row.starts_at <= starts_at)):
            return row  # sent twice
    assignment = place_at(account, place, by=by, starts_at=starts_at, ends_at=ends_at)
    record(by, account, "assign", place=str(assignment), until=ends_at.isoformat() if ends_at else None)
    return assignment


@verb
def end_assignment(*, assignment: Assignment, by: User, at: datetime) -> None:
    """The place ends now; one that has not begun yet is taken away."""
    account = changeable(assignment.user, by=by)
    found = account.assignments.filter(pk=assignment.pk).filter(Q(ends_at=None) | Q(ends_at__gt=at)).first()
    if found is None:
        return
    if found.starts_at is not None and found.starts_at >= at:
        found.delete()
    else:
        found.ends_at = at
        found.save(update_fields=["ends_at"])
    record(by, account, "end_assignment", place=str(assignment))


def changeable(account: User, *, by: User) -> User:
    """The account as it stands, locked; OutOfScope or PermissionDenied where it is not the user's to change."""
    require(by, Ability.MANAGE_ACCOUNTS)
    if not accounts_of(by, at=clock.real_now()).filter(pk=account.pk).exists():
        raise OutOfScope
    found = User.objects.select_for_update().get(pk=account.pk)
    if not may_change(by, found):
        raise PermissionDenied("This account is not yours to change.")
    return found


def _require_grantable(by: User, roles: Collection[str]) -> None:
    if not roles:
        raise ValidationError(_("Chọn ít nhất một vai trò."), code="no_role")
    if not {Role(role).value for role in roles} <= grantable(roles_of(by)):
        raise PermissionDenied("This role is not yours to give.")


def place_at(
    account: User,
    place: Place,
    *,
    by: User,
    starts_at: datetime | None,
    ends_at: datetime | None,
    **more: Any,
) -> Assignment:
    """A row that says where the account works; OutOfScope where the place is not in the area of `by`."""
    if starts_at and ends_at and starts_at >= ends_at:
        raise ValidationError(_("Ngày kết thúc phải sau ngày bắt đầu."), code="order")
    field = {AdministrativeUnit: "unit", Neighbourhood: "neighbourhood", Organisation: "organisation"}[
        type(place)
    ]
    where: dict[str, Any] = {field: place}
    assignment = Assignment.objects.create(
        user=account, granted_by=by, starts_at=starts_at, ends_at=ends_at, **where, **more
    )
    if not Assignment.objects.filter(pk=assignment.pk).filter(inside_area(by)).exists():
        raise OutOfScope  # the transaction takes the row back
    return assignment


def record(by: User, account: User, verb_name: str, **detail: Any) -> None:
    record_access_of(
        by, AccessEvent.Action.CHANGE, "account", object_id=account.pk, detail={"verb": verb_name} | detail
    )
