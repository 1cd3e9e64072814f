"""What the rules leave open: what is chosen, what another choice would change, and the decision."""

from collections.abc import Callable, Iterator

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from lib import clock, names
from vaccination import forecasts, labels, rule_changes, tasks
from vaccination.models import Programme, RuleChange
from vaccination.rule_choices import RuleChoices
from vaccination.rule_forms import RuleChoicesForm
from vaccination.states import State
from vaccination.views.people import official, posted
from wards import installation
from wards.access import ability_required
from wards.models import AdministrativeUnit, Resident
from wards.roles import Ability

AT_ONCE = 2  # batches that a page may work on before it answers; a worker does the rest
chooses_rules = ability_required(Ability.SET_RULES)


@never_cache
@chooses_rules
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """The rules in force and the choices; a POST proposes others and begins to count."""
    on = clock.today()
    programme = Programme.objects.get(pk=forecasts.PROGRAMME)
    now = RuleChoices.from_json(programme.rule_choices)
    form = RuleChoicesForm(posted(request), now=now, province=_province(), on=on)
    if form.is_bound and form.is_valid():
        try:
            rule_changes.propose(
                programme_id=programme.pk,
                choices=form.chosen,
                by=official(request),
                on=on,
                at=clock.real_now(),
            )
        except rule_changes.Refused as refused:
            form.add_error(None, str(refused))
        else:
            return _worked_on()
    in_force = forecasts.rules_of(programme).in_force(on)
    context = {
        "form": form,
        "in_force": in_force,
        "decided": now.az_interval(_province()),
        "open": _open(programme.pk),
        "past": RuleChange.objects.exclude(state__in=RuleChange.OPEN).select_related("decided_by").order_by("-decided_at")[:10],
    }  # fmt: skip
    return render(request, "vaccination/rules.html", context, status=422 if form.errors else 200)


def _province() -> str:
    row = installation.current()
    return row.province_code if row else ""


def _worked_on() -> HttpResponse:
    rule_changes.work(clock.today(), most=AT_ONCE)
    tasks.ring()
    return redirect("vaccination:rules")


def _open(programme_id: str) -> dict | None:
    """The proposal at hand: how far it is, and whom it would change in which ward."""
    change = rule_changes.open_change(programme_id)
    if change is None:
        return None
    wards = {ward.pk: ward for ward in AdministrativeUnit.objects.filter(pk__in=change.impact)}
    lines = [(wards[int(pk)], figures) for pk, figures in change.impact.items() if int(pk) in wards]
    return {
        "change": change,
        "people": Resident.objects.count(),
        "total": _said(rule_changes.totals(change.impact)),
        "wards": [
            (ward.full_name, _said(figures))
            for ward, figures in sorted(lines, key=lambda line: names.search_key(line[0].name))
        ],
        "is_of_today": change.as_of == clock.today(),
    }


def _said(figures: dict) -> dict:
    """People affected, and in words what becomes of them."""
    return {"people": figures.get("people", 0), "what": list(_changes(figures))}


def _changes(figures: dict) -> Iterator[str]:
    for pair, count in sorted(figures.get("states", {}).items(), key=lambda item: -item[1]):
        before, after = (str(labels.STATES[State(state)]) for state in pair.split())
        yield _("%(before)s → %(after)s: %(count)s người") % {
            "before": before,
            "after": after,
            "count": count,
        }
    if count := figures.get("dates"):
        yield _("đổi ngày đến lịch: %(count)s người") % {"count": count}
    if count := figures.get("products"):
        yield _("đổi loại vắc xin tiêm được: %(count)s người") % {"count": count}


def _decided(request: HttpRequest, decide: Callable[[RuleChange], object], done: str = "") -> HttpResponse:
    """The decision about the proposal that the page showed; a second press, or somebody else's, finds it gone."""
    change = rule_changes.open_change(forecasts.PROGRAMME)
    if change is None or str(change.pk) != request.POST.get("change"):
        messages.error(request, _("Đề nghị này không còn chờ quyết định."))
        return redirect("vaccination:rules")
    try:
        decide(change)
    except rule_changes.Refused as refused:
        messages.error(request, str(refused))
    else:
        if done:
            messages.success(request, done)
    return _worked_on()


@require_POST
@chooses_rules
def rules_apply(request: HttpRequest) -> HttpResponse:
    by, on, at = official(request), clock.today(), clock.real_now()
    return _decided(
        request,
        lambda change: rule_changes.apply(change=change, by=by, on=on, at=at),
        _("Đã áp dụng. Danh sách đang được tính lại."),
    )


@require_POST
@chooses_rules
def rules_discard(request: HttpRequest) -> HttpResponse:
    by, at = official(request), clock.real_now()
    return _decided(
        request,
        lambda change: rule_changes.discard(change=change, by=by, at=at),
        _("Đã bỏ đề nghị. Quy định không đổi."),
    )


@require_POST
@chooses_rules
def rules_count(request: HttpRequest) -> HttpResponse:
    by, on = official(request), clock.today()
    return _decided(request, lambda change: rule_changes.count_again(change=change, by=by, on=on))
