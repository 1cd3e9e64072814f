"""The series that fits best (Logic Specification, chapter 8): filter, look for the obvious one, else score.

Choice of ours: a default series that is contraindicated does not stand in the way of one that is not. "No product left"
is what makes a person contraindicated (for an allergy to PEG the data leaves Janssen).
"""

from collections.abc import Callable, Sequence

from vaccination.cdsi.forecasting import Outlook, SeriesStatus


def select(outlooks: Sequence[Outlook]) -> Outlook:
    """One of the outlooks, all of one series group, given in the publisher's order of preference."""
    candidates = [one for one in outlooks if one.status is not SeriesStatus.CONTRAINDICATED] or list(outlooks)
    default = next((one for one in candidates if one.course.series.is_default), None)
    scorable = [one for one in candidates if one.course.met]
    if not scorable and default:
        return default
    complete = [one for one in scorable if one.status is SeriesStatus.COMPLETE]
    if complete:
        return _best(complete, _complete_score)
    if scorable:
        in_process = [one for one in scorable if one.status is SeriesStatus.NOT_COMPLETE]
        return _best(in_process or scorable, _in_process_score)
    return _best(candidates, _no_valid_doses_score)


def _best(outlooks: list[Outlook], score: Callable[[Outlook, list[Outlook]], int]) -> Outlook:
    """The highest score; of several the publisher's preference decides, which is the order they come in."""
    return max(outlooks, key=lambda one: score(one, outlooks))


def _complete_score(one: Outlook, all_: list[Outlook]) -> int:
    return _most(len(one.course.met), [len(other.course.met) for other in all_])


def _in_process_score(one: Outlook, all_: list[Outlook]) -> int:
    score = 2 if one.course.series.product_path and one.course.all_valid else -2
    score += 3 if one.completable else -3
    score += 2 * _most(len(one.course.met), [len(other.course.met) for other in all_])
    score += 2 * _most(-_doses_left(one), [-_doses_left(other) for other in all_])
    return score + _finishes_first(one, all_)


def _no_valid_doses_score(one: Outlook, all_: list[Outlook]) -> int:
    score = _starts_first(one, all_)
    score += 1 if one.completable else -1
    return score + (-1 if one.course.series.product_path else 1)


def _most(value: int, values: list[int]) -> int:
    """1 for the only one with the highest value, 0 for one of several, -1 for less."""
    if value < max(values):
        return -1
    return 1 if values.count(value) == 1 else 0


def _doses_left(one: Outlook) -> int:
    return len(one.course.series.doses) - len(one.course.met)


def _finishes_first(one: Outlook, all_: list[Outlook]) -> int:
    days = [other.finish.toordinal() for other in all_ if other.completable and other.finish]
    if not one.completable or not one.finish:
        return -1
    return _most(-one.finish.toordinal(), [-day for day in days])


def _starts_first(one: Outlook, all_: list[Outlook]) -> int:
    days = [other.dates.earliest.toordinal() for other in all_ if other.dates]
    return _most(-one.dates.earliest.toordinal(), [-day for day in days]) if one.dates else -1
