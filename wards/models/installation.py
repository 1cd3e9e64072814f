"""What this installation is: its city, its words, its clock."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class Installation(models.Model):
    """One row: the city that this database belongs to.

    `clock_offset` is what application time adds to real time; only a demonstration or a drill has one.
    `words` holds what differs from city to city (WORDS, head): `neighbourhood` (khu phố, tổ dân phố, khu vực, ấp, thôn),
    `health_centre`, `city` (thành phố …).
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    city_name = models.CharField(_("Tên thành phố"), max_length=120)
    province_code = models.CharField(max_length=2, blank=True)
    words = models.JSONField(default=dict)
    support_phone = models.CharField(max_length=20, blank=True)
    is_demo = models.BooleanField(default=False)
    clock_offset = models.DurationField(default=timedelta)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="installation_is_one_row"),
            models.CheckConstraint(
                condition=models.Q(is_demo=True) | models.Q(clock_offset=timedelta()),
                name="installation_real_city_keeps_real_time",
            ),
        ]

    def __str__(self) -> str:
        return self.city_name
