"""People: residents and the identity numbers claimed for them."""

import uuid
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lib.dates_vn import PartialDate
from wards import history
from wards.access import can, scope_of
from wards.models.households import Household
from wards.models.units import AdministrativeUnit
from wards.roles import Ability


class ResidentQuerySet(models.QuerySet):
    def visible_to(self, user) -> "ResidentQuerySet":
        """Residents in the user's wards and neighbourhoods, for roles that see named people."""
        if not can(user, Ability.SEE_PEOPLE):
            return self.none()
        return self.filter(scope_of(user).q(neighbourhood="household__neighbourhood_id"))

    def residing(self) -> "ResidentQuerySet":
        """Those who live here now, whatever the register says (DOMAIN D8): the first denominator."""
        return self.filter(residence__in=Resident.RESIDING)

    def registered(self) -> "ResidentQuerySet":
        """Those on the register of residence: the second denominator."""
        return self.filter(
            registration__in=(Resident.Registration.PERMANENT, Resident.Registration.TEMPORARY)
        )


@history.kept
class Resident(models.Model):
    """A person. The birth date keeps its precision (D11); names carry a search key and a sort key (`lib.names`)."""

    class Sex(models.TextChoices):
        MALE = "M", _("Nam")
        FEMALE = "F", _("Nữ")
        UNKNOWN = "U", _("Chưa rõ")

    class Residence(models.TextChoices):
        HERE = "here", _("Đang ở đây")
        NEW = "new", _("Mới đến")
        GUEST = "guest", _("Khách, người về quê dịp lễ Tết (không ở lâu)")
        AWAY = "away", _("Đi vắng")
        MOVED = "moved", _("Đã chuyển đi")
        DECEASED = "deceased", _("Đã mất")

    RESIDING = (Residence.HERE, Residence.NEW, Residence.AWAY)

    class Registration(models.TextChoices):
        PERMANENT = "permanent", _("Thường trú")
        TEMPORARY = "temporary", _("Tạm trú")
        NONE = "none", _("Chưa đăng ký")
        UNKNOWN = "unknown", _("Chưa rõ")

    class Mobility(models.TextChoices):
        WALKS = "walks", _("Đi lại được")
        NEEDS_HELP = "needs_help", _("Cần người giúp")
        CANNOT_TRAVEL = "cannot_travel", _("Không di chuyển được")
        UNKNOWN = "unknown", _("Chưa rõ")

    class Relation(models.TextChoices):
        MOTHER = "mother", _("Mẹ")
        FATHER = "father", _("Bố")
        GRANDPARENT = "grandparent", _("Ông, bà")
        OTHER = "other", _("Người giám hộ khác")

    GUARDED_UNDER = 18  # who is younger has a guardian, and goes to school

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(
        AdministrativeUnit, models.PROTECT, related_name="residents", db_index=False, db_constraint=False
    )
    household = models.ForeignKey(Household, models.PROTECT, db_constraint=False, related_name="residents")
    full_name = models.CharField(_("Họ và tên"), max_length=120)
    search_key = models.CharField(max_length=120)
    match_key = models.CharField(max_length=120)
    sort_key = models.CharField(max_length=400, db_collation="C", help_text="lib.names; bytes in order")
    birth_year = models.PositiveSmallIntegerField(_("Năm sinh"))
    birth_month = models.PositiveSmallIntegerField(null=True, blank=True)
    birth_day = models.PositiveSmallIntegerField(null=True, blank=True)
    sex = models.CharField(_("Giới tính"), max_length=1, choices=Sex.choices, default=Sex.UNKNOWN)
    phones = ArrayField(models.CharField(max_length=15), default=list, blank=True)
    insurance_number = models.CharField(_("Số thẻ BHYT"), max_length=15, blank=True)
    residence = models.CharField(max_length=10, choices=Residence.choices, default=Residence.HERE)
    residence_until = models.DateField(null=True, blank=True)
    registration = models.CharField(max_length=10, choices=Registration.choices, default=Registration.UNKNOWN)
    mobility = models.CharField(max_length=14, choices=Mobility.choices, default=Mobility.UNKNOWN)
    employer = models.CharField(_("Đơn vị công tác"), max_length=200, blank=True)
    priority_group = models.PositiveSmallIntegerField(_("Nhóm ưu tiên"), null=True, blank=True)
    note = models.CharField(_("Ghi chú"), max_length=500, blank=True)
    guardian_name = models.CharField(
        _("Người giám hộ"), max_length=120, blank=True, default="", db_default=""
    )
    guardian_relation = models.CharField(
        _("Quan hệ"), max_length=12, choices=Relation.choices, blank=True, default="", db_default=""
    )
    guardian_phone = models.CharField(
        _("Điện thoại người giám hộ"), max_length=15, blank=True, default="", db_default=""
    )
    school = models.CharField(_("Trường"), max_length=200, blank=True, default="", db_default="")
    school_class = models.CharField(_("Lớp"), max_length=30, blank=True, default="", db_default="")
    is_synthetic = models.BooleanField(default=False)
    source = models.CharField(max_length=20, default="desk")
    entered_by = models.ForeignKey("wards.User", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1)

    objects = ResidentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "ward"], name="resident_id_ward"),
            models.CheckConstraint(
                condition=Q(birth_day=None) | Q(birth_month__isnull=False),
                name="resident_birth_day_needs_month",
            ),
            models.CheckConstraint(
                condition=Q(birth_year__gte=1900, birth_year__lte=2100)
                & (Q(birth_month=None) | Q(birth_month__gte=1, birth_month__lte=12))
                & (Q(birth_day=None) | Q(birth_day__gte=1, birth_day__lte=31)),
                name="resident_birth_in_calendar",
            ),
            models.CheckConstraint(
                condition=Q(priority_group=None) | Q(priority_group__gte=1, priority_group__lte=16),
                name="resident_priority_group_1_to_16",
            ),
        ]
        indexes = [
            models.Index(fields=["ward", "sort_key", "id"], name="resident_ward_name_order"),
            models.Index(fields=["ward", "birth_year", "search_key"], name="resident_matching"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def born(self) -> PartialDate:
        return PartialDate(self.birth_year, self.birth_month, self.birth_day)

    def may_be_minor(self, on: date) -> bool:
        """Whether some reading of the birth date makes the person younger than 18 on day `on`."""
        latest = self.born.latest
        of_age = (on.year - latest.year, on.month, on.day) >= (self.GUARDED_UNDER, latest.month, latest.day)
        return not of_age

    @property
    def guardian(self) -> str:
        """Nguyễn Thị Lan (Mẹ)."""
        return guardian_words(self.guardian_name, self.guardian_relation)

    @property
    def school_and_class(self) -> str:
        return school_words(self.school, self.school_class)


def guardian_words(name: str, relation: str) -> str:
    """Nguyễn Thị Lan (Mẹ); the one that is known where the other is not."""
    said = str(Resident.Relation(relation).label) if relation else ""
    return f"{name} ({said.lower()})" if name and said else name or said


def school_words(school: str, school_class: str) -> str:
    """Trường THCS Thử, lớp 7A."""
    return ", ".join(
        filter(None, (school, str(_("lớp %(name)s") % {"name": school_class}) if school_class else ""))
    )


class IdentityClaimQuerySet(models.QuerySet):
    def visible_to(self, user) -> "IdentityClaimQuerySet":
        return self.filter(resident__in=Resident.objects.visible_to(user))


@history.kept
class IdentityClaim(models.Model):
    """An identity number claimed for a person, encrypted; matched by keyed hash, shown by its last four digits."""

    class Kind(models.TextChoices):
        CCCD = "cccd", _("CCCD / số định danh")
        CMND = "cmnd", _("CMND")
        PASSPORT = "passport", _("Hộ chiếu")
        OTHER = "other", _("Giấy tờ khác")

    resident = models.ForeignKey(
        Resident, models.CASCADE, db_constraint=False, related_name="identity_claims"
    )
    ward = models.ForeignKey(
        AdministrativeUnit, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    number_encrypted = models.TextField()
    number_hash = models.CharField(max_length=64)
    last_four = models.CharField(max_length=4)
    mask = models.CharField(max_length=24, help_text="what roles without the full number see")
    is_repaired = models.BooleanField(default=False, help_text="a lost leading zero was put back")
    source = models.CharField(max_length=20, default="desk")
    entered_by = models.ForeignKey("wards.User", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = IdentityClaimQuerySet.as_manager()

    class Meta:
        constraints = [
            # Two people never share one citizen number; an import or a form meets the clash as a question, not as a row.
            models.UniqueConstraint(
                fields=["number_hash"],
                condition=Q(kind="cccd", withdrawn_at=None),
                name="identity_cccd_one_person",
            ),
            models.UniqueConstraint(
                fields=["resident", "number_hash"], condition=Q(withdrawn_at=None), name="identity_claim_once"
            ),
        ]
        indexes = [models.Index(fields=["number_hash"], name="identity_hash")]

    def __str__(self) -> str:
        return self.mask
