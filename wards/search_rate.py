"""How often one may search: on pages and by the API together, by the log of searches."""

from datetime import datetime, timedelta

from wards.models import AccessEvent, User

PER_HOUR = 400  # a person at work does not search more often; a machine that harvests does


def searches_left(user: User, at: datetime) -> int:
    """How many searches the user may still make within the hour that ends at the instant `at` (real time)."""
    made = AccessEvent.objects.filter(
        user=user, action=AccessEvent.Action.SEARCH, at__gt=at - timedelta(hours=1)
    )
    return max(0, PER_HOUR - made.count())
