"""The doorbell of the exports: a message says that there is work, the rows say what it is."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)

TASK = "outreach.tasks.make_next_export"


def ring() -> bool:
    """Ask a worker to look for an export to make; False when the broker cannot be reached. The rows are committed, so
    nothing is lost: the reconciler asks again, or does it itself."""
    try:
        current_app.send_task(TASK, expires=120)
    except (OperationalError, OSError) as error:
        log.warning("export: not queued, the reconciler will (%s)", type(error).__name__)
        return False
    return True
