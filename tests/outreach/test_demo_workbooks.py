"""What officials would send: messy as the manifest says, always the same, and read by the import as it was meant."""

import hashlib
import io
import json
import unicodedata
from random import Random

import pytest
from django.core.management import call_command

from lib import names
from lib.legacy_fonts import from_tcvn3
from outreach.demo import dirt, sample
from outreach.demo.figures import load
from outreach.demo.lines import known
from outreach.demo.workbooks import FILES, write_all
from tests.demo_city import ON, standing
from vaccination.imports.sample import sample as sample_of_the_import_page
from wards import installation
from wards.models import AdministrativeUnit, Resident

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.xdist_group("demo-workbooks")]

CITY = "demo-trung-tam"


@pytest.fixture(autouse=True)
def unread_installation():
    installation.forget()
    yield
    installation.forget()


@pytest.fixture(scope="module")
def standing_city(django_db_setup, django_db_blocker):
    with standing(django_db_blocker, residents=2500, seed=5) as made:
        yield made


@pytest.fixture(scope="module")
def folder(standing_city, django_db_blocker, tmp_path_factory):
    """The files of that city's officials."""
    path = tmp_path_factory.mktemp("officials")
    with django_db_blocker.unblock():
        write_all(path, seed=5, on=ON, rows=120)
    return path


@pytest.fixture
def manifest(folder) -> dict:
    entries = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    return {entry["file"]: entry for entry in entries}


def read(command: str, path, *options: str) -> dict:
    """The account of a dry run."""
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command(command, str(path), "--as", CITY, "--json", *options, stdout=out)
    return json.loads(out.getvalue())


def soiled(entry: dict, kind: str) -> int:
    return entry["dirt"].get(kind, {}).get("count", 0)


def test_same_seed_writes_the_same_bytes(folder, manifest, tmp_path):
    again = {
        entry["file"]: entry for entry in write_all(tmp_path / "again", seed=5, on=ON, rows=120)["files"]
    }
    assert again == manifest
    for name, entry in manifest.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == entry["sha256"]
    assert set(manifest) == {name for name, _ward, _make in FILES}


def test_every_kind_of_dirt_lies_in_some_file(manifest):
    planted = {kind for entry in manifest.values() for kind in entry["dirt"]}
    assert planted == set(load()["dirt"])


def test_resident_lists_are_read_as_they_were_meant(folder, manifest):
    lists = [entry for entry in manifest.values() if entry["source"] == "residents"]
    assert len(lists) == 6
    for entry in lists:
        unit = ("--unit", entry["unit"]) if entry["file"].startswith("phuong_suoi_hoa") else ()
        found = read("import_residents", folder / entry["file"], *unit)
        origins, wrong = entry["origins"], soiled(entry, "wrong_number") + soiled(entry, "legacy_font")
        about = entry["file"]
        assert found["rows_read"] == entry["rows"], about
        assert found["errors"] == wrong, about
        assert found["out_of_scope"] == 0, about
        assert found["moved"] == origins.get("moved", 0), about
        assert origins["new"] - wrong <= found["new"] <= origins["new"], about
        assert found["duplicate_review"] >= soiled(entry, "near_name") > 0, about
        assert found["same"] >= 0.7 * origins["same"], about
        assert found["committed"] is False


def test_dose_lists_find_their_people_and_name_the_strangers(folder, manifest):
    lists = [entry for entry in manifest.values() if entry["source"] == "doses"]
    assert len(lists) == 2
    for entry in lists:
        found = read("import_doses", folder / entry["file"])
        about = entry["file"]
        assert found["rows_read"] == entry["rows"], about
        assert found["errors"] == entry["origins"]["stranger"], about
        assert abs(found["changed"] - entry["origins"]["changed"]) <= 2, about
        assert found["same"] + found["changed"] + found["errors"] == entry["rows"], about


def test_police_list_has_no_health_data_and_old_fonts(folder, manifest):
    entry = manifest["cong_an_vo_cuong.xlsx"]
    found = read("import_residents", folder / entry["file"], "--unit", "09190")
    assert found["rows_read"] == entry["rows"]
    assert {group["problem"] for group in found["groups"]} == {"old_font"}
    assert found["errors"] == soiled(entry, "legacy_font")


def test_rows_of_the_manifest_are_the_rows_of_the_file(folder, manifest):
    from python_calamine import CalamineWorkbook

    entry = manifest["phuong_vo_cuong.xlsx"]
    rows = (
        CalamineWorkbook.from_path(str(folder / entry["file"])).get_sheet_by_name(entry["sheet"]).to_python()
    )
    assert len(rows) == entry["first_data_row"] - 1 + entry["rows"]
    name, number = 1, 7
    for row in entry["dirt"]["decomposed"]["rows"]:
        assert not unicodedata.is_normalized("NFC", rows[row - 1][name])
    for row in entry["dirt"]["legacy_font"]["rows"]:
        assert names.looks_legacy(rows[row - 1][name])
    for row in entry["dirt"]["lost_zero"]["rows"]:
        assert isinstance(rows[row - 1][number], float)
        assert len(str(int(rows[row - 1][number]))) == 11
    for row in entry["dirt"]["no_number"]["rows"]:
        assert rows[row - 1][number] == ""


# ---------------------------------------------------------------- the sample of the import page


def test_sample_shows_every_outcome_and_reads_as_it_was_meant(standing_city, tmp_path):
    ward = AdministrativeUnit.objects.in_force(ON).get(code="09190")
    content = b"".join(sample_of_the_import_page(ward, ON))
    assert content == sample.sample_workbook(ward, ON)
    path = tmp_path / "mau_vo_cuong.xlsx"
    path.write_bytes(content)
    found = read("import_residents", path)
    outcomes = ("new", "changed", "same", "duplicate_review", "moved", "errors")
    assert [found[outcome] for outcome in outcomes] == [12, 8, 58, 2, 2, 3]
    assert {group["problem"] for group in found["groups"]} == {"digits_lost", "in_future", "name_missing"}


def test_stories_of_the_sample_come_out_on_the_list_as_told(standing_city, tmp_path):
    ward = AdministrativeUnit.objects.in_force(ON).get(code="09190")
    path = tmp_path / "mau.xlsx"
    path.write_bytes(sample.sample_workbook(ward, ON))
    read("import_residents", path, "--commit")

    def story(name: str) -> tuple:
        answer = Resident.objects.get(full_name=name, household__street__contains="đường Mới").forecasts.get()
        return answer.next_type, answer.next_ordinal, answer.due_on and answer.due_on <= ON

    assert story("Nguyễn Thị Lan") == ("BASIC", 1, True)
    assert story("Trần Văn Bình") == ("BASIC", 2, True)
    assert story("Lê Thị Hoa") == ("ADDITIONAL", 1, True)
    assert story("Phạm Văn Dũng") == ("BOOSTER", 1, True)
    assert story("Hoàng Thị Tâm")[2] is not True
    assert story("Đặng Văn Hải") == ("BOOSTER", 1, False)
    assert story("Ngô Thị Thu") == ("BASIC", 2, True)


def test_sample_of_an_empty_ward_still_has_its_newcomers(standing_city):
    ward = AdministrativeUnit.objects.in_force(ON).filter(residents=None).exclude(district_code="256").first()
    assert [line.origin for line in sample.lines_of(ward, ON)].count("new") == 12


# ---------------------------------------------------------------- dirt


def test_old_font_reads_as_gibberish_and_comes_back():
    written = dirt.to_tcvn3("Nguyễn Văn Thủy")
    assert written != "Nguyễn Văn Thủy"
    assert names.looks_legacy(written)
    assert from_tcvn3(written) == "Nguyễn Văn Thủy"


@pytest.mark.parametrize(
    ("name", "moved"),
    [
        ("Lê Thị Hòa", "Lê Thị Hoà"),
        ("Đỗ Thúy", "Đỗ Thuý"),
        ("Vũ Văn Quý", "Vũ Văn Quý"),
        ("Trần An", "Trần An"),
    ],
)
def test_tone_mark_moves_where_younger_programs_put_it(name, moved):
    assert dirt.new_tone_place(name) == moved
    assert names.match_key(moved) == names.match_key(name)


def test_dirt_never_touches_a_line_twice_and_always_the_asked_share(standing_city):
    ward = AdministrativeUnit.objects.in_force(ON).get(code="09190")
    lines = dirt.soil(Random(1), known(ward, limit=150))
    assert all(len(line.dirt) <= 1 for line in lines)
    assert sum("no_number" in line.dirt for line in lines) == pytest.approx(9, abs=2)
    assert sum("legacy_font" in line.dirt for line in lines) == 1
