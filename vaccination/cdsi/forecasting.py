"""The status of each series and the dates of its next dose (Logic Specification, chapter 7).

`earliest` is the latest of: the minimum age, every minimum interval, and the last shot. `recommended` is the earliest
recommended age, else the earliest recommended interval, but not before `earliest`. `past_due` is the day before the
latest recommended age, else the latest recommended interval; None where the data gives neither. Dates are not moved to
the day of the question. Where a date is imprecise, `earliest` reads it as early as possible, the others as late.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from vaccination.cdsi.durations import Duration
from vaccination.cdsi.evaluation import Course, last_shot, reference
from vaccination.cdsi.schedule import TargetDose
from vaccination.histories import Person
from vaccination.intervals import PartialDate

_DAY = timedelta(days=1)


class SeriesStatus(StrEnum):
    COMPLETE = "COMPLETE"
    NOT_COMPLETE = "NOT_COMPLETE"
    CONTRAINDICATED = "CONTRAINDICATED"
    AGED_OUT = "AGED_OUT"


class Dates(NamedTuple):
    """`possible_from` / `certain_from`: the minimum age is reached by the earliest / latest reading of the birth date."""

    earliest: date
    recommended: date
    past_due: date | None
    latest: date | None
    possible_from: date | None
    certain_from: date | None


class Outlook(NamedTuple):
    """What is to be expected of one series. `dates` and `finish` (its last dose) are None when nothing is due in it."""

    course: Course
    status: SeriesStatus
    dates: Dates | None
    finish: date | None
    completable: bool


def look(course: Course, person: Person, barred: frozenset[str], on: date) -> Outlook:
    """`barred`: the CVX codes that are contraindicated for this person on that day."""
    target = course.target
    if target is None:
        return Outlook(course, SeriesStatus.COMPLETE, None, None, True)
    vaccines = {vaccine.cvx for dose in course.series.doses for vaccine in dose.preferable}
    if vaccines <= barred:
        return Outlook(course, SeriesStatus.CONTRAINDICATED, None, None, False)
    dates = _dates(course, target, person.born)
    oldest = target.age.max.after(person.born.last) if target.age.max else None
    if oldest and (on >= oldest or dates.earliest >= oldest):
        return Outlook(course, SeriesStatus.AGED_OUT, None, None, False)
    finish = _finish(course, person.born, dates.earliest)
    last = course.series.doses[-1].age.max
    completable = last is None or finish < last.after(person.born.last)
    return Outlook(course, SeriesStatus.NOT_COMPLETE, dates, finish, completable)


def _dates(course: Course, target: TargetDose, born: PartialDate) -> Dates:
    age = target.age
    starts = [(interval, start) for interval in target.intervals if (start := reference(interval, course))]
    shot = last_shot(course)
    least = [(interval.min, start) for interval, start in starts]
    early = _span([(age.min, born), *least], shot)
    wished = _span([(age.earliest_rec, born)]) or _span(
        (interval.earliest_rec, start) for interval, start in starts
    )
    until = _span([(age.latest_rec, born)]) or _span(
        (interval.latest_rec, start) for interval, start in starts
    )
    earliest, latest_reading = early or (born.first, born.last)
    return Dates(
        earliest=earliest,
        recommended=max(latest_reading, wished[1]) if wished else latest_reading,
        past_due=max(latest_reading, until[1] - _DAY) if until else None,
        latest=age.max.after(born.last) - _DAY if age.max else None,
        possible_from=age.min.after(born.first) if age.min else None,
        certain_from=age.min.after(born.last) if age.min else None,
    )


def _span(
    lengths: Iterable[tuple[Duration | None, PartialDate]], floor: PartialDate | None = None
) -> tuple[date, date] | None:
    """The latest of the days that the lengths lead to, read as early and as late as possible; None if there is none."""
    found = [(length.after(start.first), length.after(start.last)) for length, start in lengths if length]
    if floor:
        found.append(floor)
    return (max(first for first, _ in found), max(last for _, last in found)) if found else None


def _finish(course: Course, born: PartialDate, earliest: date) -> date:
    """The day of the last dose if each is given as soon as it may be."""
    day = earliest
    for target in course.series.doses[len(course.met) + 1 :]:
        candidates = [day]
        candidates += [
            interval.min.after(day)
            for interval in target.intervals
            if interval.from_previous and interval.min
        ]
        if target.age.min:
            candidates.append(target.age.min.after(born.first))
        day = max(candidates)
    return day
