"""Officials: who they are, which roles they hold together, and where."""

from datetime import datetime

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wards import history
from wards.models.units import AdministrativeUnit, Neighbourhood, Organisation
from wards.roles import Role


class Leaving(models.TextChoices):
    """Why an account was closed."""

    LEFT = "left", _("Thôi việc")
    TRANSFERRED = "transferred", _("Chuyển công tác")
    LOCKED = "locked", _("Tạm khóa")


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
    closes_at = models.DateTimeField(
        null=True, blank=True, help_text="real time; from then on nobody gets in"
    )
    must_change_password = models.BooleanField(
        default=False, help_text="somebody else knows the password: nothing opens before a new one is set"
    )
    closed_because = models.CharField(max_length=12, choices=Leaving.choices, blank=True)

    REQUIRED_FIELDS = ["full_name"]

    def __str__(self) -> str:
        return self.full_name or self.username

    def is_open(self, at: datetime) -> bool:
        """Whether this account may be used at the instant `at` (real time): not closed, and its last day not over."""
        return self.is_active and (self.closes_at is None or at < self.closes_at)

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
    """Where a user works, from when to when: one unit, one neighbourhood, or all units an organisation serves.

    A stand-in's carries whom it replaces and the roles held in their place while it lasts.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="assignments")
    unit = models.ForeignKey(AdministrativeUnit, models.PROTECT, null=True, blank=True)
    neighbourhood = models.ForeignKey(Neighbourhood, models.PROTECT, null=True, blank=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    granted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="granted_assignments"
    )
    in_place_of = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="stand_ins")
    acting_roles = ArrayField(models.CharField(max_length=20, choices=Role.choices), default=list, blank=True)

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
            models.CheckConstraint(
                condition=Q(in_place_of=None, acting_roles=[])
                | Q(in_place_of__isnull=False, starts_at__isnull=False, ends_at__isnull=False)
                & ~Q(in_place_of=models.F("user")),
                name="assignment_stand_in_is_for_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.place}"

    @property
    def place(self) -> AdministrativeUnit | Neighbourhood | Organisation | None:
        """The one place that this row names."""
        return self.unit or self.neighbourhood or self.organisation


class SignInLink(models.Model):
    """The one way in for a person who has no password: a link on a slip, once, until it expires.

    Only digests are kept: SHA-256 of the link's 192 random bits, a keyed one of the short code that is read out over the
    telephone. At most one link of an account is alive; a newer one, a reset or the account's closing ends it.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="sign_in_links")
    token_hash = models.CharField(max_length=64, unique=True)
    code_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="taken back before it was used")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(used_at=None, ended_at=None), name="sign_in_link_one_alive"
            ),
            models.CheckConstraint(
                condition=Q(made_at__lt=models.F("expires_at")), name="sign_in_link_expires_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.made_at:%d/%m/%Y %H:%M}"
