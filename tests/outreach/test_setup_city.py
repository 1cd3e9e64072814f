"""A real city: empty, at real time, with one administrator and no cards."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from lib import clock
from wards import demo_cards, installation
from wards.access import wards_of
from wards.models import Assignment, Installation, Organisation, Resident, User

pytestmark = pytest.mark.django_db

PASSWORD = "sông-cầu-nước-chảy-lơ-thơ"
NEW_VO_CUONG, NEW_KINH_BAC = "09190", "09187"  # wards since 01/07/2025


@pytest.fixture(autouse=True)
def unread_installation():
    installation.forget()
    yield
    installation.forget()


def set_up(monkeypatch, *arguments, password=PASSWORD) -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
    out = io.StringIO()
    call_command("setup_city", *arguments, "--admin", "quantri", "--password-stdin", stdout=out)
    return out.getvalue()


def test_city_of_chosen_units_is_real_empty_and_at_real_time(monkeypatch):
    said = set_up(
        monkeypatch,
        "--units",
        f"{NEW_VO_CUONG},{NEW_KINH_BAC}",
        "--city",
        "Khu vực Bắc Ninh",
        "--health-centre",
        "Trung tâm Y tế khu vực Bắc Ninh",
        "--support-phone",
        "0222 000 000",
    )
    row = Installation.objects.get()
    assert (row.city_name, row.is_demo, row.clock_offset) == ("Khu vực Bắc Ninh", False, timedelta())
    assert abs(clock.now() - clock.real_now()) < timedelta(seconds=5)
    assert not Resident.objects.exists()
    assert "quantri" in said
    assert demo_cards.shown() == []


def test_offices_serve_their_units(monkeypatch):
    set_up(monkeypatch, "--units", f"{NEW_VO_CUONG},{NEW_KINH_BAC}", "--city", "Khu vực Bắc Ninh")
    centre = Organisation.objects.get(kind="health_centre")
    assert sorted(centre.units.values_list("code", flat=True)) == [NEW_KINH_BAC, NEW_VO_CUONG]
    station = Organisation.objects.get(name="Trạm Y tế phường Võ Cường")
    assert station.parent == centre
    assert [unit.code for unit in station.units.all()] == [NEW_VO_CUONG]
    assert all(unit.valid_to is None for unit in centre.units.all())


def test_administrator_signs_in_with_the_given_password_and_works_everywhere(monkeypatch, client):
    set_up(monkeypatch, "--units", NEW_VO_CUONG)
    admin = User.objects.get()
    assert admin.roles == ["admin"]
    assert not admin.is_superuser
    assert client.login(username="quantri", password=PASSWORD)
    assert [unit.code for unit in wards_of(admin)] == [NEW_VO_CUONG]


def test_province_takes_all_its_units_in_force_today(monkeypatch):
    set_up(monkeypatch, "--province", "24")
    assert Organisation.objects.filter(kind="ward_committee").count() == 5
    assert Installation.objects.get().province_code == "24"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--units", "99999"], "99999"),
        (["--units", "09175"], "09175"),  # Vệ An ended in 2024
        (["--province", "24", "--units", "09190"], "not both"),
        (["--province", "77"], "No unit"),
        ([], "which units"),
    ],
)
def test_units_that_are_not_in_force_are_refused_by_name(monkeypatch, arguments, says):
    with pytest.raises(CommandError, match=says):
        set_up(monkeypatch, *arguments)
    assert not Installation.objects.exists()
    assert not User.objects.exists()


def test_city_is_set_up_once(monkeypatch):
    set_up(monkeypatch, "--units", NEW_VO_CUONG)
    with pytest.raises(CommandError, match="Already set up"):
        set_up(monkeypatch, "--units", NEW_KINH_BAC)
    assert User.objects.count() == 1
    assert Assignment.objects.count() == 1


def test_weak_password_leaves_nothing_behind(monkeypatch):
    with pytest.raises(CommandError):
        set_up(monkeypatch, "--units", NEW_VO_CUONG, password="12345")
    assert not Installation.objects.exists()
    assert not Organisation.objects.exists()


def test_password_typed_twice_differently_sets_nothing_up(monkeypatch):
    typed = iter([PASSWORD, "khác hẳn mật khẩu trên"])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    with pytest.raises(CommandError, match="differ"):
        call_command("setup_city", "--units", NEW_VO_CUONG, "--admin", "quantri")
    assert not Installation.objects.exists()


def test_demonstration_refuses_a_real_city(monkeypatch):
    set_up(monkeypatch, "--units", NEW_VO_CUONG)
    with pytest.raises(CommandError, match="database of its own"):
        call_command("demo", "--residents", "100", "--verbosity", "0")
    out = io.StringIO()
    call_command("demo", "--residents", "100", "--if-empty", stdout=out)
    assert not Resident.objects.exists()
    with pytest.raises(CommandError, match="training clock"):
        call_command("training_clock", "--set", "2022-02-05")
    with pytest.raises(CommandError, match="not a demonstration"):
        call_command("demo_accounts")
