"""The words for a person's state, group and next dose: once, for page, list, file and paper (WORDS 4.2)."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.dates_vn import PartialDate
from vaccination.intervals import FOREVER
from vaccination.models import Forecast, Product
from vaccination.states import ListGroup, State
from wards.models import Resident

STATES = {
    State.COMPLETE: gettext_lazy("Đã tiêm đủ theo lịch"),
    State.NOT_ELIGIBLE_AGE: gettext_lazy("Chưa đủ tuổi tiêm"),
    State.CHECK_AGE: gettext_lazy("Cần hỏi lại ngày sinh"),
    State.UNKNOWN_HISTORY: gettext_lazy("Chưa rõ đã tiêm mấy mũi"),
    State.CONTRAINDICATED: gettext_lazy("Chống chỉ định"),
    State.NOT_YET_DUE: gettext_lazy("Chưa đến lịch"),
    State.DEFERRED: gettext_lazy("Tạm hoãn"),
    State.OVERDUE: gettext_lazy("Quá lịch"),
    State.DUE: gettext_lazy("Đến lịch"),
}

WAITING = gettext_lazy("Chờ hướng dẫn của Bộ Y tế")  # a kind of "too young", shown by its own name

GROUPS = {
    ListGroup.NO_DOSE: gettext_lazy("Chưa tiêm mũi nào"),
    ListGroup.BASIC_INCOMPLETE: gettext_lazy("Chưa đủ liều cơ bản"),
    ListGroup.ADDITIONAL: gettext_lazy("Cần mũi bổ sung"),
    ListGroup.BOOSTER: gettext_lazy("Cần mũi nhắc lại"),
}


def dose_name(dose_type: str | None, ordinal: int | None) -> str:
    """Mũi 1, mũi bổ sung, mũi nhắc lại lần 1: by kind, never "mũi 3" (WORDS 1.9). Empty where there is none."""
    if not dose_type:
        return ""
    if dose_type == "BASIC":
        return _("mũi %(ordinal)s") % {"ordinal": ordinal}
    if dose_type == "ADDITIONAL":
        return _("mũi bổ sung")
    return _("mũi nhắc lại lần %(ordinal)s") % {"ordinal": ordinal}


def day(value: date | None) -> str:
    return str(PartialDate.of(value)) if value else ""


def short_line(
    state: State, forecast: Forecast, resident: Resident, on: date, products: Sequence[Product] = ()
) -> str:
    """What stands beside the state: the date, the number of days, what is missing."""
    match state:
        case State.NOT_ELIGIBLE_AGE:
            return _("đủ tuổi ngày %(day)s") % {"day": day(forecast.possible_from)}
        case State.CHECK_AGE:
            return _only_known(resident.born)
        case State.NOT_YET_DUE:
            return _("đến lịch từ %(day)s") % {"day": day(forecast.due_on)}
        case State.DUE:
            return _("từ %(day)s") % {"day": day(forecast.due_on)} if forecast.due_on else ""
        case State.OVERDUE:
            return _("%(days)s ngày") % {"days": (on - (forecast.overdue_on or on)).days}
        case State.DEFERRED:
            if forecast.deferred_until == FOREVER:
                return _("chưa rõ đến ngày nào")
            return _("đến %(day)s") % {"day": day(forecast.deferred_until)}
        case State.COMPLETE:
            return _("tính đến %(day)s") % {"day": day(on)}
        case State.UNKNOWN_HISTORY:
            return _("cần giấy xác nhận")
    return ", ".join(map(str, products))


def _only_known(born: PartialDate) -> str:
    if born.month is None:
        return _("chỉ có năm sinh %(year)s") % {"year": born.year}
    return _("chỉ có tháng sinh %(month)s") % {"month": born}
