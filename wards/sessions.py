"""How long a sign-in lasts, when its screen locks, and how it is ended from elsewhere (TRUST SES-01, SES-02, T16).

Sessions are rows on the server: whoever deletes the row ends the session with its next request. What belongs to one session
stands inside it: when it began, when its user last did something, since when its screen is locked.
"""

from datetime import datetime, timedelta
from uuid import UUID

from allauth.account.internal.flows.login import get_authentication_records
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.http import HttpRequest

from lib import browsers, clock
from wards import devices
from wards.audit import address_of
from wards.models import OpenSession, SignIn, User

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=12)
NOTED_EVERY = 30.0  # seconds: no request writes that it came if another one did so just before

BEGAN, SEEN, LOCKED, ROW = "began_at", "seen_at", "locked_at", "open_session"


def begin(request: HttpRequest, user: User) -> None:
    """Called for every sign-in, whichever door it came through."""
    now = clock.real_now()
    session = request.session
    if session.session_key is None:
        session.create()
    OpenSession.objects.filter(
        session_key=session.session_key
    ).delete()  # signed in once more in the same browser
    row = OpenSession.objects.create(
        user=user,
        session_key=session.session_key or "",
        began_at=now,
        seen_at=now,
        address=address_of(request),
        browser=browsers.family(request.headers.get("User-Agent", "")),
    )
    session.pop(LOCKED, None)
    session.update({BEGAN: now.timestamp(), SEEN: now.timestamp(), ROW: str(row.pk)})
    devices.remember(request, user)
    note_sign_in(request, user, SignIn.Outcome.SUCCEEDED)


def note_sign_in(request: HttpRequest, user: User, outcome: str) -> None:
    """One line in the account's own list of sign-ins."""
    SignIn.objects.create(
        at=clock.real_now(),
        user=user,
        outcome=outcome,
        address=address_of(request),
        browser=browsers.family(request.headers.get("User-Agent", "")),
    )


def failures_since_last_success(user: User) -> int:
    """Wrong passwords and codes since the account was last signed in to: told to its owner, who knows whose they were."""
    tries = user.sign_ins.order_by("-at")
    last = tries.filter(outcome=SignIn.Outcome.SUCCEEDED).first()
    failed = tries.exclude(outcome=SignIn.Outcome.SUCCEEDED)
    return (failed.filter(at__gt=last.at) if last else failed).count()


# ---------------------------------------------------------------- this session


def is_over(request: HttpRequest, at: datetime) -> bool:
    """Whether this session has reached the longest time that any lasts."""
    return at.timestamp() - request.session.get(BEGAN, 0) >= LONGEST.total_seconds()


def is_locked(request: HttpRequest, at: datetime) -> bool:
    """Whether the screen is locked: by its user, or after a quarter of an hour in which nobody did anything."""
    proved = _proved_again_at(request)
    since = request.session.get(LOCKED)
    if since is not None:
        return proved <= since
    return at.timestamp() - max(request.session.get(SEEN, 0), proved) >= IDLE.total_seconds()


def _proved_again_at(request: HttpRequest) -> float:
    """When the user last gave the password, a code or a passkey again inside this session; 0 if never."""
    records = get_authentication_records(request, request.user)
    return max((record["at"] for record in records if record.get("reauthenticated")), default=0.0)


def lock(request: HttpRequest, at: datetime) -> None:
    request.session.setdefault(LOCKED, at.timestamp())


def note_activity(request: HttpRequest, at: datetime) -> None:
    """The user did something. Also how an unlocked screen forgets that it was locked."""
    session = request.session
    unlocked = session.pop(LOCKED, None) is not None
    if not unlocked and at.timestamp() - session.get(SEEN, 0) < NOTED_EVERY:
        return
    session[SEEN] = at.timestamp()
    row_of(request).update(seen_at=at, session_key=session.session_key, address=address_of(request))


def row_of(request: HttpRequest) -> QuerySet[OpenSession]:
    return OpenSession.objects.filter(pk=request.session.get(ROW) or UUID(int=0))


def note_key(request: HttpRequest) -> None:
    """A changed password gives the session another key; its row follows."""
    row_of(request).update(session_key=request.session.session_key)


# ---------------------------------------------------------------- all sessions of an account


def open_sessions(user: User, at: datetime) -> QuerySet[OpenSession]:
    """Where the account is signed in at this moment, the latest first."""
    alive = Session.objects.filter(expire_date__gt=at).values("session_key")
    return user.open_sessions.filter(session_key__in=alive, began_at__gt=at - LONGEST).order_by("-seen_at")


def end(rows: QuerySet[OpenSession]) -> int:
    """End these sessions, with their next request; how many there were."""
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    OpenSession.objects.filter(session_key__in=keys).delete()
    return len(keys)


def end_all_of(user_id: int) -> int:
    """Sign an account out everywhere: it was closed, or its password was taken back."""
    return end(OpenSession.objects.filter(user=user_id))


def end_all(user: User, *, but: str | None = None) -> int:
    """Sign the account out everywhere, except in the session with the key `but`."""
    rows = OpenSession.objects.filter(user=user)
    return end(rows.exclude(session_key=but) if but else rows)


def forget_ended(at: datetime) -> int:
    """Clear away sessions that nobody can use any more. Part of the reconciler's pass; returns how many."""
    count, _by_model = Session.objects.filter(expire_date__lt=at).delete()
    alive = Session.objects.values("session_key")
    OpenSession.objects.filter(began_at__lt=at - LONGEST).exclude(session_key__in=alive).delete()
    return count
