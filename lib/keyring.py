"""Encryption and keyed hashing of identity numbers, with keys that can be changed.

Pure: the keys are passed in (the settings read them from the environment). AES-256-GCM by `cryptography`,
HMAC-SHA-256 for lookup. Neither key is ever stored beside what it protects.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
_KEY = 32


class KeyRingError(ValueError):
    """A key ring that cannot be used, or a sealed text that none of its keys opens. Never contains a key."""


@dataclass(frozen=True)
class KeyRing:
    """Keys by id, the first being the one that seals; the others only open what was sealed before.

    A sealed text is ASCII, "id.base64url(nonce, ciphertext, tag)", fit for a text column and for COPY.
    """

    current: str
    _keys: dict[str, AESGCM] = field(repr=False)

    @classmethod
    def from_env(cls, text: str) -> KeyRing:
        """Reads "id:base64key,id:base64key", the first being current; keys have 32 bytes. else KeyRingError."""
        keys: dict[str, AESGCM] = {}
        for entry in filter(None, map(str.strip, text.split(","))):
            name, _, encoded = entry.partition(":")
            if not re.fullmatch(r"[A-Za-z0-9_-]{1,16}", name) or name in keys:
                raise KeyRingError("key ring: every key needs an id of its own (letters, digits, - and _)")
            keys[name] = AESGCM(_decoded(name, encoded))
        if not keys:
            raise KeyRingError("key ring: no key given")
        return cls(next(iter(keys)), keys)

    def encrypt(self, text: str, *, context: str = "identity") -> str:
        """The text sealed with the current key. What was sealed in one context does not open in another."""
        nonce = os.urandom(_NONCE)
        sealed = self._keys[self.current].encrypt(nonce, text.encode(), _bound_to(self.current, context))
        return f"{self.current}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def decrypt(self, sealed: str, *, context: str = "identity") -> str:
        """The text again. KeyRingError if its key is not on the ring or the text was altered."""
        name, _, encoded = sealed.partition(".")
        cipher = self.cipher(name)
        try:
            raw = base64.b64decode(encoded, altchars=b"-_", validate=True)
            return cipher.decrypt(raw[:_NONCE], raw[_NONCE:], _bound_to(name, context)).decode()
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise KeyRingError(
                "key ring: the sealed text was altered or belongs to another context"
            ) from error

    def cipher(self, name: str) -> AESGCM:
        """The key with this id, for what is too large for a text (`lib.sealed_files`). KeyRingError if there is none."""
        if name not in self._keys:
            raise KeyRingError(f"key ring: no key with the id {name[:16]!r}")
        return self._keys[name]

    def needs_rotation(self, sealed: str) -> bool:
        """Whether it was sealed with a key that is no longer the current one."""
        return not sealed.startswith(f"{self.current}.")

    def rotate(self, sealed: str, *, context: str = "identity") -> str:
        """The same text under the current key; unchanged where it already is."""
        if not self.needs_rotation(sealed):
            return sealed
        return self.encrypt(self.decrypt(sealed, context=context), context=context)


def _bound_to(name: str, context: str) -> bytes:
    return f"{name}|{context}".encode()


def _decoded(name: str, encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded.replace("-", "+").replace("_", "/"), validate=True)
    except binascii.Error as error:
        raise KeyRingError(f"key ring: the key {name!r} is not base64") from error
    if len(key) != _KEY:
        raise KeyRingError(f"key ring: the key {name!r} has {len(key)} bytes instead of {_KEY}")
    return key


def new_key(name: str) -> str:
    """A fresh "id:base64key" entry for `from_env`."""
    return f"{name}:{base64.b64encode(os.urandom(_KEY)).decode()}"


def keyed_hash(number: str, key: bytes) -> str:
    """HMAC-SHA-256 in hex: finds an equal number without showing any. The key must have at least 32 bytes."""
    if len(key) < _KEY:
        raise KeyRingError(f"matching key: {len(key)} bytes instead of at least {_KEY}")
    return hmac.digest(key, number.encode(), hashlib.sha256).hex()
