"""A proposal to choose otherwise what the rules leave open: counted first, applied or let go by a person."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from vaccination.models.products import Programme


class RuleChange(models.Model):
    """One proposal. `choices` and `former` are `rule_choices.RuleChoices` as JSON; `former` is what held when it was made.

    `after` is the last resident that the work at hand (counting, then forecasting anew) has behind it, `seen` how many.
    `impact` by ward id: `people` whose answer changes, `states` how many go from one state to another ("NOT_YET_DUE DUE"),
    `dates` and `products` how many keep their state and get another date or other products. No names.
    """

    class State(models.TextChoices):
        COUNTING = "counting", _("Đang tính ảnh hưởng")
        READY = "ready", _("Chờ quyết định")
        APPLYING = "applying", _("Đang tính lại danh sách")
        APPLIED = "applied", _("Đã áp dụng")
        DISCARDED = "discarded", _("Không áp dụng")

    OPEN = (State.COUNTING, State.READY, State.APPLYING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="rule_changes")
    choices = models.JSONField()
    former = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.COUNTING)
    as_of = models.DateField(help_text="the day for which the impact is counted")
    after = models.UUIDField(null=True)
    seen = models.PositiveIntegerField(default=0)
    impact = models.JSONField(default=dict)
    proposed_by = models.ForeignKey("wards.User", models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey("wards.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme"],
                condition=Q(state__in=("counting", "ready", "applying")),
                name="rule_change_one_open",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None, decided_at=None, state__in=("counting", "ready"))
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(state__in=("counting", "ready")),
                name="rule_change_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.state}"
