"""What to say before a dose goes on record: what cannot be, and what may be on record already.

An error refuses the entry; a doubt asks, and the same entry with `confirmed` is taken.
"""

from collections.abc import Iterable
from datetime import date

from lib.dates_vn import PartialDate
from lib.problems import Problem, gettext_noop

_ = gettext_noop

Given = tuple[str, str, PartialDate]  # product code, product's short name, when


class DoseRefused(ValueError):
    """The dose cannot be as it was entered; `problem` says why in a sentence."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.message)


class DoseDoubtful(ValueError):
    """The dose may be right, but a person has to confirm it; `doubts` are sentences."""

    def __init__(self, doubts: list[str]) -> None:
        self.doubts = doubts
        super().__init__(" ".join(doubts))


def error(*, born: PartialDate, given: PartialDate, first_dose_on: date, on: date) -> Problem | None:
    """Why no dose can have been given then: after `on`, before birth, before the programme's first dose."""
    if given.earliest > on:
        return Problem(
            "in_future",
            _("Ngày tiêm {given} sau hôm nay ({today}). Kiểm tra lại ngày, hoặc chọn “chỉ nhớ tháng”."),
            given=str(given),
            today=str(PartialDate.of(on)),
        )
    if given.latest < born.earliest:
        return Problem(
            "before_birth",
            _("Ngày tiêm {given} trước ngày sinh ({born}). Kiểm tra lại ngày tiêm, hoặc sửa ngày sinh."),
            given=str(given),
            born=str(born),
        )
    if given.latest < first_dose_on:
        return Problem(
            "before_programme",
            _(
                "Ngày tiêm {given} trước ngày bắt đầu tiêm vắc xin phòng COVID-19 ({first}). Kiểm tra lại năm."
            ),
            given=str(given),
            first=str(PartialDate.of(first_dose_on)),
        )
    return None


def on_record_already(
    *, product: str, product_name: str, given: PartialDate, on_record: Iterable[Given]
) -> Problem | None:
    """The question whether this is a dose that stands on record already: the same day, whatever the product; with a
    vague date, the same product in the same month or year."""
    for code, name, when in on_record:
        exact = when.is_exact and given.is_exact
        if when == given if exact else code == product and when.may_be(given):
            return Problem(
                "same_day",
                _("Đã có mũi {other} ngày {day}. Mũi {name} này là một mũi khác?"),
                other=name,
                day=str(when),
                name=product_name,
            )
    return None
