"""After many rows at once the planner is told, by a role that owns none of the tables."""

from django.db import connection

from tests.factories import make_resident, make_ward
from wards import statistics


def test_the_application_may_refresh_the_statistics_of_the_register(db):
    ward = make_ward()
    for number in range(30):
        make_resident(ward, name=f"Nguyễn Thị Người {number}")
    statistics.refresh()
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'wards_resident'::regclass")
        assert cursor.fetchone()[0] == 30


def test_every_table_that_hangs_on_a_person_is_looked_at():
    assert {"wards_household", "wards_resident", "wards_identityclaim", "vaccination_doserecord"} <= set(
        statistics.tables()
    )
    assert not [name for name in statistics.tables() if name.endswith("event")]


def test_statistics_are_refreshed_each_time_what_was_written_grew_fourfold():
    assert [n for n in range(1, 300) if statistics.is_time_to_refresh(n)] == [1, 4, 16, 64, 256]
