"""Vietnamese telephone numbers: mobile, fixed, the old 11-digit mobiles, several in one cell.

A phone is never an identity key: one for a whole household is normal. Numbering plan in force since 2018
(plan of the Ministry of Information and Communications; old mobile prefixes converted as it says).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from lib.problems import Problem, gettext_noop

_ = gettext_noop

MOBILE = re.compile(r"0(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9[0-46-9])\d{7}")
FIXED = re.compile(r"02\d{9}")
_OLD_PREFIXES = {f"016{n}": f"03{n}" for n in range(2, 10)} | {
    "0120": "070", "0121": "079", "0122": "077", "0126": "076", "0128": "078",
    "0123": "083", "0124": "084", "0125": "085", "0127": "081", "0129": "082",
    "0186": "056", "0188": "058", "0199": "059",
}  # fmt: skip


class PhoneKind(StrEnum):
    MOBILE = "mobile"
    FIXED = "fixed"


class PhoneProblem(Problem):
    """Not a telephone number of Vietnam as it stands."""


@dataclass(frozen=True)
class Phone:
    """number: national form, digits only ("0912345678"). repaired: a leading zero lost to Excel was put back.
    converted_from: the old 11-digit number it was written as. note: what stood beside it ("mẹ")."""

    number: str
    kind: PhoneKind
    repaired: bool = False
    converted_from: str = ""
    note: str = ""

    @property
    def tail(self) -> str:
        """The last four digits, by which people look someone up."""
        return self.number[-4:]

    @property
    def masked(self) -> str:
        return mask(self.number)

    def __str__(self) -> str:
        """0912 345 678."""
        return f"{self.number[:4]} {self.number[4:7]} {self.number[7:]}"


def mask(number: str) -> str:
    """0912***678 for people who may not see the number."""
    return f"{number[:4]}***{number[-3:]}" if len(number) > 7 else "***"


def parse(raw: object) -> Phone:
    """The one number in a cell. Raises PhoneProblem: empty, several, digits_lost, not_a_phone."""
    found, problems = parse_cell(raw)
    if problems:
        raise problems[0]
    if not found:
        raise PhoneProblem("empty", _("Chưa có số điện thoại."))
    if len(found) > 1:
        raise PhoneProblem("several", _("Ô này có {count} số điện thoại."), count=len(found), proposal=found)
    return found[0]


def parse_cell(raw: object) -> tuple[list[Phone], list[PhoneProblem]]:
    """Every number in a cell (parted by ; , / or spaces), in order, each once; and what could not be read."""
    if raw is None:
        return [], []
    if isinstance(raw, str) and raw.isdecimal() and (phone := _national(raw)):  # as nearly all are
        return [phone], []
    found: dict[str, Phone] = {}
    problems: list[PhoneProblem] = []
    for piece in _pieces(_as_text(raw)):
        phones, problem = _read_piece(piece)
        for phone in phones:
            found.setdefault(phone.number, phone)
        if problem:
            problems.append(problem)
    return list(found.values()), problems


def _as_text(raw: object) -> str:
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    return str(raw).strip(" '’\u00a0")


_PARTED = re.compile(r"[;,/|\n\r&]+|\bho[aặ]c\b|\bv[aà]\b")
_SCIENTIFIC = re.compile(r"\d[.,]\d*E\+?\d+", re.IGNORECASE)
_DIGITS = re.compile(r"\+?\d+")
_INTERNATIONAL = re.compile(r"\+?(?:00)?84")


def _pieces(text: str) -> list[str]:
    if _SCIENTIFIC.fullmatch(text):
        return [text]
    pieces = [piece.strip() for piece in _PARTED.split(text)]
    joined = re.sub(r"\D", "", text)
    # "0241/3821234" is one number; "0912345678/0987654321" is two.
    if len(pieces) > 1 and _national(joined) and not any(map(_national, pieces)):
        return [joined]
    return [piece for piece in pieces if piece]


def _read_piece(piece: str) -> tuple[list[Phone], PhoneProblem | None]:
    if _SCIENTIFIC.fullmatch(piece):
        return [], PhoneProblem(
            "digits_lost",
            _("Số điện thoại hiện là {raw}, Excel đã làm mất chữ số. Định dạng cột là Văn bản rồi nhập lại."),
            raw=piece,
        )
    groups = _DIGITS.findall(piece)
    note = re.sub(r"[\d+().\-:\s]+", " ", piece).strip()
    phones = _joined_groups(groups)
    if phones:
        return [_with_note(phone, note) for phone in phones], None
    if not groups and not any(map(str.isalpha, piece)):
        return [], None  # "-" or "." for none
    return [], _not_a_phone(piece)


def _with_note(phone: Phone, note: str) -> Phone:
    if not note:
        return phone
    note = re.sub(r"^(?:đt|sđt|dt|sdt|tel|số|di động|dđ)\b\.?\s*", "", note, flags=re.IGNORECASE)
    return Phone(phone.number, phone.kind, phone.repaired, phone.converted_from, note) if note else phone


def _joined_groups(groups: list[str]) -> list[Phone]:
    """Groups of digits put together until each makes a number: "0912 345 678 0987654321" is two numbers."""
    phones: list[Phone] = []
    digits = ""
    for group in groups:
        digits += group
        phone = _national(digits)
        if phone:
            phones.append(phone)
            digits = ""
    return [] if digits else phones


@lru_cache(65_536)
def _national(digits: str) -> Phone | None:
    number = _INTERNATIONAL.sub("0", digits, count=1) if len(digits) > 10 else digits
    if number.startswith("00"):
        number = number[1:]  # +84 0912…
    if phone := _as_written(number):
        return phone
    if number.startswith("0") or len(number) not in (9, 10):
        return None
    phone = _as_written("0" + number)
    return Phone(phone.number, phone.kind, True, phone.converted_from) if phone else None


def _as_written(number: str) -> Phone | None:
    if MOBILE.fullmatch(number):
        return Phone(number, PhoneKind.MOBILE)
    if FIXED.fullmatch(number):
        return Phone(number, PhoneKind.FIXED)
    new_prefix = _OLD_PREFIXES.get(number[:4]) if len(number) == 11 else None
    return Phone(new_prefix + number[4:], PhoneKind.MOBILE, converted_from=number) if new_prefix else None


def _not_a_phone(piece: str) -> PhoneProblem:
    digits = re.sub(r"\D", "", piece)
    if len(digits) in (8, 9, 11, 12):
        return PhoneProblem(
            "not_a_phone",
            _("“{raw}” có {count} chữ số, số di động có 10 chữ số. Kiểm tra lại số điện thoại."),
            raw=piece,
            count=len(digits),
        )
    return PhoneProblem(
        "not_a_phone", _("“{raw}” không phải số điện thoại ở Việt Nam. Kiểm tra lại."), raw=piece
    )
