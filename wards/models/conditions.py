"""What makes a person vulnerable: conditions, pregnancy, and risk groups as data."""

from datetime import date, timedelta

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from wards import history
from wards.access import can
from wards.models.reference import ReferenceRow
from wards.models.residents import Resident
from wards.models.units import AdministrativeUnit
from wards.roles import Ability

FULL_TERM = timedelta(weeks=42)


class Condition(ReferenceRow):
    """One of the 20 underlying conditions of 4038/QĐ-BYT of 21/08/2021 (DOMAIN 3.3; the ICD-10 mapping is ours)."""

    number = models.PositiveSmallIntegerField(primary_key=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    icd10 = ArrayField(models.CharField(max_length=12), default=list)
    is_second_tier = models.BooleanField(default=False, help_text="named only to those who treat or screen")
    is_immunosuppression = models.BooleanField(
        default=False, help_text="counts for the additional dose (10225/BYT-DP)"
    )
    words = ArrayField(
        models.CharField(max_length=60), default=list, help_text="search keys that name it in files"
    )

    class Meta:
        ordering = ["number"]
        verbose_name = _("bệnh nền")
        verbose_name_plural = _("bệnh nền")

    def __str__(self) -> str:
        """The name in the reader's language."""
        return self.name_en if get_language() == "en" else self.name


class PersonalFactQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Health facts of visible residents, for roles that see health data."""
        if not can(user, Ability.SEE_HEALTH):
            return self.none()
        return self.filter(resident__in=Resident.objects.visible_to(user))


@history.kept
class ResidentCondition(models.Model):
    resident = models.ForeignKey(Resident, models.CASCADE, db_constraint=False, related_name="conditions")
    ward = models.ForeignKey(
        AdministrativeUnit, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    condition = models.ForeignKey(Condition, models.PROTECT, related_name="+")
    noted = models.CharField(max_length=200, blank=True, help_text="as it was written")
    source = models.CharField(max_length=20, default="desk")
    entered_by = models.ForeignKey("wards.User", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_on = models.DateField(null=True, blank=True)

    objects = PersonalFactQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resident", "condition"], condition=Q(ended_on=None), name="condition_once"
            )
        ]


class PregnancyQuerySet(PersonalFactQuerySet):
    def current(self, on: date) -> "PregnancyQuerySet":
        """Pregnancies not ended by day `on`; one ends by itself at 42 weeks."""
        return self.filter(began_on__lte=on, began_on__gt=on - FULL_TERM).filter(
            Q(ended_on=None) | Q(ended_on__gt=on)
        )


@history.kept
class Pregnancy(models.Model):
    """`began_on` is the first day of week 0: the day it was stated, less the weeks stated."""

    resident = models.ForeignKey(Resident, models.CASCADE, db_constraint=False, related_name="pregnancies")
    ward = models.ForeignKey(
        AdministrativeUnit, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    began_on = models.DateField()
    stated_weeks = models.PositiveSmallIntegerField()
    stated_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=20, default="desk")
    entered_by = models.ForeignKey("wards.User", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PregnancyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stated_weeks__lte=42), name="pregnancy_weeks_to_42"),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=models.F("began_on")), name="pregnancy_order"
            ),
        ]


def check_definition(definition: object) -> None:
    """Raise ValidationError unless `definition` is one that `wards.risk_groups.membership` can turn into rows."""
    parts = definition if isinstance(definition, dict) else {}
    numbers = parts.get("conditions", [])
    problem = None
    if not parts or not parts.keys() <= {"min_age", "any_condition", "conditions", "pregnant"}:
        problem = _("Định nghĩa gồm min_age, any_condition, conditions, pregnant; ít nhất một điều.")
    elif "min_age" in parts and (type(parts["min_age"]) is not int or not 0 <= parts["min_age"] <= 120):
        problem = _("min_age là số tuổi từ 0 đến 120.")
    elif not isinstance(numbers, list) or not all(type(n) is int and 1 <= n <= 99 for n in numbers):
        problem = _("conditions là các số thứ tự bệnh nền, ví dụ [3, 5].")
    elif not all(isinstance(parts.get(key, False), bool) for key in ("any_condition", "pregnant")):
        problem = _("any_condition và pregnant là true hoặc false.")
    if problem:
        raise ValidationError(problem)


class RiskGroup(ReferenceRow):
    """A definition of "risk group" as a letter gives it, as data (DOMAIN 3.1).

    `definition` joins its parts by OR: {"min_age": 50, "any_condition": true, "conditions": [3, 5], "pregnant": true}.
    The one place that turns it into rows is `wards.risk_groups`.
    """

    code = models.CharField(primary_key=True, max_length=20)
    name = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160)
    definition = models.JSONField(validators=[check_definition])
    legal_ref = models.CharField(max_length=200)
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="risk_group_one_default"
            )
        ]
        verbose_name = _("nhóm nguy cơ")
        verbose_name_plural = _("nhóm nguy cơ")

    def __str__(self) -> str:
        """The name in the reader's language."""
        return self.name_en if get_language() == "en" else self.name
