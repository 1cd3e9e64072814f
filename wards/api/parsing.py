"""Bodies: JSON alone, of moderate size."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser

from lib.strict_json import JsonProblem, read
from wards.api.problem import Refusal

LARGEST = 1024 * 1024  # bytes of a body
SWALLOWED = 16 * LARGEST  # of a body that is too large: read and thrown away, so that the sender hears why


class StrictJson(BaseParser):
    media_type = "application/json"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        body = stream.read(LARGEST + 1)
        if len(body) > LARGEST:
            left = SWALLOWED
            while left > 0 and (more := stream.read(64 * 1024)):
                left -= len(more)
            raise Refusal("too_large")
        try:
            return read(body)
        except JsonProblem as problem:
            raise Refusal("malformed", problem.in_words(_), reason=problem.code) from None
