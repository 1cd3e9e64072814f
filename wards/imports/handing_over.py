"""Files that somebody read in and did not finish, when that official leaves: they go on under a successor's name and area."""

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from wards.access import can
from wards.hooks import OpenWork
from wards.models import ImportBatch, User
from wards.roles import Ability


def unfinished_files(user: User) -> OpenWork:
    """For `wards.hooks.open_work`: the files of this official that are neither written nor discarded."""
    found = ImportBatch.objects.filter(uploaded_by=user).exclude(state__in=ImportBatch.ENDED)
    return OpenWork(
        _("Tệp Excel đang nhập dở"), found.count(), lambda successor: _hand_over(found, successor)
    )


def _hand_over(batches: QuerySet[ImportBatch], successor: User) -> None:
    """A file is read with the area of whoever it belongs to, so it never shows more than the successor may see."""
    if not can(successor, Ability.IMPORT_FILES):
        raise ValidationError(
            _("{name} không được nhập tệp; chọn người khác để nhận bàn giao.").format(
                name=successor.full_name
            ),
            code="successor",
        )
    batches.update(uploaded_by=successor)
