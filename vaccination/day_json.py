"""JSON with days in it: a day is {"day": "2021-10-20"}, and comes back as a day. Sets become sorted lists."""

import json
from datetime import date
from typing import Any


def _encode_day(value: object) -> Any:
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"No JSON for {value!r}.")


def _decode_day(found: dict[str, Any]) -> Any:
    return date.fromisoformat(found["day"]) if len(found) == 1 and "day" in found else found


class DayEncoder(json.JSONEncoder):
    def default(self, value: object) -> Any:
        return _encode_day(value)


class DayDecoder(json.JSONDecoder):
    def __init__(self, **options: Any) -> None:
        super().__init__(object_hook=_decode_day, **options)


encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_encode_day).encode
