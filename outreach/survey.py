"""Who has been met and asked: one definition for list, counts, files, print, person page and first page.

"Not surveyed" is a state of its own, never a zero and never an empty cell (WORDS 1.12). Survey rounds are not on record
yet, so nobody counts as surveyed; when they are, this module is the only one that changes.
"""

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

NOT_SURVEYED = _("Chưa rà soát")


def not_surveyed(on: date) -> Q:
    """Residents whom no survey round has asked up to the day `on`: everybody, while there are no rounds on record."""
    return Q()


def is_surveyed(values: dict, on: date) -> bool:
    """The same for one row of a list (`list_rows.Row.values`)."""
    return False
