"""Lists of the API: keyset pages of bounded size, the next one by `next`, rows counted against the reader's hour."""

import re
from collections.abc import Sequence
from typing import Any

from django.db.models import Model, QuerySet
from django.http import Http404
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.response import Response

from wards import paging
from wards.api import limits
from wards.api.fields import Text
from wards.api.operations import ProgramRequest

MOST = 200  # rows of a page


class Digits(serializers.IntegerField):
    """A whole number in an address, written in plain digits."""

    def to_internal_value(self, data: Any) -> int:
        if not re.fullmatch(r"[0-9]{1,10}", str(data)):
            self.fail("invalid")
        return super().to_internal_value(data)


class PageQuery(serializers.Serializer):
    after = Text(
        max_length=800,
        pattern=r"^[A-Za-z0-9_-]+$",
        required=False,
        allow_blank=False,
        help_text="Place in the list, from `next`.",
    )
    page_size = Digits(
        min_value=1, max_value=MOST, required=False, help_text="Rows of a page; 50 unless told."
    )


def page_of(name: str, row: type[serializers.Serializer], **more: serializers.Field) -> Any:
    """The shape of a page of these rows, for the description."""
    members = {
        "results": row(many=True),
        "next": serializers.CharField(
            allow_null=True, help_text="Address of the next page; null on the last one."
        ),
    }
    return inline_serializer(name, members | more)


def cut(rows: QuerySet, ordering: paging.Ordering, asked: dict[str, Any]) -> paging.Page[Any]:
    """The page of model rows that was asked for, in this order. 404 for a place that is not one of this list."""
    after = place(ordering, asked)
    found = paging.page(
        rows.values(*ordering.fields), ordering, after=after, size=asked.get("page_size", paging.PAGE_SIZE)
    )
    by_key: dict[Any, Model] = rows.in_bulk([values[ordering.fields[-1]] for values in found.rows])
    return paging.Page(
        [
            by_key[values[ordering.fields[-1]]]
            for values in found.rows
            if values[ordering.fields[-1]] in by_key
        ],
        found.next,
    )


def place(ordering: paging.Ordering, asked: dict[str, Any]) -> str:
    after = asked.get("after", "")
    if after and not paging.is_place(after, ordering):
        raise Http404
    return after


def answer(
    request: ProgramRequest, results: Sequence[Any], following: str, *, people: int, **more: Any
) -> Response:
    """A page as it goes out; `people` are the rows of named people in it."""
    if people:
        limits.count_rows(request.user, people)
    return Response({"results": results, "next": address(request, following)} | more)


def address(request: ProgramRequest, following: str) -> str | None:
    """The same list behind another place; nothing personal is among its parameters."""
    if not following:
        return None
    query = request.query_params.copy()
    query["after"] = following
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
