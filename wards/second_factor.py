"""Who needs a second factor, and whether this session has shown it (TRUST T15).

Required of those who may take named lists out or sign, and of technical administrators: their accounts open the most. In a
demonstration it is offered, not required: its passwords are printed, and its people do not exist.
"""

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.db.models import QuerySet
from django.http import HttpRequest

from wards import installation
from wards.access import role_allows
from wards.models import User
from wards.roles import Ability

PASSED = "second_factor"  # in the session: the id of the user who showed it
_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def is_demonstration() -> bool:
    row = installation.current()
    return row is not None and row.is_demo


def role_needs_one(user: User) -> bool:
    """Whether the role asks for it in a real installation."""
    return role_allows(user, Ability.EXPORT_LISTS) or role_allows(user, Ability.TECHNICAL_ADMIN)


def is_required(user: User) -> bool:
    return role_needs_one(user) and not is_demonstration()


def has_one(user: User) -> bool:
    """An app or a passkey; recovery codes alone are none."""
    return factors_of(user).exists()


def factors_of(user: User) -> QuerySet[Authenticator]:
    return Authenticator.objects.filter(user=user, type__in=_FACTORS)


def where_to_show(user: User) -> str:
    """The name of the page that asks for what the user has: a code where there are codes, else the passkey."""
    has_codes = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.WEBAUTHN).exists()
    return "mfa_reauthenticate" if has_codes else "mfa_reauthenticate_webauthn"


def note_passed(request: HttpRequest, user: User) -> None:
    request.session[PASSED] = user.pk


def is_passed(request: HttpRequest, user: User) -> bool:
    """Whether a code or a passkey was shown in this session, at the sign-in or since."""
    if request.session.get(PASSED) == user.pk:
        return True
    if not any(record.get("method") == "mfa" for record in get_authentication_records(request, user)):
        return False
    note_passed(request, user)
    return True


def is_missing(user: User) -> bool:
    """Required, but not there: such an account opens nothing, by whichever door (an API token too)."""
    return is_required(user) and not has_one(user)


def remove_all(user: User) -> int:
    """Take away every factor and recovery code; how many there were."""
    count, _by_model = Authenticator.objects.filter(user=user).delete()
    return count
