"""Passwords: what hashing one costs, and which are guessed first. Nothing here asks the network."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lib.names import search_key

WORDS_FILE = Path(__file__).parent / "data" / "guessed_passwords.txt"
LEAST_OWN_LETTERS = 4  # what must be left of a password when guessed words, numbers and years are taken out
_LEET = str.maketrans(
    {
        "0": "o",
        "1": "i",
        "3": "e",
        "4": "a",
        "5": "s",
        "7": "t",
        "8": "b",
        "9": "g",
        "@": "a",
        "$": "s",
        "!": "i",
    }
)


class TunedArgon2Hasher(Argon2PasswordHasher):
    """Argon2 with costs that a small server can pay when a whole city signs in at 08:00: OWASP's second recommendation,
    19 MiB, two passes, one lane.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1


class EasilyGuessedPasswordValidator:
    """Refuses what a guesser of Vietnamese passwords tries first, beside Django's list of 20,000 foreign ones.

    A word of the list with a number behind it (matkhau2026, Bacninh@123, tiemchung!), the same put together of two (anhyeuem
    vietnam), with or without marks, with 4 for a and 0 for o; a run of the keyboard; a short piece over and over.
    """

    def validate(self, password: str, user=None) -> None:
        if is_easily_guessed(password, _own_words(user)):
            raise ValidationError(
                _("Mật khẩu này dễ đoán: từ quen thuộc, tên của mình hoặc số. Chọn mật khẩu khác."),
                code="guessed",
            )

    def get_help_text(self) -> str:
        return _("Không dùng từ quen thuộc kèm số, ví dụ matkhau2026.")


def is_easily_guessed(password: str, own_words: Iterable[str] = ()) -> bool:
    """Whether nearly no letters are left of the password when guessed words and numbers are taken out of it."""
    plain = re.sub(r"[^\W_]+", lambda run: search_key(run[0]), password)
    plain = re.sub(r"[^a-z0-9@$!]", "", plain)
    readings = {plain, plain.translate(_LEET), re.sub(r"[\d@$!]+$", "", plain).translate(_LEET)}
    # longer ones first, so that a long word is not cut by a short one
    words = sorted({*guessed_words(), *own_words}, key=lambda word: (-len(word), word))
    return any(_is_guessed_words(reading, words) or _is_repetition(reading) for reading in readings)


def _own_words(user) -> set[str]:
    """What everybody knows of the account's holder."""
    known = f"{getattr(user, 'full_name', '')} {getattr(user, 'username', '')}"
    return {word for word in re.split(r"[^a-z]+", search_key(known)) if len(word) > 2}


def _is_guessed_words(text: str, words: Iterable[str]) -> bool:
    left = text
    for word in words:
        left = left.replace(word, " ")
    return left != text and len(re.sub(r"[^a-z]", "", left)) < LEAST_OWN_LETTERS


def _is_repetition(text: str) -> bool:
    """abcabcabc, aaaaaaaaaa, 12121212."""
    return bool(re.fullmatch(r"(.{1,4}?)\1{2,}.{0,3}", text))


@cache
def guessed_words() -> tuple[str, ...]:
    """Lower case, without marks and spaces."""
    lines = WORDS_FILE.read_text(encoding="utf-8").splitlines()
    words = {line.strip() for line in lines if line.strip() and not line.startswith("#")}
    return tuple(words)
