"""Recurring and queued work above the wards: each task calls one domain function and may safely run twice."""

from celery import shared_task

from outreach import export_jobs, export_queue, liveness
from outreach import reconcile as reconciler


@shared_task(name="outreach.tasks.reconcile", expires=60)
def reconcile() -> None:
    """One pass of the reconciler; that it ran also shows that a worker consumes."""
    liveness.note(liveness.WORKER_SEEN)
    reconciler.run_pass()


# One file after another, however long each takes: hard limit below the broker's visibility timeout (config/celery.py).
@shared_task(name=export_queue.TASK, soft_time_limit=24 * 60, time_limit=27 * 60)
def make_next_export() -> None:
    """Make the export whose turn it is, then let the next one ring for itself."""
    if export_jobs.make_next():
        export_queue.ring()
