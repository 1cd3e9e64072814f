"""Reference tables in and out as files: django-import-export over the columns of `wards.reference_columns`.

Reading goes through the product's limited reader and writing through its one safe writer; the library does the
comparison, the preview and the transaction.
"""

import json
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from import_export import fields, resources, widgets
from import_export.formats.base_formats import Format
from tablib import Dataset

from lib import dates_vn, names
from lib.columns import NO, YES, Column, Kind
from lib.problems import Problem
from lib.spreadsheets import read
from lib.spreadsheets.cells import as_text
from lib.spreadsheets.headers import find_header, normal_title
from lib.spreadsheets.write import Document, csv_chunks, write_xlsx

AT_MOST = 20_000  # rows: every unit of the country is about 11,000


class _Text(widgets.Widget):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return names.clean(as_text(value))


class _Day(widgets.Widget):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> date | None:
        if value in (None, ""):
            return None
        try:
            found = dates_vn.parse(value, order="dmy").as_date()
        except Problem as problem:
            raise ValueError(str(problem)) from problem
        if found is None:
            raise ValueError(_("“%(value)s” chưa đủ ngày, tháng, năm.") % {"value": value})
        return found


class _Whole(widgets.Widget):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int | None:
        text = as_text(value).strip()
        if not text:
            return None
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            raise ValueError(_("“%(value)s” không phải là số nguyên.") % {"value": text[:40]})
        return int(text)


class _YesNo(widgets.Widget):
    KNOWN = {
        names.search_key(YES): True,
        "x": True,
        "1": True,
        names.search_key(NO): False,
        "": False,
        "0": False,
    }

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool:
        if isinstance(value, bool):
            return value
        key = names.search_key(as_text(value))
        if key not in self.KNOWN:
            raise ValueError(_("Ghi “Có” hoặc “Không”."))
        return self.KNOWN[key]


class _Words(widgets.Widget):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[str]:
        return [word.strip() for word in as_text(value).split(";") if word.strip()]


class _Json(widgets.Widget):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        try:
            return json.loads(as_text(value) or "null")
        except (ValueError, RecursionError) as problem:
            raise ValueError(_("Định nghĩa không đọc được: kiểm tra dấu ngoặc và dấu phẩy.")) from problem


def _widget(field: Any, column: Column) -> widgets.Widget:
    if isinstance(field, models.JSONField):
        return _Json()
    if column.kind in (Kind.DATE, Kind.NUMBER, Kind.BOOL):
        return {Kind.DATE: _Day, Kind.NUMBER: _Whole, Kind.BOOL: _YesNo}[column.kind]()
    return _Words() if field.get_internal_type() == "ArrayField" else _Text()


class ReferenceResource(resources.ModelResource):
    """Rows are matched by the table's key, checked as the form checks them, and marked as changed here."""

    columns: Sequence[Column] = ()
    fixed: frozenset[str] = frozenset()  # read to find the row, or shown, never changed by a file
    may_add = True

    def import_field(self, field, instance, row, is_m2m=False, **kwargs) -> None:
        if field.attribute in self.fixed and instance.pk is not None and not instance._state.adding:
            return
        super().import_field(field, instance, row, is_m2m, **kwargs)

    def skip_row(self, instance, original, row, import_validation_errors=None) -> bool:
        if not self.may_add and instance._state.adding:
            raise ValueError(
                _("Chưa có dòng nào mang mã này. Loại mới đi cùng bộ lịch tiêm, không thêm ở đây.")
            )
        return super().skip_row(instance, original, row, import_validation_errors)

    def before_save_instance(self, instance, row, **kwargs) -> None:
        prepare(instance)


def prepare(row: Any) -> None:
    """What a change made here adds to a row: search keys follow the names, and shipped data no longer overwrite it."""
    if hasattr(row, "search_key"):
        row.search_key = names.search_key(row.name)
    if hasattr(row, "words"):
        row.words = sorted({names.search_key(word) for word in row.words})
    row.edited_here = True


def resource(
    model: type[models.Model],
    columns: Sequence[Column],
    key: Iterable[str],
    *,
    fixed: Iterable[str] = (),
    may_add: bool = True,
) -> type[ReferenceResource]:
    """The resource of a reference table; `key` are the fields by which a row of a file finds its row here."""
    attributes: dict[str, Any] = {
        column.key: fields.Field(
            column.key,
            column.title_vi,
            _widget(model._meta.get_field(column.key), column),
            saves_null_values=True,
        )
        for column in columns
    }
    meta = type(
        "Meta",
        (),
        {
            "model": model,
            "fields": tuple(column.key for column in columns),
            "import_id_fields": tuple(key),
            "skip_unchanged": True,
            "report_skipped": False,
            "clean_model_instances": True,
            "use_transactions": True,
            "store_instance": False,
        },
    )
    attributes |= {"Meta": meta, "columns": tuple(columns), "fixed": frozenset(fixed), "may_add": may_add}
    return type(f"{model.__name__}Resource", (ReferenceResource,), attributes)


# ---------------------------------------------------------------- files


class _File(Format):
    """A format of the library over our reader and writer; `columns` is put in by the page that uses it."""

    columns: Sequence[Column] = ()
    suffix = ""

    def __init__(self, encoding: str | None = None) -> None:
        """`encoding` is the library's; our reader finds out by itself."""

    @classmethod
    def is_available(cls) -> bool:
        return True

    def get_title(self) -> str:
        return self.suffix

    def get_extension(self) -> str:
        return self.suffix

    def is_binary(self) -> bool:
        return True

    def can_import(self) -> bool:
        return True

    def can_export(self) -> bool:
        return True

    def create_dataset(self, in_stream: bytes) -> Dataset:
        """The rows below the header, by title; raises ValueError in words a reader can act on."""
        with tempfile.NamedTemporaryFile(suffix=f".{self.suffix}") as file:
            file.write(in_stream)
            file.flush()
            try:
                rows = list(read.rows(file.name, name=f"tệp.{self.suffix}", first=AT_MOST + 20))
            except Problem as problem:
                raise ValueError(str(problem)) from problem
        titles = {
            normal_title(title): column.title_vi
            for column in self.columns
            for title in (column.title_vi, column.title_en, column.key)
        }
        header = find_header(rows, titles)
        if not header.found:
            raise ValueError(_("Không thấy dòng tiêu đề cột. Tải tệp của bảng này về để lấy đúng tiêu đề."))
        below = rows[header.data_index :]
        if len(below) > AT_MOST:
            raise ValueError(_("Tệp có hơn %(limit)s dòng.") % {"limit": AT_MOST})
        dataset = Dataset(headers=[titles.get(normal_title(title), title) for title in header.titles])
        for row in below:
            if any(cell not in (None, "") for cell in row):
                dataset.append([*row, *[None] * dataset.width][: dataset.width])
        return dataset


class Xlsx(_File):
    suffix = "xlsx"
    CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def write(self, rows: Iterable[Any]) -> bytes:
        with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
            write_xlsx(file.name, self.columns, rows, Document())
            return Path(file.name).read_bytes()


class Csv(_File):
    suffix = "csv"
    CONTENT_TYPE = "text/csv"

    def write(self, rows: Iterable[Any]) -> bytes:
        return b"".join(csv_chunks(self.columns, rows, delimiter=";"))
