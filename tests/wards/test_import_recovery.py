"""A worker may die at any row: what was written stays written once, and the rest is written by the next one (IMP-38)."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from kombu.exceptions import OperationalError

from lib import clock
from tests.factories import make_user, make_ward
from tests.vaccination import workbooks
from vaccination.models import Forecast
from wards import tasks
from wards.imports import batches, leases, recovery, staging, steps, writing
from wards.models import Household, ImportBatch, Resident
from wards.roles import Role

ROWS = 240


def reviewed(path, rows: int = ROWS) -> ImportBatch:
    """A batch of so many new people, approved and waiting to be written."""
    officer = make_user(Role.WARD_OFFICER, make_ward())
    people = [
        workbooks.person(
            n, f"Bùi Thị Người {n}", f"{1 + n % 28:02}/0{1 + n % 9}/1960", address=f"{n // 2} phố Mới"
        )
        for n in range(1, rows + 1)
    ]
    workbooks.write(path, people)
    batch = batches.receive_file(
        by=officer, source="residents", chunks=[path.read_bytes()], original_name=path.name
    )
    steps.work(batch.pk)
    batch.refresh_from_db()
    batches.choose_columns(batch=batch, mapping=batch.mapping, date_orders=batch.date_orders, by=officer)
    steps.work(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.new_rows) == ("review", rows)
    return batches.request_writing(batch=batch, by=officer)


def later(batch: ImportBatch) -> ImportBatch:
    batch.refresh_from_db()
    return batch


# A worker as it is, but with small chunks and a pause after each, so that there is a middle to kill it in.
SLOW_WORKER = """
import sys, time, django
django.setup()
from wards.imports import steps, writing
write = writing.write_chunk
def slowly(job, **options):
    done = write(job, **(options | {"size": 20}))
    print(done.last_row, flush=True)
    time.sleep(0.05)
    return done
writing.write_chunk = slowly
steps.work(sys.argv[1])
"""


@pytest.mark.django_db(transaction=True)
def test_imp_38_a_killed_worker_is_followed_by_one_that_finishes_and_no_row_is_written_twice(
    tmp_path, database_env
):
    batch = reviewed(tmp_path / "ds.xlsx")
    worker = subprocess.Popen(
        [sys.executable, "-c", SLOW_WORKER, str(batch.pk)],
        env=database_env,
        stdout=subprocess.PIPE,
        text=True,
    )
    seen = [worker.stdout.readline() for _chunk in range(4)]
    os.kill(worker.pid, signal.SIGKILL)  # in the middle of the chunk after the fourth, or of its pause
    worker.wait(timeout=20)
    worker.stdout.close()
    assert [int(line) for line in seen] == [21, 41, 61, 81]
    half = later(batch)
    assert half.state == "writing"
    assert 60 <= half.rows_written < ROWS
    assert Resident.objects.count() == half.rows_written
    steps.work(batch.pk)  # the dead worker's lease still holds
    assert later(batch).rows_written == half.rows_written
    ImportBatch.objects.filter(pk=batch.pk).update(
        lease_until=clock.real_now() - timedelta(seconds=1),
        state_since=clock.real_now() - timedelta(minutes=2),
    )
    steps.work(batch.pk)
    done = later(batch)
    assert (done.state, done.rows_written, done.rows_read, done.new_rows) == ("done", ROWS, ROWS, ROWS)
    assert Resident.objects.count() == ROWS
    assert Forecast.objects.count() == ROWS
    assert Household.objects.count() == ROWS // 2 + 1


@pytest.mark.django_db(transaction=True)
def test_a_batch_whose_worker_died_is_driven_again_when_its_lease_is_over(tmp_path, monkeypatch):
    batch = reviewed(tmp_path / "ds.xlsx", 5)
    now = clock.real_now()
    ImportBatch.objects.filter(pk=batch.pk).update(
        lease_token=uuid4(), lease_until=now + timedelta(seconds=30), state_since=now - timedelta(minutes=2)
    )
    assert recovery.redrive(now) == 0
    monkeypatch.setattr(tasks, "queue_import", lambda _batch_id: False)  # no broker: it is done here and now
    assert recovery.redrive(now + timedelta(seconds=31)) == 1
    assert (
        later(batch).lease_token is not None
    )  # the lease is real time's, and holds: nobody else took the batch
    ImportBatch.objects.filter(pk=batch.pk).update(lease_until=now - timedelta(seconds=1))
    assert recovery.redrive(clock.real_now()) == 1
    assert later(batch).state == "done"


@pytest.mark.django_db(transaction=True)
def test_staging_that_was_cut_off_begins_again_from_the_stored_file(tmp_path, monkeypatch):
    batch = reviewed(tmp_path / "ds.xlsx", 5)
    ImportBatch.objects.filter(pk=batch.pk).update(state="reading", rows_read=None)
    compare = steps.matching.match
    monkeypatch.setattr(steps.matching, "match", lambda *_all: (_ for _ in ()).throw(DatabaseError("gone")))
    with pytest.raises(DatabaseError):
        steps.work(batch.pk)
    assert later(batch).state == "reading"
    assert batch.lease_token is None
    monkeypatch.setattr(steps.matching, "match", compare)
    steps.work(batch.pk)
    assert (later(batch).state, batch.new_rows) == ("review", 5)


@pytest.mark.django_db(transaction=True)
def test_a_batch_that_fails_again_and_again_ends_and_says_so(tmp_path, monkeypatch):
    batch = reviewed(tmp_path / "ds.xlsx", 5)
    monkeypatch.setattr(
        steps.writing, "write_chunk", lambda *_all, **_more: (_ for _ in ()).throw(DatabaseError("gone"))
    )
    for _attempt in range(steps.MOST_ATTEMPTS):
        with pytest.raises(DatabaseError):
            steps.work(batch.pk)
    assert later(batch).state == "failed"
    assert "Gọi hỗ trợ" in batch.refusal
    assert not Resident.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_loses_nothing(tmp_path, monkeypatch):
    batch = reviewed(tmp_path / "ds.xlsx", 5)

    def refuse(*_arguments, **_options):
        raise OperationalError("connection refused")

    monkeypatch.setattr(tasks.move_import_on, "apply_async", refuse)
    batches.start(batch)
    assert later(batch).state == "writing"
    ImportBatch.objects.filter(pk=batch.pk).update(state_since=clock.real_now() - timedelta(minutes=1))
    assert recovery.redrive(clock.real_now()) == 1
    assert later(batch).state == "done"


@pytest.mark.django_db
def test_a_batch_is_held_by_one_worker_and_who_lost_it_stops(tmp_path):
    batch = reviewed(tmp_path / "ds.xlsx", 3)
    now = clock.real_now()
    first = leases.claim(batch.pk, now)
    assert leases.claim(batch.pk, now + timedelta(seconds=59)) is None
    second = leases.claim(batch.pk, now + timedelta(seconds=61))
    second.prolong()
    with pytest.raises(leases.LeaseLost):
        first.prolong(rows_written=3)
    first.give_back()
    assert later(batch).lease_token == second.token


@pytest.mark.django_db
def test_progress_only_grows_and_every_row_is_accounted_for_in_the_database_itself(tmp_path):
    batch = reviewed(tmp_path / "ds.xlsx", 3)
    ImportBatch.objects.filter(pk=batch.pk).update(rows_written=2)
    with pytest.raises(DatabaseError, match="import"), transaction.atomic():
        ImportBatch.objects.filter(pk=batch.pk).update(rows_written=1)
    with pytest.raises(DatabaseError, match="import_every_row_accounted_for"), transaction.atomic():
        ImportBatch.objects.filter(pk=batch.pk).update(new_rows=2)


@pytest.mark.django_db
def test_the_application_makes_no_tables_but_those_of_a_batch(tmp_path):
    batch = reviewed(tmp_path / "ds.xlsx", 3)
    tables = staging.Tables(batch.pk)
    with connection.cursor() as cursor:
        for statement in (
            "CREATE TABLE public.mine (n int)",
            "CREATE TABLE staging.mine (n int)",
            f"DROP TABLE {tables.people}",
            "DROP TABLE staging.people",
            f"ALTER TABLE {tables.people} ADD COLUMN n int",
            f"SELECT import_staging_create('{uuid4()}', 'people')",
            f"SELECT import_staging_create('{batch.pk}', 'people; DROP TABLE staging.people')",
            f"SELECT import_staging_create('{batch.pk}', 'nothing')",
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute(statement)
        staging.drop(batch.pk)
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tablename LIKE %s", [f"%{batch.pk.hex}"])
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
def test_a_writer_who_lost_the_ward_meanwhile_writes_nothing_there(tmp_path):
    batch = reviewed(tmp_path / "ds.xlsx", 3)
    other = make_ward("09187")
    batch.wanted_by.assignments.update(unit=other)
    steps.work(batch.pk)
    assert (later(batch).state, batch.rows_written, batch.out_of_scope_rows) == ("done", 0, 3)
    assert not Resident.objects.exists()


@pytest.mark.django_db
def test_files_and_rows_are_cleared_after_thirty_days_and_the_account_stays(tmp_path):
    batch = reviewed(tmp_path / "ds.xlsx", 3)
    steps.work(batch.pk)
    now = clock.real_now()
    assert recovery.clear(now + timedelta(days=29)) == 0
    assert recovery.clear(now + timedelta(days=31)) == 1
    assert recovery.clear(now + timedelta(days=31)) == 0
    assert (later(batch).state, batch.rows_written, batch.layout) == ("done", 3, {})


def test_a_large_file_gives_way_after_its_turn_and_is_finished_in_later_ones(
    transactional_db, tmp_path, monkeypatch
):
    batch = reviewed(tmp_path / "ds.xlsx")
    write = writing.write_chunk
    monkeypatch.setattr(
        writing, "write_chunk", lambda job, **options: write(job, **(options | {"size": 100}))
    )
    queued = []
    monkeypatch.setattr(tasks, "queue_import", queued.append)
    monkeypatch.setattr(tasks, "TURN", timedelta(microseconds=1))
    turns = 0
    while later(batch).state == "writing":
        tasks.move_import_on(str(batch.pk))
        turns += 1
        assert turns < 10
        if later(batch).state == "writing":
            assert queued.pop() == batch.pk
    assert (later(batch).state, later(batch).rows_written, Resident.objects.count()) == ("done", ROWS, ROWS)
    assert turns > 1
    assert not queued
