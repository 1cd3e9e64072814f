"""The log page: who viewed, searched, exported, printed, changed, for those who supervise."""

from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lib import clock
from lib.columns import Column, Kind
from wards import access_log as log
from wards import access_volumes, search
from wards.access import ability_required, can, scope_of, wards_of
from wards.audit import record_access
from wards.forms.access_log import CHANGED, LOOKED, VOLUME, LogFilter
from wards.forms.purposes import PurposeForm
from wards.models import AccessEvent, Resident, User
from wards.roles import Ability
from wards.stamps import Stamp
from wards.views.official import OfficialRequest
from wards.views.taking_out import file_answer, paper_answer

Action = AccessEvent.Action
FOUND = 20  # people shown by the search for a person
EXPORTED = 20_000  # lines of the log in one file


@ability_required(Ability.SEE_AUDIT)
def access_log(request: OfficialRequest) -> HttpResponse:
    """The log in three tabs: looks, changes, and how much by whom on which day."""
    form, question, tab = _asked(request)
    after = request.GET.get("after", "")[:400]
    context = _frame(request, form, question, tab) | {"lately": _unusual_lately(request)}
    if tab == VOLUME:
        volumes = access_volumes.volumes(request.user, question)
        names = _officials({volume.user_id for volume in volumes})
        context |= {
            "volumes": [(volume, names.get(volume.user_id)) for volume in volumes],
            "kinds": [kind.label for kind in access_volumes.LOOKS],
        }
        shown = len(volumes)
    else:
        page = (log.changed if tab == CHANGED else log.looked)(request.user, question, after=after)
        context |= {"lines": _told(request, page.lines), "is_later": bool(after)}
        context["next"] = urlencode(context["chosen"] | {"after": page.next}) if page.next else ""
        shown = len(page.lines)
    record_access(
        request,
        Action.LIST,
        "access_log",
        object_id=question.resident_id or "",
        row_count=shown,
        detail={"tab": tab, "filters": context["chosen"]},
    )
    response = render(request, "wards/access_log.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@ability_required(Ability.SEE_AUDIT)
def access_log_person(request: OfficialRequest) -> HttpResponse:
    """Find the person about whom somebody asks "who has seen me?". Readers who see no people find them by number alone."""
    text = request.POST.get("q", "").strip()[: search.LONGEST]
    asked = search.asked(text) if text else None
    sees = can(request.user, Ability.SEE_PEOPLE)
    people: list[Resident] = []
    if asked is not None and (sees or asked.kind == search.Kind.IDENTITY):
        inside = Resident.objects.visible_to(request.user) if sees else _in_area(request)
        people = list(inside.filter(asked.q).order_by(asked.nearness, "sort_key", "pk")[:FOUND])
    record_access(
        request,
        Action.SEARCH,
        "access_log",
        row_count=len(people),
        detail={"kind": str(asked.kind) if asked else ""},
    )
    context = {"people": people, "sees": sees, "text": text}
    response = render(request, "wards/access_log_person.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _in_area(request: OfficialRequest):
    """Records of the reader's area for somebody who reads no names: only their short numbers are shown."""
    return Resident.objects.filter(scope_of(request.user).q(neighbourhood="household__neighbourhood_id"))


@ability_required(Ability.SEE_AUDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def access_log_export(request: OfficialRequest) -> HttpResponseBase:
    """The chosen part of the log as a file or on paper; that it was taken out stands in the log itself."""
    form, question, tab = _asked(request)
    tab = LOOKED if tab == VOLUME else tab
    purpose = PurposeForm(request.POST or None)
    query = urlencode(form.chosen | {"tab": tab})
    if request.method != "POST" or not purpose.is_valid():
        page = (log.changed if tab == CHANGED else log.looked)(request.user, question, limit=EXPORTED)
        context = {
            "form": purpose,
            "count": len(page.lines),
            "note": _("Chỉ lấy {limit} dòng mới nhất; chọn khoảng ngày ngắn hơn.").format(limit=EXPORTED)
            if page.next
            else "",
            "heading": _("Tải hoặc in nhật ký"),
            "back": f"{reverse('wards:access-log')}?{query}",
            "back_label": _("Nhật ký xem và sửa"),
        }
        return render(request, "wards/take_out.html", context)
    page = (log.changed if tab == CHANGED else log.looked)(request.user, question, limit=EXPORTED)
    stamp = Stamp.new(request.user, clock.real_now(), purpose.said)
    file_format = purpose.cleaned_data["format"]
    record_access(
        request,
        Action.PRINT if file_format == "print" else Action.EXPORT,
        "access_log",
        object_id=question.resident_id or "",
        row_count=len(page.lines),
        purpose=stamp.purpose,
        detail={"tab": tab, "filters": form.chosen, "code": stamp.code, "format": file_format},
    )
    with translation.override("vi"):
        rows, title = _told(request, page.lines), _("NHẬT KÝ xem và sửa")
        if file_format == "print":
            return paper_answer(request, COLUMNS, rows, title, stamp)
        return file_answer(COLUMNS, rows, title, stamp, name="nhat-ky")


# ---------------------------------------------------------------- what was asked


def _asked(request: OfficialRequest) -> tuple[LogFilter, log.Question, str]:
    """The filters in the address, what they mean, and the tab."""
    # The log keeps real time, also in a training installation.
    today = clock.vietnamese_day(clock.real_now())
    officials = list(
        User.objects.filter(pk__in=log.accounts_of_area(request.user)).order_by("full_name", "pk")
    )
    form = LogFilter(
        request.GET, officials=officials, wards=list(wards_of(request.user).order_by("search_key")), on=today
    )
    form.is_valid()
    question = _question(request, form, today)
    form.offer_purposes(log.purposes(request.user, question))
    tab = request.GET.get("tab", "")
    return form, question, tab if tab in (CHANGED, VOLUME) else LOOKED


def _question(request: OfficialRequest, form: LogFilter, today: date) -> log.Question:
    cleaned = form.cleaned_data
    last = cleaned.get("until") or cleaned.get("day") or today
    first = cleaned.get("day") or last - timedelta(days=6)
    person = cleaned.get("person")
    return log.Question(
        since=datetime.combine(min(first, last), time(), tzinfo=clock.VIETNAM),
        until=datetime.combine(max(first, last) + timedelta(days=1), time(), tzinfo=clock.VIETNAM),
        user_id=int(cleaned["official"]) if cleaned.get("official") else None,
        resident_id=person,
        household_id=_home_of(request, person),
        ward_id=int(cleaned["ward"]) if cleaned.get("ward") else None,
        kind=cleaned.get("kind") or "",
        purpose=cleaned.get("purpose") or "",
        code=cleaned.get("code") or "",
    )


def _home_of(request: OfficialRequest, person: UUID | None) -> UUID | None:
    """Where somebody of the reader's area lives; nobody's home is told of a person elsewhere."""
    if person is None:
        return None
    return _in_area(request).filter(pk=person).values_list("household_id", flat=True).first()


# ---------------------------------------------------------------- what is told


def _frame(request: OfficialRequest, form: LogFilter, question: log.Question, tab: str) -> dict:
    person = (
        _people(request, {question.resident_id}).get(question.resident_id) if question.resident_id else None
    )
    home = (
        _in_area(request).filter(pk=question.resident_id).values_list("ward_id", flat=True).first()
        if question.resident_id
        else None
    )
    around = {name: value for name, value in form.chosen.items() if name in ("day", "until")}
    return {
        "form": form,
        "tab": tab,
        "chosen": form.chosen | {"tab": tab},
        "query": urlencode(form.chosen),
        "without_person": urlencode(
            {name: value for name, value in form.chosen.items() if name != "person"} | {"tab": tab}
        ),
        "around": urlencode(around | {"ward": home}) if home else "",
        "asks_person": question.resident_id,
        "person": person,
        "limits": access_volumes.UNUSUAL_PER_HOUR,
        "since": question.since,
        "last_day": question.until - timedelta(seconds=1),
        "code": question.code,
    }


def _unusual_lately(request: OfficialRequest) -> list[tuple[access_volumes.Volume, User | None]]:
    """Who looked at unusually much since yesterday's same hour: told on every page of the log, whatever was asked."""
    now = clock.real_now()
    lately = access_volumes.volumes(request.user, log.Question(since=now - timedelta(hours=24), until=now))
    marked = [volume for volume in lately if volume.unusual]
    names = _officials({volume.user_id for volume in marked})
    return [(volume, names.get(volume.user_id)) for volume in marked]


def _told(request: OfficialRequest, lines: list[log.Line]) -> list[tuple]:
    """Each line with whoever and whatever of it the reader may be told by name."""
    people = _people(request, {line.resident_id for line in lines if line.resident_id})
    accounts = _accounts(request, {int(line.account_id) for line in lines if line.account_id})
    names = _officials({line.user_id for line in lines if line.user_id})
    wards = {ward.pk: ward for ward in wards_of(request.user)}
    return [
        (
            line,
            names.get(line.user_id or 0),
            people.get(line.resident_id) or accounts.get(line.account_id),
            wards.get(line.ward_id or 0),
        )
        for line in lines
    ]


def _officials(ids: set[int]) -> dict[int, User]:
    return User.objects.in_bulk(ids)


def _accounts(request: OfficialRequest, ids: set[int]) -> dict[str, User]:
    """The officials of the reader's area whose accounts were changed, by the id as the log keeps it."""
    if not ids:
        return {}
    found = User.objects.filter(pk__in=ids).filter(pk__in=log.accounts_of_area(request.user))
    return {str(account.pk): account for account in found}


def _people(request: OfficialRequest, ids: set[UUID]) -> dict[UUID | None, Resident]:
    """Names, for readers who see people; others read the record's short number."""
    if not ids or not can(request.user, Ability.SEE_PEOPLE):
        return {}
    return {person.pk: person for person in Resident.objects.visible_to(request.user).filter(pk__in=ids)}


def _record_name(told: tuple) -> str:
    line, _official, about, _ward = told
    return about.full_name if about else (line.object_id[:8] if line.resident_id else line.object_id[:36])


COLUMNS = (
    Column(
        "at", "Lúc", "At", lambda told: f"{told[0].at.astimezone(clock.VIETNAM):%H:%M:%S %d/%m/%Y}", width=20
    ),
    Column("official", "Cán bộ", "Official", lambda told: str(told[1]) if told[1] else "Hệ thống", width=24),
    Column(
        "username",
        "Tên đăng nhập",
        "User name",
        lambda told: told[1].username if told[1] else "",
        Kind.ID,
        width=16,
    ),
    Column("action", "Việc", "Action", lambda told: f"{told[0].action} · {told[0].what}", width=30),
    Column("record", "Hồ sơ", "Record", _record_name, width=24),
    Column("ward", "Phường", "Ward", lambda told: told[3].name if told[3] else "", width=16),
    Column("people", "Số người", "People", lambda told: told[0].row_count, Kind.NUMBER),
    Column("purpose", "Mục đích", "Purpose", lambda told: told[0].purpose, width=24),
    Column("code", "Mã tệp", "Code", lambda told: told[0].code, Kind.ID, width=12),
    Column("address", "Địa chỉ máy", "Address", lambda told: told[0].address, Kind.ID, width=16),
)
