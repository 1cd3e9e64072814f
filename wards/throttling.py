"""How many wrong passwords are too many, counted where every process sees it (TRUST SES-07, T15).

Counted per account *and* address together: somebody's five typos neither keep out a colleague at the same desk nor the
same person on another line, and nobody can lock out a whole city by typing wrong passwords. Beside it a much higher
ceiling per address, against one machine that tries many accounts. Nothing is ever locked for good; a counter that
cannot be reached lets people in and says so in the log.
"""

import hashlib
import logging
from dataclasses import dataclass

from django.core.cache import cache

logger = logging.getLogger(__name__)

WINDOW = 5 * 60  # seconds
TRIES_PER_ACCOUNT_AND_ADDRESS = 5
TRIES_PER_ADDRESS = 100  # an office behind one address, all mistyping once at 08:00, stays below


@dataclass(frozen=True)
class Attempt:
    """One sign-in under way; it was counted as failed before the password was looked at."""

    account_key: str
    address_key: str
    is_refused: bool

    def succeeded(self) -> None:
        """The password was right: forget this person's typos, and give the address its try back."""
        try:
            cache.delete(self.account_key)
            cache.decr(self.address_key)
        except ValueError:  # the window ended meanwhile
            pass
        except Exception:
            logger.warning("Sign-in counters cannot be reached; a success was not noted.", exc_info=True)


def begin(username: str, address: str) -> Attempt:
    """Count a try. Counting first keeps twenty tries at the same moment from all passing the limit."""
    folded = hashlib.sha256(username.strip().casefold().encode()).hexdigest()[:32]
    account_key, address_key = f"sign-in:{folded}:{address}", f"sign-in:{address}"
    try:
        by_account = _count(account_key)
        by_address = _count(address_key)
        if by_account == TRIES_PER_ACCOUNT_AND_ADDRESS:
            cache.touch(account_key, WINDOW)  # "try again after 5 minutes" holds from now
        refused = by_account > TRIES_PER_ACCOUNT_AND_ADDRESS or by_address > TRIES_PER_ADDRESS
    except Exception:  # whatever the cache's client raises: people must be able to work
        logger.warning("Sign-in counters cannot be reached; this sign-in is not throttled.", exc_info=True)
        refused = False
    if refused:
        logger.warning("Too many wrong passwords from %s", address)
    return Attempt(account_key, address_key, refused)


def _count(key: str) -> int:
    cache.add(key, 0, WINDOW)
    try:
        return cache.incr(key)
    except ValueError:  # it ended between the two calls
        cache.add(key, 1, WINDOW)
        return 1
