"""Transfers between wards: what one ward has sent another, and what became of it (docs/states.md)."""

import uuid
from datetime import date, datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lib.dates_vn import PartialDate
from wards import history
from wards.access import can, receives_for, scope_of
from wards.models.households import Household
from wards.models.residents import Resident
from wards.models.units import AdministrativeUnit, Neighbourhood
from wards.roles import Ability


class TransferQuerySet(models.QuerySet):
    def sent_by(self, user) -> "TransferQuerySet":
        """What was sent out of the user's wards and neighbourhoods, for roles that edit people."""
        if not can(user, Ability.EDIT_PEOPLE):
            return self.none()
        return self.filter(scope_of(user).q(ward="from_ward", neighbourhood="from_neighbourhood"))

    def coming_to(self, user) -> "TransferQuerySet":
        """What was sent to the wards for which the user receives; a survey team of one neighbourhood does not."""
        return self.filter(to_ward__in=receives_for(user))

    def open(self) -> "TransferQuerySet":
        return self.filter(is_open=True)

    def decided_since(self, at: datetime) -> "TransferQuerySet":
        return self.filter(is_open=False, decided_at__gte=at)


@history.kept
class Transfer(models.Model):
    """One person, or one home with everybody in it, on the way from one ward to another.

    Until it is accepted everything stays with the ward that sent it. `is_open` repeats the state for the database: at most
    one open transfer a person and a home. The database closes one by itself when what was sent is no longer there.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Chờ tiếp nhận")
        ACCEPTED = "accepted", _("Đã tiếp nhận")
        RETURNED = "returned", _("Đã trả lại")
        WITHDRAWN = "withdrawn", _("Đã rút lại")
        CLOSED = "closed", _("Đã đóng")

    class Closing(models.TextChoices):
        """Why there is nothing left to accept."""

        DECEASED = "deceased", _("người này đã mất")
        LEFT = "left", _("người này đã chuyển đi nơi khác")
        MOVED = "moved", _("hồ sơ đã được chuyển bằng cách khác")
        GONE = "gone", _("hồ sơ không còn riêng: đã gộp hoặc đã xóa")
        CHANGED = "changed", _("người trong hộ đã thay đổi sau khi gửi")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    household = models.ForeignKey(
        Household, models.SET_NULL, null=True, db_constraint=False, related_name="transfers",
        help_text="the home that moves; empty where one person does",
    )  # fmt: skip
    from_ward = models.ForeignKey(AdministrativeUnit, models.PROTECT, related_name="+", db_index=False)
    from_neighbourhood = models.ForeignKey(Neighbourhood, models.SET_NULL, null=True, related_name="+")
    to_ward = models.ForeignKey(AdministrativeUnit, models.PROTECT, related_name="+", db_index=False)
    address = models.CharField(_("Địa chỉ mới"), max_length=300, blank=True)
    note = models.CharField(_("Ghi chú"), max_length=500, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    is_open = models.BooleanField(default=True)
    is_whole_household = models.BooleanField(default=False)
    proposed_by = models.ForeignKey("wards.User", models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey("wards.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(_("Lý do"), max_length=300, blank=True)
    closed_because = models.CharField(max_length=10, choices=Closing.choices, blank=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(from_ward=models.F("to_ward")), name="transfer_to_another_ward"
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", is_open=True, decided_at=None)
                | (~Q(state="proposed") & Q(is_open=False, decided_at__isnull=False)),
                name="transfer_open_until_decided",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(reason=""), name="transfer_returned_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(state="closed") & ~Q(closed_because="")
                | ~Q(state="closed") & Q(closed_because=""),
                name="transfer_closed_because",
            ),
            models.UniqueConstraint(
                fields=["household"], condition=Q(is_open=True), name="transfer_one_open_per_household"
            ),
            # what the people of a transfer refer to, so that theirs is open exactly while it is
            models.UniqueConstraint(fields=["id", "is_open"], name="transfer_id_is_open"),
        ]
        indexes = [
            models.Index(fields=["to_ward", "is_open"], name="transfer_incoming"),
            models.Index(fields=["from_ward", "is_open"], name="transfer_outgoing"),
        ]

    def __str__(self) -> str:
        return f"{self.from_ward} → {self.to_ward}"


class TransferPersonQuerySet(models.QuerySet):
    def open(self) -> "TransferPersonQuerySet":
        return self.filter(is_open=True)


class TransferPerson(models.Model):
    """A person of a transfer, as they were sent: all that the receiving ward reads before it accepts, and the sending one after."""

    transfer = models.ForeignKey(Transfer, models.CASCADE, db_constraint=False, related_name="people")
    resident = models.ForeignKey(Resident, models.CASCADE, db_constraint=False, related_name="transfers")
    ward = models.ForeignKey(
        AdministrativeUnit, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    is_open = models.BooleanField(default=True)
    full_name = models.CharField(max_length=120)
    birth_year = models.PositiveSmallIntegerField()
    birth_month = models.PositiveSmallIntegerField(null=True)
    birth_day = models.PositiveSmallIntegerField(null=True)
    sex = models.CharField(max_length=1, choices=Resident.Sex.choices)
    has_left = models.BooleanField(
        default=False, help_text="moved away or died before: goes along, is not told"
    )

    objects = TransferPersonQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resident"], condition=Q(is_open=True), name="transfer_one_open_per_resident"
            ),
            models.UniqueConstraint(fields=["transfer", "resident"], name="transfer_person_once"),
        ]
        ordering = ["birth_year", "full_name", "pk"]

    def __str__(self) -> str:
        return self.full_name

    @property
    def born(self) -> PartialDate:
        return PartialDate(self.birth_year, self.birth_month, self.birth_day)


def wards_of_the_city(on: date) -> models.QuerySet[AdministrativeUnit]:
    """The wards in force on day `on` that an office of this installation serves."""
    served = AdministrativeUnit.objects.in_force(on).filter(organisations__isnull=False)
    return served.distinct().order_by("search_key", "code")
