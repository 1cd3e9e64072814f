"""`export_list`: the same file as the page's, for one user's scope and rights."""

import csv
import io

import pytest
from django.core.management import CommandError, call_command

from outreach.worklists import UNVACCINATED
from tests.outreach.conftest import ON, crowd
from wards.models import AccessEvent


def export(user, out, *filters, file_format="csv", name="unvaccinated"):
    printed = io.StringIO()
    arguments = [name, "--as", user.username, "--format", file_format, "--out", str(out)]
    for chosen in filters:
        arguments += ["--filter", chosen]
    call_command("export_list", *arguments, stdout=printed)
    return printed.getvalue()


def names(path) -> list[str]:
    rows = csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig")), delimiter=";")
    return [row["Họ và tên"] for row in rows]


def test_it_writes_the_rows_of_the_page_in_its_order(officer, ward_a, ward_b, people, tmp_path):
    crowd([ward_a, ward_b], 120)
    out = tmp_path / "a.csv"
    said = export(officer, out, "group=no_dose", "order=name")
    page = [
        row.name for row in UNVACCINATED.select(officer, {"group": "no_dose", "order": "name"}, ON).rows()
    ]
    assert names(out) == page
    assert said == f"{len(page)} rows: {out}\n"


def test_it_is_written_down_as_an_export_of_that_user(officer, people, tmp_path):
    export(officer, tmp_path / "a.csv")
    event = AccessEvent.objects.get()
    assert (event.user, event.action, event.row_count) == (officer, "export", 6)


@pytest.mark.parametrize("file_format", ["xlsx", "pdf"])
def test_the_other_formats_are_what_they_say(officer, people, tmp_path, file_format):
    out = tmp_path / f"a.{file_format}"
    export(officer, out, file_format=file_format)
    assert out.read_bytes()[:2] == {"xlsx": b"PK", "pdf": b"%P"}[file_format]


@pytest.mark.parametrize(
    ("filters", "says"),
    [
        (["ward=09187"], "Not a choice in this user's scope: ward=09187"),
        (["_connector=OR"], "No filter _connector"),
        (["ward"], "write KEY=VALUE"),
    ],
)
def test_what_is_not_in_scope_or_no_filter_is_refused(officer, people, tmp_path, filters, says):
    with pytest.raises(CommandError, match=says) as refused:
        export(officer, tmp_path / "a.csv", *filters)
    assert refused.value.returncode == 2
    assert not (tmp_path / "a.csv").exists()


def test_roles_without_the_right_and_unknown_names_are_refused(
    lead, police, surveyor, officer, people, tmp_path
):
    for user in (lead, police, surveyor):
        with pytest.raises(CommandError, match="may not take lists out"):
            export(user, tmp_path / "a.csv")
    with pytest.raises(CommandError, match="There is no list"):
        export(officer, tmp_path / "a.csv", name="everybody")
    officer.is_active = False
    officer.save()
    with pytest.raises(CommandError, match="no active account"):
        export(officer, tmp_path / "a.csv")
