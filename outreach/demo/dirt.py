"""What goes wrong in the files of officials, done on purpose and counted (figures.toml, `dirt`)."""

import unicodedata
from copy import deepcopy
from datetime import timedelta
from random import Random

from lib.dates_vn import PartialDate
from lib.legacy_fonts import from_tcvn3
from outreach.demo.figures import chance, load
from outreach.demo.lines import Line

# New place of the tone mark, as younger programs write it: hòa → hoà.
_NEW_PLACE = {
    old: new
    for stem, marked in (("oa", "òóỏõọ"), ("oe", "òóỏõọ"), ("uy", "ùúủũụ"))
    for old, new in (
        (mark + stem[1], unicodedata.normalize("NFC", stem + unicodedata.normalize("NFD", mark)[1]))
        for mark in marked
    )
}
_MIN_DAYS = {"AstraZeneca": 56, "Moderna": 28}


def to_tcvn3(text: str) -> str:
    """The name as a .VnTime font holds it: what looks like gibberish in any other font. ValueError where it cannot."""
    written = "".join(_TCVN3.get(char, char) for char in unicodedata.normalize("NFC", text))
    if from_tcvn3(written) != text:
        raise ValueError(text)
    return written


_TCVN3 = {
    from_tcvn3(chr(code)): chr(code) for code in range(0xA1, 0x100) if from_tcvn3(chr(code)) != chr(code)
}


def new_tone_place(name: str) -> str:
    """The name with the tone mark on the second vowel; the same text where it has no such syllable."""
    words = []
    for word in name.split(" "):
        for old, new in _NEW_PLACE.items():
            if word.lower().endswith(old) and not word.lower().startswith("qu"):
                word = word[: -len(old)] + new
                break
        words.append(word)
    return " ".join(words)


def soil(random: Random, lines: list[Line]) -> list[Line]:
    """The lines with the usual share of every kind of dirt, at least one of each; duplicates stand at the end."""
    shares = load()["dirt"]
    lines = [deepcopy(line) for line in lines]
    _names(random, lines, shares)
    _near_names(random, lines, shares)
    _numbers(random, lines, shares)
    _phones(random, lines, shares)
    _doses(random, lines, shares)
    return lines + _duplicates(random, lines, shares)


def _some(random: Random, lines: list[Line], percent: float) -> list[Line]:
    """So many clean lines of these, at least one where there is any."""
    clean = [line for line in lines if not line.dirt]
    count = min(len(clean), max(1, round(len(lines) * percent / 100)))
    return random.sample(clean, count)


def _names(random: Random, lines: list[Line], shares: dict[str, float]) -> None:
    movable = [line for line in lines if new_tone_place(line.name) != line.name]
    wanted = max(1, round(len(lines) * shares["tone_placement"] / 100))
    for line in random.sample(movable, min(wanted, len(movable))):
        line.name = new_tone_place(line.name)
        line.dirt.add("tone_placement")
    for line in _some(random, lines, shares["decomposed"]):
        line.name = unicodedata.normalize("NFD", line.name)
        line.dirt.add("decomposed")
    for line in _some(random, lines, shares["legacy_font"]):
        line.name = to_tcvn3(line.name)
        line.dirt.add("legacy_font")


def _near_names(random: Random, lines: list[Line], shares: dict[str, float]) -> None:
    """People on record whom a row describes nearly: "Thị" left out, no number. A person has to decide (DOMAIN 4.8)."""
    middles = (" Thị ", " Văn ")
    near = [
        line
        for line in lines
        if line.origin == "same" and line.born.day and any(middle in line.name for middle in middles)
    ]
    for line in _some(random, near, 100 * len(lines) / max(1, len(near)) * shares["near_name"] / 100):
        for middle in middles:
            line.name = line.name.replace(middle, " ")
        line.number = line.insurance = ""
        line.origin = "doubtful"
        line.dirt.add("near_name")


def _numbers(random: Random, lines: list[Line], shares: dict[str, float]) -> None:
    numbered = [line for line in lines if len(line.number) == 12]
    for line in _some(random, numbered, shares["no_number"]):
        line.number = ""
        line.dirt.add("no_number")
    for line in _some(random, numbered, shares["wrong_number"]):
        line.number = random.choice((line.number[:8], line.number + "7", "9,9E+10"))
        line.dirt.add("wrong_number")
    for line in _some(random, numbered, shares["lost_zero"]):
        line.dirt.add("lost_zero")  # written as a number: Excel drops the zero


def _phones(random: Random, lines: list[Line], shares: dict[str, float]) -> None:
    chosen = _some(random, [line for line in lines if line.phone], shares["shared_phone"])
    for start in range(0, len(chosen), 4):
        group = chosen[start : start + 4]
        for line in group if len(group) >= 3 else []:
            if line.phone != group[0].phone and line.origin == "same":
                line.origin = "changed"
            line.phone = group[0].phone
            line.dirt.add("shared_phone")


def _doses(random: Random, lines: list[Line], shares: dict[str, float]) -> None:
    dosed = [line for line in lines if any(dose.lot for dose in line.doses)]
    for line in _some(random, dosed, shares["no_lot"]):
        for dose in line.doses:
            dose.lot = ""
        line.dirt.add("no_lot")
    # of newcomers only: an earlier date of a known person would be one more dose
    early = [
        line for line in lines if line.origin == "new" and len(line.doses) >= 2 and line.doses[0].given.day
    ]
    for line in _some(random, early, 100 * len(lines) / max(1, len(early)) * shares["too_early"] / 100):
        first, second = line.doses[:2]
        least = _MIN_DAYS.get(first.product, 21)
        second.given = PartialDate.of(first.given.earliest + timedelta(days=least - random.randrange(2, 9)))
        del line.doses[2:]
        line.dirt.add("too_early")


def _duplicates(random: Random, lines: list[Line], shares: dict[str, float]) -> list[Line]:
    """The same person once more further down, with the number and a name in capitals."""
    again = []
    for line in _some(random, [line for line in lines if line.number], shares["duplicate_row"]):
        copy = deepcopy(line)
        copy.name = copy.name.upper()
        copy.origin, copy.dirt = "duplicate", {"duplicate_row"}
        again.append(copy)
    return again


def careless(random: Random, line: Line) -> Line:
    """Capitals, doubled spaces, a country code: harmless, everywhere, not counted."""
    copy = deepcopy(line)
    if copy.dirt & {"legacy_font", "decomposed", "tone_placement"}:
        return copy
    if chance(random, 6):
        copy.name = copy.name.upper()
    elif chance(random, 4):
        copy.name = copy.name.replace(" ", "  ", 1)
    elif chance(random, 2):
        copy.name = copy.name.replace(" ", "\u00a0", 1)
    if copy.phone and chance(random, 8):
        copy.phone = random.choice(
            (f"+84{copy.phone[1:]}", f"{copy.phone[:4]} {copy.phone[4:7]} {copy.phone[7:]}")
        )
    return copy
