"""Many accounts in one go, of a list of officials that somebody has looked over: all of them or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lib import names
from wards.actions.accounts import Place, assign, change_account, open_account
from wards.actions.verb import verb
from wards.models import User
from wards.pasted_accounts import username_for


@dataclass(frozen=True)
class Official:
    """One person of the list. `account`: there already, and to be given this role and place too."""

    name: str
    phone: str
    role: str
    place: Place
    account: User | None = None


@verb
def open_accounts(*, officials: Sequence[Official], by: User, at: datetime) -> list[User]:
    """Open or extend the account of each; returns those that are new. The telephone number is the user name.

    ValidationError when somebody opened one of them meanwhile; then none is opened.
    """
    opened = []
    for one in officials:
        if one.account is not None:
            _extend(one, by=by, at=at)
        else:
            opened.append(
                open_account(
                    username=one.phone or username_for(one.name, _is_taken),
                    full_name=one.name,
                    phone=one.phone,
                    roles=[one.role],
                    place=one.place,
                    by=by,
                    starts_at=at,
                )
            )
    return sorted(opened, key=lambda account: names.sort_key(account.full_name))


def _is_taken(username: str) -> bool:
    return User.objects.filter(username__iexact=username).exists()


def _extend(one: Official, *, by: User, at: datetime) -> None:
    account = User.objects.get(pk=one.account.pk)  # type: ignore[union-attr]
    if one.role not in account.roles:
        change_account(
            account=account,
            full_name=account.full_name,
            phone=account.phone,
            roles=[*account.roles, one.role],
            by=by,
        )
    if one.place not in [row.place for row in account.assignments.active(at)]:
        assign(account=account, place=one.place, by=by, starts_at=at)
