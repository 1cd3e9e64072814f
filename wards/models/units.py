"""Places and offices: two separate trees, both dated (DOMAIN D6, D7, section 5)."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wards.models.reference import ReferenceRow


class AdministrativeUnitQuerySet(models.QuerySet):
    def in_force(self, on: date) -> "AdministrativeUnitQuerySet":
        """Units that exist on day `on` (both ends inclusive, an empty end is open)."""
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gte=on))


class AdministrativeUnit(ReferenceRow):
    """A commune-level unit in one version of its life. The key is (code, valid_from), never the code alone."""

    class Kind(models.TextChoices):
        WARD = "Phường", _("Phường")
        COMMUNE = "Xã", _("Xã")
        TOWNSHIP = "Thị trấn", _("Thị trấn")
        SPECIAL_ZONE = "Đặc khu", _("Đặc khu")

    code = models.CharField(max_length=5)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=80)
    full_name = models.CharField(max_length=100)
    search_key = models.CharField(max_length=80)
    district_code = models.CharField(max_length=3, blank=True)
    district_name = models.CharField(max_length=80, blank=True)
    province_code = models.CharField(max_length=2)
    province_name = models.CharField(max_length=80)
    successors = models.ManyToManyField("self", symmetrical=False, related_name="predecessors", blank=True)
    is_split = models.BooleanField(default=False)
    population = models.PositiveIntegerField(null=True, blank=True)
    population_as_of = models.CharField(max_length=10, blank=True)
    population_ref = models.CharField(max_length=200, blank=True)
    change_ref = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)

    objects = AdministrativeUnitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "valid_from"], nulls_distinct=False, name="unit_code_valid_from"
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_from__lte=models.F("valid_to")),
                name="unit_validity_in_order",
            ),
        ]
        ordering = ["code", "valid_from"]
        verbose_name = _("đơn vị hành chính")
        verbose_name_plural = _("đơn vị hành chính")

    def __str__(self) -> str:
        return self.full_name


class Neighbourhood(models.Model):
    """Below the ward, without an official code: tổ dân phố, khu phố, khu vực, ấp, thôn."""

    ward = models.ForeignKey(AdministrativeUnit, models.PROTECT, related_name="neighbourhoods")
    kind = models.CharField(max_length=20, help_text="khu phố, tổ dân phố, …")
    name = models.CharField(max_length=80)
    search_key = models.CharField(max_length=80)
    local_code = models.CharField(max_length=20, blank=True)
    walking_order = models.PositiveSmallIntegerField(default=0)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ward", "search_key"], name="neighbourhood_name_in_ward")
        ]
        ordering = ["ward_id", "walking_order", "name"]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".strip()


class Organisation(models.Model):
    """An office and the units it serves; separate from the administrative tree (DOMAIN D7)."""

    class Kind(models.TextChoices):
        HEALTH_CENTRE = "health_centre", _("Trung tâm Y tế")
        STATION = "station", _("Trạm Y tế phường")
        WARD_COMMITTEE = "ward_committee", _("UBND phường")
        CITY_COMMITTEE = "city_committee", _("UBND thành phố")
        POLICE = "police", _("Công an phường")
        COMMUNICATIONS = "communications", _("Truyền thông")
        FACILITY = "facility", _("Cơ sở thu dung, điều trị")
        CDC = "cdc", _("Trung tâm Kiểm soát bệnh tật")

    kind = models.CharField(max_length=20, choices=Kind.choices)
    name = models.CharField(max_length=160, unique=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    units = models.ManyToManyField(AdministrativeUnit, related_name="organisations", blank=True)
    phone = models.CharField(max_length=20, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
