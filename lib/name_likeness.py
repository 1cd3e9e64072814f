"""How alike two names are, for showing probable duplicates to a person; never to merge by itself.

Evidence as the matching rules weigh it: equal, equal without accents, one letter apart, a middle name missing or
other, abbreviated. Family names are never evidence by themselves: more than a third of people share one.
"""

from __future__ import annotations

from enum import IntEnum

from lib.names import fuzzy_key, loose_key, match_key, within_one_edit


class Likeness(IntEnum):
    """The larger, the more alike."""

    DIFFERENT = 0
    MIDDLE_DIFFERS = 1  # same họ and tên; the words between are others, more, fewer or in another order
    ABBREVIATED = 2  # "Ng. V. An", "N.V. An"
    NEAR = 3  # one letter apart without accents, or only by l/n, ch/tr, s/x, d/gi/r
    UNACCENTED = 4
    SAME = 5


def likeness(left: str, right: str) -> Likeness:
    """The strongest of the kinds that holds. Symmetric."""
    if match_key(left) == match_key(right):
        return Likeness.SAME
    one, other = loose_key(left), loose_key(right)
    if one == other:
        return Likeness.UNACCENTED
    if fuzzy_key(left) == fuzzy_key(right) or (min(len(one), len(other)) > 4 and within_one_edit(one, other)):
        return Likeness.NEAR
    return _by_words(one.split(), other.split())


def _by_words(one: list[str], other: list[str]) -> Likeness:
    if len(one) < 2 or len(other) < 2 or one[-1] != other[-1]:
        return Likeness.DIFFERENT
    if len(one) == len(other) and all(map(_abbreviates, one[:-1], other[:-1])):
        return Likeness.ABBREVIATED
    return Likeness.MIDDLE_DIFFERS if one[0] == other[0] else Likeness.DIFFERENT


def _abbreviates(one: str, other: str) -> bool:
    """Equal, or one is the beginning of the other and at most three letters: N, Ng and Ngu for Nguyen."""
    shorter, longer = sorted((one, other), key=len)
    return one == other or (len(shorter) <= 3 and longer.startswith(shorter))
