"""Addresses as people write them in a ward: for searching, for walking order, and loosely taken apart.

An address stays free text. Nothing here corrects what is shown; it only makes "Ngõ 5", "hẻm 5" and
"kiệt 5" findable as one another and puts house 2 before house 12.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from lib.names import clean, search_key

# The lane words of north, south and centre mean the same turning off a street; ngách turns off a ngõ.
_SAME_WORD = {
    "hem": "ngo",
    "kiet": "ngo",
    "ngo": "ngo",
    "ngach": "ngach",
    "so": "",
    "nha": "",
    "sn": "",
    "duong": "",
    "pho": "",
    "tdp": "to",
    "kp": "khu",
    "kpho": "khu",
    "kdc": "khu",
    "p": "phuong",
    "tx": "thi xa",
    "tp": "thanh pho",
    "q": "quan",
    "h": "huyen",
    "x": "xa",
    "tt": "thi tran",
}
_PHRASES = [
    (re.compile(r"\bto dan pho\b"), "to"),
    (re.compile(r"\bkhu (?:pho|dan cu|vuc)\b"), "khu"),
    (re.compile(r"\b(?:ngo|hem|kiet) (?:nho|phu)\b"), "ngach"),
]
_MARK_KEPT = re.compile(r"(\d+\w*)\s*/\s*(?=\d)")


@lru_cache(16_384)
def address_search_key(text: str) -> str:
    """Lower case, no accents, one word for each kind of lane and quarter, filler words left out.

    "Số 12 Ngõ 5, tổ dân phố 3" and "12 hẻm 5 tổ 3" give the same key. Numbers with a slash stay whole.
    """
    key = search_key(_MARK_KEPT.sub(r"\1xxietxx", clean(text))).replace("xxietxx", "/")
    for phrase, word in _PHRASES:
        key = phrase.sub(word, key)
    words = [
        _SAME_WORD.get(word, word.lstrip("0") or "0" if word.isdecimal() else word) for word in key.split()
    ]
    return " ".join(filter(None, words))


_NUMBER_PARTS = re.compile(r"\d+|[a-z]+|/")
_LAST = "~"  # after every letter and digit: "12A" comes before "12/3", an address without a number at the end


@lru_cache(16_384)
def house_sort_key(text: str) -> str:
    """Sorts house numbers as one walks: 2, 12, 12A, 12B, 12/3, 112; ASCII, compared bytewise.

    Takes a bare number or a whole address; an address without a number sorts after all, by its text.
    Within one number the rest of the address is not looked at.
    """
    number = parse_address(text).house_number or text
    folded = search_key(_MARK_KEPT.sub(r"\1xxietxx", number)).replace("xxietxx", "/")
    parts = _NUMBER_PARTS.findall(folded)
    if not parts or not parts[0].isdecimal():
        return _LAST + "".join(part.rjust(6, "0") if part.isdecimal() else part for part in parts)
    return "".join(_sort_part(part) for part in parts)


def _sort_part(part: str) -> str:
    if part == "/":
        return _LAST
    return part.rjust(6, "0") if part.isdecimal() else part


@dataclass(frozen=True)
class ParsedAddress:
    """What could be told apart. house_number: "12", "12A", "12/3" or "". neighbourhood: the name or number
    after tổ / khu phố / thôn …, a hint to be looked up, and `neighbourhood_kind` that word as written.
    ward: after phường / xã / thị trấn, or "". rest: the remaining text (lane, street)."""

    house_number: str
    rest: str
    neighbourhood: str = ""
    neighbourhood_kind: str = ""
    ward: str = ""


_HOUSE = re.compile(
    r"^(?:số\s+nhà|nhà\s+số|số|sn|nhà|s/n)?\s*[:.]?\s*(\d+(?:\s?[A-Za-zĐđ](?!\w)|\s?bis\b)?(?:\s*/\s*\d+[A-Za-z]?(?!\w))*)(?![\w])",
    re.IGNORECASE,
)
_NEIGHBOURHOOD = re.compile(
    r"^(tổ\s+dân\s+phố|khu\s+phố|khu\s+dân\s+cư|khu\s+vực|tiểu\s+khu|tdp|kdc|kp|khu|khối|tổ|thôn|xóm|ấp|bản|buôn)\b\.?\s*(.+)$",
    re.IGNORECASE,
)
_WARD = re.compile(r"^(?:phường|xã|thị\s+trấn|p\.|x\.|tt\.)\s*(.+)$", re.IGNORECASE)
_INLINE = re.compile(
    r"\s+(?=(?:tổ\s+dân\s+phố|khu\s+phố|khu\s+dân\s+cư|tdp|kp|tổ|thôn|xóm|ấp|phường|xã|thị\s+trấn)\s+[\wĐđ])",
    re.IGNORECASE,
)


@lru_cache(16_384)
def parse_address(text: str) -> ParsedAddress:
    """Takes "Số 12 ngõ 5, khu phố Bò Sơn" loosely apart; what is not understood stays in `rest`."""
    pieces = [
        piece.strip() for chunk in re.split(r"[,;]|\s-\s", clean(text)) for piece in _INLINE.split(chunk)
    ]
    found: dict[str, str] = {}
    kept = []
    for piece in filter(None, pieces):
        if not _take(piece, found):
            kept.append(piece)
    if kept and (house := _HOUSE.match(kept[0])):
        found["house_number"] = re.sub(r"\s+", "", house[1])
        kept[0] = kept[0][house.end() :].strip(" .")
    return ParsedAddress(
        house_number=found.get("house_number", ""),
        rest=", ".join(filter(None, kept)),
        neighbourhood=found.get("neighbourhood", ""),
        neighbourhood_kind=found.get("neighbourhood_kind", ""),
        ward=found.get("ward", ""),
    )


def _take(piece: str, found: dict[str, str]) -> bool:
    """The first neighbourhood and the first ward are taken; a second one stays where it is."""
    if "neighbourhood" not in found and (match := _NEIGHBOURHOOD.match(piece)):
        found["neighbourhood_kind"], found["neighbourhood"] = " ".join(match[1].lower().split()), match[2]
        return True
    if "ward" not in found and (match := _WARD.match(piece)):
        found["ward"] = match[1]
        return True
    return False
