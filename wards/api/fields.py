"""Fields that take exactly what the description says: a text is a text, "12" is no number, 1 is no yes.

REST framework's own convert kindly; a program that sends the wrong kind should hear it (TRUST API-01).
"""

from typing import Any

from rest_framework import serializers

from lib.dates_vn import DateProblem, PartialDate
from lib.strict_json import is_storable

# A day, a month or a year: what is known of a date. 31/04 and 30/02 are left to the reader.
PARTIAL_DATE = r"^(19|20)\d{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"
LETTER = "[A-Za-zÀ-ÖØ-öø-ÿĂăĐđĨĩŨũƠơƯưẠ-ỹ]"


class Text(serializers.RegexField):
    """A text without characters that cannot be stored. `pattern` is searched for in it, and stands in the description."""

    def __init__(self, *, pattern: str = "", max_length: int, **kwargs: Any) -> None:
        kwargs.setdefault("allow_blank", not kwargs.get("required", True))
        super().__init__(pattern or r"^[^\x00]*$", max_length=max_length, **kwargs)

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


class Millilitres(serializers.DecimalField):
    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, bool) or not isinstance(data, (int, float)):
            self.fail("invalid")
        return super().to_internal_value(data)


class PartialDateField(Text):
    """1958-03-07, 1958-03 or 1958 ↔ PartialDate; `is_day` where the whole day is needed."""

    def __init__(self, *, is_day: bool = False, **kwargs: Any) -> None:
        self.is_day = is_day
        pattern = PARTIAL_DATE.replace(")?)?$", "))$") if is_day else PARTIAL_DATE
        super().__init__(pattern=pattern, max_length=10, allow_blank=False, **kwargs)

    def to_internal_value(self, data: Any) -> PartialDate:
        try:
            return PartialDate.from_iso(super().to_internal_value(data))
        except DateProblem:
            self.fail("invalid")

    def to_representation(self, value: Any) -> str:
        return value.iso() if isinstance(value, PartialDate) else str(value)
