"""Celery executes; PostgreSQL holds the intent. The one table of recurring jobs stands at the end."""

import os

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

app = Celery("tungnha")
app.conf.update(
    broker_url=settings.BROKER_URL,
    result_backend=None,  # outcomes are rows in PostgreSQL
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_default_queue="interactive",
    task_routes={
        "wards.tasks.*": {"queue": "import"},
        # apart, so that a city's list keeps neither a page nor a file waiting
        "outreach.tasks.make_next_export": {"queue": "report"},
        "vaccination.tasks.rule_changes": {"queue": "report"},
    },
    task_soft_time_limit=15 * 60,
    task_time_limit=20 * 60,
    broker_transport_options={
        "visibility_timeout": 30 * 60
    },  # above the hard limit, so nothing runs twice by itself
    broker_connection_retry_on_startup=True,
    broker_connection_timeout=3,
    task_publish_retry_policy={"max_retries": 1, "interval_start": 0.2},
    timezone=settings.TIME_ZONE,
    enable_utc=True,
    worker_hijack_root_logger=False,
)
app.autodiscover_tasks(["wards", "vaccination", "outreach"])


@worker_init.connect
def _refuse_wrong_role(**kwargs) -> None:
    """A worker does not begin as a database role that is more than the application's."""
    from config.checks import speak_once

    try:
        speak_once()
    except ImproperlyConfigured as error:
        raise SystemExit(str(error)) from None


@worker_ready.connect
def _first_pass(**kwargs) -> None:
    """A worker that has just come up is seen at once, and looks for what was left undone."""
    from outreach import liveness
    from outreach.tasks import reconcile

    liveness.note(liveness.WORKER_SEEN)
    reconcile.delay()


RECONCILE_EVERY = 30.0  # seconds

app.conf.beat_schedule = {
    "reconcile": {"task": "outreach.tasks.reconcile", "schedule": RECONCILE_EVERY},
    "log": {"task": "wards.tasks.look_after_the_log", "schedule": crontab(minute=7)},
}
