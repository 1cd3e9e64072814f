"""Words of the list in the reader's language, each looked up once per process: fifty people repeat the same thirty words."""

from collections.abc import Callable
from enum import Enum
from functools import cache
from typing import Any

from django.utils import translation


@cache
def words_in(language: str) -> Callable[[str], str]:
    """gettext for one language, remembered. Call the function `_`, so that the catalogue finds its sentences."""

    @cache
    def said(text: str) -> str:
        with translation.override(language):
            return translation.gettext(text)

    return said


@cache
def label(choices: type[Enum], value: Any, language: str) -> str:
    """The label of a model's choice."""
    with translation.override(language):
        return str(choices(value).label)  # type: ignore[attr-defined]


@cache
def text(words: Any, language: str) -> str:
    """A lazy sentence as text."""
    with translation.override(language):
        return str(words)
