"""Somebody works in another's place, from an instant to an instant, and it ends by itself (TRUST AUTH-13).

The stand-in gets the places of the absent official that lie in the giver's area, and those of the absent official's roles that
the stand-in does not hold already; all of them must be the giver's to give. The absent official keeps what they have.
"""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from wards.access import roles_of
from wards.actions.accounts import accounts_of, changeable, inside_area, place_at, record
from wards.actions.verb import OutOfScope, verb
from wards.models import Assignment, User
from wards.roles import grantable


@verb
def stand_in(
    *, account: User, absent: User, starts_at: datetime, ends_at: datetime, by: User, at: datetime
) -> list[Assignment]:
    """Let `account` work in the place of `absent`; returns one assignment per place. Instants of real time."""
    account = changeable(account, by=by)
    absent = accounts_of(by, at=at).filter(pk=absent.pk).first() or _out_of_scope()
    if absent == account:
        raise ValidationError(_("Chọn người khác để làm thay."), code="oneself")
    if not set(absent.roles) <= grantable(roles_of(by)):
        raise PermissionDenied("A role of the absent official is not yours to give.")
    if ends_at <= at:
        raise ValidationError(_("Ngày cuối phải từ hôm nay trở đi."), code="past")
    places = places_of(absent, by=by, at=starts_at)
    if not places:
        raise ValidationError(
            _("{name} không có nơi làm việc nào trong thời gian này.").format(name=absent.full_name),
            code="no_place",
        )
    acting = sorted(set(absent.roles) - set(account.roles))
    term = {"starts_at": starts_at, "ends_at": ends_at}
    made = [
        _prolonged(account, absent, place, acting, **term)
        or place_at(account, place, by=by, in_place_of=absent, acting_roles=acting, **term)
        for place in places
    ]
    record(
        by,
        account,
        "stand_in",
        in_place_of=absent.pk,
        roles=acting,
        places=[str(one.place) for one in made],
        starts_at=starts_at.isoformat(),
        until=ends_at.isoformat(),
    )
    return made


def _prolonged(
    account: User, absent: User, place: Any, acting: list[str], *, starts_at: datetime, ends_at: datetime
) -> Assignment | None:
    """A stand-in for the same person at the same place that touches this time takes the new end: sent twice, there is one."""
    rows = account.assignments.filter(in_place_of=absent, starts_at__lte=ends_at, ends_at__gte=starts_at)
    for row in rows:
        if row.place == place:
            begins = min(row.starts_at or starts_at, starts_at)
            row.starts_at, row.ends_at, row.acting_roles = begins, ends_at, acting
            row.save(update_fields=["starts_at", "ends_at", "acting_roles"])
            return row
    return None


def places_of(absent: User, *, by: User, at: datetime) -> list[Any]:
    """Where an official works at an instant, of the area of `by`; not where they themselves stand in for somebody."""
    rows = absent.assignments.active(at).filter(inside_area(by), in_place_of=None)
    return [
        row.place for row in rows.select_related("unit", "neighbourhood__ward", "organisation").order_by("pk")
    ]


@verb
def transfer(
    *, account: User, place: Any, by: User, at: datetime, starts_at: datetime | None = None
) -> Assignment:
    """Work in `place` from an instant on (now when empty) and nowhere else from then on (TRUST AUTH-12)."""
    account = changeable(account, by=by)
    since = starts_at or at
    left = account.assignments.filter(Q(ends_at=None) | Q(ends_at__gt=since))
    here_for_good = [
        row for row in left if row.place == place and row.ends_at is None and row.in_place_of is None
    ]
    if here_for_good and len(left) == 1 and (here_for_good[0].starts_at or since) <= since:
        return here_for_good[0]  # sent twice
    left.filter(starts_at__gte=since).delete()
    left.update(ends_at=since)
    made = place_at(account, place, by=by, starts_at=since, ends_at=None)
    record(by, account, "transfer", place=str(made.place), since=since.isoformat())
    return made


def _out_of_scope() -> User:
    raise OutOfScope
