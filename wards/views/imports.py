"""Files into the register, page by page: upload, columns, checks, review, writing (WORDS: "Nhập từ tệp Excel")."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lib import clock
from lib.htmx import render_page, wants_fragment
from wards import installation
from wards.access import ability_required, scope_of, wards_of
from wards.audit import address_of, record_access
from wards.forms.imports import DATE_ORDERS, ColumnsForm, UploadForm
from wards.imports import batches, files, review, sources
from wards.models import AccessEvent, AdministrativeUnit, ImportBatch
from wards.models.imports import Outcome
from wards.roles import Ability
from wards.views.official import OfficialRequest

SHOWN = 30  # batches on the list
SAMPLE_WARD = "09190"  # Võ Cường, the ward of the demonstration's journey
State = ImportBatch.State

imports_files = ability_required(Ability.IMPORT_FILES)


def _batch(request: OfficialRequest, batch_id: UUID) -> ImportBatch:
    """Within scope, or 404: another office's batch, its error file and its progress are not told."""
    visible = ImportBatch.objects.visible_to(request.user)
    return get_object_or_404(
        visible.select_related("uploaded_by", "wanted_by", "unit", "repeat_of__uploaded_by"), pk=batch_id
    )


# ---------------------------------------------------------------- list and upload


@imports_files
def import_list(request: OfficialRequest) -> HttpResponse:
    """Files read so far, and the form for the next one; a POST is the upload."""
    form = UploadForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        return _received(request, form)
    found = ImportBatch.objects.visible_to(request.user).select_related("uploaded_by", "unit")
    context = {
        "form": form,
        "batches": [
            (batch, sources.get(batch.source).label, _shown(batch.uploaded_at)) for batch in found[:SHOWN]
        ],
        "hints": [(source.name, source.hint) for source in sources.everything()],
        "offers_sample": _sample_ward(request) is not None,
    }
    return render(request, "wards/import_list.html", context, status=422 if form.errors else 200)


def _received(request: OfficialRequest, form: UploadForm) -> HttpResponse:
    data = form.cleaned_data
    try:
        batch = batches.receive_file(
            by=request.user,
            source=data["source"],
            chunks=data["file"].chunks(),
            original_name=data["file"].name,
            unit=data["unit"],
            data_on=data["data_on"],
            expected_sha256=data["sha256"],
            address=address_of(request),
        )
    except batches.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("wards:import-list")
    batches.start(batch)
    return redirect("wards:import-detail", batch.pk)


@imports_files
@require_POST
def import_sample(request: OfficialRequest) -> HttpResponse:
    """The sample workbook of a demo installation takes the place of an upload; all that follows is the real way."""
    ward = _sample_ward(request)
    if ward is None:
        raise Http404
    source, make = next((source, source.sample) for source in sources.everything() if source.sample)
    batch = batches.receive_file(
        by=request.user,
        source=source.name,
        chunks=make(ward, clock.today()),
        original_name=f"mau_{ward.search_key.replace(' ', '_')}.xlsx",
        unit=ward,
        address=address_of(request),
    )
    batches.start(batch)
    return redirect("wards:import-detail", batch.pk)


def _sample_ward(request: OfficialRequest) -> AdministrativeUnit | None:
    """The ward the sample is for, in a demo installation: Võ Cường for whoever works there, else the user's first."""
    row = installation.current()
    if not row or not row.is_demo or not any(source.sample for source in sources.everything()):
        return None
    wards = AdministrativeUnit.objects.filter(pk__in=scope_of(request.user).ward_ids).order_by("search_key")
    return wards.filter(code=SAMPLE_WARD).first() or wards.first()


# ---------------------------------------------------------------- one batch


@imports_files
def import_detail(request: OfficialRequest, batch_id: UUID) -> HttpResponse:
    """What the batch waits for: progress while a worker has it, its columns, its review, its end."""
    batch = _batch(request, batch_id)
    if batch.is_at_work:
        return _progress(request, batch)
    if wants_fragment(request):  # the page was showing progress, and that is over
        response = HttpResponse()
        response["HX-Redirect"] = reverse("wards:import-detail", args=[batch.pk])
        return response
    if batch.state == State.MAPPING:
        return _columns_page(request, batch, ColumnsForm(batch, wards_of(request.user)))
    if batch.state in (State.REVIEW, State.DONE) and batch.layout:
        return _review_page(request, batch)
    return render(request, "wards/import_ended.html", _about(batch))


def _about(batch: ImportBatch) -> dict:
    """What every page of a batch has. Times are shown by the application's clock, like all others on the screen."""
    repeat = batch.repeat_of
    return {
        "batch": batch,
        "source": sources.get(batch.source),
        "repeat": repeat,
        "uploaded_at": _shown(batch.uploaded_at),
        "finished_at": _shown(batch.finished_at),
        "repeat_at": _shown(repeat.finished_at or repeat.uploaded_at) if repeat else None,
    }


def _shown(instant: datetime | None) -> datetime | None:
    return instant + clock.offset() if instant else None


def _progress(request: OfficialRequest, batch: ImportBatch) -> HttpResponse:
    if batch.state == State.WRITING:
        done, total = batch.rows_written, batch.rows_to_write
    else:
        done, total = batch.rows_seen, batch.rows_expected
    context = _about(batch) | {
        "done": done,
        "total": total,
        "is_waiting": batch.lease_token is None and not done,
        "is_checking": batch.state == State.READING and total and done >= total,
    }
    return render_page(request, "wards/import_progress.html", context, fragment="wards/_import_progress.html")


def _columns_page(
    request: OfficialRequest, batch: ImportBatch, form: ColumnsForm, errors: list[str] | None = None
) -> HttpResponse:
    columns = form.columns()
    missing = form.missing()
    context = _about(batch) | {
        "columns": columns,
        "choices": form.choices,
        "orders": DATE_ORDERS,
        "errors": errors or [],
        "missing": batches.missing_sentence(batch, missing) if missing and not errors else "",
        "asks": any(column["asks"] for column in columns),
        "wards": wards_of(request.user).order_by("search_key") if batch.unit_id is None else None,
        "needs_ward": batches.needs_ward(batch, form.mapping),
        "unit": form.unit,
    }
    return render(request, "wards/import_columns.html", context, status=422 if errors else 200)


@imports_files
@require_POST
def import_columns(request: OfficialRequest, batch_id: UUID) -> HttpResponse:
    """What each column is and how dates are written; then reading begins."""
    batch = _batch(request, batch_id)
    if batch.state != State.MAPPING:
        return redirect("wards:import-detail", batch.pk)
    form = ColumnsForm(batch, wards_of(request.user), request.POST)
    if form.errors:
        return _columns_page(request, batch, form, form.errors)
    try:
        batches.choose_columns(
            batch=batch, mapping=form.mapping, date_orders=form.date_orders, by=request.user, unit=form.unit
        )
    except batches.Refused as refusal:
        return _columns_page(request, batch, form, [str(refusal)])
    batches.start(batch)
    return redirect("wards:import-detail", batch.pk)


@imports_files
@require_POST
def import_reopen(request: OfficialRequest, batch_id: UUID) -> HttpResponse:
    """Back from the review to the choice of columns."""
    batch = _batch(request, batch_id)
    try:
        batches.reopen_columns(batch=batch, by=request.user)
    except batches.Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("wards:import-detail", batch.pk)


def _review_page(request: OfficialRequest, batch: ImportBatch) -> HttpResponse:
    outcome = request.GET.get("loai", "")
    counts = batch.counts
    if outcome not in (*counts, review.WARNINGS):
        outcome = _first_to_see(batch)
    after = request.GET.get("sau", "")
    page = review.page(batch, request.user, outcome=outcome, after=int(after) if after.isdecimal() else 0)
    to_write = batches.rows_to_write(batch)
    context = _about(batch) | {
        "tabs": [(value, Outcome(value).label, rows) for value, rows in counts.items()],
        "warnings": sum(group["rows"] for group in batch.warnings),
        "outcome": outcome,
        "page": page,
        "to_write": to_write,
        "undecided": review.undecided(batch),
        "waiting": review.waiting(batch, request.user),
        "is_done": batch.state == State.DONE,
        "wards": list(wards_of(request.user).filter(pk__in=batch.ward_ids)),
    }
    record_access(
        request,
        AccessEvent.Action.LIST,
        "import",
        object_id=batch.pk,
        row_count=len(page.rows),
        detail={"outcome": outcome},
    )
    return render_page(request, "wards/import_review.html", context, fragment="wards/_import_rows.html")


def _first_to_see(batch: ImportBatch) -> str:
    """What needs a person first, then what changes most."""
    order = (
        Outcome.DUPLICATE_REVIEW,
        Outcome.NEW,
        Outcome.CHANGED,
        Outcome.MOVED,
        Outcome.ERRORS,
        Outcome.SAME,
    )
    if batch.state == State.DONE:
        order = (
            Outcome.DUPLICATE_REVIEW,
            Outcome.ERRORS,
            Outcome.NEW,
            Outcome.CHANGED,
            Outcome.MOVED,
            Outcome.SAME,
        )
    return next((outcome for outcome in order if batch.counts[outcome]), Outcome.SAME)


# ---------------------------------------------------------------- answers


@imports_files
@require_POST
def import_decide(request: OfficialRequest, batch_id: UUID, row_no: int) -> HttpResponse:
    """Same person, two people, or later: for one row that may be somebody on record."""
    batch = _batch(request, batch_id)
    try:
        batches.decide_row(
            batch=batch, row_no=row_no, decision=request.POST.get("decision", ""), by=request.user
        )
    except batches.Refused as refusal:
        messages.error(request, str(refusal))
    batch.refresh_from_db()
    if wants_fragment(request) and batch.state in (State.REVIEW, State.DONE):
        page = review.page(batch, request.user, outcome=Outcome.DUPLICATE_REVIEW, after=row_no - 1, size=1)
        context = _about(batch) | {
            "row": page.rows[0] if page.rows else None,
            "is_done": batch.state == State.DONE,
        }
        return render(request, "wards/_import_pair.html", context)
    return redirect(f"{reverse('wards:import-detail', args=[batch.pk])}?loai=duplicate_review#dong-{row_no}")


@imports_files
@require_POST
def import_take_over(request: OfficialRequest, batch_id: UUID) -> HttpResponse:
    """Rows that waited for the health centre are shown to somebody whose area holds both wards."""
    batch = _batch(request, batch_id)
    try:
        batches.take_over_waiting(batch=batch, by=request.user)
    except batches.Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{reverse('wards:import-detail', args=[batch.pk])}?loai=moved")


@imports_files
def import_write(request: OfficialRequest, batch_id: UUID) -> HttpResponse:
    """Asked once, with the numbers; nothing in the register changes before this."""
    batch = _batch(request, batch_id)
    if batch.state not in (State.REVIEW, State.DONE) or not batch.layout:
        return redirect("wards:import-detail", batch.pk)
    if request.method == "POST":
        try:
            batches.request_writing(batch=batch, by=request.user)
        except batches.Refused as refusal:
            messages.error(request, str(refusal))
        else:
            batches.start(batch)
        return redirect("wards:import-detail", batch.pk)
    context = _about(batch) | {"parts": batches.parts_to_write(batch), "undecided": review.undecided(batch)}
    return render(request, "wards/import_write.html", context)


@imports_files
@require_POST
def import_discard(request: OfficialRequest, batch_id: UUID) -> HttpResponse:
    batch = _batch(request, batch_id)
    try:
        batches.discard(batch=batch, by=request.user)
    except batches.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("wards:import-detail", batch.pk)
    messages.success(
        request, _("Đã bỏ tệp “{name}”. Chưa có dữ liệu nào bị thay đổi.").format(name=batch.original_name)
    )
    return redirect("wards:import-list")


@imports_files
@require_GET
def import_errors(request: OfficialRequest, batch_id: UUID) -> FileResponse:
    """The rows with errors: the same columns and what is wrong with each."""
    batch = _batch(request, batch_id)
    path = files.path_of(batch.error_file) if batch.error_file else None
    if path is None or not path.exists():
        raise Http404
    with translation.override("vi"):
        purpose = _("Sửa các dòng lỗi của tệp rồi nhập lại")
    record_access(
        request,
        AccessEvent.Action.EXPORT,
        "import_errors",
        object_id=batch.pk,
        row_count=batch.error_rows,
        purpose=purpose,
    )
    name = f"{batch.original_name.rpartition('.')[0] or batch.original_name}_dong_loi.xlsx"
    response = FileResponse(path.open("rb"), as_attachment=True, filename=name)
    response["Cache-Control"] = "no-store"
    return response
