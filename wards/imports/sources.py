"""What a source of files is, and the register of the sources there are.

The machinery here knows residents. A source is declared in the highest app whose facts it writes (`vaccination/imports`
declares both of today's) and brings its own columns, its own staging table and its own SQL for the facts beside the person.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from lib.dates_vn import DayOrder, PartialDate
from wards.imports.staging import Tables
from wards.models import AdministrativeUnit


@dataclass(frozen=True)
class Field:
    """A column that a file may have. `titles` are written as people write them; they are compared without accents.

    kind: text, date or birth (a date of birth). repeated: once per dose group of a row. Of the fields that share a
    `needs`, at least one has to be there.
    """

    name: str
    label: str
    titles: tuple[str, ...] = ()
    kind: str = "text"
    needs: str = ""
    repeated: bool = False


@dataclass
class Findings:
    """What was wrong (the row is not written) or odd (it is, and a person is told) in one row."""

    problems: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class RowFacts:
    """What is known of a row when its further facts are cleaned."""

    row_no: int
    born: PartialDate | None
    on: date
    findings: Findings


class Cells(Protocol):
    """One row by field name; `group` counts the repeated groups from 0."""

    def get(self, name: str, group: int = 0) -> Any: ...

    def order(self, name: str, group: int = 0) -> DayOrder: ...

    def problem(
        self, name: str, code: str, text: str, *, value: Any = None, group: int = 0, proposal: Any = None
    ) -> None: ...

    def warn(self, name: str, code: str, text: str, *, value: Any = None, group: int = 0) -> None: ...

    @property
    def groups(self) -> int: ...


class Facts(Protocol):
    """Facts beside the person: how they are cleaned, staged, compared and written. SQL runs over `Tables`.

    part, columns: the staging template and its columns. marker: the field without which a file says nothing of them.
    """

    part: str
    columns: tuple[str, ...]
    marker: str

    def clean(self, cells: Cells, row: RowFacts) -> list[tuple]:
        """Staging rows of this row of the file, in the order of `columns`."""
        ...

    def changes_sql(self, tables: Tables) -> str:
        """SQL giving (row_no, changes jsonb) for matched rows whose facts are not all on record."""
        ...

    def repeated_sql(self, tables: Tables, row: str, other: str) -> str:
        """SQL condition: the other row of the file (both are SQL expressions of row numbers) has every fact of this one."""
        ...

    def shown(self, tables: Tables, rows: Sequence[int]) -> dict[int, list[str]]:
        """The facts of these rows in short words, for the review page."""
        ...

    def write(self, cursor: Any, tables: Tables, context: Mapping[str, Any]) -> Sequence[UUID]:
        """Write the facts of the rows in `tables.chunk`; the residents whose facts changed."""
        ...


@dataclass(frozen=True)
class Source:
    """A kind of file. creates_people: a row without a person on record becomes one; otherwise it is an error.
    rows_are_people: two rows with one person are a duplicate; otherwise a person may have many rows.
    sample: an XLSX of synthetic people for a ward, on which somebody may try the whole way (demo installations)."""

    name: str
    label: str
    hint: str
    fields: tuple[Field, ...]
    facts: tuple[Facts, ...] = ()
    creates_people: bool = True
    rows_are_people: bool = True
    sample: Callable[[AdministrativeUnit, date], Iterable[bytes]] | None = None

    def field(self, name: str) -> Field:
        return next(field for field in self.fields if field.name == name)

    def of(self, fields: Collection[str]) -> "Source":
        """This source for a file that has only these fields: facts of which it says nothing are left out."""
        return replace(self, facts=tuple(facts for facts in self.facts if facts.marker in fields))


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Make a source known; called when the app that declares it starts."""
    _sources[source.name] = source


def get(name: str) -> Source:
    return _sources[name]


def everything() -> list[Source]:
    return list(_sources.values())
