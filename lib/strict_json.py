"""JSON from strangers: what is not plain JSON text of moderate depth is refused with a code, never an accident.

Python's own reader takes NaN and Infinity, makes infinity of 1e400, recurses as deep as the text does, keeps the last of two
equal names, and hands on NUL characters and half surrogate pairs that a database cannot hold (`is_storable`).
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from lib.problems import Problem, gettext_noop

_ = gettext_noop

DEEPEST = 20
_BRACKETS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)


class JsonProblem(Problem):
    """The body is not JSON as it is understood here; `code` says in which way."""


def read(body: bytes) -> Any:
    """The value of a JSON text in UTF-8. JsonProblem: not_utf8, too_deep, not_json, not_a_number, twice."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise JsonProblem("not_utf8", _("Nội dung phải là văn bản UTF-8.")) from None
    _check_depth(body)
    try:
        value = json.loads(
            text, parse_constant=_constant, parse_float=_finite, parse_int=_whole, object_pairs_hook=_object
        )
    except JsonProblem:
        raise
    except (ValueError, RecursionError):
        raise JsonProblem("not_json", _("Nội dung không phải là JSON.")) from None
    return value


def _check_depth(body: bytes) -> None:
    depth = 0
    for found in _BRACKETS.finditer(body):
        mark = body[found.start()]
        if mark in b"[{":
            depth += 1
            if depth > DEEPEST:
                raise JsonProblem("too_deep", _("Nội dung lồng quá {most} tầng."), most=DEEPEST)
        elif mark in b"]}":
            depth -= 1


def _constant(name: str) -> float:
    raise JsonProblem("not_a_number", _("“{raw}” không phải là số."), raw=name)


def _finite(raw: str) -> float:
    number = float(raw)
    if not math.isfinite(number):
        raise JsonProblem("not_a_number", _("“{raw}” không phải là số."), raw=raw[:20])
    return number


def _whole(raw: str) -> int:
    if len(raw) > 40:
        raise JsonProblem("not_a_number", _("“{raw}” không phải là số."), raw=raw[:20] + "…")
    return int(raw)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise JsonProblem("twice", _("Một mục được gửi hai lần."))
    return found


def is_storable(text: str) -> bool:
    """Whether a database can hold this text: no NUL, no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
