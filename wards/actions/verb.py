"""What every verb of this app shares: one transaction, who did it in the row history, scope, and the lock on the row."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

import pghistory
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.translation import gettext as _

from wards.access import require, scope_of
from wards.models import AdministrativeUnit, Household, Neighbourhood, Resident, User
from wards.roles import Ability

Given = ParamSpec("Given")
Answer = TypeVar("Answer")
Row = TypeVar("Row", Household, Resident)


class OutOfScope(PermissionDenied):
    """The row is not in the user's area; said in the words of a page that was not found."""

    def __init__(self) -> None:
        super().__init__(_("Không tìm thấy hồ sơ này trong địa bàn được giao."))


class Stale(Exception):
    """Somebody else changed the row after the form was opened; `current` is how it stands now."""

    def __init__(self, current: models.Model) -> None:
        self.current = current
        super().__init__(f"{current.pk} has changed")


class Spent(Exception):
    """This form has already made `made`, with other contents than it is sent with now."""

    def __init__(self, made: models.Model) -> None:
        self.made = made
        super().__init__(f"{made.pk} was made before")


def verb(function: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """All or nothing, and every history row says who did it by which verb. Verbs are called with keywords only."""

    @wraps(function)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        with transaction.atomic(), pghistory.context(user=_by(kwargs).pk, verb=function.__name__):
            return function(*args, **kwargs)

    return run


def _by(kwargs: dict[str, Any]) -> User:
    return kwargs["by"]


def locked(row: Row, *, by: User, version: int | None = None) -> Row:
    """The row as it stands, locked; raises OutOfScope, or Stale when it is no longer at `version`."""
    require(by, Ability.EDIT_PEOPLE)
    manager = type(row).objects
    found = manager.visible_to(by).select_for_update(of=("self",)).filter(pk=row.pk).first()
    if found is None:
        raise OutOfScope
    if version is not None and found.version != version:
        raise Stale(found)
    return found


def require_place(by: User, ward: AdministrativeUnit | int, neighbourhood: Neighbourhood | None) -> None:
    """Raise OutOfScope unless the user works in this ward, or in this neighbourhood of it."""
    scope = scope_of(by)
    ward_id = getattr(ward, "pk", ward)
    if neighbourhood is not None and neighbourhood.ward_id != ward_id:
        raise ValueError(f"{neighbourhood} is not in ward {ward_id}")
    if ward_id not in scope.ward_ids and (
        neighbourhood is None or neighbourhood.pk not in scope.neighbourhood_ids
    ):
        raise OutOfScope


def made_before(model: type[Row], pk: UUID | None, *, by: User) -> Row | None:
    """What a form with this id has already made, so that sending it twice makes one thing (TRUST API-03)."""
    if pk is None:
        return None
    made = model.objects.filter(pk=pk).first()
    if made is not None and made.entered_by_id != by.pk:
        raise OutOfScope  # an id that somebody else's form used: not told whose
    return made


def write(row: Row, columns: dict) -> bool:
    """Set the columns that differ and save the row under the next version; False if nothing differed."""
    changed: list[str] = [name for name, value in columns.items() if getattr(row, name) != value]
    if not changed:
        return False
    for name in changed:
        setattr(row, name, columns[name])
    row.version += 1
    row.save(update_fields=[*changed, "version", "updated_at"])
    return True
