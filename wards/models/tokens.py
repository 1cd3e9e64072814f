"""Tokens by which a program reads and writes in an official's name (docs/api.md)."""

import uuid
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wards.models.users import User
from wards.roles import Ability

_A = Ability


class TokenScope(models.TextChoices):
    """What a token may be made for. It never carries more than the roles of its user carry at that moment."""

    READ_FIGURES = "read:figures", _("Đọc số liệu tổng hợp, không có tên")
    READ_PEOPLE = "read:people", _("Đọc hộ và người dân")
    READ_NUMBERS = "read:numbers", _("Đọc đủ số giấy tờ (không có thì chỉ thấy các số cuối)")
    READ_HEALTH = "read:health", _("Đọc mũi tiêm, lịch tiêm")
    READ_DIAGNOSES = "read:diagnoses", _("Đọc tên bệnh nền")
    READ_LISTS = "read:lists", _("Đọc danh sách chưa tiêm, chưa đủ mũi")
    WRITE_PEOPLE = "write:people", _("Thêm, sửa, chuyển hộ và người dân")
    WRITE_DOSES = "write:doses", _("Ghi, sửa, hủy mũi tiêm")


# What each scope lets through of the abilities of the user's roles. No scope carries files, printing, accounts or the log.
ABILITIES_OF_SCOPES: dict[str, set[Ability]] = {
    TokenScope.READ_FIGURES: {_A.SEE_COUNTS},
    TokenScope.READ_PEOPLE: {_A.SEE_PEOPLE},
    TokenScope.READ_NUMBERS: {_A.SEE_FULL_ID},
    TokenScope.READ_HEALTH: {_A.SEE_PEOPLE, _A.SEE_HEALTH},
    TokenScope.READ_DIAGNOSES: {_A.SEE_DIAGNOSIS, _A.SEE_SECOND_TIER},
    TokenScope.READ_LISTS: {_A.SEE_PEOPLE, _A.SEE_HEALTH},
    TokenScope.WRITE_PEOPLE: {_A.SEE_PEOPLE, _A.EDIT_PEOPLE},
    TokenScope.WRITE_DOSES: {_A.SEE_PEOPLE, _A.SEE_HEALTH, _A.RECORD_DOSE, _A.VOID_DOSE},
}


class ApiTokenQuerySet(models.QuerySet):
    def live(self, at: datetime) -> "ApiTokenQuerySet":
        """Neither revoked nor expired at the instant `at` (real time)."""
        return self.filter(revoked_at=None, expires_at__gt=at)


class ApiToken(models.Model):
    """One token: what it is for and until when. Of the secret only a digest is kept; `prefix` is how people tell tokens apart."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("Dùng cho việc gì"), max_length=80)
    scopes = ArrayField(models.CharField(max_length=20, choices=TokenScope.choices))
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_on = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("created_at")), name="token_expires"),
            models.CheckConstraint(condition=~Q(scopes=[]), name="token_has_scope"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def abilities(self) -> frozenset[Ability]:
        """The abilities that pass through this token, if the user has them."""
        return frozenset().union(*(ABILITIES_OF_SCOPES.get(scope, set()) for scope in self.scopes))
