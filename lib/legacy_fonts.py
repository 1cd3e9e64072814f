"""Text typed with the pre-Unicode fonts (.VnTime = TCVN3, VNI-Times) or decoded twice: found and converted.

Such text arrives from old police and ward files as "NguyÔn V¨n An" or "Nguyeãn Vaên An". It is offered
for conversion with a preview; it is never stored as if it were Unicode.
Tables: TCVN 5712:1993 (VN3 part, as in the ABC fonts) and the VNI Windows fonts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache


class Legacy(StrEnum):
    TCVN3 = "tcvn3"
    VNI = "vni"
    DOUBLE_UTF8 = "double_utf8"  # UTF-8 read as Windows-1252: "Nguyá»…n"


_TCVN3_BYTES = {
    0xA1: "ĂÂÊÔƠƯĐăâêôơưđ",
    0xB5: "àảãáạ",
    0xBB: "ằẳẵắ",
    0xC6: "ặầẩẫấậè",
    0xCE: "ẻẽéẹềểễếệìỉ",
    0xDC: "ĩíịò",
    0xE1: "ỏõóọồổỗốộờởỡớợù",
    0xF1: "ủũúụừửữứựỳỷỹýỵ",
}
_TCVN3 = {first + n: char for first, run in _TCVN3_BYTES.items() for n, char in enumerate(run)}

_VNI_AFTER = {  # a vowel, then a sign that the font draws above it
    "a": dict(zip("ùøûõïêéèúüëâáàåãä", "áàảãạăắằẳẵặâấầẩẫậ", strict=True)),
    "e": dict(zip("ùøûõïâáàåãä", "éèẻẽẹêếềểễệ", strict=True)),
    "o": dict(zip("ùøûõïâáàåãä", "óòỏõọôốồổỗộ", strict=True)),
    "u": dict(zip("ùøûõï", "úùủũụ", strict=True)),
    "y": dict(zip("ùøûõ", "ýỳỷỹ", strict=True)),
    "ô": dict(zip("ùøûõï", "ớờởỡợ", strict=True)),
    "ö": dict(zip("ùøûõï", "ứừửữự", strict=True)),
}
_VNI_ALONE = {"ô": "ơ", "ö": "ư", "ñ": "đ", "í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
_VNI = {
    vowel + sign: char for vowel, signs in _VNI_AFTER.items() for sign, char in signs.items()
} | _VNI_ALONE
# A capital vowel takes a capital sign (NGUYEÃN); mixed pairs occur where only the first letter is a capital.
_VNI |= {pair.capitalize(): char.upper() for pair, char in _VNI.items()} | {
    pair.upper(): char.upper() for pair, char in _VNI.items()
}
_VNI_TOKEN = re.compile("|".join(sorted(_VNI, key=len, reverse=True)))


_RUNS = re.compile(r"[^\s.,;:()/\-\d]+")


def from_tcvn3(text: str) -> str:
    """Unicode for text of the .VnTime fonts. Capitals of .VnTimeH come out as small letters."""
    return text.translate(_TCVN3)


def from_vni(text: str) -> str:
    """Unicode for text of the VNI fonts."""
    return _VNI_TOKEN.sub(lambda found: _VNI[found.group()], text)


def from_double_utf8(text: str) -> str:
    """Unicode for UTF-8 that was read as Windows-1252; the text itself where it was not."""
    raw = bytearray()
    for char in text:
        try:
            raw += char.encode("cp1252")
        except UnicodeEncodeError:
            if ord(char) > 0xFF:  # 0x81, 0x8D … have no cp1252 letter and come through as themselves
                return text
            raw.append(ord(char))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return text


_CONVERTERS = {Legacy.DOUBLE_UTF8: from_double_utf8, Legacy.TCVN3: from_tcvn3, Legacy.VNI: from_vni}


def repair_legacy(text: str, kind: Legacy) -> str:
    """The text as it was meant, for the preview of a conversion."""
    return unicodedata.normalize("NFC", _CONVERTERS[kind](text))


def looks_legacy(text: str) -> Legacy | None:
    """Which old encoding the text is in, or None when it reads as it is.

    A conversion is believed when the text has a word that no Vietnamese spelling allows, and after it
    every accented word is a possible Vietnamese syllable. "José" stays "José".
    """
    if text.isascii():
        return None
    words = [word for word in _RUNS.findall(unicodedata.normalize("NFC", text)) if not word.isascii()]
    if all(map(is_syllable, words)):
        return None
    for kind in _CONVERTERS:
        converted = [repair_legacy(word, kind) for word in words]
        if converted != words and all(map(is_syllable, converted)):
            return kind
    return None


def column_looks_legacy(values: Iterable[str], *, share: float = 0.05) -> Legacy | None:
    """The encoding of a column: of `share` of its accented values, and of two unless it has one."""
    accented = 0
    found: dict[Legacy, int] = {}
    for value in values:
        if not value or value.isascii():
            continue
        accented += 1
        kind = looks_legacy(value)
        if kind:
            found[kind] = found.get(kind, 0) + 1
    if not found:
        return None
    kind, count = max(found.items(), key=lambda item: item[1])
    return kind if count >= max(accented * share, min(2, accented)) else None


_ONSETS = "b c ch d đ g gh h k kh l m n ng ngh nh p ph q r s t th tr v x gi"
_RIMES = """
a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en eng
eo ep et ê êch êm ên ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu o oa oac
oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong oong
oop op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt u ua uân uâng uât uây uc uê uêch uênh ui um un
ung uơ up ut uy uya uych uyên uyêt uynh uyp uyt uyu uôc uôi uôm uôn uông uôt ư ưa ưc ưi ưm ưn ưng
ươc ươi ươm ươn ương ươp ươt ươu ưt ưu y yêm yên yêng yêt yêu
"""
_QU_RIMES = """
ua uac uach uai uan uang uanh uao uat uau uay uăc uăm uăn uăng uăp uăt uây ue uen ueo uet uơi uơ uôc
ui uit uich
"""


def _all_syllables() -> frozenset[str]:
    onsets, rimes = _ONSETS.split(), _RIMES.split()
    after_q = _QU_RIMES.split() + [rime for rime in rimes if rime.startswith("u")]
    found = {*rimes, *("q" + rime for rime in after_q)}
    found.update(onset + rime for onset in onsets if onset != "q" for rime in rimes)
    found.update("gi" + rime[1:] for rime in rimes if rime.startswith("i"))
    return frozenset(found)


_SYLLABLES = _all_syllables()
_TONE_MARK = re.compile("(?<=[aeiouy\u0302\u0306\u031b])[\u0300\u0301\u0303\u0309\u0323]")


@lru_cache(65_536)
def is_syllable(word: str) -> bool:
    """Whether Vietnamese spelling allows the word, with at most one tone and no capital inside."""
    if not (word.islower() or word.isupper() or (word[0].isupper() and word[1:].islower())):
        return False
    decomposed = unicodedata.normalize("NFD", word.lower())
    toneless, tones = _TONE_MARK.subn("", decomposed)
    return tones < 2 and unicodedata.normalize("NFC", toneless) in _SYLLABLES
