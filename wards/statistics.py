"""The planner's knowledge of the register, refreshed after many rows came at once."""

from django.db import connection

from wards.models import Household, Resident


def tables() -> list[str]:
    """Homes, people, and whatever hangs on a person, whichever app keeps it."""
    facts = {
        relation.related_model._meta.db_table
        for relation in Resident._meta.related_objects
        if relation.concrete is False and not relation.related_model._meta.db_table.endswith("event")
    }
    return sorted(facts | {Household._meta.db_table, Resident._meta.db_table})


def refresh() -> None:
    """Tell the planner how much there is now; takes a second or two in a large city."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT analyze_register(%s)", [tables()])


def is_time_to_refresh(chunks: int) -> bool:
    """After chunk 1, 4, 16, 64 …: as often as the size of what was written has grown fourfold."""
    return chunks > 0 and chunks & (chunks - 1) == 0 and chunks.bit_length() % 2 == 1
