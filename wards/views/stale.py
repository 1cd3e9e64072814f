"""Two people edit the same record: the second one to save sees both values and decides; nothing typed is lost (API-12)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.db import models
from django.http import QueryDict

from wards.models import User


@dataclass(frozen=True)
class Difference:
    """One field that stands otherwise than it was sent. `is_mine`: the user changed it too, so theirs is only shown."""

    name: str
    label: str
    theirs: str
    mine: str
    is_mine: bool


@dataclass(frozen=True)
class Reconciled:
    """The user's data brought onto the present version, what differs, and who changed the record meanwhile."""

    data: QueryDict
    differences: list[Difference]
    changed_by: User | None


def reconcile(
    form: forms.Form,
    current: Any,
    sent: QueryDict,
    *,
    names: Iterable[str],
    values_of: Callable[[Any], dict[str, Any]],
) -> Reconciled:
    """Three ways: a field the user left as it was when the page was opened takes the present value; a field the user
    changed keeps what was typed and shows the present value beside it. `form` is the valid form of the old version, `sent` its data.
    """
    former = current.history.filter(version=form.cleaned_data.get("version")).order_by("-pgh_id").first()
    base = values_of(former) if former else {}
    theirs = values_of(current)
    data = sent.copy()
    data["version"] = str(current.version)
    differences = []
    for name in names:
        mine = form.cleaned_data.get(name)
        if _plain(mine) == _plain(theirs[name]):
            continue
        is_mine = name not in base or _plain(mine) != _plain(base[name])
        field = form[name]
        differences.append(
            Difference(name, str(field.label), shown(field, theirs[name]), shown(field, mine), is_mine)
        )
        if not is_mine:
            data[name] = _as_typed(field, theirs[name])
    last = current.history.order_by("-pgh_id").first()
    who = (last.pgh_context or {}).get("user") if last else None
    return Reconciled(data, differences, User.objects.filter(pk=who).first() if who else None)


def made_before(model: type[models.Model], form_id: UUID | None) -> bool:
    """Whether this very form has made its record already: it was sent twice, and the verb makes nothing new (API-03)."""
    return form_id is not None and model._default_manager.filter(pk=form_id).exists()


def shown(field: forms.BoundField, value: Any) -> str:
    """A value as the page says it: the label of a choice, a date as it is written."""
    choices = getattr(field.field, "choices", None)
    if choices is not None:
        labels = {str(key): str(label) for key, label in choices}
        return labels.get(_as_typed(field, value), _as_typed(field, value))
    return _as_typed(field, value)


def _as_typed(field: forms.BoundField, value: Any) -> str:
    prepared = field.field.prepare_value(value)
    return "" if prepared is None else str(prepared)


def _plain(value: Any) -> Any:
    return None if value in ("", None, []) else value
