"""Identity numbers as they are stored: sealed for reading, hashed for matching, masked for showing (DESIGN 2b)."""

from functools import cache

from django.conf import settings

from lib import identity
from lib.keyring import KeyRing, keyed_hash


@cache
def ring() -> KeyRing:
    """The installation's key ring; its first key seals."""
    return KeyRing.from_env(settings.IDENTITY_KEYS)


def hash_of(number: str) -> str:
    """The keyed hash (64 hex digits) by which an equal number is found; `number` as `lib.identity.classify` cleaned it."""
    return keyed_hash(number, settings.IDENTITY_HASH_KEY)


def encrypt(number: str) -> str:
    return ring().encrypt(number)


def decrypt(sealed: str) -> str:
    return ring().decrypt(sealed)


def claim_values(number: identity.Identity) -> dict:
    """The columns of `IdentityClaim` that come from the number itself."""
    return {
        "kind": number.kind.value,
        "number_encrypted": encrypt(number.number),
        "number_hash": hash_of(number.number),
        "last_four": number.last_four,
        "mask": number.masked,
        "is_repaired": number.repaired,
    }


def number_text(claim, *, full: bool) -> str:
    """An `IdentityClaim`'s number as a page shows it: whole only for those who may see it so."""
    return decrypt(claim.number_encrypted) if full else claim.mask
