"""A short code for a person's line on paper, so that what was written beside it can be keyed in afterwards.

Eight characters, 7K2Q-4MXA: seven for the first 35 bits of the person's id (in a ward of 66,000 two people share one once in
sixteen wards), and a letter that tells most slips of the pen. 0 and O, 1 and I and L are read as the same (Crockford).
"""

import re
from uuid import UUID

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHECKS = "ABCDEFGHJKMNPQRSTVW"  # nineteen letters: a code is never a number
LENGTH, BITS = 7, 35
_SHAPE = re.compile(r"[0-9A-Z]{4}[ -]?[0-9A-Z]{4}")
_READ_AS = str.maketrans("OIL", "011")


def code_of(pk: UUID) -> str:
    """The code of the person with this id, with its dash."""
    value = pk.int >> (128 - BITS)
    letters = "".join(ALPHABET[(value >> (5 * place)) & 31] for place in reversed(range(LENGTH)))
    return f"{letters[:4]}-{letters[4:]}{_check(letters)}"


def ids_of(text: str) -> tuple[UUID, UUID] | None:
    """The first and the last id that a code stands for; None if the text is no code or its last letter does not fit."""
    text = text.strip().upper()
    if not _SHAPE.fullmatch(text):
        return None
    code = re.sub("[ -]", "", text)
    letters, check = code[:LENGTH].translate(_READ_AS), code[LENGTH]
    if any(letter not in ALPHABET for letter in letters) or _check(letters) != check:
        return None
    value = 0
    for letter in letters:
        value = value * 32 + ALPHABET.index(letter)
    rest = 128 - BITS
    return UUID(int=value << rest), UUID(int=((value + 1) << rest) - 1)


def _check(letters: str) -> str:
    total = sum(weight * ALPHABET.index(letter) for weight, letter in enumerate(letters, 2))
    return CHECKS[total % len(CHECKS)]
