"""Who belongs to a risk group on a day: the one place that turns a definition (data, per letter) into rows.

A definition joins its parts by OR (`wards.models.RiskGroup`). Age with an imprecise birth date is three-valued: a person
certainly belongs from the day on which even the latest possible birth date reaches the age, and possibly from the day on
which the earliest one does (DOMAIN 4.6). Lists work with "possibly" and mark the difference, so that nobody is missed.
"""

from datetime import date

from django.db.models import Exists, OuterRef, Q

from lib.dates_vn import days_in
from wards.models import Pregnancy, ResidentCondition, RiskGroup


def age_q(min_age: int, on: date, *, certain: bool, prefix: str = "") -> Q:
    """Residents who have (certainly or possibly) reached `min_age` years on day `on`.

    Born 29/02: the birthday of a common year is 28/02, as for the rules (`vaccination.intervals.birthday`). An unknown month or day counts as the last one possible for
    `certain` and as the first one possible otherwise.
    """
    year = on.year - min_age
    day = 29 if (on.month, on.day) == (2, 28) and days_in(on.year, 2) == 28 else on.day
    before = Q(**{f"{prefix}birth_year__lt": year})
    same_year = Q(**{f"{prefix}birth_year": year})
    same_month = Q(**{f"{prefix}birth_month": on.month})
    in_month = Q(**{f"{prefix}birth_month__lt": on.month}) | (
        same_month & Q(**{f"{prefix}birth_day__lte": day})
    )
    if not certain:
        in_month |= Q(**{f"{prefix}birth_month": None}) | (same_month & Q(**{f"{prefix}birth_day": None}))
    else:
        if (on.month, on.day) == (12, 31):
            in_month |= Q(**{f"{prefix}birth_month": None})
        if day >= days_in(year, on.month):  # of the birth year: 02/1972 had 29 days
            in_month |= same_month & Q(**{f"{prefix}birth_day": None})
    return before | (same_year & in_month)


def membership(
    group: RiskGroup, on: date, *, certain: bool = False, resident: str = "pk", prefix: str = ""
) -> Q:
    """The residents of `group` on day `on`.

    `resident` is the path to the resident's id from the queryset filtered, `prefix` the path to its fields
    ("resident_id" and "resident__" for a queryset of forecasts).
    """
    parts = group.definition
    member = Q(pk__in=[])
    if "min_age" in parts:
        member |= age_q(parts["min_age"], on, certain=certain, prefix=prefix)
    if parts.get("any_condition") or parts.get("conditions"):
        member |= Q(Exists(_conditions(parts, on, resident)))
    if parts.get("pregnant"):
        member |= Q(Exists(Pregnancy.objects.filter(resident_id=OuterRef(resident)).current(on)))
    return member


def _conditions(parts: dict, on: date, resident: str):
    rows = ResidentCondition.objects.filter(resident_id=OuterRef(resident)).filter(
        Q(ended_on=None) | Q(ended_on__gt=on)
    )
    if not parts.get("any_condition"):
        rows = rows.filter(condition_id__in=parts["conditions"])
    return rows


def default_group() -> RiskGroup:
    """The definition that lists use unless another is chosen."""
    return RiskGroup.objects.get(is_default=True)
