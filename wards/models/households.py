"""Homes: where the teams knock."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from wards import history
from wards.access import can, scope_of
from wards.models.units import AdministrativeUnit, Neighbourhood
from wards.roles import Ability


class HouseholdQuerySet(models.QuerySet):
    def visible_to(self, user) -> "HouseholdQuerySet":
        """Households in the user's wards and neighbourhoods, for roles that see named people."""
        if not can(user, Ability.SEE_PEOPLE):
            return self.none()
        return self.filter(scope_of(user).q(neighbourhood="neighbourhood_id"))


@history.kept
class Household(models.Model):
    """A home and its address. `code` is what stands on paper lists, short and unique in the ward."""

    class Dwelling(models.TextChoices):
        LIVED_IN = "lived_in", _("Đang ở")
        EMPTY = "empty", _("Khóa cửa, không ở")
        LOCKED = "locked", _("Chưa tiếp tổ rà soát")
        DEMOLISHED = "demolished", _("Nhà đã phá dỡ")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ward = models.ForeignKey(AdministrativeUnit, models.PROTECT, related_name="households", db_index=False)
    neighbourhood = models.ForeignKey(
        Neighbourhood, models.PROTECT, null=True, blank=True, related_name="households"
    )
    code = models.CharField(_("Mã hộ"), max_length=20, blank=True)
    house_number = models.CharField(_("Số nhà"), max_length=40, blank=True)
    street = models.CharField(_("Đường, ngõ"), max_length=120, blank=True)
    address_text = models.CharField(_("Địa chỉ như đã ghi"), max_length=300, blank=True)
    address_key = models.CharField(
        max_length=300, blank=True, help_text="lib.addresses search key of the whole address"
    )
    number_sort_key = models.CharField(
        max_length=60, blank=True, db_collation="C", help_text="natural order of house numbers"
    )
    walking_position = models.PositiveIntegerField(default=0)
    dwelling = models.CharField(max_length=12, choices=Dwelling.choices, default=Dwelling.LIVED_IN)
    source = models.CharField(max_length=20, default="desk")
    entered_by = models.ForeignKey("wards.User", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1)

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        constraints = [
            # (id, ward) is what residents refer to, so that a person's ward is always the household's.
            models.UniqueConstraint(fields=["id", "ward"], name="household_id_ward"),
            models.UniqueConstraint(
                fields=["ward", "code"], condition=~models.Q(code=""), name="household_code_in_ward"
            ),
        ]
        indexes = [
            models.Index(fields=["ward", "neighbourhood", "walking_position"], name="household_walk"),
            models.Index(fields=["ward", "address_key"], name="household_address"),
        ]

    def __str__(self) -> str:
        return self.address

    @property
    def address(self) -> str:
        """One line for a list: house number and street, or the address as it was written."""
        return " ".join(part for part in (self.house_number, self.street) if part) or self.address_text
