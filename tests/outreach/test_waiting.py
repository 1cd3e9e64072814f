"""Children who are listed before there is guidance for their age (letters L3 1d, L5 1f). All people here are synthetic."""

import csv
from datetime import date

import pytest

from lib import clock
from outreach import exports
from outreach.filters import WAITING
from outreach.worklists import UNVACCINATED
from tests.factories import make_dose, make_resident, make_user, make_ward
from vaccination import forecasts
from vaccination.models import Forecast
from vaccination.states import State
from vaccination.stored_states import in_state
from wards.models import Resident
from wards.roles import Role

pytestmark = pytest.mark.django_db

BEFORE_TEENS, TEENS = date(2021, 10, 13), date(2021, 10, 14)
BEFORE_CHILDREN, CHILDREN = date(2022, 3, 27), date(2022, 3, 28)


@pytest.fixture
def ward():
    return make_ward(on=BEFORE_TEENS)


@pytest.fixture
def officer(ward):
    return make_user(Role.STATION, ward)


@pytest.fixture
def family(ward):
    """One of each age; the names say which."""
    born = {
        "Bốn Tuổi": "2017-10-14", "Năm Tuổi": "2016-10-13", "Mười Một": "2009-10-14", "Mười Hai": "2009-10-13",
        "Mười Bảy": "2003-10-14", "Mười Tám": "2003-10-13", "Chỉ Năm": "2016", "Bà": "1950-01-01",
    }  # fmt: skip
    return {name: make_resident(ward, name=name, born=day) for name, day in born.items()}


def names(officer, on, **chosen):
    forecasts.refresh_residents([person.pk for person in Resident.objects.all()], on)
    return {row.name for row in UNVACCINATED.select(officer, {"group": WAITING, **chosen}, on).rows()}


@pytest.mark.parametrize(
    ("on", "waiting"),
    [
        (BEFORE_TEENS, {"Năm Tuổi", "Mười Một", "Mười Hai", "Mười Bảy", "Chỉ Năm"}),
        (TEENS, {"Năm Tuổi", "Chỉ Năm"}),  # who was eleven has turned twelve
        (BEFORE_CHILDREN, {"Năm Tuổi", "Chỉ Năm"}),
        (CHILDREN, set()),
    ],
)
def test_an_age_waits_until_the_day_of_its_guidance(officer, family, on, waiting):
    assert names(officer, on) == waiting


@pytest.mark.parametrize(
    ("age", "waiting"),
    [("12", {"Mười Hai", "Mười Bảy"}), ("5", {"Năm Tuổi", "Mười Một", "Chỉ Năm"}), ("50", set())],
)
def test_the_age_filter_chooses_among_those_who_wait(officer, family, age, waiting):
    assert names(officer, BEFORE_TEENS, age=age) == waiting


def test_waiting_is_a_tab_with_a_count_and_no_part_of_the_other_counts(officer, family):
    on = BEFORE_TEENS
    names(officer, on)
    counts = UNVACCINATED.select(officer, {}, on).group_counts
    assert (counts[WAITING], counts["total"], counts["unknown"]) == (5, 1, 1)  # the grandmother
    same = UNVACCINATED.select(officer, {"group": WAITING}, on).group_counts
    assert same == counts
    (_code, _ward, of_ward), *_ = UNVACCINATED.select(officer, {}, on).ward_counts()
    assert (of_ward[WAITING], of_ward["total"]) == (5, 1)
    assert UNVACCINATED.select(officer, {"group": WAITING}, on).count() == 5


def test_the_tab_goes_when_nobody_waits_any_more(officer, family):
    page = UNVACCINATED.select(officer, {}, CHILDREN)
    assert not page.waits
    assert page.group_counts[WAITING] == 0


def test_a_child_who_waits_is_said_to(officer, family):
    names(officer, BEFORE_TEENS)
    rows = UNVACCINATED.select(officer, {"group": WAITING, "order": "name"}, BEFORE_TEENS).rows()
    child = next(row for row in rows if row.name == "Mười Hai")
    assert child.state is State.NOT_ELIGIBLE_AGE
    assert child.state_text == "Chờ hướng dẫn của Bộ Y tế"
    assert "thuộc nhóm từ 12 đến dưới 18 tuổi: chưa tiêm, chờ hướng dẫn của Bộ Y tế" in child.why
    assert (child.reason, child.doses_needed, child.proposal) == (
        "Lứa tuổi chưa có hướng dẫn", "Theo hướng dẫn", "Tiêm khi có hướng dẫn",
    )  # fmt: skip


def test_the_file_has_the_children_of_the_page(officer, family, tmp_path):
    names(officer, BEFORE_TEENS)
    selection = UNVACCINATED.select(officer, {"group": WAITING}, BEFORE_TEENS)
    stamp = exports.Stamp.new(officer, clock.now(), "thử")
    assert exports.write(selection, "csv", tmp_path / "list.csv", stamp) == 5
    with (tmp_path / "list.csv").open(encoding="utf-8-sig", newline="") as file:
        heads, *lines = csv.reader(file, delimiter=";")
    assert {line[heads.index("Họ và tên")] for line in lines} == {row.name for row in selection.rows()}
    assert "50 tuổi" not in exports.scope_line(selection)
    paper = exports.printed(selection, stamp)
    assert paper["total"] == 5
    assert "chờ hướng dẫn" in paper["title"]


def test_the_state_in_the_database_is_still_too_young(officer, family):
    names(officer, BEFORE_TEENS)
    too_young = Forecast.objects.filter(in_state(State.NOT_ELIGIBLE_AGE, day=BEFORE_TEENS))
    assert too_young.count() == 6  # those who wait and the child of four


def test_a_child_with_a_dose_from_elsewhere_waits_too(officer, ward):
    child = make_resident(ward, name="Có Mũi", born="2008-01-01")
    make_dose(child, "PFZ", "2021-08-01")
    assert names(officer, BEFORE_TEENS) == {"Có Mũi"}
