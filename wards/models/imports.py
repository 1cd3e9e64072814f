"""Files read in: a batch is the intent and the account of one file; a profile remembers how a source names its columns."""

import uuid

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wards.access import can, scope_of
from wards.models.units import AdministrativeUnit, Organisation
from wards.roles import Ability


class Outcome(models.TextChoices):
    """What a row of a file would do to the register: every row read has exactly one of the seven."""

    NEW = "new", _("Mới")
    CHANGED = "changed", _("Có thay đổi")
    SAME = "same", _("Không đổi")
    DUPLICATE_REVIEW = "duplicate_review", _("Nghi trùng, cần xem")
    MOVED = "moved", _("Chuyển nơi ở")
    OUT_OF_SCOPE = "out_of_scope", _("Ngoài địa bàn")
    ERRORS = "errors", _("Lỗi, chưa ghi")


class ImportBatchQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ImportBatchQuerySet":
        """Batches whose every ward lies in the user's scope and that are the user's own, of the same office, or of a ward
        that was read already. Somebody else's batch, its error file and its progress are a 404 (AUTH-06, AUTH-12)."""
        if not can(user, Ability.IMPORT_FILES):
            return self.none()
        own = Q(uploaded_by=user)
        if user.organisation_id:
            own |= Q(organisation=user.organisation_id)
        return self.filter(own | ~Q(ward_ids=[]), ward_ids__contained_by=sorted(scope_of(user).ward_ids))

    def at_work(self) -> "ImportBatchQuerySet":
        """Batches that a worker should be moving on."""
        return self.filter(state__in=ImportBatch.AT_WORK)

    def overdue(self, at) -> "ImportBatchQuerySet":
        """Batches that nobody is moving on although somebody should: no lease, or one that ran out before `at` (real)."""
        return self.at_work().filter(Q(lease_until=None) | Q(lease_until__lt=at))


class ImportBatch(models.Model):
    """One file on its way into the register. The row is committed first and says what is to be done; workers only do it.

    Work is taken by a lease (`lease_token`, `lease_until`, real time) that is prolonged with every block of rows, so that a
    killed worker's batch is driven on by the reconciler. The rows lie in staging tables (`wards.imports.staging`).
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("Đang chờ")
        MAPPING = "mapping", _("Chờ chọn cột")
        READING = "reading", _("Đang đọc tệp")
        REVIEW = "review", _("Chờ anh/chị xem")
        WRITING = "writing", _("Đang ghi")
        DONE = "done", _("Đã ghi")
        REFUSED = "refused", _("Không nhận")
        FAILED = "failed", _("Chưa đọc được")
        DISCARDED = "discarded", _("Đã bỏ")

    AT_WORK = (State.RECEIVED, State.READING, State.WRITING)
    STAGED = (State.REVIEW, State.WRITING, State.DONE)
    ENDED = (State.DONE, State.REFUSED, State.FAILED, State.DISCARDED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.CharField(max_length=20, help_text="name of a source in wards.imports.sources")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    uploaded_by = models.ForeignKey("wards.User", models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    unit = models.ForeignKey(
        AdministrativeUnit,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="ward of rows that name none",
    )
    ward_ids = ArrayField(models.BigIntegerField(), default=list, help_text="wards of the rows in scope")
    data_on = models.DateField(null=True, help_text="day of which the file tells")

    original_name = models.CharField(
        max_length=300, help_text="as the browser sent it; only ever shown, escaped"
    )
    stored_name = models.CharField(
        max_length=80, unique=True, help_text="made by the server, under DATA_DIR/files"
    )
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()
    repeat_of = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")

    sheet = models.CharField(max_length=120, blank=True)
    profile = models.ForeignKey("ColumnProfile", models.SET_NULL, null=True, related_name="+")
    layout = models.JSONField(
        default=dict, help_text="what was seen in the file: sheets, titles, samples, dates"
    )
    mapping = models.JSONField(default=dict, help_text="column position (text) → field name")
    date_orders = models.JSONField(default=dict, help_text="column position (text) → dmy or mdy")

    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED)
    refusal = models.TextField(blank=True, help_text="why nothing was written, in one sentence")
    state_since = models.DateTimeField()
    wanted_by = models.ForeignKey(
        "wards.User", models.PROTECT, null=True, related_name="+", help_text="who asked to write"
    )
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    rows_seen = models.PositiveIntegerField(default=0, help_text="progress of reading")
    rows_expected = models.PositiveIntegerField(default=0)
    rows_read = models.PositiveIntegerField(null=True)
    new_rows = models.PositiveIntegerField(default=0)
    changed_rows = models.PositiveIntegerField(default=0)
    same_rows = models.PositiveIntegerField(default=0)
    duplicate_rows = models.PositiveIntegerField(default=0)
    moved_rows = models.PositiveIntegerField(default=0)
    out_of_scope_rows = models.PositiveIntegerField(default=0)
    error_rows = models.PositiveIntegerField(default=0)
    rows_to_write = models.PositiveIntegerField(default=0)
    rows_written = models.PositiveIntegerField(default=0)
    rows_sent_back = models.PositiveIntegerField(
        default=0, help_text="changed by others since the review: to be seen again"
    )
    groups = models.JSONField(default=list, help_text="problems grouped by column")
    warnings = models.JSONField(default=list, help_text="warnings grouped by column")
    error_file = models.CharField(max_length=80, blank=True)
    staged_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        constraints = [
            # TRUST P6: rows read = sum of the seven outcomes, to the row.
            models.CheckConstraint(
                name="import_every_row_accounted_for",
                condition=Q(rows_read=None)
                | Q(
                    rows_read=F("new_rows")
                    + F("changed_rows")
                    + F("same_rows")
                    + F("duplicate_rows")
                    + F("moved_rows")
                    + F("out_of_scope_rows")
                    + F("error_rows")
                ),
            ),
            models.CheckConstraint(
                name="import_staged_has_counts",
                condition=~Q(state__in=("review", "writing", "done")) | Q(rows_read__isnull=False),
            ),
            models.CheckConstraint(
                name="import_lease_whole",
                condition=Q(lease_token=None, lease_until=None)
                | Q(lease_token__isnull=False, lease_until__isnull=False),
            ),
            models.CheckConstraint(
                name="import_refusal_says_why", condition=~Q(state__in=("refused", "failed")) | ~Q(refusal="")
            ),
        ]
        triggers = [
            # A worker that comes back from the dead cannot turn the clock back (IMP-38).
            pgtrigger.Protect(
                name="progress_only_grows",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__rows_written__lt=pgtrigger.F("old__rows_written")),
            )
        ]
        indexes = [
            models.Index(fields=["uploaded_at"], name="import_recent"),
            # the reconciler's question, asked every half minute
            models.Index(
                fields=["state", "lease_until"],
                name="import_at_work",
                condition=Q(state__in=("received", "reading", "writing")),
            ),
        ]
        ordering = ["-uploaded_at"]

    def __str__(self) -> str:
        return self.original_name

    @property
    def counts(self) -> dict[str, int]:
        """The seven outcomes in their order, keyed as everywhere else."""
        numbers = (
            self.new_rows,
            self.changed_rows,
            self.same_rows,
            self.duplicate_rows,
            self.moved_rows,
            self.out_of_scope_rows,
            self.error_rows,
        )
        return dict(zip(Outcome.values, numbers, strict=True))

    @property
    def is_at_work(self) -> bool:
        return self.state in self.AT_WORK


class ColumnProfileQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ColumnProfileQuerySet":
        """Profiles of the user's office and those without one, which everybody may use."""
        if not can(user, Ability.IMPORT_FILES):
            return self.none()
        return self.filter(Q(organisation=None) | Q(organisation=user.organisation_id))


class ColumnProfile(models.Model):
    """How one source's files name their columns, remembered from the last time somebody said so."""

    source = models.CharField(max_length=20)
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, related_name="+")
    name = models.CharField(max_length=120)
    fields = models.JSONField(
        help_text="search key of a column's title → field name, empty for a column not taken"
    )
    date_orders = models.JSONField(default=dict, help_text="search key of a column's title → dmy or mdy")
    saved_by = models.ForeignKey("wards.User", models.PROTECT, null=True, related_name="+")
    used_at = models.DateTimeField()

    objects = ColumnProfileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "organisation", "name"], nulls_distinct=False, name="column_profile_name"
            )
        ]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
