"""A demonstration city that a whole test module reads: made once, inside one transaction, gone at the end.

Tests that change it do so inside their own savepoint. A module using this must not hold tests with real commits.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.db import connection, transaction

from outreach.demo import city
from wards import installation

ON = date(2022, 2, 5)


@contextmanager
def standing(django_db_blocker, *, residents: int, seed: int) -> Iterator[city.Made]:
    with django_db_blocker.unblock(), transaction.atomic():
        installation.forget()
        made = city.create(residents=residents, seed=seed, on=ON)
        with connection.cursor() as cursor:
            # uncommitted rows cannot be analysed, and a planner that believes in empty tables loops over all of them
            cursor.execute("SET LOCAL enable_nestloop = off")
        with django_db_blocker.block():
            yield made
        transaction.set_rollback(True)
    installation.forget()
