"""Sealed files open whole, in their own context, with a key of the ring; anything else is noticed."""

import hashlib
import io

import pytest

from lib.keyring import KeyRing, KeyRingError, new_key
from lib.sealed_files import BLOCK, opened, seal

RING = KeyRing.from_env(new_key("a"))


def sealed(plain: bytes, ring: KeyRing = RING, context: str = "list:1") -> bytes:
    target = io.BytesIO()
    said = seal(io.BytesIO(plain), target, ring, context=context)
    assert (said.size, said.sha256) == (len(plain), hashlib.sha256(plain).hexdigest())
    return target.getvalue()


def plain_of(data: bytes, ring: KeyRing = RING, context: str = "list:1") -> bytes:
    return b"".join(opened(io.BytesIO(data), ring, context=context))


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 3 * BLOCK + 7])
def test_what_was_sealed_opens_whole(size):
    plain = bytes(range(256)) * (size // 256 + 1)
    data = sealed(plain[:size])
    assert plain_of(data) == plain[:size]
    assert size < 100 or plain[:100] not in data


def test_a_block_altered_exchanged_or_cut_off_is_noticed():
    data = sealed(bytes(2 * BLOCK) + b"end")
    start = len(data) - 2 * (BLOCK + 16) - 19
    first, second = data[start : start + BLOCK + 16], data[start + BLOCK + 16 : start + 2 * (BLOCK + 16)]
    spoiled = [
        data[:-1] + bytes([data[-1] ^ 1]),
        data[:start] + second + first + data[-19:],
        data[:-19],
        data[:start],
        b"",
        b"PK" + data[2:],
    ]
    for wrong in spoiled:
        with pytest.raises(KeyRingError):
            plain_of(wrong)


def test_another_context_or_another_ring_opens_nothing():
    data = sealed(b"names")
    with pytest.raises(KeyRingError):
        plain_of(data, context="list:2")
    with pytest.raises(KeyRingError):
        plain_of(data, KeyRing.from_env(new_key("a")))
    with pytest.raises(KeyRingError):
        plain_of(data, KeyRing.from_env(new_key("b")))


def test_a_key_that_was_followed_by_another_still_opens():
    old = new_key("old")
    data = sealed(b"names", KeyRing.from_env(old))
    assert plain_of(data, KeyRing.from_env(f"{new_key('new')},{old}")) == b"names"
