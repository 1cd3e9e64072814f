"""Recurring and queued work above the wards: each task calls one domain function and may safely run twice."""

from celery import shared_task

from outreach import liveness
from outreach import reconcile as reconciler


@shared_task(name="outreach.tasks.reconcile", expires=60)
def reconcile() -> None:
    """One pass of the reconciler; that it ran also shows that a worker consumes."""
    liveness.note(liveness.WORKER_SEEN)
    reconciler.run_pass()
