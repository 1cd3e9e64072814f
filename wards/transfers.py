"""What the pages tell of transfers: how many wait, what came and went lately, and the notice at a person's or a home's page."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from wards.actions.waiting import what_is_sent
from wards.models import Household, Resident, Transfer, TransferPerson, User

TOLD_FOR = timedelta(days=30)  # how long a decided transfer stays on the page of both wards
SHOWN = 200

State = Transfer.State


@dataclass(frozen=True)
class Waiting:
    """What waits for the user's wards to accept: `people` of them in `transfers`."""

    transfers: int
    people: int


def waiting_for(user: User) -> Waiting:
    """How much waits for this user to accept or return; nothing for those who do not receive."""
    told = TransferPerson.objects.filter(transfer__in=Transfer.objects.coming_to(user).open(), has_left=False)
    counts = told.aggregate(people=Count("pk"), transfers=Count("transfer", distinct=True))
    return Waiting(counts["transfers"], counts["people"])


@dataclass(frozen=True)
class Page:
    """One direction: what is open, the longest waiting first, and what was decided lately, the latest first."""

    waiting: list[Transfer]
    decided: list[Transfer]

    @property
    def people(self) -> int:
        return sum(len(told(transfer)) for transfer in self.waiting)


def incoming(user: User, at: datetime) -> Page:
    """What was sent to the user's wards. What was taken back or closed unanswered is not told any more."""
    answered = Q(state__in=(State.ACCEPTED, State.RETURNED))
    return _page(Transfer.objects.coming_to(user), answered, at)


def outgoing(user: User, at: datetime) -> Page:
    """What the user's wards and neighbourhoods have sent, as it was sent, with what became of it."""
    return _page(Transfer.objects.sent_by(user), Q(), at)


def _page(transfers, decided: Q, at: datetime) -> Page:
    shown = transfers.select_related("from_ward", "to_ward", "proposed_by", "decided_by", "household")
    shown = shown.prefetch_related("people")
    return Page(
        list(shown.open().order_by("proposed_at", "pk")[:SHOWN]),
        list(shown.decided_since(at - TOLD_FOR).filter(decided).order_by("-decided_at", "pk")[:SHOWN]),
    )


def told(transfer: Transfer) -> list[TransferPerson]:
    """The people of a transfer who are told: those who had left the home before go along unnamed."""
    return [person for person in transfer.people.all() if not person.has_left]


@dataclass(frozen=True)
class Notice:
    """What to say at a person's or a home's page: that it waits, or that another ward returned it lately."""

    transfer: Transfer
    what: str
    may_withdraw: bool


def notice_of(what: Resident | Household, user: User, at: datetime) -> Notice | None:
    """The latest transfer of this person or home out of the ward it is in, while it is open or just returned."""
    about = Q(people__resident=what) if isinstance(what, Resident) else Q(household=what)
    latest = Transfer.objects.filter(about, from_ward=what.ward_id)
    latest = latest.select_related("to_ward").prefetch_related("people").order_by("-is_open", "-proposed_at")
    transfer = latest.first()
    if transfer is None:
        return None
    is_returned = (
        transfer.state == State.RETURNED and transfer.decided_at and at - transfer.decided_at < TOLD_FOR
    )
    if not (transfer.is_open or is_returned):
        return None
    may = transfer.is_open and Transfer.objects.sent_by(user).filter(pk=transfer.pk).exists()
    return Notice(transfer, what_is_sent(transfer), may)
