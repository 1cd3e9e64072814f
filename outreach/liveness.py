"""Signs of life in the shared cache: what /healthz looks at."""

import logging

from django.core.cache import cache
from redis.exceptions import RedisError

from lib import clock

log = logging.getLogger(__name__)

RECONCILER_SEEN = "reconciler-seen-at"
WORKER_SEEN = "worker-seen-at"
REMEMBERED = 24 * 60 * 60  # seconds


def note(key: str) -> None:
    """Note that something was alive now (real time); the cache being down is no reason to stop."""
    try:
        cache.set(key, clock.real_now(), REMEMBERED)
    except RedisError:
        log.warning("the cache could not be reached to note %s", key)


def seconds_since(key: str) -> float | None:
    """Seconds since the last sign of life; None where there was none. Raises RedisError when the cache is down."""
    seen = cache.get(key)
    return None if seen is None else round((clock.real_now() - seen).total_seconds(), 1)
