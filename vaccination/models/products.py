"""Programmes and products. A programme is a row: COVID-19 is the first, not a constant."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from wards.models.reference import ReferenceRow


class Programme(models.Model):
    code = models.CharField(primary_key=True, max_length=20)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    rule_family = models.CharField(max_length=40, help_text="family of rule sets in vaccination/schedules")
    rule_choices = models.JSONField(
        default=dict,
        help_text="what this place chose where the texts leave it open (vaccination.rule_choices)",
    )

    def __str__(self) -> str:
        return self.name


class Product(ReferenceRow):
    """A vaccine product by our code (DOMAIN 2.1); `UNKNOWN` stands for a dose whose product nobody knows."""

    code = models.CharField(primary_key=True, max_length=10)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="products")
    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=40)
    cvx_codes = ArrayField(models.CharField(max_length=4), default=list)
    words = ArrayField(
        models.CharField(max_length=60), default=list, help_text="search keys that name it in files"
    )
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "code"]
        verbose_name = _("loại vắc xin")
        verbose_name_plural = _("loại vắc xin")

    def __str__(self) -> str:
        """The short name in the reader's language."""
        return gettext(self.short_name)


_SHORT_NAMES_OF_WORDS = (
    gettext_noop("Chưa rõ loại"),
    gettext_noop("Pfizer trẻ em"),
)  # data; here for the catalogue
