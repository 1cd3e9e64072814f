"""The front door of the method: one person, one day, one schedule of CDSi."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from vaccination.cdsi.evaluation import DoseStatus, Judged, evaluate, in_order
from vaccination.cdsi.forecasting import Outlook, SeriesStatus, look
from vaccination.cdsi.schedule import Contraindication, Schedule, TargetDose
from vaccination.cdsi.selection import select
from vaccination.histories import Person, Screening
from vaccination.intervals import FOREVER
from vaccination.states import ClosedReason, DoseResult, Forecast

_DAY = timedelta(days=1)
_NO_FORECAST = (SeriesStatus.COMPLETE, SeriesStatus.AGED_OUT)


class Answer(NamedTuple):
    """`forecast` has the dates and the doses in the form that `states` reads a state off; it holds for the one day only.

    `outlook` is the series that was chosen; `contraindications` and `screenings` are those that bar something that day.
    """

    forecast: Forecast
    outlook: Outlook
    contraindications: tuple[Contraindication, ...]
    screenings: tuple[Screening, ...]

    @property
    def judged(self) -> tuple[Judged, ...]:
        return self.outlook.course.judged


def forecast(
    person: Person, on: date, schedule: Schedule, observations: frozenset[str] = frozenset()
) -> Answer:
    """Doses (and screenings of a product) carry CVX codes: `schedule.cvx_of`. Doses after `on` are left out.

    `observations` are codes of CDSi ("188": known allergy to PEG). The publisher's data does not ask about conditions,
    infections, pregnancy, province or priority group; neither does this.
    """
    doses = in_order(dose for dose in person.doses or () if dose.given.first <= on)
    contraindications = tuple(_apply(schedule, person, on, observations))
    screenings = tuple(one for one in person.screenings if one.category == "CONTRA" and _holds(one, on))
    barred = _barred(schedule, contraindications, screenings)
    outlook = select(
        [look(evaluate(series, person, doses), person, barred, on) for series in schedule.series]
    )
    return Answer(_forecast(person, on, schedule, outlook, barred), outlook, contraindications, screenings)


def _forecast(
    person: Person, on: date, schedule: Schedule, outlook: Outlook, barred: frozenset[str]
) -> Forecast:
    course, dates = outlook.course, outlook.dates
    vaccines = _vaccines(person, on, schedule, outlook, barred) if dates else ()
    target = course.target if dates else None
    valid = None if person.doses is None else len(course.met)
    return Forecast(
        rules=schedule.code,
        next_type="BASIC" if target else None,
        next_ordinal=target.number if target else None,
        products=tuple(dict.fromkeys(schedule.by_cvx.get(cvx, cvx) for cvx in vaccines)),
        earliest_on=dates.earliest if dates else None,
        due_on=dates.recommended if dates else None,
        overdue_on=dates.past_due if dates else None,
        latest_on=dates.latest if dates else None,
        deferred_until=_deferred_until(person, frozenset(vaccines), on),
        closed_reason=_closed(person, outlook),
        possible_from=dates.possible_from if dates else None,
        certain_from=dates.certain_from if dates else None,
        basic_doses=valid,
        valid_doses=valid,
        doses=tuple(map(_result, course.judged)),
        reasons=(),
        holds_from=on,
        holds_until=on + _DAY,
    )


def _closed(person: Person, outlook: Outlook) -> ClosedReason | None:
    if outlook.status in _NO_FORECAST:
        return ClosedReason.COMPLETE
    if person.doses is None:
        return ClosedReason.UNKNOWN_HISTORY
    return ClosedReason.CONTRAINDICATED if outlook.status is SeriesStatus.CONTRAINDICATED else None


def _result(judged: Judged) -> DoseResult:
    dose, valid = judged.dose, judged.status is DoseStatus.VALID
    return DoseResult(
        dose.given.first, dose.given.last, dose.product, valid, "BASIC" if valid else None, judged.number,
        judged.reason, judged.params or {},
    )  # fmt: skip


def _vaccines(
    person: Person, on: date, schedule: Schedule, outlook: Outlook, barred: frozenset[str]
) -> tuple[str, ...]:
    """CVX codes that may be given on the day the dose is due: the preferable ones of the target dose. Before the first
    valid dose those of every series, since any may be begun, the publisher's preference first."""
    course, dates = outlook.course, outlook.dates
    assert course.target is not None
    assert dates is not None
    targets: Iterable[TargetDose] = (
        (series.doses[0] for series in schedule.series) if not course.met else (course.target,)
    )
    day = max(on, dates.recommended)
    return tuple(
        vaccine.cvx
        for target in targets
        for vaccine in target.preferable
        if vaccine.cvx not in barred
        and (vaccine.begin is None or vaccine.begin.after(person.born.first) <= day)
        and (vaccine.end is None or day < vaccine.end.after(person.born.last))
    )


def _apply(
    schedule: Schedule, person: Person, on: date, observations: frozenset[str]
) -> Iterable[Contraindication]:
    for one in schedule.contraindications:
        if (
            one.observation in observations
            and (one.begin is None or one.begin.after(person.born.first) <= on)
            and (one.end is None or on < one.end.after(person.born.last))
        ):
            yield one


def _barred(
    schedule: Schedule, contraindications: Iterable[Contraindication], screenings: Iterable[Screening]
) -> frozenset[str]:
    """CVX codes; a screening is about every presentation of the product, one without a product about everything."""
    every = {
        vaccine.cvx for series in schedule.series for dose in series.doses for vaccine in dose.preferable
    }
    barred: set[str] = set()
    for one in contraindications:
        barred |= {one.cvx} if one.cvx else every
    for screening in screenings:
        barred |= _presentations(schedule, screening.product) if screening.product else every
    return frozenset(barred)


def _presentations(schedule: Schedule, cvx: str) -> set[str]:
    product = schedule.products.get(schedule.by_cvx.get(cvx, ""))
    if product is None:
        return {cvx}
    return {code for code, name in schedule.by_cvx.items() if schedule.products[name].group == product.group}


def _deferred_until(person: Person, vaccines: frozenset[str], on: date) -> date | None:
    """By a screening that defers everything, or every vaccine that could be given; FOREVER where no end is known."""
    deferrals = [
        one
        for one in person.screenings
        if one.category == "DEFER" and _holds(one, on) and not _found_fit(person, one, on)
    ]
    whole = [one.until or FOREVER for one in deferrals if one.product is None]
    if whole:
        return max(whole)
    single = {one.product: one.until or FOREVER for one in deferrals if one.product in vaccines}
    return min(single.values()) if single and vaccines <= single.keys() else None


def _holds(screening: Screening, on: date) -> bool:
    return screening.on <= on and (screening.until is None or on < screening.until)


def _found_fit(person: Person, deferral: Screening, on: date) -> bool:
    """Has a later screening ended this deferral?"""
    return any(
        one.category in ("ELIG", "CAUT")
        and deferral.on < one.on <= on
        and one.product in (None, deferral.product)
        for one in person.screenings
    )
