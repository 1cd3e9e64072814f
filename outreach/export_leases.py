"""Who is making an export: a lease in its row, taken by a conditional update, prolonged by progress and by a heartbeat.

Real time, never the training clock. Whoever lost the lease stops: the next update finds another token and says so.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery

from lib import clock
from outreach.models import ListExport

# A killed worker is noticed when this is over and the reconciler, every 30 seconds, has looked: within a minute (F-01).
DURATION = timedelta(seconds=25)
HEARTBEAT = 8.0  # seconds
MOST_ATTEMPTS = 3

State = ListExport.State


class LeaseLost(Exception):
    """Another worker has the export, or its owner deleted it: stop, and keep nothing."""


@dataclass(frozen=True)
class Lease:
    export_id: UUID
    token: UUID

    @property
    def _held(self) -> QuerySet[ListExport]:
        return ListExport.objects.filter(pk=self.export_id, lease_token=self.token)

    def prolong(self, **values: Any) -> None:
        """Hold the export a little longer and note the progress in the same statement. Raises LeaseLost."""
        if not self._held.update(lease_until=clock.real_now() + DURATION, **values):
            raise LeaseLost(self.export_id)

    def end(self, state: str, **values: Any) -> None:
        """Give the export back in this state. Raises LeaseLost, and then nothing was changed."""
        now = clock.real_now()
        if not self._held.update(lease_token=None, lease_until=None, state=state, state_since=now, **values):
            raise LeaseLost(self.export_id)

    @contextmanager
    def kept_alive(self) -> Iterator[None]:
        """Prolong the lease beside work that reports no progress: a long query, a paper being set."""
        over = threading.Event()

        def beat() -> None:
            try:
                while not over.wait(HEARTBEAT):
                    self.prolong()
            except (LeaseLost, DatabaseError):
                pass  # the worker finds out itself, at its next row or at its end
            finally:
                connection.close()

        thread = threading.Thread(target=beat, name="export-heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def claim_next(at: datetime) -> Lease | None:
    """Take, at the instant `at` (real time), the export whose turn it is; None if there is none to take.

    One export per user is made at a time; among users, whoever has waited longest since their last one comes first.
    """
    busy = ListExport.objects.filter(state=State.RUNNING).values("user")
    last = ListExport.objects.filter(user=OuterRef("user")).order_by().values("user")
    waiting = (
        ListExport.objects.free(at)
        .filter(attempts__lt=MOST_ATTEMPTS)
        .exclude(Q(state=State.QUEUED) & Q(user__in=busy))
        .annotate(users_last=Subquery(last.annotate(last=Max("started_at")).values("last")))
        .order_by(F("users_last").asc(nulls_first=True), "requested_at")
    )
    for export_id in waiting.values_list("pk", flat=True)[:20]:
        if lease := _claim(export_id, at):
            return lease
    return None


def _claim(export_id: UUID, at: datetime) -> Lease | None:
    token = uuid4()
    free = ListExport.objects.free(at).filter(pk=export_id, attempts__lt=MOST_ATTEMPTS)
    try:
        with transaction.atomic():
            taken = free.update(
                state=State.RUNNING,
                state_since=at,
                started_at=at,
                lease_token=token,
                lease_until=at + DURATION,
                attempts=F("attempts") + 1,
                rows_written=0,
            )
    except IntegrityError:  # at this very moment another worker has begun one of the same user's
        return None
    return Lease(export_id, token) if taken else None
