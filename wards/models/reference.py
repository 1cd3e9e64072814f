"""What reference tables share, and the holidays."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class ReferenceRow(models.Model):
    """A row that the product ships and an installation may change.

    Once changed here, the shipped data no longer overwrite it (`wards.reference`, `vaccination.reference`).
    """

    edited_here = models.BooleanField(_("Đã sửa tại đây"), default=False, editable=False)

    class Meta:
        abstract = True


class Holiday(ReferenceRow):
    """A day off for offices, Tết among them. Deadlines never move because of one; those who plan see it."""

    day = models.DateField(_("Ngày"), primary_key=True)
    name = models.CharField(_("Tên"), max_length=120)
    name_en = models.CharField(_("Tên tiếng Anh"), max_length=120, blank=True)
    legal_ref = models.CharField(_("Căn cứ"), max_length=200, blank=True)

    class Meta:
        ordering = ["day"]
        verbose_name = _("ngày nghỉ lễ")
        verbose_name_plural = _("ngày nghỉ lễ")

    def __str__(self) -> str:
        """The name in the reader's language."""
        return (self.name_en if get_language() == "en" else "") or self.name
