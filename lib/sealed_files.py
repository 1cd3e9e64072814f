"""Files sealed block by block: what lies on the disk is of no use without the key ring, and memory stays one block.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015) over AES-256-GCM: the nonce of a block is a random
prefix of the file, the block's number, and whether it is the last. Blocks cannot be altered, exchanged, or cut off unseen.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidTag

from lib.keyring import KeyRing, KeyRingError

BLOCK = 256 * 1024  # bytes of plain text; a sealed block has 16 more
_MARK = b"TNS1"
_TAG, _PREFIX = 16, 7


@dataclass(frozen=True)
class Sealed:
    """Of the plain text: bytes and SHA-256 in hex."""

    size: int
    sha256: str


def seal(plain: BinaryIO, target: BinaryIO, ring: KeyRing, *, context: str) -> Sealed:
    """Read `plain` to its end into `target`, sealed with the current key. It opens in the same context only."""
    prefix = os.urandom(_PREFIX)
    cipher = ring.cipher(ring.current)
    name = ring.current.encode()
    bound = _bound(name, context)
    target.write(_MARK + bytes([len(name)]) + name + prefix)
    digest, size, number = hashlib.sha256(), 0, 0
    block = plain.read(BLOCK)
    while True:
        following = plain.read(BLOCK)
        digest.update(block)
        size += len(block)
        target.write(cipher.encrypt(_nonce(prefix, number, last=not following), block, bound))
        if not following:
            return Sealed(size, digest.hexdigest())
        block, number = following, number + 1


def opened(sealed: BinaryIO, ring: KeyRing, *, context: str) -> Iterator[bytes]:
    """The plain text, a block at a time. KeyRingError at the first block that was altered, or where the end was cut off."""
    if sealed.read(len(_MARK)) != _MARK:
        raise KeyRingError("not a sealed file")
    name = sealed.read((sealed.read(1) or b"\0")[0])
    prefix = sealed.read(_PREFIX)
    cipher = ring.cipher(name.decode(errors="replace"))
    bound = _bound(name, context)
    number, block = 0, sealed.read(BLOCK + _TAG)
    while block:
        following = sealed.read(BLOCK + _TAG)
        try:
            yield cipher.decrypt(_nonce(prefix, number, last=not following), block, bound)
        except InvalidTag as error:
            raise KeyRingError(
                "the sealed file was altered, cut off, or belongs to another context"
            ) from error
        block, number = following, number + 1
    if number == 0:
        raise KeyRingError("the sealed file was cut off")


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])


def _bound(name: bytes, context: str) -> bytes:
    return name + b"|" + context.encode()
