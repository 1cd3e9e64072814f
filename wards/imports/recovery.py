"""What the reconciler does for imports: batches that should be moving and are not are driven again; old ones are cleared."""

from datetime import datetime, timedelta

from wards import tasks
from wards.imports import files, staging, steps
from wards.models import ImportBatch

WAITS = timedelta(seconds=20)  # a batch that was queued just now is not late
CLEARED = "cleared "  # before the stored name of a file that is no longer there
KEPT = timedelta(days=30)  # uploaded files and staged rows, after the batch ended (TRUST P15)


def redrive(now: datetime) -> int:
    """Queue every batch whose lease ran out before `now` (real time); without a broker move it on here and now.

    Returns how many batches were late. Running twice is harmless: a batch is moved on only by who gets its lease.
    """
    late = list(
        ImportBatch.objects.overdue(now).filter(state_since__lt=now - WAITS).values_list("pk", flat=True)
    )
    for batch_id in late:
        if not tasks.queue_import(batch_id):
            steps.work(batch_id)
    clear(now)
    return len(late)


def clear(now: datetime) -> int:
    """Take away the rows and files of batches that ended, or that nobody looked at any more, thirty days before `now`.

    Their accounts stay.
    """
    old = ImportBatch.objects.exclude(state__in=ImportBatch.AT_WORK).filter(state_since__lt=now - KEPT)
    old = old.exclude(stored_name__startswith=CLEARED)
    for batch in old:
        staging.drop(batch.pk)
        files.remove(batch.stored_name, batch.error_file)
        ended = (
            {}
            if batch.state in ImportBatch.ENDED
            else {"state": ImportBatch.State.DISCARDED, "finished_at": now}
        )
        ImportBatch.objects.filter(pk=batch.pk).update(
            layout={}, error_file="", stored_name=f"{CLEARED}{batch.stored_name}", **ended
        )
    return len(old)
