"""A list asked for as a file: the intent, the account, and where the file lies for one day."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wards.access import Scope, can, scope_of
from wards.models import Neighbourhood
from wards.roles import Ability


class ListExportQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ListExportQuerySet":
        """Only the exports that this user asked for, and only while the user may still take lists out (TRUST T5)."""
        if not (can(user, Ability.SEE_HEALTH) and can(user, Ability.EXPORT_LISTS)):
            return self.none()
        return self.filter(user=user)

    def waiting_for(self, user, at) -> "ListExportQuerySet":
        """Finished at the instant `at` (real time), not yet fetched by whoever asked."""
        return self.visible_to(user).filter(state=ListExport.State.READY, downloads=0, expires_at__gt=at)

    def unfinished(self) -> "ListExportQuerySet":
        return self.filter(state__in=ListExport.UNFINISHED)

    def free(self, at) -> "ListExportQuerySet":
        """Unfinished exports that nobody holds at the instant `at` (real time)."""
        return self.unfinished().filter(Q(lease_until=None) | Q(lease_until__lt=at))


class ListExport(models.Model):
    """One list on its way into a file. The row is committed first and says what is to be done; workers only do it.

    Work is taken by a lease (`lease_token`, `lease_until`, real time). `ward_ids`, `neighbourhood_ids` and `abilities` are the
    part of the register that the file shows and the rights that it shows it with: at a download they must still be had.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Đang chờ")
        RUNNING = "running", _("Đang lập tệp")
        READY = "ready", _("Đã xong")
        FAILED = "failed", _("Chưa lập được")
        EXPIRED = "expired", _("Đã hết hạn")
        DELETED = "deleted", _("Đã xóa")

    class Format(models.TextChoices):
        XLSX = "xlsx", "Excel"
        CSV = "csv", "CSV"
        PDF = "pdf", "PDF"

    UNFINISHED = (State.QUEUED, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey("wards.User", models.PROTECT, related_name="+")
    list_name = models.CharField(max_length=40, help_text="name of a list in outreach.worklists")
    filters = models.JSONField(default=dict, help_text="the choices, as in the page's address; no names")
    order = models.CharField(max_length=10, help_text="name of an ordering of the list")
    columns = ArrayField(
        models.CharField(max_length=40), default=list, help_text="keys, in their order; none: all"
    )
    format = models.CharField(max_length=4, choices=Format.choices)
    purpose = models.CharField(max_length=200)
    recipient = models.CharField(max_length=100, blank=True)
    code = models.CharField(max_length=12, unique=True, help_text="in the file and in the access log")
    requested_at = models.DateTimeField()

    ward_ids = ArrayField(models.BigIntegerField(), default=list, help_text="whole wards that the list reads")
    neighbourhood_ids = ArrayField(models.BigIntegerField(), default=list)
    abilities = ArrayField(
        models.CharField(max_length=40), default=list, help_text="names of the rights by which it was written"
    )

    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    state_since = models.DateTimeField()
    reason = models.TextField(blank=True, help_text="why there is no file, in a sentence")
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    rows_total = models.PositiveIntegerField(default=0)
    rows_written = models.PositiveIntegerField(default=0)

    stored_name = models.CharField(max_length=80, blank=True, help_text="under DATA_DIR/files, sealed")
    file_name = models.CharField(max_length=200, blank=True, help_text="what the reader's machine calls it")
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    downloads = models.PositiveIntegerField(default=0)

    objects = ListExportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="list_export_ready_whole",
                condition=~Q(state="ready")
                | (
                    Q(ready_at__isnull=False, expires_at__isnull=False)
                    & ~Q(stored_name="")
                    & ~Q(file_name="")
                    & ~Q(sha256="")
                ),
            ),
            models.CheckConstraint(
                name="list_export_lease_whole",
                condition=Q(lease_token=None, lease_until=None)
                | Q(state="running", lease_token__isnull=False, lease_until__isnull=False),
            ),
            models.CheckConstraint(
                name="list_export_failure_says_why", condition=~Q(state="failed") | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="list_export_no_file_when_gone",
                condition=~Q(state__in=("expired", "deleted")) | Q(stored_name=""),
            ),
            # Fair: whoever asks for ten lists has one of them written at a time, and others theirs in between.
            models.UniqueConstraint(
                name="list_export_one_running_per_user", fields=["user"], condition=Q(state="running")
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-requested_at"], name="list_export_mine"),
            # the reconciler's questions, asked every half minute
            models.Index(
                fields=["state", "lease_until"],
                name="list_export_unfinished",
                condition=Q(state__in=("queued", "running")),
            ),
            models.Index(fields=["expires_at"], name="list_export_expiry", condition=Q(state="ready")),
        ]
        ordering = ["-requested_at"]

    def __str__(self) -> str:
        return self.code

    @property
    def chosen(self) -> dict[str, str]:
        """Filters and order as they stand in the page's address."""
        return {**self.filters, "order": self.order}

    def is_within_rights_of(self, user) -> bool:
        """Whether `user` may, now, see everything that the file shows: the places and the rights of its writing."""
        if not all(can(user, Ability[name]) for name in self.abilities):
            return False
        scope: Scope = scope_of(user)
        single = set(self.neighbourhood_ids) - scope.neighbourhood_ids
        elsewhere = Neighbourhood.objects.filter(pk__in=single).exclude(ward__in=scope.ward_ids)
        return set(self.ward_ids) <= scope.ward_ids and not elsewhere.exists()
