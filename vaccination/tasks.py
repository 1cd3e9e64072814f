"""Queued work on the rules; what is to be done stands in the database, so running twice is harmless."""

import logging

from celery import shared_task
from kombu.exceptions import OperationalError

from lib import clock
from vaccination import rule_changes

log = logging.getLogger(__name__)


@shared_task(name="vaccination.tasks.rule_changes", soft_time_limit=24 * 60, time_limit=27 * 60)
def work_on_rule_changes() -> None:
    """Count and apply whatever proposal is open."""
    rule_changes.work(clock.today())


def ring() -> bool:
    """Ask a worker to go on; False when the broker cannot be reached (then the reconciler does it)."""
    try:
        work_on_rule_changes.apply_async(expires=120)
    except (OperationalError, OSError) as error:
        log.warning("rule changes: not queued, the reconciler will (%s)", type(error).__name__)
        return False
    return True
