"""A value that cannot be taken as it stands: a code for programs, a sentence for people, a proposal.

`template` is Vietnamese and marked for translation where it is written; a door that speaks another
language calls `problem.in_words(gettext)`. Nothing here needs Django.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def gettext_noop(text: str) -> str:
    """Marks a sentence for the message catalogue and returns it unchanged."""
    return text


class Problem(ValueError):
    """Why a value was not accepted.

    code: stable, snake_case. message: Vietnamese, ready to show (where it happened is added by the
    caller, who knows row and column). proposal: the value we would suggest instead, or None.
    """

    def __init__(self, code: str, template: str, *, proposal: Any = None, **params: object) -> None:
        self.code = code
        self.template = template
        self.params = params
        self.proposal = proposal
        super().__init__(self.message)

    @property
    def message(self) -> str:
        return self.in_words(gettext_noop)

    def in_words(self, translate: Callable[[str], str]) -> str:
        """The sentence in the language of `translate` (a gettext function)."""
        return translate(self.template).format(**self.params)
