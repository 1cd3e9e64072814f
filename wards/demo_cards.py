"""The cards "try it as …" on the sign-in page of a demonstration installation; a real one never shows any.

`wards` knows no demonstration: the app that makes one fills `cards` at start-up.
"""

from dataclasses import dataclass

from django.utils.functional import Promise

from wards import installation


@dataclass(frozen=True)
class RoleCard:
    username: str
    title: str | Promise
    place: str
    does: str | Promise


cards: list[RoleCard] = []


def shown() -> list[RoleCard]:
    """The cards to offer now: none unless this installation is a demonstration."""
    row = installation.current()
    return cards if row is not None and row.is_demo else []
