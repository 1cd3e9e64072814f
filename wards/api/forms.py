"""The pages' forms as the API's validation: what was sent, laid over what stands, goes through the same form to the same verb.

400 is for what is not as described; what is as described and yet cannot be done as things stand (a birth date still to come,
a number that another person has, somebody probably there already) is 409, with the field it is about.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4, uuid5

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _
from rest_framework.request import Request

from wards.api.problem import Refusal, error
from wards.views.stale import reconcile

KEYS = UUID("5f0f6a8e-6a0e-4f0a-9a53-6d2b6f6a1c11")
LONGEST_KEY = 200


def as_data(blank: forms.Form, sent: Mapping[str, Any]) -> QueryDict:
    """Form data: what was sent, and for every other field what the form itself would show."""
    data = QueryDict(mutable=True)
    for name, field in blank.fields.items():
        value = sent[name] if name in sent else blank.get_initial_for_field(field, name)
        if isinstance(field, forms.MultipleChoiceField):
            data.setlist(name, [str(one) for one in value or ()])
        elif isinstance(field, forms.BooleanField):
            data.setlist(name, ["on"] if value else [])
        else:
            shown = field.prepare_value(value)
            data[name] = "" if shown is None else str(shown)
    return data


def refused(form: forms.Form, **more: Any) -> Refusal:
    """What the form says against it, field by field."""
    said = form.errors.get_json_data()
    errors = {
        "" if name == NON_FIELD_ERRORS else name: [
            error(one["code"] or "refused", one["message"]) for one in problems
        ]
        for name, problems in said.items()
    }
    return Refusal("refused", errors=errors, **more)


def stale(
    form: forms.Form, current: Any, data: QueryDict, *, names: Iterable[str], values_of: Callable[[Any], dict]
) -> Refusal:
    """Somebody else was faster: both values of every field that differs, and the version to send next (API-12)."""
    found = reconcile(form, current, data, names=names, values_of=values_of)
    differences = [
        {"field": one.name, "theirs": one.theirs, "mine": one.mine, "changed_by_you": one.is_mine}
        for one in found.differences
    ]
    return outdated(
        current, differences=differences, changed_by=found.changed_by and found.changed_by.full_name
    )


def outdated(current: Any, **more: Any) -> Refusal:
    return Refusal("stale", current_version=current.version, **more)


@contextmanager
def destination(field: str) -> Iterator[None]:
    """A place to go to that is not in the user's area: the address was right, what was sent cannot be done."""
    try:
        yield
    except Http404:
        words = _("Nơi này không có trong địa bàn được giao.")
        raise Refusal("refused", errors={field: [error("not_found", words)]}) from None


def chosen_id(request: Request, verb: str) -> UUID:
    """The id of what is made: the same for the same key of the same user, so that a repeat makes nothing new (API-03)."""
    key = request.headers.get("Idempotency-Key", "")[:LONGEST_KEY]
    return uuid5(KEYS, f"{request.user.pk} {verb} {key}") if key else uuid4()
