"""Queued work of the wards: each task calls one domain function and may safely run twice."""

import logging
from datetime import timedelta
from uuid import UUID

from celery import shared_task
from kombu.exceptions import OperationalError

from lib import clock
from wards import access_volumes, audit_chain
from wards.imports import steps

log = logging.getLogger(__name__)

TURN = timedelta(
    seconds=15
)  # of writing; then other files have theirs, so that a ward's list never waits for a city's


@shared_task(name="wards.tasks.move_import_on")
def move_import_on(batch_id: str) -> None:
    """Look at, stage or write a batch, whatever it waits for; what is left goes to the end of the queue."""
    if steps.work(UUID(batch_id), turn=TURN):
        queue_import(UUID(batch_id))


@shared_task(name="wards.tasks.look_after_the_log", expires=50 * 60)
def look_after_the_log() -> None:
    """Once an hour: seal what came into the log and the histories, and tell the operators of unusual volumes."""
    now = clock.real_now()
    access_volumes.watch(now)
    audit_chain.seal(now)


def queue_import(batch_id: UUID) -> bool:
    """Ask a worker to move a batch on; False when the broker cannot be reached. The batch itself says what is to be
    done, so nothing is lost: the reconciler asks again."""
    try:
        move_import_on.apply_async([str(batch_id)], expires=120)
    except (OperationalError, OSError) as error:
        log.warning("import %s: not queued, the reconciler will (%s)", batch_id, type(error).__name__)
        return False
    return True
