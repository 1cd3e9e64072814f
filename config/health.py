"""GET /healthz: is what the product stands on there (CONTRACT, HTTP)."""

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from redis.exceptions import RedisError

from config.celery import app as celery
from lib import clock

WORKER_SEEN = "worker-seen-at"
RECONCILER_SEEN = "reconciler-seen-at"


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return "ok"
    except DatabaseError:
        return "unreachable"


def _seconds_since(key: str) -> float | None:
    seen = cache.get(key)
    return None if seen is None else round((clock.real_now() - seen).total_seconds(), 1)


def _broker_and_worker() -> tuple[str, str, float | None]:
    try:
        with celery.connection_for_write(connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
        worker = _seconds_since(WORKER_SEEN)
        return "ok", "ok" if worker is not None and worker < 60 else "not seen", _seconds_since(RECONCILER_SEEN)
    except (OSError, RedisError, celery.OperationalError if hasattr(celery, "OperationalError") else OSError):
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
