"""Health insurance numbers (BHYT): the 15-character card and the 10-digit number printed since 04/2021.

Both carry the same ten-digit social-insurance code at the end, so two are compared by their last ten.
Insurance is moving to the citizen number: what has neither form is kept as written, never rejected.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

OLD_CARD = re.compile(r"[A-Z]{2}[1-5]\d{2}\d{10}")
NEW_CARD = re.compile(r"\d{10}")


class InsuranceKind(StrEnum):
    OLD_CARD = "old_card"
    NEW_CARD = "new_card"
    CITIZEN_NUMBER = "citizen_number"
    OTHER = "other"


@dataclass(frozen=True)
class Insurance:
    """number: as compared and stored (upper case, no separators). code: its last ten digits, or ""."""

    number: str
    kind: InsuranceKind

    @property
    def code(self) -> str:
        return self.number[-10:] if self.kind in (InsuranceKind.OLD_CARD, InsuranceKind.NEW_CARD) else ""

    @property
    def benefit_group(self) -> str:
        """The two letters of the old card (HT pensioner, HN poor household, TE child under six, …)."""
        return self.number[:2] if self.kind is InsuranceKind.OLD_CARD else ""


def parse(raw: object) -> Insurance | None:
    """The insurance number in a cell; None for an empty one. A nine-digit number lost its zero to Excel."""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    lost_zero = isinstance(raw, int)
    number = re.sub(
        r"[\s.\-_'’]+", "", unicodedata.normalize("NFKC", "" if raw is None else str(raw))
    ).upper()
    if not number:
        return None
    if lost_zero and len(number) == 9:
        number = "0" + number
    return Insurance(number, _kind(number))


def _kind(number: str) -> InsuranceKind:
    if OLD_CARD.fullmatch(number):
        return InsuranceKind.OLD_CARD
    if NEW_CARD.fullmatch(number):
        return InsuranceKind.NEW_CARD
    return InsuranceKind.CITIZEN_NUMBER if re.fullmatch(r"\d{12}", number) else InsuranceKind.OTHER


def same_insurance(left: Insurance, right: Insurance) -> bool:
    """Whether two numbers are of the same insured person: old and new cards by their last ten digits."""
    if left.code and right.code:
        return left.code == right.code
    return left.number == right.number
