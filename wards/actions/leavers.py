"""Leaving and coming back: an account closes now or at an instant to come, by itself; its work goes to somebody else.

Closing ends sessions, links and tokens at once. A day to come needs nobody: from that instant `User.is_open` is false, so that
no right and no session holds (`wards.access`, `wards.accounts.OfficialBackend`); `close_due` then tidies up. The name stays
wherever it is written, and the account can be opened again.
"""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lib import clock
from wards import hooks
from wards.actions.accounts import accounts_of, changeable, record
from wards.actions.links import end_links
from wards.actions.verb import OutOfScope, verb
from wards.models import Leaving, User


@verb
def close_account(
    *,
    account: User,
    by: User,
    at: datetime,
    closes_at: datetime | None = None,
    because: str = Leaving.LOCKED,
    successor: User | None = None,
) -> None:
    """No sign-in from `closes_at` on (now when empty). What lies with the leaver goes to `successor` at once."""
    account = changeable(account, by=by)
    successor = _checked(successor, account, by=by, at=at)
    account.closes_at, account.closed_because = closes_at or at, Leaving(because).value
    if account.closes_at <= at:
        _close(account, at)
    account.save(update_fields=["closes_at", "closed_because", "is_active"])
    given = hand_over(account, successor) if successor else {}
    record(
        by,
        account,
        "close_account",
        because=account.closed_because,
        closes_at=account.closes_at.isoformat(),
        successor=successor.pk if successor else None,
        handed_over=given,
    )


def _close(account: User, at: datetime) -> None:
    account.is_active = False
    end_links(account, at=at)
    hooks.withdraw_access(account.pk)


def _checked(successor: User | None, account: User, *, by: User, at: datetime) -> User | None:
    if successor is None:
        return None
    found = accounts_of(by, at=at).filter(pk=successor.pk).first()
    if found is None:
        raise OutOfScope
    if found == account or not found.is_open(at):
        raise ValidationError(_("Chọn người khác đang làm việc để nhận bàn giao."), code="successor")
    return found


def hand_over(account: User, successor: User) -> dict[str, int]:
    """Give everything that lies with one official to another; says how many of each kind."""
    given = {}
    for work in hooks.work_lying_with(account):
        work.hand_over(successor)
        given[str(work.label)] = work.count
    return given


@verb
def reopen_account(*, account: User, by: User) -> None:
    """Open again, with the roles and places as they were; before its day, the closing is called off.

    Whoever left comes back through a new link: a password of former times opens nothing.
    """
    account = changeable(account, by=by)
    was_closed = not account.is_open(clock.real_now())
    account.is_active, account.closes_at, account.closed_because = True, None, ""
    if was_closed:
        account.set_unusable_password()
    account.save(update_fields=["is_active", "closes_at", "closed_because", "password"])
    record(by, account, "reopen_account")


def close_due(at: datetime) -> int:
    """Accounts whose day has come are marked closed and their links and sessions ended; returns how many."""
    due = User.objects.filter(is_active=True, closes_at__lte=at)
    for account in due:
        _close(account, at)
        account.save(update_fields=["is_active"])
    return len(due)
