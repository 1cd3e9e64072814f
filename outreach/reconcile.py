"""The reconciler: PostgreSQL holds what is to be done, and whatever is late is driven again (DESIGN 2.5).

Any worker and a plain management command can run a pass; running twice is harmless. It needs no broker.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import DatabaseError, close_old_connections

from lib import clock
from outreach import export_recovery, liveness
from vaccination import forecasts, rule_changes
from wards import sessions
from wards.actions import leavers
from wards.imports.recovery import redrive

log = logging.getLogger(__name__)

# What a pass looks after: a name for the log, and a function of (application's now) that returns how many it drove.
STEPS: tuple[tuple[str, Callable[[datetime], int]], ...] = (
    ("imports", lambda now: redrive(clock.real_now())),
    ("exports", lambda now: export_recovery.redrive(clock.real_now())),
    ("rule choices", lambda now: rule_changes.work(now.date())),
    ("forecasts", lambda now: forecasts.refresh_stale(now.date())),
    ("accounts", lambda now: leavers.close_due(clock.real_now())),
    ("sessions", lambda now: sessions.forget_ended(clock.real_now())),
)


def run_pass() -> dict[str, int | str]:
    """One pass over every step; one failing step does not stop the others. Returns what each drove."""
    driven: dict[str, int | str] = {}
    for name, step in STEPS:
        try:
            driven[name] = step(clock.now())
        except DatabaseError as error:
            close_old_connections()
            log.exception("reconciler: step %s failed", name)
            driven[name] = type(error).__name__
    liveness.note(liveness.RECONCILER_SEEN)
    return driven
