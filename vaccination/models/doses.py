"""What was given, and what speaks for or against giving more. Facts are events: a correction is a new row."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lib.dates_vn import PartialDate
from vaccination.models.products import Product, Programme
from wards import history
from wards.models.conditions import PersonalFactQuerySet
from wards.models.residents import Resident
from wards.models.units import AdministrativeUnit


class DoseRecordQuerySet(PersonalFactQuerySet):
    def standing(self) -> "DoseRecordQuerySet":
        """Doses that were not voided."""
        return self.filter(void=None)


class DoseRecord(models.Model):
    """A dose as it was entered; never changed, only voided (`DoseVoid`) and, where it was wrong, entered anew.

    What the file or the person called it ("mũi 3", "nhắc lại") is kept as `stated_ordinal` and `stated_type`; what it
    counts as is decided by the rules (DOMAIN D3, D4).
    """

    append_only = True

    class Source(models.TextChoices):
        DESK = "desk", _("Nhập tại bàn")
        FILE = "file", _("Nhập từ tệp")
        CLAIMED = "claimed", _("Gia đình báo, chờ xác nhận")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    resident = models.ForeignKey(Resident, models.CASCADE, db_constraint=False, related_name="doses")
    ward = models.ForeignKey(
        AdministrativeUnit, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", db_index=False)
    given_year = models.PositiveSmallIntegerField()
    given_month = models.PositiveSmallIntegerField(null=True, blank=True)
    given_day = models.PositiveSmallIntegerField(null=True, blank=True)
    volume_ml = models.DecimalField(max_digits=4, decimal_places=2, null=True, blank=True)
    lot = models.CharField(max_length=30, blank=True)
    site = models.CharField(max_length=200, blank=True)
    reaction = models.CharField(max_length=200, blank=True)
    stated_type = models.CharField(max_length=40, blank=True)
    stated_ordinal = models.PositiveSmallIntegerField(null=True, blank=True)
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.DESK)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    entered_by = models.ForeignKey("wards.User", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DoseRecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(given_day=None) | Q(given_month__isnull=False), name="dose_day_needs_month"
            ),
            models.CheckConstraint(
                condition=Q(volume_ml=None) | Q(volume_ml__gt=0), name="dose_volume_positive"
            ),
        ]

    @property
    def given(self) -> PartialDate:
        return PartialDate(self.given_year, self.given_month, self.given_day)


class DoseVoid(models.Model):
    """Takes a dose out of the record and keeps both the row and the reason."""

    append_only = True

    dose = models.OneToOneField(DoseRecord, models.PROTECT, related_name="void")
    reason = models.CharField(max_length=300)
    by = models.ForeignKey("wards.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()


@history.kept
class DoseHistory(models.Model):
    """Whether the doses on record are all there are. False: nobody knows. No row: nobody was asked; then the doses on record
    are taken as all, and none on record means that nobody knows (vaccination.forecasts).
    """

    resident = models.OneToOneField(
        Resident, models.CASCADE, db_constraint=False, primary_key=True, related_name="dose_history"
    )
    ward = models.ForeignKey(
        AdministrativeUnit, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    is_known = models.BooleanField()
    source = models.CharField(max_length=20, default="desk")
    stated_by = models.ForeignKey("wards.User", models.PROTECT, null=True, related_name="+")
    stated_at = models.DateTimeField(auto_now=True)

    objects = PersonalFactQuerySet.as_manager()


@history.kept
class Infection(models.Model):
    resident = models.ForeignKey(Resident, models.CASCADE, db_constraint=False, related_name="infections")
    ward = models.ForeignKey(
        AdministrativeUnit, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    confirmed_on = models.DateField()
    recovered_on = models.DateField(null=True, blank=True)
    discharged_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=20, default="desk")
    entered_by = models.ForeignKey("wards.User", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PersonalFactQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resident", "confirmed_on"], name="infection_once_a_day"),
            models.CheckConstraint(
                condition=Q(recovered_on=None) | Q(recovered_on__gte=models.F("confirmed_on")),
                name="infection_order",
            ),
        ]


@history.kept
class Screening(models.Model):
    """A health worker's conclusion (5785/QĐ-BYT). `until` is the first day on which it no longer holds; null never ends."""

    class Category(models.TextChoices):
        ELIGIBLE = "ELIG", _("Đủ điều kiện tiêm")
        CAUTION = "CAUT", _("Thận trọng khi tiêm")
        DEFER = "DEFER", _("Trì hoãn tiêm")
        CONTRAINDICATED = "CONTRA", _("Chống chỉ định")

    resident = models.ForeignKey(Resident, models.CASCADE, db_constraint=False, related_name="screenings")
    ward = models.ForeignKey(
        AdministrativeUnit, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    category = models.CharField(max_length=6, choices=Category.choices)
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    screened_on = models.DateField()
    until = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    place = models.CharField(max_length=160, blank=True)
    entered_by = models.ForeignKey("wards.User", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PersonalFactQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(category="DEFER") | Q(until__isnull=False), name="screening_defer_has_until"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=models.F("screened_on")), name="screening_order"
            ),
        ]
