"""A way to look at the list that somebody gave a name: choices of filters, never what was searched for, nobody's name."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from wards.access import can, roles_of, wards_of
from wards.models import AdministrativeUnit, Organisation
from wards.roles import Ability


class SavedFilterQuerySet(models.QuerySet):
    def owned_by(self, user) -> "SavedFilterQuerySet":
        """The user's own, while the user may see the list at all."""
        return self.filter(owner=user) if can(user, Ability.SEE_HEALTH) else self.none()

    def visible_to(self, user) -> "SavedFilterQuerySet":
        """The user's own, and what colleagues share with the wards, the office or a role that the user has now.

        What such a filter shows is another question: it always runs with the reader's own scope (TRUST AUTH-05).
        """
        if not can(user, Ability.SEE_HEALTH):
            return self.none()
        sharing = SavedFilter.Sharing
        shared = Q(sharing=sharing.WARD, shared_ward__in=wards_of(user).values("pk")) | Q(
            sharing=sharing.ROLE, shared_roles__overlap=sorted(roles_of(user))
        )
        if user.organisation_id:
            shared |= Q(sharing=sharing.OFFICE, shared_organisation=user.organisation_id)
        return self.filter(Q(owner=user) | (shared & Q(owner__is_active=True)))

    def kept(self) -> "SavedFilterQuerySet":
        """Without the deleted ones, which stay for an undo."""
        return self.filter(deleted_at=None)


class SavedFilter(models.Model):
    """`choices` are the choices as they stand in the list's address; what a reader may not choose is left out on opening."""

    class Sharing(models.TextChoices):
        NONE = "", _("Chỉ mình tôi")
        WARD = "ward", _("Cán bộ cùng phường, xã")
        OFFICE = "office", _("Cán bộ cùng cơ quan")
        ROLE = "role", _("Cán bộ cùng vai trò")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey("wards.User", models.CASCADE, related_name="saved_filters")
    name = models.CharField(_("Tên bộ lọc"), max_length=60)
    choices = models.JSONField(default=dict)
    sharing = models.CharField(max_length=6, choices=Sharing.choices, default=Sharing.NONE, blank=True)
    shared_ward = models.ForeignKey(
        AdministrativeUnit, models.CASCADE, null=True, blank=True, related_name="+"
    )
    shared_organisation = models.ForeignKey(
        Organisation, models.CASCADE, null=True, blank=True, related_name="+"
    )
    shared_roles = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    is_default = models.BooleanField(default=False, help_text="the owner's list opens with it")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "owner", Lower("name"), name="saved_filter_name_once", condition=Q(deleted_at=None)
            ),
            models.UniqueConstraint(
                fields=["owner"], name="saved_filter_one_default", condition=Q(is_default=True)
            ),
            models.CheckConstraint(
                condition=Q(deleted_at=None) | Q(is_default=False), name="saved_filter_deleted_is_no_default"
            ),
            models.CheckConstraint(
                condition=Q(
                    sharing="ward", shared_ward__isnull=False, shared_organisation=None, shared_roles=[]
                )
                | Q(sharing="office", shared_ward=None, shared_organisation__isnull=False, shared_roles=[])
                | (Q(sharing="role", shared_ward=None, shared_organisation=None) & ~Q(shared_roles=[]))
                | Q(sharing="", shared_ward=None, shared_organisation=None, shared_roles=[]),
                name="saved_filter_shared_with_one",
            ),
        ]

    def __str__(self) -> str:
        return self.name
