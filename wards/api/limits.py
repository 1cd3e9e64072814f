"""How much one may ask for within a time (TRUST T4): requests, rows of lists, searches, failures to say who one is.

Counted where every process sees it. A counter that cannot be reached lets people work and says so in the log, as in
`wards.throttling`. Whoever harvests has to wait; whoever works never notices.
"""

import logging

from django.core.cache import cache
from django.utils.translation import gettext as _
from rest_framework.request import Request

from lib import clock
from wards.api.problem import Refusal
from wards.audit import address_of
from wards.models import User
from wards.search_rate import searches_left

logger = logging.getLogger(__name__)

HOUR = 3600
REQUESTS = (3_000, 300)  # per token and 5 minutes
ROWS = (60_000, HOUR)  # rows of lists of people per user and hour
FAILURES = (100, 300)  # unknown tokens per address and 5 minutes; known ones are let through


def count_request(token_id: object) -> None:
    """Refuse a token that asks faster than any program has to."""
    _spend(f"api:requests:{token_id}", 1, *REQUESTS)


def count_rows(user: User, rows: int) -> None:
    """Refuse the next list of a user who has read as many rows as a day's work takes; the list at hand is still given."""
    _spend(f"api:rows:{user.pk}", rows, *ROWS)


def count_failure(request: Request) -> None:
    """Refuse an address from which too many unknown tokens come."""
    _spend(f"api:failures:{address_of(request) or 'local'}", 1, *FAILURES)


def check_searches(user: User) -> None:
    """Searches are counted together with those of the pages, by the log of searches."""
    if not searches_left(user, clock.real_now()):
        raise _too_many(HOUR)


def _spend(key: str, amount: int, most: int, seconds: int) -> None:
    try:
        cache.add(key, 0, seconds)
        spent = cache.incr(key, amount)
    except ValueError:  # it ended between the two calls
        return
    except Exception:  # whatever the cache's client raises: people must be able to work
        logger.warning("The API's counters cannot be reached; this request is not counted.", exc_info=True)
        return
    if spent - amount >= most:
        raise _too_many(seconds)


def _too_many(seconds: int) -> Refusal:
    return Refusal("throttled", _("Đã gửi quá nhiều. Thử lại sau %(n)s giây.") % {"n": seconds}, wait=seconds)
