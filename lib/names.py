"""Vietnamese names: how they are cleaned, shown, searched, sorted and compared.

One definition for page, import, database column and search box. Every key is stable text that
PostgreSQL compares bytewise (COLLATE "C"); nothing depends on an installed collation.

    display_name("NGUYỄN  THỊ LAN")  -> "Nguyễn Thị Lan"      what people read
    match_key("Nguyễn Thị Hoà")      -> "nguyễn thị hòa"      equal names have equal keys
    search_key("Đặng Thuý")          -> "dang thuy"           what a person types without accents
    loose_key("Đặng Quý")            -> "dang qui"            i and y not told apart
    sort_key("Nguyễn Thị Lan")       -> "lan 0 nguye{n 3 thi 5"   tên, then họ, then đệm
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from lib.legacy_fonts import Legacy, from_tcvn3, from_vni, looks_legacy, repair_legacy

__all__ = [
    "Legacy",
    "NameKeys",
    "NameParts",
    "clean",
    "display_name",
    "from_tcvn3",
    "from_vni",
    "fuzzy_key",
    "initials",
    "keys",
    "looks_legacy",
    "loose_key",
    "match_key",
    "place_tones",
    "repair_legacy",
    "search_key",
    "sort_key",
    "split_name",
    "within_one_edit",
]

_WORDS_CACHED = 65_536  # a city of 300,000 people has some ten thousand different words in its names

_INVISIBLE = dict.fromkeys(
    [0x00AD, 0x034F, 0x061C, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F)]
    + [
        *range(0x2060, 0x2070),
        *(c for c in range(0xA0) if not 0x20 <= c < 0x7F and c not in (9, 10, 11, 12, 13)),
    ]
)
_APOSTROPHES = dict.fromkeys(map(ord, "’‘ʼʻ´`′ˈ＇"), "'")
# Ð (eth) and Ɖ look exactly like Đ and are typed for it; ð and ɖ come of lower-casing those.
_ETH = {0x00D0: "Đ", 0x0189: "Đ"}
_SMALL_ETH = {0x00F0: "đ", 0x0256: "đ"}
_CLEAN = {**_INVISIBLE, **_APOSTROPHES, **_ETH}

# The vowel's own sign comes before the tone; some keyboards send them the other way round.
_QUALITY = "\u0302\u0306\u031b"
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_TONE_MARKS = "".join(_TONES)
_TONE_BEFORE_QUALITY = re.compile(f"([{_TONE_MARKS}]+)([{_QUALITY}]+)")
_COMBINING = re.compile("[\u0300-\u036f]")
_NOT_ALNUM = re.compile(r"[\W_]+")


# ---------------------------------------------------------------- cleaning and display


def clean(text: str) -> str:
    """NFC, one space between words, nothing invisible, Đ for its look-alikes; letters and case kept."""
    if text.isascii() and text.isprintable():
        return " ".join(text.translate(_APOSTROPHES).split())
    text = unicodedata.normalize("NFC", text)
    if _COMBINING.search(text):
        text = _TONE_BEFORE_QUALITY.sub(r"\2\1", unicodedata.normalize("NFD", text))
        text = unicodedata.normalize("NFC", text)
    return " ".join(text.translate(_CLEAN).split())


def display_name(text: str) -> str:
    """The name as it is shown: cleaned, each word capitalised; sensible mixed case is left alone."""
    return " ".join(map(_display_word, clean(text).split(" ")))


_NUMERALS = frozenset({"II", "III", "IV"})
_LETTERS = re.compile(r"[^\W\d_]+")


@lru_cache(_WORDS_CACHED)
def _display_word(word: str) -> str:
    if word in _NUMERALS:
        return word
    word = word.translate(_SMALL_ETH)  # ÐỖ lower-cased by another program
    return _LETTERS.sub(lambda found: _display_run(found.group(), at_start=found.start() == 0), word)


def _display_run(run: str, *, at_start: bool) -> str:
    """H'HEN -> H'Hen, hưng -> Hưng, NGuyễn -> Nguyễn; McDonald and DeVries stay."""
    sensible = run[0].isupper() and (len(run) == 1 or run[1].islower())
    return run if sensible else run[0].title() + run[1:].lower()


# ---------------------------------------------------------------- words and parts


class NameParts(NamedTuple):
    family: str
    middle: str
    given: str
    suffix: str  # what stands in brackets after the name, to tell two people apart


_BRACKETS = re.compile(r"\s*[(\[]([^)\]]*)[)\]]?\s*$")


def split_name(text: str) -> NameParts:
    """họ, đệm, tên of a name in Vietnamese order. A single word is the given name."""
    return _parts(clean(text))


def _parts(name: str) -> NameParts:
    suffix = ""
    found = _BRACKETS.search(name) if name.endswith((")", "]")) else None
    if found and found.start() > 0:
        name, suffix = name[: found.start()], found.group(1)
    words = name.split()
    if len(words) < 2:
        return NameParts("", "", name, suffix)
    return NameParts(words[0], " ".join(words[1:-1]), words[-1], suffix)


def initials(text: str) -> str:
    """First letters for quick search: Nguyễn Văn An -> "nva"."""
    return "".join(word[0] for word in search_key(text).split())


# ---------------------------------------------------------------- keys


class NameKeys(NamedTuple):
    display: str
    match: str
    search: str
    loose: str
    sort: str
    fuzzy: str
    initials: str


def keys(text: str) -> NameKeys:
    """All keys of a name at once, for a row that is about to be stored; faster than one by one."""
    cleaned = clean(text)
    words = cleaned.split(" ")
    search = _joined(_folded, words)
    folded = search.split()
    return NameKeys(
        display=" ".join(map(_display_word, words)),
        match=_joined(_matched, words),
        search=search,
        loose=search.replace("y", "i"),
        sort=_sorted_by(_parts(cleaned)),
        fuzzy=" ".join(map(_fuzzy_word, folded)),
        initials="".join([word[0] for word in folded]),
    )


def _joined(of_word: Callable[[str], str], words: list[str]) -> str:
    return " ".join(filter(None, map(of_word, words)))


def search_key(text: str) -> str:
    """Lower case, no accents, đ as d, one space between words. Punctuation parts words, apostrophes do not.

    "Ð" typed for "Đ" gives the same key, and so does NFD: đ has no decomposition and is mapped by name.
    """
    return _joined(_folded, clean(text).split(" "))


def loose_key(text: str) -> str:
    """The second search key: y and i are one letter (Quý / Quí, Mỹ / Mĩ)."""
    return search_key(text).replace("y", "i")


def match_key(text: str) -> str:
    """Two names are the same name when these are equal: NFC, case, spaces and place of the tone mark aside.

    Accents still count ("Hòa" is not "Hoa"), and so do i and y.
    """
    return _joined(_matched, clean(text).split(" "))


def place_tones(text: str) -> str:
    """The tone mark where the older school puts it: hoà -> hòa, thuý -> thúy; quý and toán stay."""
    return " ".join(map(_placed, clean(text).split(" ")))


def sort_key(text: str) -> str:
    """Orders a list as Vietnamese lists are: by tên, then họ, then đệm; ASCII, compared bytewise.

    Per part the letters come first (a ă â b c d đ e ê …: the extra letters of a base letter follow it, so
    they are written as the base and a sign after "z"), then one digit per word for the tone
    (none, huyền, hỏi, ngã, sắc, nặng): CLDR `vi`, tones being a secondary difference.
    """
    return _sorted_by(split_name(text))


def fuzzy_key(text: str) -> str:
    """For finding, never for deciding: northern confusions l/n, ch/tr, s/x, d/gi/r and i/y are undone."""
    return " ".join(map(_fuzzy_word, search_key(text).split()))


# ---------------------------------------------------------------- one word at a time

_FOLD = str.maketrans(
    {"đ": "d", "ð": "d", "ɖ": "d", "ƀ": "b", "ł": "l", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"}
)


@lru_cache(_WORDS_CACHED)
def _folded(word: str) -> str:
    word = unicodedata.normalize("NFKD", word).lower().translate(_FOLD).replace("'", "")
    return _NOT_ALNUM.sub(" ", _COMBINING.sub("", word)).strip()


@lru_cache(_WORDS_CACHED)
def _matched(word: str) -> str:
    words = _NOT_ALNUM.sub(" ", word.lower().translate(_SMALL_ETH).replace("'", "")).split()
    return " ".join(map(_placed, words))


_VOWELS = "aeiouy"
_VOWEL = "(?:[aeo]\u0302|a\u0306|[ou]\u031b|[aeiouy])"
_SYLLABLE = re.compile(
    r"^(?P<onset>(?:qu(?=[aeiouy])|gi(?=[aeouy])|[b-df-hj-np-tv-xzđ])*)"
    rf"(?P<nucleus>{_VOWEL}+)(?P<coda>[b-df-hj-np-tv-xz]*)$"
)


@lru_cache(_WORDS_CACHED)
def _placed(word: str) -> str:
    """A syllable with one tone mark gets it in the canonical place; anything else comes back unchanged."""
    marks = unicodedata.normalize("NFD", word)
    tones = [mark for mark in marks if mark in _TONES]
    if len(tones) != 1:
        return word
    at = marks.index(tones[0])
    if marks[at - 1].lower() not in _VOWELS + _QUALITY:
        return word  # ñ is no n with a tone
    toneless = marks[:at] + marks[at + 1 :]
    found = _SYLLABLE.match(toneless.lower())
    if not found:
        return word
    place = _tone_place(found) + found.start("nucleus")
    return unicodedata.normalize("NFC", toneless[:place] + tones[0] + toneless[place:])


def _tone_place(syllable: re.Match[str]) -> int:
    """How many characters of the (decomposed) nucleus stand before the tone mark."""
    nucleus, coda = syllable["nucleus"], syllable["coda"]
    vowels = re.findall(_VOWEL, nucleus)
    modified = [index for index, vowel in enumerate(vowels) if len(vowel) > 1]
    if modified:
        index = modified[-1]  # ươ -> ơ, uyê -> ê
    elif coda:
        index = len(vowels) - 1
    else:
        index = 1 if len(vowels) > 2 else 0
    return sum(map(len, vowels[: index + 1]))


_SORT_SIGNS = {("a", "\u0306"): "{", ("a", "\u0302"): "|", ("e", "\u0302"): "{", ("o", "\u0302"): "{"}
_SORT_SIGNS |= {("o", "\u031b"): "|", ("u", "\u031b"): "{"}


@lru_cache(_WORDS_CACHED)
def _weights(word: str) -> tuple[str, str]:
    letters: list[str] = []
    tones = ""
    base = ""
    for char in unicodedata.normalize("NFKD", word).lower():
        if char in _TONES:
            tones += _TONES[char] if base in _VOWELS and base else ""
        elif (base, char) in _SORT_SIGNS:
            letters.append(_SORT_SIGNS[base, char])
        elif char in "đðɖ":
            letters.append("d{")
            base = ""
        else:
            folded = char.translate(_FOLD)
            if folded.isascii() and folded.isalnum():
                letters.append(folded)
                base = folded
    return "".join(letters), tones or "0"


def _sorted_by(parts: NameParts) -> str:
    family, middle, given, suffix = parts
    key = f"{_sort_part(given)} {_sort_part(family)} {_sort_part(middle)}"
    return f"{key} {_sort_part(suffix)}" if suffix else key.rstrip()


@lru_cache(_WORDS_CACHED)
def _sort_part(part: str) -> str:
    # "-" between words sorts before every letter and digit, " " before it ends the part.
    pairs = [pair for pair in map(_weights, part.replace("-", " ").split()) if pair[0]]
    if not pairs:
        return ""
    return f"{'-'.join(pair[0] for pair in pairs)} {''.join(pair[1] for pair in pairs)}"


@lru_cache(_WORDS_CACHED)
def _fuzzy_word(word: str) -> str:
    for written, heard in _CONFUSED:
        word, changed = written.subn(heard, word)
        if changed:
            break
    return word.replace("y", "i")


_CONFUSED = [
    (re.compile(r"^n(?=[aeiouy])"), "l"),
    (re.compile(r"^tr"), "ch"),
    (re.compile(r"^s"), "x"),
    (re.compile(r"^gi(?=[aeouy])"), "d"),
    (re.compile(r"^gi"), "di"),
    (re.compile(r"^r"), "d"),
]


def within_one_edit(left: str, right: str) -> bool:
    """Equal, or one letter added, left out, replaced, or two neighbours swapped. For keys, not raw names."""
    if left == right:
        return True
    if abs(len(left) - len(right)) > 1:
        return False
    start = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        start += 1
    left, right = left[start:], right[start:]
    if len(left) == len(right):
        return left[1:] == right[1:] or (left[:2] == right[1::-1] and left[2:] == right[2:])
    shorter, longer = sorted((left, right), key=len)
    return shorter == longer[1:]
