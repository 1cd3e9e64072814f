"""In which order a list stands, and where in that order an age class stands.

Risk first means: who can be acted on today before who is deferred to a later day; then by age 80+, 65+, 50+, younger people
with an underlying disease or pregnant, others; then fewer doses first (none, unknown, basic incomplete, additional, booster);
then in walking order, then by name.
"""

from datetime import date
from typing import NamedTuple

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from outreach.filters import UNKNOWN_GROUP
from vaccination.intervals import FOREVER
from vaccination.states import ListGroup, State
from wards import paging
from wards.models import Pregnancy, ResidentCondition

OLDEST = (80, 65, 50)  # ages that come first, in the order of risk
LAST = 32_767  # stands for "no place of its own" in a walking order

_WALK = (
    "ward__code",
    "walk",
    "neighbourhood_key",
    "household__walking_position",
    "household__street",
    "household__number_sort_key",
    "household_id",
)
ORDERINGS = {
    "risk": paging.Ordering("risk", ("risk", *_WALK, "sort_key", "id")),
    "name": paging.Ordering("name", ("sort_key", "id")),
    "address": paging.Ordering("address", (*_WALK, "sort_key", "id")),
    "age": paging.Ordering("age", ("birth_year", "birth_month_key", "birth_day_key", "sort_key", "id")),
    "needed": paging.Ordering("needed", ("doses_key", "risk", "sort_key", "id")),
    "due": paging.Ordering("due", ("due_key", "sort_key", "id")),
}


def in_order(rows: QuerySet, on: date) -> QuerySet:
    """With the keys by which lists are ordered; none of them is ever null."""
    return rows.annotate(
        risk=_risk(on),
        walk=Coalesce("household__neighbourhood__walking_order", Value(LAST)),
        neighbourhood_key=Coalesce("household__neighbourhood_id", Value(0)),
        # who may be the oldest first: an unknown month or day counts as the first one possible
        birth_month_key=Coalesce("birth_month", Value(0)),
        birth_day_key=Coalesce("birth_day", Value(0)),
        doses_key=_fewest_doses_first(),
        due_key=Coalesce("forecast__due_on", Value(FOREVER)),
    )


def _risk(on: date):
    deferred = Case(When(state=State.DEFERRED, then=Value(100)), default=Value(0))
    conditions = ResidentCondition.objects.filter(resident_id=OuterRef("pk")).filter(
        Q(ended_on=None) | Q(ended_on__gt=on)
    )
    pregnancies = Pregnancy.objects.filter(resident_id=OuterRef("pk")).current(on)
    ages = [When(age_band=age, then=Value(10 * place)) for place, age in enumerate(OLDEST)]
    frailty = Case(*ages, When(Exists(conditions) | Exists(pregnancies), then=Value(30)), default=Value(40))
    doses = _fewest_doses_first()
    return Case(When(pk__isnull=False, then=deferred + frailty + doses), output_field=IntegerField())


def _fewest_doses_first() -> Case:
    fewest_first = (
        ListGroup.NO_DOSE.lower(),
        UNKNOWN_GROUP,
        ListGroup.BASIC_INCOMPLETE.lower(),
        ListGroup.ADDITIONAL.lower(),
    )
    places = (When(group=group, then=Value(place)) for place, group in enumerate(fewest_first))
    return Case(*places, default=Value(4), output_field=IntegerField())


class AgeClass(NamedTuple):
    """People of 80 and over, of 65 and over, of 50 and over, who are not deferred: their places in the order of risk."""

    place: int
    oldest: int | None
    youngest: int

    @classmethod
    def at(cls, risk: int) -> "AgeClass | None":
        place = int(risk) // 10
        oldest = OLDEST[place - 1] if 0 < place < len(OLDEST) else None
        return cls(place, oldest, OLDEST[place]) if 0 <= place < len(OLDEST) else None

    def condition(self, on: date) -> Q:
        """Years of birth say it too, for the index; the place in the order decides."""
        born = Q(birth_year__lte=on.year - self.youngest)
        if self.oldest:
            born &= Q(birth_year__gte=on.year - self.oldest)
        return born & Q(risk__gte=10 * self.place, risk__lt=10 * (self.place + 1))
