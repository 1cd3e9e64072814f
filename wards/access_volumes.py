"""How much each official looked at: per day, and which hours stand out (TRUST T4). The one definition of "unusual"."""

import logging
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncHour

from lib import clock
from wards.access_log import Question, events_for
from wards.models import AccessEvent, User

log = logging.getLogger(__name__)

# More than this by one official in one hour is marked on the page and told to the operators (TRUST T4): people shown, for a
# search the number of searches. The one definition; it accuses nobody, it asks to have a look.
UNUSUAL_PER_HOUR: dict[str, int] = {
    AccessEvent.Action.VIEW: 200,
    AccessEvent.Action.SEARCH: 120,
    AccessEvent.Action.LIST: 3_000,
    AccessEvent.Action.EXPORT: 10_000,
    AccessEvent.Action.PRINT: 4_000,
}
LOOKS = [kind for kind in AccessEvent.Action if kind != AccessEvent.Action.CHANGE]
BEFORE_IT_LEAVES = ("request_export", "make_export")  # a long list counts once, when it is fetched
NOT_PEOPLE = ("access_log", "account", "account_slips", "unexpected_fields")  # no residents are shown there


@dataclass(frozen=True)
class Volume:
    """What one official looked at on one day: times per kind, people in all, and hours with unusually much."""

    user_id: int
    day: date
    times: dict[str, int]
    people: int
    unusual: list[tuple[datetime, str, int]]  # hour, kind, amount

    @property
    def counts(self) -> list[tuple[str, int]]:
        """Label and number of times of every kind, in the order of the page's columns."""
        return [(str(kind.label), self.times.get(kind, 0)) for kind in LOOKS]

    @property
    def marks(self) -> list[tuple[datetime, str, int]]:
        """The unusual hours with the kind in words."""
        return [(hour, str(AccessEvent.Action(kind).label), amount) for hour, kind, amount in self.unusual]


def volumes(reader: User, question: Question) -> list[Volume]:
    """Per official and day, latest day first and most people first."""
    hours = _hours(events_for(reader, replace(question, code="")))
    days: dict[tuple[date, int], list[tuple]] = {}
    for hour in hours:
        days.setdefault((clock.vietnamese_day(hour[1]), hour[0]), []).append(hour)
    found = [_volume(user_id, day, rows) for (day, user_id), rows in days.items()]
    return sorted(found, key=lambda volume: (volume.day, volume.people), reverse=True)


def unusual_hours(since: datetime, until: datetime) -> list[tuple[int, datetime, str, int]]:
    """(user, hour, kind, amount) above the limit, of everybody; for the watch that warns the operators."""
    events = AccessEvent.objects.filter(at__gte=since, at__lt=until)
    return [
        (user_id, hour, kind, _amount(kind, times, people))
        for user_id, hour, kind, times, people in _hours(events)
        if is_unusual(kind, times, people)
    ]


def is_unusual(kind: str, times: int, people: int) -> bool:
    """Whether this much of one kind by one official in one hour is to be marked."""
    return kind in UNUSUAL_PER_HOUR and _amount(kind, times, people) > UNUSUAL_PER_HOUR[kind]


def _amount(kind: str, times: int, people: int) -> int:
    """Searches are counted by how often, everything else by how many people were shown.

    Opening addresses of records that are not one's own shows nobody, and counts all the same.
    """
    if kind == AccessEvent.Action.SEARCH:
        return times
    return max(times, people) if kind == AccessEvent.Action.VIEW else people


def _hours(events: QuerySet[AccessEvent]) -> list[tuple[int, datetime, str, int, int]]:
    rows = (
        events.exclude(what__in=NOT_PEOPLE)
        .exclude(action=AccessEvent.Action.CHANGE)
        .filter(Q(detail__verb__isnull=True) | ~Q(detail__verb__in=BEFORE_IT_LEAVES))
        .annotate(hour=TruncHour("at", tzinfo=clock.VIETNAM))
        .order_by()
        .values_list("user_id", "hour", "action")
        .annotate(times=Count("pk"), people=Sum("row_count"))
    )
    return list(rows)


def _volume(user_id: int, day: date, rows: list[tuple]) -> Volume:
    times: dict[str, int] = {}
    for _user, _hour, kind, count, _people in rows:
        times[kind] = times.get(kind, 0) + count
    unusual = [
        (hour, kind, _amount(kind, count, people))
        for _user, hour, kind, count, people in rows
        if is_unusual(kind, count, people)
    ]
    return Volume(user_id, day, times, sum(row[4] for row in rows), sorted(unusual))


def watch(at: datetime) -> int:
    """Say in the operators' log what was unusual in the last full hour before `at`; returns how many lines."""
    until = at.replace(minute=0, second=0, microsecond=0)
    found = unusual_hours(until - timedelta(hours=1), until)
    for user_id, hour, kind, amount in found:
        log.warning(
            "unusual volume: user %d, %s, %d in the hour from %s (limit %d)",
            user_id, kind, amount, f"{hour:%Y-%m-%d %H:%M}", UNUSUAL_PER_HOUR[kind],
        )  # fmt: skip
    return len(found)
