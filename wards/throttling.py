"""How many wrong passwords and codes are too many, counted where every process sees it (TRUST SES-07, T15).

Nothing is ever locked for good, and nobody can keep out somebody else:

- a browser that has signed in on this account before (`wards.devices`) has counters of its own, per account; whatever happens
  elsewhere, also behind the same address, does not touch them;
- an unknown browser is counted per account *and* address, per account over all addresses, and per address over all accounts;
  the second of these not at an address where the account's owner signs in as a rule.

Up to a limit tries are free; after that one try is let through at the end of each wait, and each wait is twice as long as the
one before, up to the longest. Tries that are refused count for nothing. Counters that cannot be reached let people in and say
so in the log.
"""

import hashlib
import logging
import math
from dataclasses import dataclass

from django.core.cache import cache

from lib import clock

logger = logging.getLogger(__name__)

FIRST_WAIT = 5 * 60  # seconds
LONGEST_WAIT = 30 * 60
REMEMBERED = 60 * 60  # after so long without a try the counter begins anew
TRIES_PER_ACCOUNT_AND_PLACE = 5
TRIES_PER_ACCOUNT = 30  # from unknown browsers at all addresses together
TRIES_PER_ADDRESS = 100  # an office behind one address, all mistyping once at 08:00, stays below


@dataclass(frozen=True)
class Attempt:
    """One try under way; it was counted as failed before the password was looked at.

    `wait`: seconds until the next try, when this one is refused. `is_news`: the first refusal of this wait.
    """

    own_keys: tuple[str, ...]
    address_key: str = ""
    is_refused: bool = False
    wait: int = 0
    is_news: bool = False

    @property
    def minutes(self) -> int:
        return max(1, math.ceil(self.wait / 60))

    def succeeded(self) -> None:
        """The password was right: forget this account's typos, and give the address its try back."""
        try:
            cache.delete_many([name for key in self.own_keys for name in (key, _wait_of(key))])
            if self.address_key and cache.decr(self.address_key) < TRIES_PER_ADDRESS:
                cache.delete(_wait_of(self.address_key))
        except ValueError:  # the counter ended meanwhile
            pass
        except Exception:
            logger.warning("Sign-in counters cannot be reached; a success was not noted.", exc_info=True)


def begin(account: str, address: str, device: str | None = None, *, is_usual: bool = False) -> Attempt:
    """Count a try on `account` from `address`; `device` is the id of a browser that this account has signed in with,
    `is_usual` says that it has signed in from this address before.

    Counting first keeps twenty tries at the same moment from all passing the limit.
    """
    name = folded(account)
    if device:
        limits = {f"sign-in:{name}:device:{device}": TRIES_PER_ACCOUNT_AND_PLACE}
        attempt = Attempt(tuple(limits))
    else:
        limits = {f"sign-in:{name}:{address}": TRIES_PER_ACCOUNT_AND_PLACE}
        if not is_usual:
            limits[f"sign-in:{name}"] = TRIES_PER_ACCOUNT
        attempt = Attempt(tuple(limits), f"sign-in:address:{address}")
        limits[attempt.address_key] = TRIES_PER_ADDRESS
    try:
        wait = max(_running_wait(key) for key in limits)
        if not wait:
            wait = max([_count(key, limit) for key, limit in limits.items()])
        if not wait:
            return attempt
        is_news = bool(cache.add(f"{attempt.own_keys[0]}:told", 1, wait))
    except Exception:  # whatever the cache's client raises: people must be able to work
        logger.warning("Sign-in counters cannot be reached; this sign-in is not throttled.", exc_info=True)
        return attempt
    if is_news:
        logger.warning("Too many wrong passwords from %s", address)
    return Attempt(attempt.own_keys, attempt.address_key, True, wait, is_news)


def folded(account: str) -> str:
    """An account's name as the counters know it; what was typed there may be a password."""
    return hashlib.sha256(account.strip().casefold().encode()).hexdigest()[:32]


def _wait_of(key: str) -> str:
    return f"{key}:wait"


def _running_wait(key: str) -> int:
    """Seconds until this counter lets the next try through; 0 when it does now."""
    until = cache.get(_wait_of(key))
    return 0 if until is None else max(1, int(until - _now()))


def _now() -> float:
    return clock.real_now().timestamp()


def _count(key: str, limit: int) -> int:
    """Count a try; the wait that refuses it, or 0. The last free try, and each one after a wait, begins the next wait."""
    cache.add(key, 0, REMEMBERED)
    try:
        count = cache.incr(key)
    except ValueError:  # it ended between the two calls
        cache.add(key, 1, REMEMBERED)
        count = 1
    if count < limit:
        return 0
    wait = int(min(FIRST_WAIT * 2 ** min(count - limit, 16), LONGEST_WAIT))
    cache.touch(key, wait + REMEMBERED)
    began = cache.add(_wait_of(key), _now() + wait, wait)
    return 0 if began or count == limit else wait
