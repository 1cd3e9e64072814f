"""What the reconciler does for exports: those that nobody makes are driven again, those of yesterday are put away."""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from outreach import export_files, export_jobs, export_queue, list_exports
from outreach.export_leases import MOST_ATTEMPTS
from outreach.models import ListExport

log = logging.getLogger(__name__)

WAITS = timedelta(seconds=10)  # one that was asked for just now is not late
ORPHAN = export_jobs.KEPT + timedelta(hours=1)

State = ListExport.State


def redrive(now: datetime) -> int:
    """Ring for every export that should be moving at `now` (real time) and is not; without a broker make it here.

    One whose workers died three times is parked with a sentence. Returns how many were late. Safe to repeat.
    """
    worn_out = ListExport.objects.free(now).filter(state_since__lt=now - WAITS, attempts__gte=MOST_ATTEMPTS)
    parked = worn_out.update(
        state=State.FAILED,
        state_since=now,
        reason=export_jobs.GAVE_UP,
        rows_written=0,
        lease_token=None,
        lease_until=None,
    )
    waiting = ListExport.objects.free(now).filter(state_since__lt=now - WAITS).count()
    for _one in range(waiting):
        if not export_queue.ring() and not export_jobs.make_next():
            break
    clear(now)
    return waiting + parked


def clear(now: datetime) -> int:
    """Take away what expired before `now`, and files that no export knows of any more. Returns how many files went.

    The rows stay: who had which list made, for what, how often it was taken.
    """
    gone = 0
    for export in ListExport.objects.filter(state=State.READY, expires_at__lte=now):
        with transaction.atomic():
            list_exports.put_away(export, State.EXPIRED)
        gone += 1
    known = set(ListExport.objects.exclude(stored_name="").values_list("stored_name", flat=True))
    for name in export_files.older_than(now - timedelta(hours=1)):
        if name not in known:
            export_files.remove(name)
            gone += 1
    if left := older_than_allowed(now):
        log.error("exports: %s files are older than a day and still there", len(left))
    return gone


def older_than_allowed(now: datetime) -> list[str]:
    """The scan of TRUST P15: files of named lists still on disk although their day is over at `now`. Empty is healthy."""
    return export_files.older_than(now - ORPHAN)
