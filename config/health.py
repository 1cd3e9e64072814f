"""GET /healthz: is what the product stands on there (CONTRACT, HTTP)."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from config.celery import RECONCILE_EVERY
from config.celery import app as celery
from outreach import liveness

WORKER_SILENT_AFTER = 3 * RECONCILE_EVERY  # seconds: two passes may be missed


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return "ok"
    except DatabaseError:
        return "unreachable"


def _broker_and_worker() -> tuple[str, str, float | None]:
    try:
        with celery.connection_for_write(connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
        worker = liveness.seconds_since(liveness.WORKER_SEEN)
        return (
            "ok",
            "ok" if worker is not None and worker < 2 * RECONCILE_EVERY + 30 else "not seen",
            liveness.seconds_since(liveness.RECONCILER_SEEN),
        )
    except (OSError, RedisError, OperationalError):
        return "unreachable", "unknown", None


def healthz(request: HttpRequest) -> JsonResponse:
    database = _database()
    broker, worker, reconciler = _broker_and_worker()
    healthy = database == broker == worker == "ok"
    body = {
        "status": "ok" if healthy else "failing",
        "database": database,
        "broker": broker,
        "worker": worker,
        "reconciler_seconds_ago": reconciler,
    }
    return JsonResponse(body, status=200 if healthy else 503)
