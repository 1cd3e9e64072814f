"""Tokens of the API: made, found, taken back. The secret is shown once; only its digest is kept."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from lib import clock
from wards.access import can
from wards.audit import record_access_of
from wards.models import AccessEvent, ApiToken, TokenScope, User
from wards.roles import Ability

MARK = "tungnha_"  # so that scanners for leaked secrets find one
LIFETIMES = (1, 7, 30, 90)  # days
# the ability for the sake of which a scope is chosen
MADE_FOR = {
    TokenScope.READ_FIGURES: Ability.SEE_COUNTS,
    TokenScope.READ_PEOPLE: Ability.SEE_PEOPLE,
    TokenScope.READ_NUMBERS: Ability.SEE_FULL_ID,
    TokenScope.READ_HEALTH: Ability.SEE_HEALTH,
    TokenScope.READ_DIAGNOSES: Ability.SEE_DIAGNOSIS,
    TokenScope.READ_LISTS: Ability.SEE_HEALTH,
    TokenScope.WRITE_PEOPLE: Ability.EDIT_PEOPLE,
    TokenScope.WRITE_DOSES: Ability.RECORD_DOSE,
}
MOST = 10  # tokens in force at a time


class TooMany(Exception):
    """The user has as many tokens as anybody may have."""


def scopes_for(user: User) -> list[TokenScope]:
    """The scopes that are of use to this user's roles."""
    return [scope for scope in TokenScope if can(user, MADE_FOR[scope])]


def issue(
    *, user: User, name: str, scopes: Collection[str], days: int, at: datetime, id: UUID | None = None
) -> tuple[ApiToken, str | None]:
    """A new token and its secret. With the `id` of a form sent twice: the token made the first time, and no secret."""
    if days not in LIFETIMES or not set(scopes) <= set(scopes_for(user)):
        raise PermissionDenied("Not a lifetime or a scope that this user may choose.")
    secret = MARK + secrets.token_urlsafe(32)
    token = ApiToken(
        user=user,
        name=name,
        scopes=sorted(set(scopes)),
        prefix=secret[: len(MARK) + 4],
        digest=digest_of(secret),
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    if id is not None:
        token.id = id
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # counting and making are one step
        if made := ApiToken.objects.filter(pk=token.pk, user=user).first():
            return made, None
        if ApiToken.objects.filter(user=user).live(at).count() >= MOST:
            raise TooMany
        try:
            with transaction.atomic():
                token.save(force_insert=True)
        except IntegrityError:  # an id that somebody else's form used
            raise PermissionDenied("This form was used before.") from None
        _record(user, token, "make_token", scopes=token.scopes, days=days)
    return token, secret


def find(secret: str, *, at: datetime) -> ApiToken | None:
    """The token of this secret while it is in force and its user's account is open; its use is noted by the day."""
    token = ApiToken.objects.select_related("user").live(at).filter(digest=digest_of(secret)).first()
    if token is None or not token.user.is_open(at):
        return None
    today = clock.vietnamese_day(at)
    if token.last_used_on != today:
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
    return token


def revoke(*, token: ApiToken, by: User, at: datetime) -> None:
    """Take a token back; it is dead with the next request."""
    if token.user_id != by.pk:
        raise PermissionDenied("This token is somebody else's.")
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at):
        _record(by, token, "revoke_token")


def digest_of(secret: str) -> str:
    """The secret has 256 random bits: a plain digest is as good as a slow one, and can be looked up."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _record(user: User, token: ApiToken, verb: str, **detail: object) -> None:
    record_access_of(
        user,
        AccessEvent.Action.CHANGE,
        "api_token",
        object_id=token.pk,
        row_count=0,
        detail={"verb": verb, "token": token.prefix} | detail,
    )
