"""The chain of digests: whoever changes the past in the database, or the file beside it, is noticed."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections

from config.celery import app
from config.grants import append_only_tables
from lib import clock
from tests.factories import SUOI_HOA, make_dose, make_resident, make_user, make_ward
from wards import actions, audit_chain, tasks
from wards.models import AccessEvent
from wards.roles import Role

pytestmark = pytest.mark.django_db
LATER = timedelta(hours=2)  # everything written so far has settled


@pytest.fixture
def path(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    return tmp_path / "audit" / "chain.jsonl"


@pytest.fixture
def past(ward, clerk, told):
    """Two looks and two former states of a person."""
    person = make_resident(ward)
    for name in ("Nguyễn Thị Một", "Nguyễn Thị Hai"):
        actions.update_resident(resident=person, name=name, born=person.born, by=clerk, on=clock.today())
    return [look(clerk, ward), look(clerk, ward)]


def look(user, ward):
    return AccessEvent.objects.create(
        at=clock.real_now(), user=user, ward=ward, action="view", what="resident", object_id="1"
    )


def sealed(later=LATER):
    return audit_chain.seal(clock.real_now() + later)


def test_an_untouched_past_is_in_order(path, past):
    line = sealed()
    assert line["tables"]["wards_accessevent"]["rows"] == 2
    assert line["tables"]["wards_residentevent"]["rows"] == 2
    assert audit_chain.verify()["rows"] == sum(part["rows"] for part in line["tables"].values())


def test_each_line_takes_up_where_the_last_one_ended(path, past, clerk, ward):
    first = sealed()
    assert sealed() is None
    look(clerk, ward)
    second = sealed()
    assert second["previous"] == first["chain"]
    assert second["tables"] == {"wards_accessevent": second["tables"]["wards_accessevent"]}
    assert second["tables"]["wards_accessevent"]["rows"] == 1
    assert audit_chain.verify()["lines"] == 2


def test_rows_that_have_not_settled_wait(path, past):
    assert sealed(later=timedelta(minutes=59)) is None
    assert sealed() is not None


@pytest.mark.parametrize("change", ["changed", "deleted", "added between"])
def test_a_changed_past_is_noticed(path, past, clerk, ward, monkeypatch, change):
    sealed()
    whole = audit_chain._texts

    def other_texts(table, since, upto):
        texts = list(whole(table, since, upto))
        if table.name != "wards_accessevent":
            return texts
        if change == "changed":
            return [texts[0].replace('"view"', '"list"'), *texts[1:]]
        return texts[1:] if change == "deleted" else [*texts, texts[0]]

    monkeypatch.setattr(audit_chain, "_texts", other_texts)
    with pytest.raises(audit_chain.Broken, match="wards_accessevent: after 0 up to"):
        audit_chain.verify()


def test_a_changed_or_cut_chain_file_is_noticed(path, past, clerk, ward):
    known = sealed()["chain"]
    look(clerk, ward)
    last = sealed()["chain"]
    lines = path.read_text().splitlines()
    changed = json.loads(lines[0])
    changed["tables"]["wards_accessevent"]["rows"] = 1
    path.write_text("\n".join([json.dumps(changed), lines[1]]) + "\n")
    with pytest.raises(audit_chain.Broken, match="line 1"):
        audit_chain.verify()
    path.write_text(lines[0] + "\n")
    assert audit_chain.verify(known=known)["lines"] == 1
    with pytest.raises(audit_chain.Broken, match="cut"):
        audit_chain.verify(known=last)


def test_a_column_that_is_added_later_breaks_nothing(path, past):
    assert all(
        "null" not in text
        for text in audit_chain._texts(
            audit_chain.Table("wards_accessevent", "id", "at", "id"), "0", "999999999"
        )
    )


def test_every_table_of_the_past_is_in_the_chain():
    assert {table.name for table in audit_chain.tables()} == set(append_only_tables())


def test_doses_whose_keys_are_drawn_by_chance_are_sealed_along_their_time(path, past, ward):
    person = make_resident(ward)
    for day in ("2021-06-01", "2021-09-01"):
        make_dose(person, "AZ", day)
    first = sealed()
    assert first["tables"]["vaccination_doserecord"]["rows"] == 2
    assert sealed() is None
    assert audit_chain.verify()["lines"] == 1


def test_a_person_who_moves_to_another_ward_changes_nothing_of_the_past(path, past, ward):
    person = make_resident(ward)
    make_dose(person)
    sealed()
    person.household.ward = person.ward = make_ward(SUOI_HOA)
    person.household.save()
    person.refresh_from_db()
    assert person.doses.get().ward == make_ward(SUOI_HOA)
    sealed()
    assert audit_chain.verify()["lines"] == 2


def test_the_command_says_so_and_fails_when_the_past_was_changed(path, past, monkeypatch):
    monkeypatch.setattr(audit_chain, "SETTLED", -LATER)
    out = StringIO()
    call_command("verify_audit", seal=True, stdout=out)
    assert out.getvalue().startswith("In order: 1 lines, ")
    monkeypatch.setattr(audit_chain, "_digest", lambda *args: {"rows": 0, "digest": ""})
    with pytest.raises(CommandError, match="The past was changed"):
        call_command("verify_audit", stdout=out)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_what_the_owner_of_the_tables_rewrites_is_noticed(path, told):
    ward = make_ward()
    clerk = make_user(Role.WARD_OFFICER, ward)
    for _ in range(3):
        look(clerk, ward)
    sealed()
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "UPDATE wards_accessevent SET object_id = '2' WHERE id = (SELECT min(id) FROM wards_accessevent)"
        )
    with pytest.raises(audit_chain.Broken, match="wards_accessevent"):
        audit_chain.verify()


def test_the_hourly_job_seals_and_is_in_the_timetable(path, past, monkeypatch):
    monkeypatch.setattr(audit_chain, "SETTLED", -LATER)
    tasks.look_after_the_log()
    assert audit_chain.verify()["lines"] == 1
    assert "wards.tasks.look_after_the_log" in {entry["task"] for entry in app.conf.beat_schedule.values()}
