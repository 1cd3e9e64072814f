"""A lost second factor, taken away by whoever manages the account."""

from wards import hooks, second_factor
from wards.actions.accounts import changeable, record
from wards.actions.verb import verb
from wards.models import User


@verb
def reset_second_factor(*, account: User, by: User) -> int:
    """Take away every factor and recovery code and end every session; returns how many factors there were.

    The password stays, so that the two together are never in one hand; where the role asks for a factor, the next sign-in
    leads to making another before anything opens.
    """
    account = changeable(account, by=by)
    count = second_factor.remove_all(account)
    hooks.withdraw_access(account.pk)
    record(by, account, "reset_second_factor", factors=count)
    return count
