"""The range of days for which an answer holds."""

from datetime import date


class DayRange:
    """The day asked about, and the range of days on which every question so far has the same answer."""

    __slots__ = ("first", "on", "until")

    def __init__(self, on: date, first: date, until: date) -> None:
        self.on, self.first, self.until = on, first, until

    def reached(self, day: date) -> bool:
        if self.on >= day:
            if day > self.first:
                self.first = day
            return True
        if day < self.until:
            self.until = day
        return False
