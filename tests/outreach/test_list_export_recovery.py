"""A worker, or the broker, may die at any moment: the list is made again, once; nothing of an attempt is left behind."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from kombu.exceptions import OperationalError

from config.celery import RECONCILE_EVERY, app
from lib import clock
from outreach import (
    export_files,
    export_jobs,
    export_leases,
    export_queue,
    export_recovery,
    list_exports,
    reconcile,
    tasks,
)
from outreach.models import ListExport
from outreach.worklists import UNVACCINATED
from tests.outreach.conftest import ON, crowd
from wards.models import AccessEvent


@pytest.fixture
def broker(monkeypatch):
    """What was announced to the broker."""
    sent: list[str] = []
    monkeypatch.setattr(export_queue.current_app, "send_task", lambda name, **options: sent.append(name))
    return sent


@pytest.fixture
def no_broker(monkeypatch):
    def refuse(*_arguments, **_options):
        raise OperationalError("connection refused")

    monkeypatch.setattr(export_queue.current_app, "send_task", refuse)


def asked(user, file_format="csv", **chosen) -> ListExport:
    selection = UNVACCINATED.select(user, chosen, ON)
    return list_exports.request_export(
        by=user, selection=selection, file_format=file_format, purpose="Lưu hồ sơ", rows=selection.count()
    )


def later(export: ListExport) -> ListExport:
    return ListExport.objects.get(pk=export.pk)


def aged(export: ListExport, **values) -> None:
    """As if it had stood so for a minute."""
    ago = clock.real_now() - timedelta(minutes=1)
    if later(export).lease_until:
        values["lease_until"] = ago
    ListExport.objects.filter(pk=export.pk).update(state_since=ago, **values)


def kept_files() -> set[str]:
    return {path.name for path in export_files.folder().iterdir()}


# A worker as it is, but telling every row and pausing after each, so that there is a middle to kill it in.
SLOW_WORKER = """
import time, django
django.setup()
from datetime import timedelta
from outreach import export_jobs, exports
export_jobs.TELL_EVERY = timedelta(0)
iterate = exports._Counted.__iter__
def slowly(self):
    for row in iterate(self):
        self.progress(100 * self.count, self.total)
        print(self.count, flush=True)
        time.sleep(0.05)
        yield row
exports._Counted.__iter__ = slowly
export_jobs.make_next()
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_f_01_a_killed_worker_leaves_nothing_and_another_makes_the_whole_list(
    officer, ward_a, database_env, broker, file_format
):
    crowd([ward_a], 120)
    before = kept_files()
    export = asked(officer, file_format, population="all")
    assert broker == [export_queue.TASK]
    worker = subprocess.Popen(
        [sys.executable, "-c", SLOW_WORKER], env=database_env, stdout=subprocess.PIPE, text=True
    )
    seen = [worker.stdout.readline() for _row in range(5)]
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait(timeout=20)
    worker.stdout.close()
    assert [int(line) for line in seen] == [1, 2, 3, 4, 5]
    half = later(export)
    assert (half.state, half.attempts) == ("running", 1)
    assert half.rows_written > 0
    assert kept_files() == before  # the plain text had no name, and ended with its process
    assert not export_jobs.make_next()  # the dead worker's lease still holds
    now = clock.real_now()
    assert half.lease_until - now <= export_leases.DURATION
    assert export_recovery.redrive(half.lease_until + timedelta(seconds=1)) == 1
    assert broker == [export_queue.TASK] * 2
    ListExport.objects.filter(pk=export.pk).update(lease_until=now - timedelta(seconds=1))
    tasks.make_next_export()
    done = later(export)
    assert (done.state, done.attempts, done.rows_written) == ("ready", 2, done.rows_total)
    assert done.rows_total > 20
    assert len(kept_files() - before) == 1
    assert AccessEvent.objects.filter(detail__verb="make_export").count() == 1


def test_f_01_the_next_attempt_begins_within_a_minute_of_the_kill():
    """The lease runs out, and the reconciler has looked: by these two, not by the broker's visibility timeout."""
    assert export_leases.DURATION.total_seconds() + RECONCILE_EVERY <= 60
    assert export_leases.DURATION.total_seconds() >= export_leases.HEARTBEAT * 3
    task = app.tasks[export_queue.TASK]
    assert task.soft_time_limit < task.time_limit < app.conf.broker_transport_options["visibility_timeout"]
    assert app.conf.task_acks_late
    assert app.conf.task_routes[export_queue.TASK]["queue"] == "report"


@pytest.mark.django_db(transaction=True)
def test_f_03_a_broker_that_is_down_loses_nothing(
    officer, people, no_broker, django_capture_on_commit_callbacks
):
    export = asked(officer)
    assert later(export).state == "queued"
    aged(export)
    assert reconcile.run_pass()["exports"] == 1
    assert later(export).state == "ready"


@pytest.mark.django_db
def test_what_was_asked_for_just_now_is_not_late_and_what_is_late_is_rung_for(
    officer, station, people, broker
):
    first, second = asked(officer), asked(station)
    assert export_recovery.redrive(clock.real_now()) == 0
    aged(first)
    aged(second)
    assert export_recovery.redrive(clock.real_now()) == 2
    assert broker == [export_queue.TASK] * 2
    assert later(first).state == later(second).state == "queued"


@pytest.mark.django_db
def test_an_export_that_kills_its_workers_is_parked_after_the_third(officer, people, broker):
    export = asked(officer)
    for attempt in (1, 2, 3):
        assert export_leases.claim_next(clock.real_now())
        assert later(export).attempts == attempt
        aged(export)  # the worker was killed: nobody says so
    assert export_leases.claim_next(clock.real_now()) is None
    assert export_recovery.redrive(clock.real_now()) == 1
    parked = later(export)
    assert (parked.state, parked.lease_token) == ("failed", None)
    assert "sau 3 lần thử" in parked.reason
    assert "{" not in parked.reason
    assert export_recovery.redrive(clock.real_now()) == 0


@pytest.mark.django_db
def test_a_worker_that_lost_its_lease_keeps_nothing(officer, people, broker, monkeypatch):
    export = asked(officer)
    before = kept_files()
    keep = export_files.keep

    def while_another_takes_it(*given):
        kept = keep(*given)
        aged(export)
        assert export_leases.claim_next(clock.real_now())
        return kept

    monkeypatch.setattr(export_files, "keep", while_another_takes_it)
    export_jobs.make_next()
    assert (later(export).state, later(export).attempts) == ("running", 2)
    assert kept_files() == before
    assert not AccessEvent.objects.filter(detail__verb="make_export").exists()


@pytest.mark.django_db
def test_one_that_is_deleted_while_it_is_made_stays_deleted(officer, people, broker, monkeypatch):
    export = asked(officer)
    before = kept_files()
    keep = export_files.keep

    def while_it_is_deleted(*given):
        list_exports.delete_export(export=export, by=officer)
        return keep(*given)

    monkeypatch.setattr(export_files, "keep", while_it_is_deleted)
    export_jobs.make_next()
    assert later(export).state == "deleted"
    assert kept_files() == before


@pytest.mark.django_db(transaction=True)
def test_the_heartbeat_holds_the_lease_beside_work_that_reports_nothing(officer, people, broker, monkeypatch):
    asked(officer)
    lease = export_leases.claim_next(clock.real_now())
    soon = clock.real_now() + timedelta(seconds=1)
    ListExport.objects.update(lease_until=soon)
    monkeypatch.setattr(export_leases, "HEARTBEAT", 0.01)
    with lease.kept_alive():
        for _look in range(500):
            if ListExport.objects.get().lease_until > soon:
                break
    assert ListExport.objects.get().lease_until > soon


@pytest.mark.django_db(transaction=True)
def test_p15_the_daily_scan_finds_no_file_older_than_a_day(officer, station, people, broker):
    for user in (officer, station):
        export = asked(user)
        export_jobs.make_next()
    kept = [
        export_files.path_of(name)
        for name in ListExport.objects.order_by("requested_at").values_list("stored_name", flat=True)
    ]
    forgotten = export_files.path_of("0" * 32 + ".sealed")  # a worker was killed between the file and its row
    forgotten.write_bytes(b"x")
    late = clock.real_now() + timedelta(hours=26)
    assert {path.name for path in (*kept, forgotten)} <= set(export_recovery.older_than_allowed(late))
    os.utime(forgotten, (0, 0))
    ListExport.objects.filter(pk=export.pk).update(expires_at=clock.real_now())
    assert export_recovery.clear(clock.real_now()) >= 2
    assert kept[0].exists()
    assert not kept[1].exists()
    assert not forgotten.exists()
    assert export_recovery.clear(late) >= 1
    assert not set(export_recovery.older_than_allowed(late)) & {path.name for path in kept}
    assert {state for (state,) in ListExport.objects.values_list("state")} == {"expired"}


def test_a_stored_name_that_is_not_ours_is_refused_whatever_the_database_says():
    for name in ("../secrets", "x.sealed", "/etc/passwd", "0" * 32 + ".sealed/..", ""):
        with pytest.raises(ValueError, match="not a name"):
            export_files.path_of(name)
