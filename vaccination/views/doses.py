"""Enter, correct, void a dose; say what is known of all doses together."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lib import clock
from vaccination import actions
from vaccination.forms import DoseCorrectionForm, DoseForm, DoseHistoryForm, DoseVoidForm
from vaccination.models import DoseRecord
from vaccination.views.people import back, fact, official, person, posted, show
from wards.access import ability_required
from wards.roles import Ability
from wards.views.stale import made_before


@ability_required(Ability.RECORD_DOSE)
def dose_create(request: HttpRequest, resident_id: UUID) -> HttpResponse:
    resident, on = person(request, resident_id), clock.today()
    form = DoseForm(posted(request), resident=resident, on=on)
    is_again = form.is_bound and form.is_valid() and made_before(DoseRecord, form.cleaned_data["form_id"])
    if form.hears(actions.record_dose, resident=resident, by=official(request), on=on):
        words = _("Mũi %(dose)s đã ghi rồi, không ghi lần nữa.") if is_again else _("Đã ghi mũi %(dose)s.")
        messages.success(request, words % {"dose": _named(form.facts())})
        return back(resident)
    return show(request, "vaccination/dose_form.html", resident, form)


@ability_required(Ability.RECORD_DOSE, Ability.VOID_DOSE)
def dose_correct(request: HttpRequest, dose_id: UUID) -> HttpResponse:
    dose, on = fact(request, DoseRecord, dose_id), clock.today()
    form = DoseCorrectionForm(posted(request), dose=dose, resident=dose.resident, on=on)
    if form.hears(actions.correct_dose, dose=dose, by=official(request), on=on):
        messages.success(request, _("Đã sửa thành mũi %(dose)s.") % {"dose": _named(form.facts())})
        return back(dose.resident)
    return show(request, "vaccination/dose_form.html", dose.resident, form, dose=dose)


@ability_required(Ability.VOID_DOSE)
def dose_void(request: HttpRequest, dose_id: UUID) -> HttpResponse:
    dose, on = fact(request, DoseRecord, dose_id), clock.today()
    form = DoseVoidForm(posted(request), resident=dose.resident, on=on)
    if form.hears(actions.void_dose, dose=dose, by=official(request), on=on):
        messages.success(
            request, _("Đã hủy ghi nhận mũi này. Vẫn còn trong hồ sơ kèm lý do, và hoàn tác được.")
        )
        return back(dose.resident)
    return show(request, "vaccination/dose_void.html", dose.resident, form, dose=dose)


@require_POST
@ability_required(Ability.RECORD_DOSE, Ability.VOID_DOSE)
def dose_restore(request: HttpRequest, dose_id: UUID) -> HttpResponse:
    """Undo a voiding."""
    dose = fact(request, DoseRecord, dose_id)
    try:
        actions.restore_dose(dose=dose, by=official(request), on=clock.today())
        messages.success(request, _("Đã hoàn tác, mũi này được ghi nhận lại."))
    except actions.Refused as refused:
        messages.warning(request, refused.problem.in_words(_))
    return back(dose.resident)


@ability_required(Ability.RECORD_DOSE)
def dose_history(request: HttpRequest, resident_id: UUID) -> HttpResponse:
    """Somebody was asked: none at all, these are all, or nobody knows."""
    resident, on = person(request, resident_id), clock.today()
    has_doses = DoseRecord.objects.standing().filter(resident=resident).exists()
    form = DoseHistoryForm(posted(request), resident=resident, on=on, has_doses=has_doses)
    if form.hears(actions.set_dose_history, resident=resident, by=official(request), on=on):
        messages.success(request, _("Đã lưu câu trả lời."))
        return back(resident)
    return show(request, "vaccination/dose_history_form.html", resident, form)


def _named(facts: dict) -> str:
    return _("%(product)s ngày %(day)s") % {"product": facts["product"], "day": facts["given"]}
