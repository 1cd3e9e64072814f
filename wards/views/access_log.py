"""The log page: who viewed, changed, exported, for those who supervise."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from lib import clock
from wards import access_log as log
from wards.access import ability_required, can, wards_of
from wards.audit import record_access
from wards.forms.fields import DayField, DeskForm
from wards.models import AccessEvent, Resident, User
from wards.roles import Ability
from wards.views.official import OfficialRequest

LOOKED, CHANGED = "looked", "changed"


class LogFilter(DeskForm):
    tab = forms.CharField(required=False)
    day = DayField(label=_("Ngày"), help_text=_("Bỏ trống là 7 ngày gần đây."))
    official = forms.ChoiceField(label=_("Cán bộ"), required=False)
    person = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, officials: list[User], on: date, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.read_days(on)
        self.offer("official", [("", _("Tất cả"))] + [(user.pk, str(user)) for user in officials])


@ability_required(Ability.SEE_AUDIT)
def access_log(request: OfficialRequest) -> HttpResponse:
    # The log keeps real time, also in a training installation.
    today = clock.vietnamese_day(clock.real_now())
    officials = list(User.objects.filter(pk__in=log.accounts_of_area(request.user)).order_by("full_name"))
    form = LogFilter(request.GET, officials=officials, on=today)
    form.is_valid()
    tab = CHANGED if form.cleaned_data.get("tab") == CHANGED else LOOKED
    question = _question(form.cleaned_data, today)
    lines = (log.changed if tab == CHANGED else log.looked)(request.user, question, limit=log.PAGE + 1)
    shown = lines[: log.PAGE]
    record_access(
        request,
        AccessEvent.Action.LIST,
        "access_log",
        object_id=question.resident_id or "",
        row_count=len(shown),
        detail={"tab": tab},
    )
    people = _people(request, shown, question.resident_id)
    names = {user.pk: user for user in User.objects.filter(pk__in={line.user_id for line in shown})}
    wards = {ward.pk: ward for ward in wards_of(request.user)}
    context = {
        "form": form,
        "tab": tab,
        "person": people.get(question.resident_id) if question.resident_id else None,
        "lines": [_told(line, names, people, wards) for line in shown],
        "is_cut": len(lines) > log.PAGE,
        "query": _query(request),
    }
    return render(request, "wards/access_log.html", context)


def _told(line: log.Line, names: dict, people: dict, wards: dict) -> tuple:
    """The line with whoever and whatever of it the reader may be told by name."""
    return line, names.get(line.user_id), people.get(line.resident_id), wards.get(line.ward_id)


def _question(cleaned: dict, today: date) -> log.Question:
    day = cleaned.get("day")
    first, last = (day, day) if day else (today - timedelta(days=6), today)
    official = cleaned.get("official")
    return log.Question(
        since=datetime.combine(first, time(), tzinfo=clock.VIETNAM),
        until=datetime.combine(last + timedelta(days=1), time(), tzinfo=clock.VIETNAM),
        user_id=int(official) if official else None,
        resident_id=cleaned.get("person"),
    )


def _people(request: OfficialRequest, lines: list[log.Line], asked: UUID | None) -> dict[UUID, Resident]:
    """Names, for readers who see people; others read the record's short number."""
    if not can(request.user, Ability.SEE_PEOPLE):
        return {}
    ids = {line.resident_id for line in lines if line.resident_id} | ({asked} if asked else set())
    return {person.pk: person for person in Resident.objects.visible_to(request.user).filter(pk__in=ids)}


def _query(request: OfficialRequest) -> str:
    kept = request.GET.copy()
    kept.pop("tab", None)
    return kept.urlencode()
