"""Lengths of time as CDSi writes them: `21 days - 4 days`, `12 years`, `6 months + 2 weeks`.

Years and months are added first, then weeks and days. A day that does not exist becomes the first of the next month
(CDSi's rule CALCDT-5: 29 February + 18 years = 1 March), unlike the Vietnamese reading, which stays in the month.
"""

import calendar
import re
from datetime import date, timedelta
from typing import NamedTuple

_TERM = re.compile(r"\s*([+-]?)\s*(\d{1,5})\s*(day|week|month|year)s?\b", re.ASCII)


class Duration(NamedTuple):
    months: int
    days: int
    text: str

    @classmethod
    def parse(cls, text: str) -> "Duration":
        """ValueError for anything that is not a sum of days, weeks, months and years."""
        months = days = at = 0
        while at < len(text.rstrip()):
            found = _TERM.match(text, at)
            if not found or (at > 0 and not found[1]):
                raise ValueError(f"{text!r} is not a length of time such as '21 days - 4 days'")
            count = int(found[2]) * (-1 if found[1] == "-" else 1)
            months += count * {"month": 1, "year": 12}.get(found[3], 0)
            days += count * {"day": 1, "week": 7}.get(found[3], 0)
            at = found.end()
        if at == 0:
            raise ValueError("a length of time is missing")
        return cls(months, days, " ".join(text.split()))

    def after(self, day: date) -> date:
        return _add_months(day, self.months) + timedelta(days=self.days)


def _add_months(day: date, months: int) -> date:
    years, month0 = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month0 + 1
    if day.day <= calendar.monthrange(year, month)[1]:
        return date(year, month, day.day)
    return date(year + month // 12, month % 12 + 1, 1)
