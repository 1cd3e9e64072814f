"""The Ministry's conditions, found in what people write under "bệnh nền"."""

import re
from functools import lru_cache

from lib import names
from wards.models import Condition


class ConditionWords:
    """Finds the Ministry's conditions in free text. Each keeps only its own words as evidence, so that what is written
    beside a common illness does not tell of a second-tier one."""

    def __init__(self) -> None:
        by_word = {word: row.number for row in Condition.objects.all() for word in row.words}
        self.by_word = by_word
        words = sorted(by_word, key=len, reverse=True)
        self.pattern = (
            re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b") if words else re.compile("(?!)")
        )
        self.find = lru_cache(16_384)(self._find)

    def _find(self, text: str) -> tuple[dict[int, str], str]:
        """Condition number → the words that said so; and what was not understood."""
        noted: dict[int, str] = {}
        unknown: list[str] = []
        for piece in re.split(r"[,;+/\n]|\s-\s|\bvà\b", text):
            piece = names.clean(piece).strip(" .")
            key = names.search_key(piece)
            if not key or _HEALTHY.match(key):
                continue
            numbers = {self.by_word[word] for word in self.pattern.findall(key)}
            for number in sorted(numbers):
                noted.setdefault(number, piece if len(numbers) == 1 else "")
            if not numbers:
                unknown.append(piece)
        return noted, ", ".join(unknown)[:80]


_HEALTHY = re.compile(r"(?:khong|ko|k|chua)\b(?! ro)|khoe|binh thuong|thuoc nhom nguy co$|bth?$|0$|x$")
