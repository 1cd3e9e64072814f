"""Fields that take exactly what the description says: a text is a text, "12" is no number, 1 is no yes.

REST framework's own convert kindly; a program that sends the wrong kind should hear it (TRUST API-01).
"""

import re
from typing import Any

from rest_framework import serializers

from lib.dates_vn import PartialDate
from lib.strict_json import is_storable

_YEAR = r"(19|20)[0-9]{2}"
_LEAP_YEAR = r"((19|20)(0[48]|[2468][048]|[13579][26])|2000)"
_DAY_OF_YEAR = (
    r"((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
)
DAY = rf"({_YEAR}-{_DAY_OF_YEAR}|{_LEAP_YEAR}-02-29)"
PARTIAL_DATE = rf"({DAY}|{_YEAR}(-(0[1-9]|1[0-2]))?)"  # a day, a month or a year: what is known of a date
LETTER = "[A-Za-zÀ-ÖØ-öø-ÿĂăĐđĨĩŨũƠơƯưẠ-ỹ]"


def holding(pattern: str) -> str:
    """Any text with this somewhere in it; NUL is in none."""
    return rf"^[^\x00]*{pattern}[^\x00]*$"


WORDS = holding(r"[^\x00\s]")


class Text(serializers.RegexField):
    """A text as it is described, without characters that a database cannot hold."""

    def __init__(self, *, pattern: str = r"^[^\x00]*$", max_length: int, **kwargs: Any) -> None:
        kwargs.setdefault("allow_blank", not kwargs.get("required", True))
        kwargs.setdefault("trim_whitespace", False)
        to_the_end = re.sub(r"\$$", r"\\Z", pattern)  # Python's $ would let a line break pass
        super().__init__(to_the_end, max_length=max_length, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if data is not serializers.empty and data is not None and not isinstance(data, str):
            self.fail("invalid")
        if isinstance(data, str) and not is_storable(data):
            self.fail("invalid")
        return super().run_validation(data)


class Whole(serializers.IntegerField):
    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, (int, float)) or data != int(data):
            self.fail("invalid")
        return super().to_internal_value(int(data))


def version_field() -> Whole:
    """The version that the sender saw: there is no changing without having seen (API-12)."""
    return Whole(min_value=0, max_value=2**31 - 1, help_text="As last read; If-Match may say it instead.")


class Flag(serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Choice(serializers.ChoiceField):
    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return super().to_internal_value(data)


class Identifier(serializers.UUIDField):
    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class Millilitres(serializers.FloatField):
    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, (int, float)):
            self.fail("invalid")
        return super().to_internal_value(data)


class PartialDateField(Text):
    """1958-03-07, 1958-03 or 1958 → PartialDate; `is_day` where the whole day is needed."""

    def __init__(self, *, is_day: bool = False, **kwargs: Any) -> None:
        pattern = DAY if is_day else PARTIAL_DATE
        super().__init__(pattern=f"^{pattern}$", max_length=10, allow_blank=False, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        text = super().run_validation(data)
        return PartialDate.from_iso(text) if isinstance(text, str) else text
