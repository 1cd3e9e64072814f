"""Each dose against each series (Logic Specification, chapter 6): valid, not valid and why, or more than was needed.

Imprecise dates have the benefit of the doubt, as in the Vietnamese method: a dose is refused only if no reading of its
date and of the birth date makes it fit.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from vaccination.cdsi.durations import Duration
from vaccination.cdsi.schedule import Interval, Series, TargetDose, Vaccine
from vaccination.histories import Dose, Person
from vaccination.intervals import PartialDate


class DoseStatus(StrEnum):
    VALID = "VALID"
    NOT_VALID = "NOT_VALID"
    EXTRANEOUS = "EXTRANEOUS"  # does not count and need not be repeated


class Note(StrEnum):
    """How a valid dose came to be valid, where it was not simply in order."""

    AGE_GRACE = "AGE_GRACE"  # younger than the minimum age, not than the absolute one
    INTERVAL_GRACE = "INTERVAL_GRACE"  # sooner than the minimum interval, not than the absolute one
    INTERVAL_ALLOWABLE = "INTERVAL_ALLOWABLE"  # sooner even than that, but within the allowable interval
    VACCINE_ALLOWABLE = (
        "VACCINE_ALLOWABLE"  # not a preferable vaccine at that age or volume, but an allowable one
    )


class Judged(NamedTuple):
    """One dose in one series. A valid one has the number of the target dose that it meets.

    `reason` is a code (TOO_EARLY, AGE, WRONG_PRODUCT …); a valid dose has one only as a warning.
    """

    dose: Dose
    status: DoseStatus
    number: int | None = None
    reason: str | None = None
    notes: tuple[Note, ...] = ()
    params: dict[str, Any] | None = None


class Course(NamedTuple):
    """A series and what became of every dose in it, in the order in which they were given."""

    series: Series
    judged: tuple[Judged, ...]

    @property
    def met(self) -> tuple[Judged, ...]:
        """The doses that met target dose 1, 2, …"""
        return tuple(one for one in self.judged if one.number is not None)

    @property
    def target(self) -> TargetDose | None:
        """The target dose that is still to be met; None when the series is complete."""
        done = len(self.met)
        return self.series.doses[done] if done < len(self.series.doses) else None

    @property
    def all_valid(self) -> bool:
        given = [one for one in self.judged if one.reason not in _NO_DOSE]
        return bool(given) and all(one.status is DoseStatus.VALID for one in given)


_BY_AGE_OR_INTERVAL = ("AGE", "TOO_EARLY")
# Judged before any series is looked at, and no point of reference for any interval.
_NO_DOSE = ("BEFORE_BIRTH", "DUPLICATE")


def in_order(doses: Iterable[Dose]) -> list[Dose]:
    """By day (an imprecise one by its middle), then by product: the same whatever order they were recorded in."""
    return sorted(
        doses,
        key=lambda dose: (
            dose.given.first.toordinal() + dose.given.last.toordinal(), dose.given, dose.product, dose.volume_ml or 0,
        ),
    )  # fmt: skip


def evaluate(series: Series, person: Person, doses: Sequence[Dose]) -> Course:
    """`doses` must be `in_order`."""
    judged: list[Judged] = []
    for dose in doses:
        judged.append(_no_dose(dose, person, judged) or _judge(Course(series, tuple(judged)), person, dose))
    return Course(series, tuple(judged))


def _no_dose(dose: Dose, person: Person, before: Sequence[Judged]) -> Judged | None:
    """What the publisher, whose histories are free of double entries and slips, does not expect."""
    if dose.given.last < person.born.first:
        return Judged(dose, DoseStatus.NOT_VALID, reason="BEFORE_BIRTH", params={"born": person.born.first})
    # one product twice on one day is one dose, written twice
    if dose.given.first == dose.given.last and any(one.dose[:2] == dose[:2] for one in before):
        return Judged(dose, DoseStatus.NOT_VALID, reason="DUPLICATE")
    return None


def _judge(course: Course, person: Person, dose: Dose) -> Judged:
    target = course.target
    if target is None:
        return Judged(dose, DoseStatus.EXTRANEOUS, reason="EXTRANEOUS")
    if dose.product in target.inadvertent:
        return Judged(dose, DoseStatus.NOT_VALID, reason="INADVERTENT")
    notes: list[Note] = []
    refused = (
        _by_age(course, target, person.born, dose, notes)
        or _by_interval(course, target, dose, notes)
        or _by_vaccine(course, target, person.born, dose, notes)
    )
    if refused:
        return refused
    warning = "VOLUME" if _too_little(target, dose) else None
    return Judged(dose, DoseStatus.VALID, target.number, warning, tuple(notes))


def _by_age(
    course: Course, target: TargetDose, born: PartialDate, dose: Dose, notes: list[Note]
) -> Judged | None:
    age = target.age
    if _before(dose.given, age.abs_min, born):
        return Judged(dose, DoseStatus.NOT_VALID, reason="AGE", params={"min": age.abs_min})
    if age.max and dose.given.first >= age.max.after(born.last):
        return Judged(dose, DoseStatus.EXTRANEOUS, reason="AGE", params={"max": age.max})
    if _before(dose.given, age.min, born):
        if target.number > 1 and _slipped(course):
            return Judged(dose, DoseStatus.NOT_VALID, reason="AGE", params={"min": age.min})
        notes.append(Note.AGE_GRACE)
    return None


def _by_interval(course: Course, target: TargetDose, dose: Dose, notes: list[Note]) -> Judged | None:
    """The preferable intervals, all of them, or else the allowable ones, all of them."""
    grace = False
    for interval in target.intervals:
        start = reference(interval, course)
        if start is None:
            continue
        too_early = _before(dose.given, interval.abs_min, start)
        in_grace = not too_early and _before(dose.given, interval.min, start)
        if too_early or (in_grace and _slipped(course)):
            if _is_allowable(course, target, dose):
                notes.append(Note.INTERVAL_ALLOWABLE)
                return None
            least = interval.abs_min if too_early else interval.min
            params = {"days": (dose.given.last - start.first).days, "min": least}
            return Judged(dose, DoseStatus.NOT_VALID, reason="TOO_EARLY", params=params)
        grace = grace or in_grace
    if grace:
        notes.append(Note.INTERVAL_GRACE)
    return None


def _is_allowable(course: Course, target: TargetDose, dose: Dose) -> bool:
    found = [(interval, reference(interval, course)) for interval in target.allowable_intervals]
    return bool(found) and all(
        start is None or not _before(dose.given, interval.abs_min, start) for interval, start in found
    )


def _by_vaccine(
    course: Course, target: TargetDose, born: PartialDate, dose: Dose, notes: list[Note]
) -> Judged | None:
    preferable = any(_fits(vaccine, born, dose) for vaccine in target.preferable)
    if preferable and not _too_little(target, dose):
        return None
    if preferable or any(_fits(vaccine, born, dose) for vaccine in target.allowable):
        notes.append(Note.VACCINE_ALLOWABLE)
        return None
    known = {vaccine.cvx for vaccine in (*target.preferable, *target.allowable)}
    if dose.product in known:
        return Judged(dose, DoseStatus.NOT_VALID, reason="AGE.product")
    # The data names no inadvertent vaccines; its publisher calls a dose of another product in a one-dose series one.
    other = "INADVERTENT" if len(course.series.doses) == 1 else "WRONG_PRODUCT"
    return Judged(dose, DoseStatus.NOT_VALID, reason=other)


def _fits(vaccine: Vaccine, born: PartialDate, dose: Dose) -> bool:
    return (
        vaccine.cvx == dose.product
        and not _before(dose.given, vaccine.begin, born)
        and (vaccine.end is None or dose.given.first < vaccine.end.after(born.last))
    )


def _too_little(target: TargetDose, dose: Dose) -> bool:
    """Less than the recommended volume; a volume that was not written down is taken to be right."""
    volumes = [
        vaccine.volume_ml
        for vaccine in target.preferable
        if vaccine.cvx == dose.product and vaccine.volume_ml is not None
    ]
    return dose.volume_ml is not None and bool(volumes) and dose.volume_ml < min(volumes)


def reference(interval: Interval, course: Course) -> PartialDate | None:
    """The day from which the interval counts; None if there was no such dose, and then the interval says nothing."""
    given = [one for one in course.judged if one.reason not in _NO_DOSE]
    if interval.from_previous:
        given = [one for one in given if one.status is not DoseStatus.EXTRANEOUS]
    elif interval.from_target:
        given = [one for one in given if one.number == interval.from_target]
    else:
        given = [one for one in given if one.dose.product in interval.from_cvx]
    return _latest(one.dose.given for one in given)


def last_shot(course: Course) -> PartialDate | None:
    """The last dose of any kind; a slip of the pen is none."""
    return _latest(one.dose.given for one in course.judged if one.reason not in _NO_DOSE)


def _latest(given: Iterable[PartialDate]) -> PartialDate | None:
    """The latest of several days, whose order may be uncertain."""
    days = list(given)
    return PartialDate(max(day.first for day in days), max(day.last for day in days)) if days else None


def _slipped(course: Course) -> bool:
    """Was the dose before refused for its age or interval? Then there is no grace for this one."""
    before = [one for one in course.judged if one.reason not in _NO_DOSE]
    return bool(before) and before[-1].number is None and before[-1].reason in _BY_AGE_OR_INTERVAL


def _before(given: PartialDate, length: Duration | None, start: PartialDate) -> bool:
    """Certainly less than `length` after `start`."""
    return length is not None and given.last < length.after(start.first)
