"""The ways out of a list: at once while it is short, else made in the background and fetched from "Tệp danh sách đã tạo"."""

import tempfile
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from lib import clock
from lib.htmx import render_page
from outreach import exports, list_columns, list_exports
from outreach.filters import Offered, WorklistFilters
from outreach.list_page import address
from outreach.models import ListExport
from outreach.views.worklists import frame, selection_of
from outreach.worklists import UNVACCINATED, Selection
from vaccination import forecasts
from wards import audit
from wards.access import ability_required, can, require
from wards.models import AccessEvent
from wards.roles import Ability
from wards.views.official import OfficialRequest

SHOWN = 30  # exports on the page
OTHER = "other"
State = ListExport.State


class TakeOutForm(forms.Form):
    """What a list is taken out for, and how; kept in the access log."""

    purpose = forms.ChoiceField(
        label=gettext_lazy("Dùng để làm gì"), choices=list(exports.PURPOSES.items()), widget=forms.RadioSelect
    )
    purpose_text = forms.CharField(
        label=gettext_lazy("Nếu chọn Khác, ghi rõ"),
        max_length=90,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    recipient = forms.CharField(
        label=gettext_lazy("Nơi nhận (nếu gửi đi)"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    order = forms.ChoiceField(
        label=gettext_lazy("Thứ tự trong PDF và bản in"),
        choices=[("address", gettext_lazy("Theo khu phố, theo hộ")), ("", gettext_lazy("Như đang xem"))],
        required=False,
        initial="address",
        widget=forms.RadioSelect,
    )
    format = forms.ChoiceField(choices=[(name, name) for name in exports.FORMATS], widget=forms.HiddenInput)

    def clean(self) -> dict:
        data = super().clean() or {}
        if data.get("purpose") == OTHER and not data.get("purpose_text"):
            self.add_error("purpose_text", _("Ghi rõ danh sách dùng để làm gì."))
        return data

    @property
    def said(self) -> str:
        """In Vietnamese, as it stands in the file and in the access log."""
        chosen, recipient = self.cleaned_data["purpose"], self.cleaned_data["recipient"]
        with translation.override("vi"):
            purpose = self.cleaned_data["purpose_text"] if chosen == OTHER else str(exports.PURPOSES[chosen])
        return purpose + (f", {recipient}" if recipient else "")


# ---------------------------------------------------------------- asking for it


@ability_required(Ability.SEE_HEALTH)
@require_http_methods(["GET", "HEAD", "POST"])
def worklist_export(request: OfficialRequest) -> HttpResponseBase:
    """The list as a file or on paper: asks for the purpose, writes the access log, then hands it out or has it made."""
    if not (can(request.user, Ability.EXPORT_LISTS) or can(request.user, Ability.PRINT_LISTS)):
        require(request.user, Ability.EXPORT_LISTS)
    forecasts.catch_up(clock.today())
    selection = _picked_from(request, selection_of(request))
    if (
        "choose" in request.POST and selection.filters.is_valid()
    ):  # comes from the list, nothing is filled in yet
        if not selection.picked:
            messages.warning(request, _("Chưa chọn ai: đánh dấu ô trước tên, rồi bấm lại."))
            return redirect(reverse("outreach:worklist") + address(selection.filters.chosen))
        return _form_page(request, selection, TakeOutForm(), status=200)
    form = TakeOutForm(request.POST or None)
    if request.method != "POST" or not form.is_valid() or not selection.filters.is_valid():
        return _form_page(request, selection, form, status=400 if request.method == "POST" else 200)
    file_format = form.cleaned_data["format"]
    if file_format in ("pdf", "print") and form.cleaned_data["order"]:
        chosen = {**selection.filters.chosen, "order": form.cleaned_data["order"]}
        selection = UNVACCINATED.select(
            request.user, chosen, selection.on, picked=map(str, selection.picked or ())
        )
    require(request.user, Ability.PRINT_LISTS if file_format == "print" else Ability.EXPORT_LISTS)
    if file_format != "print" and not list_exports.exports_left(request.user, clock.real_now()):
        return _form_page(request, selection, form, status=429, too_many=list_exports.PER_HOUR)
    try:
        return _taken_out(request, selection, form)
    except exports.TooLong as too_long:
        return _form_page(request, selection, form, status=413, too_long=too_long)
    except list_exports.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("outreach:export-list")


def _picked_from(request: OfficialRequest, selection: Selection) -> Selection:
    """The rows that were ticked, or all of the page that was looked at; without either the whole list."""
    if request.POST.get("choose") != "page":
        return selection
    shown = selection.page(after=request.POST.get("after", ""), before=request.POST.get("before", ""))
    ids = [str(row.id) for row in shown.rows]
    return UNVACCINATED.select(request.user, request.GET, selection.on, picked=ids)


def _form_page(
    request: OfficialRequest, selection: Selection, form: TakeOutForm, *, status: int, **more
) -> HttpResponse:
    total = selection.count()
    context = frame(selection, request) | {
        "form": form,
        "scope": exports.scope_line(selection),
        "picked": selection.picked,
        "total": total,
        "limits": exports.LIMITS,
        "in_background": total > exports.AT_ONCE,
        "too_long_for_pdf": total > exports.LIMITS["pdf"],
        "too_long_for_print": total > exports.LIMITS["print"],
    }
    return render(request, "outreach/worklist_export.html", context | more, status=status)


def _taken_out(request: OfficialRequest, selection: Selection, form: TakeOutForm) -> HttpResponseBase:
    file_format = form.cleaned_data["format"]
    rows = selection.count()
    if rows > exports.LIMITS.get(file_format, rows):
        raise exports.TooLong(rows, exports.LIMITS[file_format])
    if file_format != "print" and rows > exports.AT_ONCE and not selection.picked:
        list_exports.request_export(
            by=request.user,
            selection=selection,
            file_format=file_format,
            purpose=form.said,
            recipient=form.cleaned_data["recipient"],
            rows=rows,
            address=audit.address_of(request),
        )
        return redirect("outreach:export-list")
    return _handed_out(
        request, selection, file_format, exports.Stamp.new(request.user, clock.now(), form.said)
    )


def _handed_out(
    request: OfficialRequest, selection: Selection, file_format: str, stamp: exports.Stamp
) -> HttpResponseBase:
    if file_format == "print":
        data = exports.printed(selection, stamp)
        _record(request, selection, AccessEvent.Action.PRINT, data["total"], stamp, file_format)
        with translation.override("vi"):
            return _private(render(request, "outreach/worklist_print.html", data))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list"
        columns = list_columns.own_keys(request.user)
        rows = exports.write(selection, file_format, path, stamp, columns=columns)
        _record(request, selection, AccessEvent.Action.EXPORT, rows, stamp, file_format)
        answer = FileResponse(
            path.open("rb"),
            as_attachment=True,
            filename=exports.file_name(selection, file_format, stamp),
            content_type=exports.CONTENT_TYPES[file_format],
        )
    return _private(answer)


def _private(response: HttpResponseBase) -> HttpResponseBase:
    response["Cache-Control"] = "no-store"
    return response


def _record(
    request: OfficialRequest,
    selection: Selection,
    action: str,
    rows: int,
    stamp: exports.Stamp,
    file_format: str,
) -> None:
    ward = selection.filters.one_ward
    audit.record_access(
        request,
        action,
        "worklist",
        ward_id=ward.pk if ward else None,
        row_count=rows,
        purpose=stamp.purpose,
        detail=exports.access_detail(selection, stamp, file_format),
    )


# ---------------------------------------------------------------- fetching it


@ability_required(Ability.SEE_HEALTH, Ability.EXPORT_LISTS)
@require_safe
def export_list(request: OfficialRequest) -> HttpResponse:
    """My lists: how far each is, until when it can be fetched. The page asks again by itself while something is moving."""
    mine = list(ListExport.objects.visible_to(request.user)[:SHOWN])
    offered, on = Offered(request.user), clock.today()
    context = {
        "lines": [_line(export, offered, on) for export in mine],
        "is_moving": any(export.state in ListExport.UNFINISHED for export in mine),
    }
    response = render_page(
        request, "outreach/export_list.html", context, fragment="outreach/_export_lines.html"
    )
    response["Cache-Control"] = "no-store"
    return response


def _line(export: ListExport, offered: Offered, on) -> dict:
    """One export in words. Times are shown by the application's clock, like all others on the screen."""
    filters = WorklistFilters(export.chosen, offered, on)
    within = export.is_within_rights_of(offered.user)
    over = export.expires_at is not None and export.expires_at <= clock.real_now()
    return {
        "export": export,
        "scope": exports.scope_words(filters) if filters.is_valid() else "",
        "query": address(export.chosen),
        "requested_at": _shown(export.requested_at),
        "ready_at": _shown(export.ready_at),
        "expires_at": _shown(export.expires_at),
        "is_here": export.state == State.READY and within and not over,
        "is_over": export.state == State.EXPIRED or (export.state == State.READY and over),
        "is_lost": export.state == State.READY and not within,
    }


def _shown(instant: datetime | None) -> datetime | None:
    return instant + clock.offset() if instant else None


@require_GET
def export_download(request: OfficialRequest, export_id: UUID) -> HttpResponseBase:
    """The file, if its owner may still see all that it shows; what is over is a page that says so (TRUST T5, EXP-05)."""
    export = _mine(request, export_id)
    if not export.is_within_rights_of(request.user):
        raise Http404
    over = export.expires_at is not None and export.expires_at <= clock.real_now()
    if over or export.state in (State.EXPIRED, State.DELETED):
        return _gone(request, export)
    if export.state != State.READY:
        return redirect("outreach:export-list")
    try:
        blocks = list_exports.download(export=export, by=request.user, address=audit.address_of(request))
    except FileNotFoundError:
        return _gone(request, export)
    response = StreamingHttpResponse(blocks, content_type=exports.CONTENT_TYPES[export.format])
    response["Content-Length"] = str(export.size)
    response["Content-Disposition"] = content_disposition_header(True, export.file_name)
    response["X-Content-Type-Options"] = "nosniff"
    return _private(response)


def _gone(request: OfficialRequest, export: ListExport) -> HttpResponseBase:
    context = {"export": export, "query": address(export.chosen)}
    return _private(render(request, "outreach/export_gone.html", context, status=410))


def _mine(request: OfficialRequest, export_id: UUID) -> ListExport:
    """Somebody else's export is not told, nor is one's own to somebody who may take no lists out any more."""
    return get_object_or_404(ListExport.objects.visible_to(request.user), pk=export_id)


@require_POST
def export_delete(request: OfficialRequest, export_id: UUID) -> HttpResponse:
    """The file goes now; the line stays."""
    list_exports.delete_export(export=_mine(request, export_id), by=request.user)
    return redirect("outreach:export-list")


@require_POST
def export_retry(request: OfficialRequest, export_id: UUID) -> HttpResponse:
    """Once more, for one that failed."""
    list_exports.retry_export(export=_mine(request, export_id), by=request.user)
    return redirect("outreach:export-list")
