"""An answer of this method in the format of `forecast`: the same keys, and `series` and the status of each dose besides."""

from datetime import date
from typing import Any

from vaccination.cdsi.answering import Answer
from vaccination.cdsi.durations import Duration
from vaccination.cdsi.evaluation import Judged
from vaccination.cdsi.forecasting import SeriesStatus
from vaccination.cdsi.schedule import Schedule
from vaccination.intervals import FOREVER, PartialDate
from vaccination.states import State, state_on

# code: Vietnamese, English
TEXTS = {
    "SERIES": (
        "Mũi {number} của lịch {series}: sớm nhất {earliest_on}, nên tiêm từ {due_on}{until}.",
        "Dose {number} of the {series}: earliest {earliest_on}, recommended from {due_on}{until}.",
    ),
    "OVERDUE": ("Quá lịch {days} ngày.", "Overdue by {days} days."),
    "AGE": ("Chưa đủ tuổi tiêm: đủ tuổi ngày {possible_from}.", "Too young: old enough on {possible_from}."),
    "AGE.CHECK": (
        "Ngày sinh chưa rõ: chưa chắc đã đủ tuổi vào ngày {on}. Hỏi lại ngày sinh.",
        "The birth date is imprecise: it is not certain that the age was reached by {on}. Ask for the day of birth.",
    ),
    "UNKNOWN_HISTORY": (
        "Chưa rõ đã tiêm mấy mũi. Cần giấy xác nhận đã tiêm.",
        "It is not known how many doses were given. A confirmation slip is needed.",
    ),
    "COMPLETE": ("Đã tiêm đủ theo lịch {series}.", "The {series} is complete."),
    "AGED_OUT": ("Đã quá tuổi của lịch {series}.", "Past the maximum age of the {series}."),
    "CONTRA": ("Chống chỉ định với {product} ({cause}).", "{product} is contraindicated ({cause})."),
    "CONTRA.ALL": (
        "Chống chỉ định với mọi loại vắc xin của lịch này ({cause}).",
        "Every vaccine of this schedule is contraindicated ({cause}).",
    ),
    "DEFER": ("Tạm hoãn đến {until}.", "Deferred until {until}."),
    "DEFER.OPEN": ("Tạm hoãn, chưa rõ đến ngày nào.", "Deferred, until when is not known."),
    "DOSE.TOO_EARLY": (
        "Mũi {product} ngày {given} chưa được tính vì cách mũi trước {days} ngày (quy định ít nhất {min}).",
        "The {product} dose of {given} does not count: {days} days after the dose before (at least {min}).",
    ),
    "DOSE.AGE": (
        "Mũi {product} ngày {given} chưa được tính vì ngoài độ tuổi của mũi này.",
        "The {product} dose of {given} does not count: outside the ages for this dose.",
    ),
    "DOSE.AGE.product": (
        "Mũi {product} ngày {given} chưa được tính vì loại này không dùng cho lứa tuổi đó.",
        "The {product} dose of {given} does not count: this product is not for that age.",
    ),
    "DOSE.WRONG_PRODUCT": (
        "Mũi {product} ngày {given} chưa được tính vì lịch {series} không dùng loại này.",
        "The {product} dose of {given} does not count: the {series} does not use this product.",
    ),
    "DOSE.INADVERTENT": (
        "Mũi {product} ngày {given} chưa được tính: tiêm nhầm loại so với lịch {series}.",
        "The {product} dose of {given} does not count: inadvertent in the {series}.",
    ),
    "DOSE.EXTRANEOUS": (
        "Mũi {product} ngày {given} là mũi thừa: lịch {series} đã đủ trước đó.",
        "The {product} dose of {given} is extraneous: the {series} was complete before it.",
    ),
    "DOSE.DUPLICATE": (
        "Mũi {product} ngày {given} được ghi hai lần; chỉ tính một.",
        "The {product} dose of {given} is recorded twice; it counts once.",
    ),
    "DOSE.BEFORE_BIRTH": (
        "Mũi {product} ngày {given} chưa được tính vì trước ngày sinh. Đề nghị kiểm tra lại ngày.",
        "The {product} dose of {given} does not count: it lies before the day of birth. Check the date.",
    ),
    "DOSE.VOLUME": (
        "Mũi {product} ngày {given} được tính nhưng ghi ít hơn liều quy định.",
        "The {product} dose of {given} counts, but less than the recommended volume is recorded.",
    ),
}
_UNITS_VI = {"days": "ngày", "day": "ngày", "weeks": "tuần", "week": "tuần", "months": "tháng", "month": "tháng",
             "years": "năm", "year": "năm"}  # fmt: skip


def written(answer: Answer, on: date, schedule: Schedule) -> dict[str, Any]:
    """All keys of an answer line but its id."""
    found, outlook = answer.forecast, answer.outlook
    state = state_on(found, on)
    following = None
    if found.next_type and state is not State.NOT_ELIGIBLE_AGE:
        following = {
            "type": found.next_type,
            "ordinal": found.next_ordinal,
            "products": list(found.products),
        }
    deferred = found.deferred_until
    return {
        "rules": found.rules,
        "state": state.value,
        "next": following,
        "earliest_on": _iso(found.earliest_on),
        "due_on": _iso(found.due_on),
        "overdue_on": _iso(found.overdue_on),
        "latest_on": _iso(found.latest_on),
        "deferred_until": _iso(deferred) if deferred and deferred < FOREVER else None,
        "doses": [_dose(judged) for judged in answer.judged],
        "reasons": _reasons(answer, state, on, schedule),
        "series": {
            "name": outlook.course.series.name,
            "status": outlook.status.value,
            "next_dose": found.next_ordinal,
        },
    }


def _dose(judged: Judged) -> dict[str, Any]:
    given = judged.dose.given
    text = given.first.isoformat()
    return {
        "on": text[: {"month": 7, "year": 4}.get(given.precision, 10)],
        "valid": judged.number is not None,
        "counts_as": {"type": "BASIC", "ordinal": judged.number} if judged.number else None,
        "reason": judged.reason,
        "status": judged.status.value,
        "notes": [note.value for note in judged.notes],
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _reasons(answer: Answer, state: State, on: date, schedule: Schedule) -> list[dict[str, str]]:
    """What decides the state first, then what is barred, then the doses that do not count."""
    found, series = answer.forecast, answer.outlook.course.series.name
    day = {
        name: _day(getattr(found, name)) for name in ("earliest_on", "due_on", "overdue_on", "possible_from")
    }
    until = day["overdue_on"]
    following = _said(
        "SERIES", number=found.next_ordinal, series=series, **day,
        until=(f", chậm nhất {until}", f", at the latest {until}") if until else "",
    )  # fmt: skip
    first: list[dict[str, str]] = []
    if state is State.COMPLETE:
        aged_out = answer.outlook.status is SeriesStatus.AGED_OUT
        first = [_said("AGED_OUT" if aged_out else "COMPLETE", series=series)]
    elif state is State.NOT_ELIGIBLE_AGE:
        first = [_said("AGE", **day)]
    elif state is State.CHECK_AGE:
        first = [_said("AGE.CHECK", on=_day(on)), following]
    elif state is State.UNKNOWN_HISTORY:
        first = [_said("UNKNOWN_HISTORY")]
    elif state is State.DEFERRED:
        first = [_deferred(found.deferred_until), following]
    elif state is State.OVERDUE and found.overdue_on:
        first = [following, _said("OVERDUE", days=(on - found.overdue_on).days)]
    elif state is not State.CONTRAINDICATED:
        first = [following]
    barred = [] if state is State.COMPLETE else _about_contraindications(answer, schedule)
    return [*first, *barred, *_about_doses(answer, schedule, series)]


def _about_contraindications(answer: Answer, schedule: Schedule) -> list[dict[str, str]]:
    said = []
    for one in answer.contraindications:
        cause = f"{one.observation} {one.title}"
        if one.cvx:
            said.append(_said("CONTRA", product=_named(one.cvx, schedule), cause=cause))
        else:
            said.append(_said("CONTRA.ALL", cause=cause))
    for screening in answer.screenings:
        cause = _day(screening.on)
        if screening.product:
            said.append(_said("CONTRA", product=_named(screening.product, schedule), cause=cause))
        else:
            said.append(_said("CONTRA.ALL", cause=cause))
    return said


def _about_doses(answer: Answer, schedule: Schedule, series: str) -> list[dict[str, str]]:
    said = []
    for judged in answer.judged:
        if judged.reason:
            params = judged.params or {}
            least = params.get("min")
            facts = {
                "product": _named(judged.dose.product, schedule),
                "given": _given(judged.dose.given),
                "series": series,
                "days": params.get("days"),
                "min": _length(least),
            }
            said.append(_said(f"DOSE.{judged.reason}", **facts) | {"code": judged.reason})
    return said


def _deferred(until: date | None) -> dict[str, str]:
    if until is None or until >= FOREVER:
        return _said("DEFER.OPEN")
    return _said("DEFER", until=_day(until))


def _said(key: str, **facts: Any) -> dict[str, str]:
    """The text of `key`; the code is the key without what only chooses between texts. A pair is Vietnamese, English."""
    vi, en = (
        text.format(
            **{name: fact[which] if isinstance(fact, tuple) else fact for name, fact in facts.items()}
        )
        for which, text in enumerate(TEXTS[key])
    )
    code = key.removesuffix(".ALL").removesuffix(".CHECK").removesuffix(".OPEN")
    return {"code": code, "text_vi": vi, "text_en": en}


def _named(cvx: str, schedule: Schedule) -> str | tuple[str, str]:
    """The product of that CVX code as our list calls it, or the bare code."""
    product = schedule.products.get(schedule.by_cvx.get(cvx, cvx))
    return (product.name_vi, product.name_en.split(" (")[0]) if product else f"CVX {cvx}"


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def _given(given: PartialDate) -> str:
    return {"month": f"{given.first:%m/%Y}", "year": f"{given.first:%Y}"}.get(
        given.precision, _day(given.first)
    )


def _length(length: Duration | None) -> str | tuple[str, str]:
    if length is None:
        return ""
    return " ".join(_UNITS_VI.get(word, word) for word in length.text.split()), length.text
