"""Officials: who they are, which roles they hold together, and where."""

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wards import history
from wards.models.units import AdministrativeUnit, Neighbourhood, Organisation
from wards.roles import Role


class User(AbstractUser):
    """An official. `roles` is a set: a station nurse may also be the ward's data clerk."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    full_name = models.CharField(_("Họ và tên"), max_length=120)
    phone = models.CharField(_("Số điện thoại"), max_length=20, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="members"
    )
    roles = ArrayField(models.CharField(max_length=20, choices=Role.choices), default=list, blank=True)
    list_columns = models.JSONField(default=dict, blank=True)

    REQUIRED_FIELDS = ["full_name"]

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name.split(" ")[-1] if self.full_name else self.username


class AssignmentQuerySet(models.QuerySet):
    def active(self, at) -> "AssignmentQuerySet":
        """Assignments in force at the instant `at` (real time: access does not follow a training clock)."""
        return self.filter(Q(starts_at=None) | Q(starts_at__lte=at), Q(ends_at=None) | Q(ends_at__gt=at))


@history.kept
class Assignment(models.Model):
    """Where a user works, from when to when: one unit, one neighbourhood, or all units an organisation serves."""

    user = models.ForeignKey(User, models.CASCADE, related_name="assignments")
    unit = models.ForeignKey(AdministrativeUnit, models.PROTECT, null=True, blank=True)
    neighbourhood = models.ForeignKey(Neighbourhood, models.PROTECT, null=True, blank=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    granted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="granted_assignments"
    )

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__isnull=False, neighbourhood=None, organisation=None)
                | Q(unit=None, neighbourhood__isnull=False, organisation=None)
                | Q(unit=None, neighbourhood=None, organisation__isnull=False),
                name="assignment_names_one_place",
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(starts_at__lt=models.F("ends_at")),
                name="assignment_from_before_to",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.unit or self.neighbourhood or self.organisation}"
