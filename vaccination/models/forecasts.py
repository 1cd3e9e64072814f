"""The stored answer: what is due to whom and when, as dates, never as a status that goes stale at midnight."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from vaccination.models.products import Programme
from wards.models.conditions import PersonalFactQuerySet
from wards.models.residents import Resident
from wards.models.units import AdministrativeUnit


class Forecast(models.Model):
    """One row per resident and programme; only `vaccination.forecasts` writes it.

    Between `holds_from` and `holds_until` (first day on which it no longer holds; null: no end known) the state on day D
    is a comparison of these dates with D, by the one table `eligibility.STATE_PRECEDENCE`.
    """

    resident = models.ForeignKey(Resident, models.CASCADE, db_constraint=False, related_name="forecasts")
    ward = models.ForeignKey(AdministrativeUnit, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    rules = models.CharField(max_length=40)
    holds_from = models.DateField()
    holds_until = models.DateField(null=True)
    closed_reason = models.CharField(max_length=20, blank=True)
    history_unknown = models.BooleanField(default=False)
    valid_doses = models.PositiveSmallIntegerField(default=0)
    next_type = models.CharField(max_length=10, blank=True)
    next_ordinal = models.PositiveSmallIntegerField(null=True)
    products = ArrayField(models.CharField(max_length=10), default=list)
    possible_from = models.DateField(null=True)
    certain_from = models.DateField(null=True)
    earliest_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    overdue_on = models.DateField(null=True)
    latest_on = models.DateField(null=True)
    deferred_until = models.DateField(null=True)
    doses = models.JSONField(default=list, help_text="per dose: how it was counted and why not")
    reasons = models.JSONField(default=list, help_text="[[code, parameters], …]; vaccination.sentences says them")

    objects = PersonalFactQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["resident", "programme"], name="forecast_once")]
        indexes = [
            models.Index(fields=["ward", "programme", "due_on"], name="forecast_ward_due"),
            models.Index(fields=["holds_until"], name="forecast_holds_until"),
        ]
