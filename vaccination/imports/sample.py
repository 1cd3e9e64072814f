"""The sample workbook of the import page. Only a demonstration has one; the app that makes demonstrations puts its maker here."""

from collections.abc import Callable, Iterable
from datetime import date

from wards.models import AdministrativeUnit

Maker = Callable[[AdministrativeUnit, date], bytes]

_makers: list[Maker] = []


def made_by(maker: Maker) -> None:
    """Called when the app that can make a sample starts."""
    _makers[:] = [maker]


def sample(unit: AdministrativeUnit, on: date) -> Iterable[bytes]:
    """An XLSX of synthetic people for a ward, as the import receives a file: in chunks."""
    return [_makers[0](unit, on)]
