"""The verbs as the tests of people, homes, health facts and numbers call them."""

from datetime import date

from lib.dates_vn import PartialDate
from wards import actions

ON = date(2022, 2, 5)
MARCH_1950 = PartialDate(1950, 3)
CCCD = "027060001234"


def add(home, by, *, name="nguyễn thị  lan", born=MARCH_1950, **more):
    return actions.add_resident(household=home, name=name, born=born, by=by, on=ON, **more)


def edit(person, by, **more):
    values = {"name": person.full_name, "born": person.born} | more
    return actions.update_resident(resident=person, by=by, on=ON, **values)


def number(text=CCCD, **more):
    return actions.read_number(text, on=ON, **more)
