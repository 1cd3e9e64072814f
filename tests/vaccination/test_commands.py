"""The commands `forecast` and `rebuild_forecasts`, as outside checks drive them. All people here are synthetic."""

import json
import os
import subprocess
import sys
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.factories import make_dose, make_resident, make_ward
from vaccination import forecasts
from vaccination.models import Forecast

ROOT = Path(__file__).resolve().parents[2]

LINES = """\
{"id": "a1", "born": "1958-03", "sex": "F", "on": "2022-02-06", "doses": [{"on": "2021-06-01", "product": "AZ"}, {"on": "2021-08-03", "product": "AZ"}]}
{"id": "a2", "on": "2022-02-06"}
not json

{"id": "a3", "born": "1972", "doses": []}
"""


def run_forecast(*arguments: str, stdin: bytes = b"", **environ: str) -> subprocess.CompletedProcess:
    """As somebody outside: no server runs, none may be started, the locale knows no Vietnamese."""
    command = [sys.executable, "manage.py", "forecast", *arguments]
    keep = {
        key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL", "PROFILE")
    }
    env = keep | {"DJANGO_SETTINGS_MODULE": "config.settings", "LC_ALL": "C"} | environ
    return subprocess.run(command, cwd=ROOT, input=stdin, capture_output=True, env=env, timeout=60)


def test_forecast_answers_every_line_in_order_without_any_server(tmp_path):
    done = run_forecast("--on", "2022-02-05", stdin=LINES.encode(), DATA_DIR=str(tmp_path / "data"))
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["a1", "a2", None, None, "a3"]
    assert answers[0]["state"] == "DUE"
    assert answers[0]["earliest_on"] == "2021-11-03"
    assert answers[0]["next"] == {"type": "BOOSTER", "ordinal": 1, "products": ["AZ", "PFZ", "MOD"]}
    assert answers[1]["error"]["field"] == "born"
    assert answers[2]["error"]["field"] == answers[3]["error"]["field"] == "line"
    assert answers[4]["next"]["ordinal"] == 1
    assert not list((tmp_path / "data").glob("**/postmaster.pid"))


def test_forecast_reads_a_file_with_a_byte_order_mark_and_survives_bad_bytes(tmp_path):
    file = tmp_path / "people.jsonl"
    file.write_bytes(
        b'\xef\xbb\xbf{"id": 1, "born": "1950", "doses": []}\r\n{"id": "\xff"}\n{"id": 2, "born": "1951"}'
    )
    out = StringIO()
    call_command("forecast", str(file), on=date(2022, 2, 5), stdout=out)
    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [answer["id"] for answer in answers] == [1, None, 2]
    assert [answer.get("state") for answer in answers] == ["DUE", None, "UNKNOWN_HISTORY"]


def test_forecast_takes_the_rules_it_is_given(tmp_path):
    file = tmp_path / "people.jsonl"
    file.write_text(
        '{"id": 1, "born": "1950", "doses": [{"on": "2021-06-01", "product": "AZ"}, {"on": "2021-08-03", "product": "AZ"}]}\n'
    )
    out = StringIO()
    call_command("forecast", str(file), rules="VN-COVID-2021-12-01", on=date(2022, 2, 5), stdout=out)
    answer = json.loads(out.getvalue())
    assert (answer["rules"], answer["due_on"]) == ("VN-COVID-2021-12-01", "2022-02-03")


@pytest.mark.parametrize("arguments", [["--rules", "XX-NONE"], ["no-such-file"]])
def test_forecast_refuses_what_the_caller_got_wrong(arguments):
    with pytest.raises(CommandError):
        call_command("forecast", *arguments)


def test_forecast_uses_the_real_day_when_none_is_given(tmp_path):
    file = tmp_path / "people.jsonl"
    file.write_text('{"id": 1, "born": "1950", "doses": []}\n')
    out = StringIO()
    call_command("forecast", str(file), stdout=out)
    assert json.loads(out.getvalue())["state"] in ("DUE", "OVERDUE")


@pytest.mark.django_db
def test_rebuild_counts_what_it_checked_and_what_differed():
    ward, other = make_ward(), make_ward("09187")
    for place in (ward, ward, other):
        make_dose(make_resident(place), "AZ", "2021-06-01")
    assert rebuilt() == (3, 3)
    assert rebuilt() == (3, 0)
    Forecast.objects.filter(ward=ward).update(next_ordinal=9)
    assert rebuilt("--unit", "09190@2022-02-05") == (2, 2)
    assert rebuilt("--unit", "09187@2022-02-05") == (1, 0)


def rebuilt(*arguments: str) -> tuple[int, int]:
    out = StringIO()
    call_command("rebuild_forecasts", "--json", *arguments, stdout=out)
    result = json.loads(out.getvalue())
    assert set(result) == {"checked", "differed", "seconds"}
    return result["checked"], result["differed"]


@pytest.mark.django_db
@pytest.mark.parametrize("unit", ["99999", "99999@2022-02-05", "09190@yesterday"])
def test_rebuild_names_a_unit_it_does_not_know(unit):
    with pytest.raises(CommandError, match=unit[:5]):
        call_command("rebuild_forecasts", "--unit", unit)


@pytest.mark.django_db
def test_rebuild_takes_out_rows_of_people_who_left():
    resident = make_resident(make_ward())
    forecasts.refresh_residents([resident.pk], date(2022, 2, 5))
    type(resident).objects.update(residence="deceased")
    assert rebuilt() == (1, 1)
    assert not Forecast.objects.exists()
