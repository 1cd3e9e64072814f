"""Infections, and what a health worker concluded."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lib import clock
from vaccination import actions
from vaccination.forms import InfectionForm, ScreeningForm
from vaccination.models import Infection, Screening
from vaccination.views.people import back, fact, official, person, posted, show
from wards.access import ability_required
from wards.roles import Ability


@ability_required(Ability.RECORD_DOSE)
def infection_create(request: HttpRequest, resident_id: UUID) -> HttpResponse:
    resident, on = person(request, resident_id), clock.today()
    form = InfectionForm(posted(request), resident=resident, on=on)
    if form.hears(actions.record_infection, resident=resident, by=official(request), on=on):
        messages.success(request, _("Đã ghi lần mắc COVID-19."))
        return back(resident)
    return show(request, "vaccination/infection_form.html", resident, form)


@ability_required(Ability.RECORD_DOSE, Ability.SEE_DIAGNOSIS)
def infection_update(request: HttpRequest, infection_id: int) -> HttpResponse:
    infection, on = fact(request, Infection, infection_id), clock.today()
    resident = infection.resident
    form = InfectionForm(posted(request), infection=infection, resident=resident, on=on)
    if form.hears(actions.record_infection, resident=resident, by=official(request), on=on):
        messages.success(request, _("Đã lưu lần mắc COVID-19."))
        return back(resident)
    return show(request, "vaccination/infection_form.html", resident, form, infection=infection)


@require_POST
@ability_required(Ability.RECORD_DOSE, Ability.SEE_DIAGNOSIS)
def infection_withdraw(request: HttpRequest, infection_id: int) -> HttpResponse:
    infection = fact(request, Infection, infection_id)
    resident = infection.resident
    actions.withdraw_infection(infection=infection, by=official(request), on=clock.today())
    messages.success(request, _("Đã bỏ lần mắc COVID-19 ghi nhầm."))
    return back(resident)


@ability_required(Ability.SCREEN)
def screening_create(request: HttpRequest, resident_id: UUID) -> HttpResponse:
    resident, on = person(request, resident_id), clock.today()
    form = ScreeningForm(posted(request), resident=resident, on=on, by=official(request))
    if form.hears(actions.record_screening, resident=resident, by=official(request), on=on):
        messages.success(request, _("Đã ghi kết luận khám sàng lọc."))
        return back(resident)
    return show(request, "vaccination/screening_form.html", resident, form)


@require_POST
@ability_required(Ability.SCREEN)
def screening_withdraw(request: HttpRequest, screening_id: int) -> HttpResponse:
    screening = fact(request, Screening, screening_id)
    resident = screening.resident
    actions.withdraw_screening(screening=screening, by=official(request), on=clock.today())
    messages.success(request, _("Đã bỏ kết luận khám sàng lọc ghi nhầm."))
    return back(resident)
