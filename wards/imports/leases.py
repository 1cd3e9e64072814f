"""Who is moving a batch on: a lease in the batch's row, taken by a conditional update, prolonged with every block of rows.

Real time, never the training clock. Whoever lost the lease stops: the next update finds another token and says so.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db.models import F, Q

from lib import clock
from wards.models import ImportBatch

DURATION = timedelta(seconds=60)


class LeaseLost(Exception):
    """Another worker has the batch, or it was discarded: stop, and write nothing more."""


@dataclass(frozen=True)
class Lease:
    batch_id: UUID
    token: UUID

    def prolong(self, **values: Any) -> None:
        """Hold the batch for another minute and note the progress in the same statement. Raises LeaseLost."""
        held = ImportBatch.objects.filter(pk=self.batch_id, lease_token=self.token)
        if not held.update(lease_until=clock.real_now() + DURATION, **values):
            raise LeaseLost(self.batch_id)

    def give_back(self) -> None:
        held = ImportBatch.objects.filter(pk=self.batch_id, lease_token=self.token)
        held.update(lease_token=None, lease_until=None)


def claim(batch_id: UUID, at: datetime) -> Lease | None:
    """Take a batch that wants work and that nobody holds at the instant `at` (real time); None if there is no such batch."""
    token = uuid4()
    free = ImportBatch.objects.at_work().filter(Q(lease_until=None) | Q(lease_until__lt=at), pk=batch_id)
    taken = free.update(lease_token=token, lease_until=at + DURATION, attempts=F("attempts") + 1)
    return Lease(batch_id, token) if taken else None
