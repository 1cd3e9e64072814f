"""Who looked: reads, searches, lists, exports and prints of named people (DOMAIN 7, TRUST T4, P9)."""

from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext_lazy as _


class AccessEvent(models.Model):
    """One look at named data, or one change of an account. Append-only: the application's role may neither change nor delete it."""

    append_only = True

    class Action(models.TextChoices):
        VIEW = "view", _("Xem")
        LIST = "list", _("Xem danh sách")
        SEARCH = "search", _("Tìm")
        EXPORT = "export", _("Tải tệp")
        PRINT = "print", _("In")
        IMPORT = "import", _("Nhập từ tệp")
        CHANGE = "change", _("Sửa")  # of an account; changes of people are in the row history

    at = models.DateTimeField(db_index=True)
    user = models.ForeignKey("wards.User", models.PROTECT, related_name="+")
    action = models.CharField(max_length=10, choices=Action.choices)
    what = models.CharField(max_length=40, help_text="resident, household, worklist, …")
    object_id = models.CharField(max_length=40, blank=True)
    ward = models.ForeignKey("wards.AdministrativeUnit", models.PROTECT, null=True, related_name="+")
    row_count = models.PositiveIntegerField(default=1)
    purpose = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict, help_text="filters used; never names or numbers searched for")
    address = models.GenericIPAddressField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["what", "object_id", "at"], name="access_event_object"),
            models.Index(fields=["user", "at"], name="access_event_user"),
            # from the code in a leaked file to who took it out, over all the years
            models.Index(
                KeyTextTransform("code", "detail"),
                name="access_event_code",
                condition=models.Q(detail__has_key="code"),
            ),
        ]
