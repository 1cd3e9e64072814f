"""JSON that remembers the line of every field, so that a bad rule file can be pointed at."""

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


class Located(dict[str, Any]):
    """A JSON object with the line it begins on and the line of each of its fields."""

    line: int = 0
    lines: dict[str, int]

    def line_of(self, field: str) -> int:
        return self.lines.get(field, self.line)


def parse(text: str) -> Any:
    """Like json.loads, with objects as `Located`; ValueError (with its line) also for a field given twice."""
    try:
        value, end = _value(text, _skip(text, 0))
    except (StopIteration, IndexError):
        raise ValueError(
            f"line {text.count(chr(10)) + 1}: the file ends too early or a value is missing"
        ) from None
    if _skip(text, end) != len(text):
        raise ValueError(f"line {_line(text, end)}: something stands after the end")
    return value


def _value(text: str, at: int) -> tuple[Any, int]:
    if text[at] == "{":
        return _object(text, at)
    if text[at] == "[":
        return _array(text, at)
    return _DECODER.raw_decode(text, at)


def _object(text: str, at: int) -> tuple[Located, int]:
    found = Located()
    found.line, found.lines = _line(text, at), {}
    at = _skip(text, at + 1)
    while text[at] != "}":
        line = _line(text, at)
        if text[at] != '"':
            raise ValueError(f"line {line}: a field name is missing")
        name, at = scanstring(text, at + 1)
        if name in found:
            raise ValueError(f"line {line}: field {name} is given twice")
        at = _expect(text, at, ":")
        found.lines[name] = line
        found[name], at = _value(text, _skip(text, at))
        at = _next_item(text, at, "}")
    return found, at + 1


def _array(text: str, at: int) -> tuple[list[Any], int]:
    found = []
    at = _skip(text, at + 1)
    while text[at] != "]":
        value, at = _value(text, at)
        found.append(value)
        at = _next_item(text, at, "]")
    return found, at + 1


def _next_item(text: str, at: int, closing: str) -> int:
    at = _skip(text, at)
    if text[at] == closing:
        return at
    at = _skip(text, _expect(text, at, ","))
    if text[at] == closing:
        raise ValueError(f"line {_line(text, at)}: a comma too many")
    return at


def _expect(text: str, at: int, sign: str) -> int:
    at = _skip(text, at)
    if text[at] != sign:
        raise ValueError(f"line {_line(text, at)}: {sign} is missing")
    return at + 1


def _skip(text: str, at: int) -> int:
    return _SPACE.match(text, at).end()  # type: ignore[union-attr]


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
