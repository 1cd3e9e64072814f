"""Choosing otherwise what the rules leave open: propose, count who is affected, apply, forecast everybody anew.

Counting and forecasting go batch by batch, each its own transaction that notes how far it came: any worker, or a command,
goes on where another stopped. `work` is what they call; it needs no broker.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext

from lib import collector
from lib.problems import Problem, gettext_noop
from vaccination import eligibility, forecast_facts, forecasts
from vaccination.models import Programme, RuleChange
from vaccination.rule_choices import RuleChoices, check, family_with
from vaccination.states import Forecast
from wards.access import require
from wards.audit import record_access_of
from wards.models import AccessEvent, Resident, User
from wards.roles import Ability

_ = gettext_noop

State = RuleChange.State
BATCH = 2000  # residents per transaction: two answers each, a fifth of a second


class Refused(ValueError):
    """What was asked cannot be done as things stand; `problem` says why in a sentence."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.in_words(gettext))


@transaction.atomic
def propose(*, programme_id: str, choices: RuleChoices, by: User, on: date, at: datetime) -> RuleChange:
    """A proposal whose impact as of day `on` will be counted; `at` is real time. Refused: an impossible choice, nothing
    that differs, or another proposal still open."""
    require(by, Ability.SET_RULES)
    programme = Programme.objects.select_for_update(no_key=True).get(pk=programme_id)
    if fault := check(programme.rule_family, choices):
        raise Refused(_fault(fault))
    if choices.as_json() == programme.rule_choices:
        raise Refused(Problem("same", _("Lựa chọn này đang được áp dụng.")))
    try:
        with transaction.atomic():
            change = RuleChange.objects.create(
                programme=programme, choices=choices.as_json(), former=programme.rule_choices, as_of=on,
                proposed_by=by, proposed_at=at,
            )  # fmt: skip
    except IntegrityError:
        raise Refused(Problem("open", _("Đang có một đề nghị khác chờ quyết định."))) from None
    _log(change, by, "propose")
    return change


def _fault(fault: eligibility.ScheduleError) -> Problem:
    if "floor" in fault.problem:
        return Problem("floor", _("Khoảng cách ít nhất 4 tuần, theo nhà sản xuất."))
    if "more than" in fault.problem:
        return Problem("longest", _("Khoảng cách nhiều nhất 12 tuần."))
    return Problem(
        "before", _("Tỉnh, thành phố được quyết định khoảng cách từ ngày 20/09/2021 (7820/BYT-DP).")
    )


@transaction.atomic
def apply(*, change: RuleChange, by: User, on: date, at: datetime) -> RuleChange:
    """What was counted becomes the rule, and everybody is forecast anew. Refused when the figures are no longer those of
    today or of the rules in force: then it is counted again and asked again."""
    require(by, Ability.SET_RULES)
    programme, change = _locked(change)
    if change.state != State.READY:
        raise Refused(Problem("state", _("Đề nghị này không còn chờ quyết định.")))
    if change.as_of != on or change.former != programme.rule_choices:
        raise Refused(Problem("stale", _("Số liệu này của ngày khác. Tính lại ảnh hưởng rồi quyết định.")))
    programme.rule_choices = change.choices
    programme.save(update_fields=["rule_choices"])
    change.state, change.after, change.seen = State.APPLYING, None, 0
    change.decided_by, change.decided_at = by, at
    change.save()
    _log(change, by, "apply")
    return change


@transaction.atomic
def discard(*, change: RuleChange, by: User, at: datetime) -> RuleChange:
    """Nothing changes."""
    require(by, Ability.SET_RULES)
    _programme, change = _locked(change)
    if change.state not in (State.COUNTING, State.READY):
        raise Refused(Problem("state", _("Đề nghị này không còn chờ quyết định.")))
    change.state, change.decided_by, change.decided_at = State.DISCARDED, by, at
    change.save()
    _log(change, by, "discard")
    return change


@transaction.atomic
def count_again(*, change: RuleChange, by: User, on: date) -> RuleChange:
    """Count the impact anew, as of day `on` and against the rules in force now."""
    require(by, Ability.SET_RULES)
    programme, change = _locked(change)
    if change.state not in (State.COUNTING, State.READY):
        raise Refused(Problem("state", _("Đề nghị này không còn chờ quyết định.")))
    change.state, change.as_of, change.former = State.COUNTING, on, programme.rule_choices
    change.after, change.seen, change.impact = None, 0, {}
    change.save()
    return change


def _locked(change: RuleChange) -> tuple[Programme, RuleChange]:
    """Programme first: whoever forecasts holds it shared, so none goes on with rules that are about to change."""
    programme = Programme.objects.select_for_update(no_key=True).get(pk=change.programme_id)
    return programme, RuleChange.objects.select_for_update().get(pk=change.pk)


def _log(change: RuleChange, by: User, verb: str) -> None:
    detail = {"verb": verb, "choices": change.choices, "former": change.former}
    record_access_of(
        by, AccessEvent.Action.CHANGE, "rule_choices", object_id=change.pk, row_count=0, detail=detail
    )


# ---------------------------------------------------------------- the work


def work(on: date, *, most: int | None = None) -> int:
    """Go on with whatever is open, at most so many batches; returns how many batches were done. `on` is the
    application's day, as of which everybody is forecast anew."""
    done = 0
    while (most is None or done < most) and _one_batch(on):
        done += 1
    return done


@transaction.atomic
def _one_batch(on: date) -> bool:
    if not _nobody_else():
        return False
    forecasts.shared_programmes()  # first, as everywhere: who decides locks the programme before the proposal
    waiting = RuleChange.objects.filter(state__in=(State.COUNTING, State.APPLYING))
    change = (
        waiting.select_for_update(of=("self",)).select_related("programme").order_by("proposed_at").first()
    )
    if change is None:
        return False
    people = Resident.objects.order_by("id").values_list("id", flat=True)
    ids = list((people.filter(id__gt=change.after) if change.after else people)[:BATCH])
    if ids and change.state == State.COUNTING:
        _count(change, ids)
    elif ids:
        forecasts.refresh_residents(ids, on)
    if ids:
        change.after, change.seen = ids[-1], change.seen + len(ids)
    else:
        change.state = State.READY if change.state == State.COUNTING else State.APPLIED
    change.save(update_fields=["after", "seen", "state", "impact"])
    return True


def _nobody_else() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('rule_changes.work'))")
        return cursor.fetchone()[0]


def _count(change: RuleChange, ids: list) -> None:
    """Adds what changes for these residents to the impact; nothing is written about them, and nobody is kept waiting."""
    code, on = change.programme.rule_family, change.as_of
    before = family_with(code, RuleChoices.from_json(change.former))
    after = family_with(code, RuleChoices.from_json(change.choices))
    if on < before.starts[0]:
        return
    facts, _left = forecast_facts.load(ids, change.programme_id, on, hold=False)
    with collector.at_rest():
        for fact in facts:
            old = eligibility.forecast(fact.person, on, before)
            new = eligibility.forecast(fact.person, on, after)
            for what in _differences(old, new, on):
                _add(change.impact.setdefault(str(fact.ward_id), {}), what)


def _differences(old: Forecast, new: Forecast, on: date) -> list[tuple[str, ...]]:
    state, now = eligibility.state_on(old, on), eligibility.state_on(new, on)
    if state != now:
        return [("people",), ("states", f"{state} {now}")]
    if (old.due_on, old.overdue_on, old.next_type) != (new.due_on, new.overdue_on, new.next_type):
        return [("people",), ("dates",)]
    return [("people",), ("products",)] if old.products != new.products else []


def _add(figures: dict[str, Any], path: tuple[str, ...]) -> None:
    *way, last = path
    for step in way:
        figures = figures.setdefault(step, {})
    figures[last] = figures.get(last, 0) + 1


# ---------------------------------------------------------------- reading


def totals(impact: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The wards together: people, states, dates, products."""
    states: Counter[str] = Counter()
    for figures in impact.values():
        states.update(figures.get("states", {}))
    plain = {name: sum(f.get(name, 0) for f in impact.values()) for name in ("people", "dates", "products")}
    return {**plain, "states": dict(states)}


def open_change(programme_id: str) -> RuleChange | None:
    return RuleChange.objects.filter(programme=programme_id, state__in=RuleChange.OPEN).first()
