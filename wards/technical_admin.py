"""The technical pages (ky-thuat/): reference tables for technical staff, personal facts read-only and in scope.

Django's admin with the product's own locks: who gets in is an ability, what a person sees of residents is `visible_to`,
and nobody signs in, signs out or changes a password here (the product's own pages do that, with the second factor).
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.options import ModelAdmin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, reverse_lazy
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportExportMixin
from import_export.tmp_storages import MediaStorage

from lib.columns import Column, Kind, select
from wards import audit
from wards.access import can
from wards.models import AccessEvent
from wards.reference_files import Csv, ReferenceResource, Xlsx, prepare
from wards.roles import Ability

# Of the site's own addresses only these are of use here.
KEPT = {"index", "app_list", "jsi18n"}
SHOWN = "shown_"  # + a column's key: the cell of a list or the line of a form that nobody changes


class TechnicalSite(admin.AdminSite):
    site_title = _("Trang kỹ thuật")
    site_header = _("Từng Nhà: trang kỹ thuật")
    index_title = _("Danh mục dùng chung")
    site_url = "/"
    enable_nav_sidebar = False
    final_catch_all_view = False

    def register(self, model_or_iterable, admin_class=None, **options: Any) -> None:
        """Only pages made for this site: libraries would add their own, secrets of second factors among them."""
        if admin_class is not None and issubclass(admin_class, TechnicalModelAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return can(request.user, Ability.TECHNICAL_ADMIN)

    def get_urls(self) -> list:
        """Without the admin's own sign-in, password and look-up pages: those of the product are the only ones."""
        kept = [e for e in super().get_urls() if not isinstance(e, URLPattern) or e.name in KEPT]
        for entry in kept:
            if isinstance(entry, URLPattern):
                entry.callback.login_url = reverse_lazy(settings.LOGIN_URL)  # type: ignore[attr-defined]
        return kept

    def admin_view(self, view, cacheable: bool = False):
        """Refuse with 403 whoever is signed in without the ability; the admin would show its own sign-in page."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not self.has_permission(request):
                raise PermissionDenied
            return inner(request, *args, **kwargs)

        return guarded


def _cell(column: Column) -> Callable[[Any], Any]:
    """A column of the admin's list made of ours."""

    def cell(row: Any) -> Any:
        return column.value(row)

    cell.__name__ = column.key
    ordering = None if "__" in column.key else column.key
    return admin.display(
        description=lazy(lambda: column.title(get_language() or ""), str)(),
        ordering=ordering,
        boolean=column.kind is Kind.BOOL,
    )(cell)


def filter_by(column: Column) -> tuple[str, type]:
    """A filter of the admin's list under the column's own title."""

    class Titled(admin.FieldListFilter):
        def __new__(cls, *arguments: Any, **options: Any) -> Any:
            made = admin.FieldListFilter.create(*arguments, **options)
            made.title = column.title(get_language() or "")
            return made

    return column.key, Titled


class TechnicalModelAdmin(ModelAdmin):
    """Rights come from abilities; Django's own permission rows are not used."""

    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    show_full_result_count = False
    columns: tuple[Column, ...] = ()
    shown: tuple[str, ...] = ()  # keys of the columns that the list shows
    filters: tuple[str, ...] = ()  # and those it is filtered by
    pages: tuple[str, ...] = ("changelist", "change")  # the addresses it has; what nobody may do has none

    def get_urls(self) -> list:
        kept = tuple(f"{self.opts.app_label}_{self.opts.model_name}_{page}" for page in self.pages)
        return [entry for entry in super().get_urls() if entry.name in kept]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.cells = [SHOWN + column.key for column in self.columns]
        for name, column in zip(self.cells, self.columns, strict=True):
            setattr(self, name, _cell(column))

    def get_list_display(self, request: HttpRequest):
        return [SHOWN + key for key in self.shown]

    def get_list_filter(self, request: HttpRequest) -> list:
        return [filter_by(column) for column in select(self.columns, self.filters)]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """A field of the form is called what the column of the list and of the file is called."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        titles = {column.key: column.title(get_language() or "") for column in self.columns}
        if field and db_field.name in titles:
            field.label, field.help_text = titles[db_field.name], ""
        return field

    def has_module_permission(self, request: HttpRequest) -> bool:
        return can(request.user, Ability.TECHNICAL_ADMIN)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can(request.user, Ability.TECHNICAL_ADMIN)

    has_change_permission = has_add_permission = has_view_permission

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReferenceAdmin(ImportExportMixin, TechnicalModelAdmin):
    """A reference table: edited, read in from a file after a preview, taken out as a file."""

    resource: type[ReferenceResource]
    may_add = True
    may_delete = False
    tmp_storage_class = MediaStorage
    skip_export_form = True
    actions = None

    @property
    def pages(self) -> tuple[str, ...]:  # type: ignore[override]
        asked = {"add": self.may_add, "delete": self.may_delete}
        return (
            "changelist", "change", "history", "import", "process_import", "export",
            *(page for page, wanted in asked.items() if wanted),
        )  # fmt: skip

    def has_import_permission(self, request: HttpRequest) -> bool:
        return can(request.user, Ability.TECHNICAL_ADMIN)

    has_export_permission = has_import_permission

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_add and can(request.user, Ability.TECHNICAL_ADMIN)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_delete and can(request.user, Ability.TECHNICAL_ADMIN)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [name for name in self.cells if name.removeprefix(SHOWN) in self.resource.fixed] if obj else []

    def get_exclude(self, request: HttpRequest, obj: Any = None):
        shown_only = self.resource.fixed if obj else ()
        return (*(self.exclude or ()), *shown_only)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        prepare(obj)
        super().save_model(request, obj, form, change)
        self._note(request, obj.pk, 1)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self._note(request, obj.pk, 1)
        super().delete_model(request, obj)

    def _note(self, request: HttpRequest, object_id: object, rows: int) -> None:
        """Into the log that supervisors read: reference rows decide what lists say about people."""
        detail = {"list": self.opts.model_name}
        audit.record_access(
            request,
            AccessEvent.Action.CHANGE,
            "reference",
            object_id=object_id,
            row_count=rows,
            detail=detail,
        )

    # -- files

    def get_import_resource_classes(self, request: HttpRequest) -> list:
        return [self.resource]

    get_export_resource_classes = get_import_resource_classes

    def get_import_formats(self) -> list:
        return [type(kind.__name__, (kind,), {"columns": self.resource.columns}) for kind in (Xlsx, Csv)]

    get_export_formats = get_import_formats

    def get_export_data(self, file_format, request, queryset, **kwargs) -> bytes:
        return file_format.write(queryset.iterator())

    def add_data_read_fail_error_to_form(self, form, e: Exception) -> None:
        form.add_error("import_file", str(e) if isinstance(e, ValueError) else _("Không đọc được tệp này."))

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        self._note(request, "", result.totals["new"] + result.totals["update"])
        return super().process_result(result, request)

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            return super().process_import(request, **kwargs)


class PersonalFactAdmin(TechnicalModelAdmin):
    """Facts about people: looked at, by those whose other role shows them these people, and never changed here."""

    ability = Ability.SEE_PEOPLE
    actions = None
    list_select_related = True

    def _may(self, request: HttpRequest) -> bool:
        return can(request.user, Ability.TECHNICAL_ADMIN) and can(request.user, self.ability)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return self.model._default_manager.visible_to(request.user)

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        shown = getattr(response, "context_data", {}).get("cl") if hasattr(response, "context_data") else None
        if shown is not None:
            audit.record_access(
                request, AccessEvent.Action.LIST, self.model._meta.model_name, row_count=len(shown.result_list),
                detail={"list": "technical"},
            )  # fmt: skip
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        if not self._may(request):
            raise PermissionDenied
        found = self.get_object(request, unquote(object_id))
        if found is None:
            raise Http404
        audit.record_access(
            request,
            AccessEvent.Action.VIEW,
            self.model._meta.model_name,
            object_id=found.pk,
            ward_id=found.ward_id,
        )
        return super().change_view(request, object_id, form_url, extra_context)
