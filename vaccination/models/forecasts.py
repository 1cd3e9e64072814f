"""The stored answer: what is due to whom and when, as dates, never as a status that goes stale at midnight."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case

from vaccination.day_json import DayDecoder, DayEncoder
from vaccination.models.products import Programme
from wards.models.conditions import PersonalFactQuerySet
from wards.models.residents import Resident
from wards.models.units import AdministrativeUnit


class ForecastQuerySet(PersonalFactQuerySet):
    def holding(self, on) -> "ForecastQuerySet":
        """Rows that may be read for day `on`; the others wait for `vaccination.forecasts.refresh_stale`."""
        return self.filter(holds_from__lte=on, holds_until__gt=on)

    def with_state(self, on) -> "ForecastQuerySet":
        """Annotates `state` and `group` (codes of `vaccination.states`) as of day `on`."""
        from vaccination import stored_states

        state: Case = stored_states.state_on(on)
        return self.annotate(state=state, group=stored_states.group())


class Forecast(models.Model):
    """One row per resident and programme; only `vaccination.forecasts` writes it. Who moved away or died has none.

    The fields are those of `vaccination.states.Forecast`, an absent text as "". Between `holds_from` and `holds_until`
    (the first day on which it no longer holds) the state on day D is a comparison of these dates with D, by the one table
    `states.STATE_PRECEDENCE`; `vaccination.stored_states` makes SQL of it. 9999-12-31 means that no end is known.
    """

    resident = models.ForeignKey(
        Resident, models.CASCADE, db_constraint=False, db_index=False, related_name="forecasts"
    )
    ward = models.ForeignKey(
        AdministrativeUnit, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    rules = models.CharField(max_length=40)
    holds_from = models.DateField()
    holds_until = models.DateField()
    closed_reason = models.CharField(max_length=20, blank=True)
    basic_doses = models.PositiveSmallIntegerField(null=True)
    valid_doses = models.PositiveSmallIntegerField(null=True, help_text="null: the history is unknown")
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
    doses = models.JSONField(
        encoder=DayEncoder,
        decoder=DayDecoder,
        default=list,
        help_text="per dose on record: how it was counted and why not",
    )
    reasons = models.JSONField(
        encoder=DayEncoder,
        decoder=DayDecoder,
        default=list,
        help_text="what vaccination.sentences makes sentences of",
    )
    digest = models.BigIntegerField(
        default=0, help_text="of the row as vaccination.stored_forecasts wrote it"
    )

    objects = ForecastQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["resident", "programme"], name="forecast_once")]
        indexes = [
            # a ward's states and groups are read from here alone; the rows with their sentences are ten times as wide
            models.Index(
                fields=["ward", "programme", "resident"],
                include=[
                    "id",
                    "closed_reason",
                    "next_type",
                    "next_ordinal",
                    "valid_doses",
                    "possible_from",
                    "certain_from",
                    "due_on",
                    "overdue_on",
                    "deferred_until",
                ],
                name="forecast_ward_states",
            ),
            # finds the rows that a change of rules, or a jump of the training clock, left behind
            models.Index(fields=["holds_until"], name="forecast_holds_until"),
            models.Index(fields=["holds_from"], name="forecast_holds_from"),
        ]
