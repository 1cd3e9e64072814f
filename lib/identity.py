"""Identity numbers: CCCD / số định danh, CMND, passport. What they are, whether they can be right, how shown.

Structure of the 12 digits (Decree 137/2015/NĐ-CP, Circular 59/2021/TT-BCA): province or country of birth
registration, century and sex, two digits of the birth year, six random ones; there is no check digit.
A contradiction is a warning, since civil status can have been corrected; what cannot be a number is refused.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from lib.keyring import KeyRing, KeyRingError, keyed_hash
from lib.problems import Problem, gettext_noop

__all__ = [
    "Identity",
    "IdentityKind",
    "IdentityProblem",
    "IdentityWarning",
    "KeyRing",
    "KeyRingError",
    "classify",
    "keyed_hash",
    "mask",
    "mask_tail",
]

_ = gettext_noop

Sex = Literal["M", "F"]

# The 63 provinces of before July 2025; their codes stay in the numbers of everyone registered there.
PROVINCES = frozenset(
    f"{code:03}"
    for code in [
        1,
        2,
        4,
        6,
        8,
        10,
        11,
        12,
        14,
        15,
        17,
        19,
        20,
        22,
        24,
        25,
        26,
        27,
        30,
        31,
        33,
        34,
        35,
        36,
        37,
        38,
    ]
    + [
        40,
        42,
        44,
        45,
        46,
        48,
        49,
        51,
        52,
        54,
        56,
        58,
        60,
        62,
        64,
        66,
        67,
        68,
        70,
        72,
        74,
        75,
        77,
        79,
        80,
        82,
        83,
    ]
    + [84, 86, 87, 89, 91, 92, 93, 94, 95, 96]
)
CMND_ENDED = 2025  # not valid as a document from 01/01/2025 (Law on Identification 26/2023/QH15, Article 46)
SYNTHETIC_PROVINCE = "099"  # given to nobody: numbers of invented people begin with it


class IdentityKind(StrEnum):
    CCCD = "cccd"
    CMND = "cmnd"
    PASSPORT = "passport"
    OTHER = "other"


class IdentityWarning(StrEnum):
    """What a person should look at; none of them keeps the number out."""

    SEX_DIFFERS = "sex_differs"
    YEAR_DIFFERS = "year_differs"
    UNKNOWN_PROVINCE = "unknown_province"
    REPAIRED = "repaired"
    CMND_EXPIRED = "cmnd_expired"


WARNING_TEXTS = {
    IdentityWarning.SEX_DIFFERS: _("Số CCCD cho biết giới tính khác với giới tính đã ghi."),
    IdentityWarning.YEAR_DIFFERS: _("Số CCCD cho biết năm sinh không khớp với ngày sinh đã ghi."),
    IdentityWarning.UNKNOWN_PROVINCE: _("Ba chữ số đầu của số CCCD không phải mã tỉnh hay mã nước."),
    IdentityWarning.REPAIRED: _("Số CCCD thiếu chữ số 0 ở đầu, đã thêm lại. Đối chiếu với giấy tờ."),
    IdentityWarning.CMND_EXPIRED: _("CMND 9 số hết giá trị từ 01/01/2025, hỏi số CCCD."),
}


class IdentityProblem(Problem):
    """Cannot be an identity number as it stands."""


@dataclass(frozen=True)
class Identity:
    """number: digits or capitals without separators. repaired: zeros lost to Excel were put back; such a
    number is shown to a person and never decides a match by itself."""

    number: str
    kind: IdentityKind
    repaired: bool = False
    warnings: tuple[IdentityWarning, ...] = ()

    @property
    def province(self) -> str:
        """Three digits of birth registration of a CCCD, else "". Not where the person lives."""
        return self.number[:3] if self.kind is IdentityKind.CCCD else ""

    @property
    def sex(self) -> Sex | None:
        if self.kind is not IdentityKind.CCCD:
            return None
        return "F" if int(self.number[3]) % 2 else "M"

    @property
    def birth_year(self) -> int | None:
        if self.kind is not IdentityKind.CCCD:
            return None
        return 1900 + 100 * (int(self.number[3]) // 2) + int(self.number[4:6])

    @property
    def last_four(self) -> str:
        return self.number[-4:]

    @property
    def masked(self) -> str:
        return mask(self.number)

    def hashed(self, key: bytes) -> str:
        """For matching. The kind is not part of it: a number is the same whichever column it came in."""
        return keyed_hash(self.number, key)


def mask(number: str) -> str:
    """0270****1234: a 12-digit number by its first and last four; shorter ones by the last four alone."""
    if len(number) >= 12:
        return f"{number[:4]}****{number[-4:]}"
    return mask_tail(number[-4:]) if len(number) > 6 else "****"


def mask_tail(last_four: str) -> str:
    """********1234, where only the last four digits are at hand."""
    return f"********{last_four}"


def classify(
    raw: object,
    *,
    sex: Sex | None = None,
    birth_year: int | None = None,
    year: int | None = None,
    synthetic: bool = False,
) -> Identity:
    """The identity number in a cell of any type, its kind and what looks odd about it.

    sex, birth_year: what the row says of the person, for the warnings and for judging a repair. year: the
    year of reading; nobody is born after it. synthetic: province 099 counts as valid (demo cities and tests).
    Raises IdentityProblem: empty, digits_lost, dummy, wrong_length, not_a_number.
    """
    number = _cleaned(raw)
    if number.isdecimal():
        identity = _of_digits(number, sex, birth_year, year, synthetic)
    else:
        identity = _of_letters(number)
    warnings = tuple(_warnings(identity, sex, birth_year, year, synthetic))
    return Identity(identity.number, identity.kind, identity.repaired, warnings)


_SCIENTIFIC = re.compile(r"\d(?:[.,]\d*)?E[+]?\d+", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s.,'’`\-_]+")
_LABEL = re.compile(
    r"^(?:SỐ|CCCD|CMND|CMTND|CMT|CC|HỘ CHIẾU|HC|PASSPORT|ĐDCN|MÃ ĐỊNH DANH|SĐD)\b\s*(?:SỐ)?\s*:?\s*"
)


def _cleaned(raw: object) -> str:
    if isinstance(raw, str) and raw.isascii() and raw.isdecimal():  # as nearly all are
        return raw
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    text = unicodedata.normalize("NFKC", "" if raw is None else str(raw)).strip(" '’`\t\r\n").upper()
    if _SCIENTIFIC.fullmatch(text.replace(" ", "")):
        raise IdentityProblem(
            "digits_lost",
            _(
                "Số CCCD hiện là {raw}, Excel đã làm mất chữ số. "
                "Mở tệp gốc, định dạng cột là Văn bản rồi nhập lại dòng này."
            ),
            raw=str(raw).strip(),
        )
    text = re.sub(r"^(\d+)\.0$", r"\1", text)  # a number that another program wrote as text
    number = _SEPARATORS.sub("", _LABEL.sub("", text))
    if not number:
        raise IdentityProblem("empty", _("Chưa có số CCCD/CMND."))
    return number


def _of_digits(
    number: str, sex: Sex | None, birth_year: int | None, year: int | None, synthetic: bool
) -> Identity:
    if is_dummy(number):
        raise IdentityProblem("dummy", _("Số {raw} là số điền cho đủ, không phải số giấy tờ."), raw=number)
    if len(number) == 12:
        return Identity(number, IdentityKind.CCCD)
    if len(number) == 9:
        return Identity(number, IdentityKind.CMND)
    # Two lost zeros are believed only with the person's sex and year: a BHYT code has ten digits as well.
    if len(number) == 11 or (len(number) == 10 and None not in (sex, birth_year)):
        padded = Identity(number.rjust(12, "0"), IdentityKind.CCCD, repaired=True)
        if _fits(padded, sex, birth_year, year, synthetic):
            return padded
    raise _wrong_length(number)


def _fits(
    identity: Identity, sex: Sex | None, birth_year: int | None, year: int | None, synthetic: bool
) -> bool:
    """Whether zeros may be put back: a province, a century in use, and the person's own sex and year."""
    known = identity.province in PROVINCES or (synthetic and identity.province == SYNTHETIC_PROVINCE)
    born = identity.birth_year or 0
    possible = born <= (year if year is not None else 2099) and identity.number[3] in "0123"
    return known and possible and sex in (None, identity.sex) and birth_year in (None, born)


def _of_letters(number: str) -> Identity:
    if re.fullmatch(r"[A-Z]\d{7}", number):
        return Identity(number, IdentityKind.PASSPORT)
    if re.fullmatch(r"(?=.*\d)[A-Z0-9]{5,20}", number):
        return Identity(number, IdentityKind.OTHER)
    raise IdentityProblem("not_a_number", _("“{raw}” không phải số giấy tờ."), raw=number)


def _wrong_length(number: str) -> IdentityProblem:
    if len(number) == 8:
        return IdentityProblem(
            "wrong_length",
            _("Số {raw} có 8 chữ số, số CMND có 9. Có thể mất chữ số 0 ở đầu, đối chiếu với giấy tờ."),
            proposal="0" + number,
            raw=number,
        )
    return IdentityProblem(
        "wrong_length",
        _("Số {raw} có {count} chữ số, số CCCD có 12 và số CMND có 9. Đối chiếu với giấy tờ."),
        raw=number,
        count=len(number),
    )


def is_dummy(number: str) -> bool:
    """000000000000, 123456789012 and the like: typed to get past a required field."""
    upwards = "0123456789" * (len(number) // 10 + 2)
    return len(number) > 3 and (
        number == number[0] * len(number) or number in upwards or number in upwards[::-1]
    )


def _warnings(
    identity: Identity, sex: Sex | None, birth_year: int | None, year: int | None, synthetic: bool
) -> list[IdentityWarning]:
    found = [IdentityWarning.REPAIRED] if identity.repaired else []
    if identity.kind is IdentityKind.CMND:
        return [IdentityWarning.CMND_EXPIRED] if year is not None and year >= CMND_ENDED else []
    if identity.kind is not IdentityKind.CCCD:
        return found
    if not _known_place(identity.province, synthetic):
        found.append(IdentityWarning.UNKNOWN_PROVINCE)
    if sex is not None and sex != identity.sex:
        found.append(IdentityWarning.SEX_DIFFERS)
    in_future = (identity.birth_year or 0) > (year if year is not None else 2099)
    if in_future or (birth_year is not None and birth_year != identity.birth_year):
        found.append(IdentityWarning.YEAR_DIFFERS)
    return found


def _known_place(code: str, synthetic: bool) -> bool:
    # Countries have codes from 101 on; which of them are in use is not checked.
    return code in PROVINCES or code > "100" or (synthetic and code == SYNTHETIC_PROVINCE)
