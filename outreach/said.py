"""Words of the list in the reader's language, each looked up once per process: fifty people repeat the same thirty words."""

from collections.abc import Callable
from enum import Enum
from functools import cache
from typing import Any

from django.utils import translation
from django.utils.functional import Promise


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


# By identity: comparing lazy sentences translates them. The sentence is kept beside its text, so that no other can take its id.
_texts: dict[tuple[int, str], tuple[Promise, str]] = {}


def text(words: object, language: str) -> str:
    """A sentence of a module, lazy or not, or anything else, as text."""
    if not isinstance(words, Promise):
        return str(words)
    key = (id(words), language)
    if key not in _texts:
        with translation.override(language):
            _texts[key] = (words, str(words))
    return _texts[key][1]
