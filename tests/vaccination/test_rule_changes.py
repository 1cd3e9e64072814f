"""What the rules leave open, chosen for the place: counted before, decided by a person, everybody forecast after. Synthetic people."""

import json
import time
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.urls import reverse

from lib import clock
from outreach import reconcile
from tests.factories import know_history, make_dose, make_resident, make_user, make_ward
from tests.vaccination.test_forecasts import Elsewhere
from vaccination import forecasts, rule_changes
from vaccination.models import Forecast, Programme, RuleChange
from vaccination.rule_choices import ProvinceInterval, RuleChoices, check, family_with
from vaccination.states import State
from wards.models import AccessEvent, Installation
from wards.roles import Role

ON = date(2022, 2, 5)
SHORTAGE = RuleChoices(products_in_shortage=True)


def az(interval="6w", from_on=date(2021, 10, 5), province="27") -> RuleChoices:
    return RuleChoices().with_az_interval(ProvinceInterval(province, interval, from_on, "123/QĐ-UBND"))


# ---------------------------------------------------------------- the choices, without a database


@pytest.mark.parametrize(
    "choices", [RuleChoices(), SHORTAGE, RuleChoices(additional_restarts_booster=False), az()]
)
def test_choices_come_back_from_the_database_as_they_went(choices):
    assert RuleChoices.from_json(json.loads(json.dumps(choices.as_json()))) == choices


def test_what_was_not_chosen_is_not_written():
    assert RuleChoices().as_json() == {}
    assert RuleChoices(additional_restarts_booster=False).as_json() == {"additional_restarts_booster": False}


@pytest.mark.parametrize(
    ("interval", "from_on", "fault"),
    [
        ("4w", date(2021, 9, 20), None),
        ("28d", date(2021, 9, 20), None),
        ("27d", date(2021, 9, 20), "floor"),  # never below the manufacturer's 4 weeks
        ("3w", date(2021, 10, 1), "floor"),
        ("12w", date(2021, 10, 1), None),
        ("13w", date(2021, 10, 1), "more than"),
        ("6w", date(2021, 9, 19), "did not decide"),
        ("6w", date(2021, 9, 20), None),
        ("6w", date(2021, 9, 21), None),
    ],
)
def test_how_short_and_from_when_a_province_may_decide(interval, from_on, fault):
    found = check("VN-COVID", az(interval, from_on))
    assert fault in found.problem if fault else found is None


def test_a_decision_holds_for_its_province_from_its_day_on():
    rules = family_with("VN-COVID", az())
    assert rules.at(date(2021, 10, 4)).code == "VN-COVID-2021-09-20"
    in_force = rules.at(date(2021, 10, 5))
    (interval,) = in_force.intervals["AZ"]
    assert (in_force.code, interval.min_for("27").text, interval.min_for("79").text, interval.min_for("24").text) == (
        "VN-COVID-2021-10-05", "6w", "6w", "8w",
    )  # fmt: skip


def test_a_later_decision_of_the_province_replaces_the_earlier_from_its_day_on():
    both = az().with_az_interval(ProvinceInterval("27", "4w", date(2021, 11, 1)))
    rules = family_with("VN-COVID", both)
    lengths = [
        rules.at(day).intervals["AZ"][0].min_for("27").text for day in (date(2021, 10, 31), date(2021, 11, 1))
    ]
    assert lengths == ["6w", "4w"]
    assert both.az_interval("27").interval == "4w"
    same_day = both.with_az_interval(ProvinceInterval("27", "5w", date(2021, 11, 1)))
    assert [one.interval for one in same_day.az_intervals] == ["6w", "5w"]


# ---------------------------------------------------------------- proposing, counting, deciding


@pytest.fixture
def city(db):
    """Two wards: somebody who may get Moderna in shortage, somebody with AstraZeneca seven weeks ago, others."""
    Installation.objects.create(city_name="Thành phố Bắc Ninh", province_code="27")
    ward, other = make_ward(), make_ward("09187")
    people = {
        "az_7_weeks": make_dose(make_resident(ward, born="1960-05-20"), "AZ", "2021-12-18").resident,
        "pfizer_once": make_dose(make_resident(other, born="1960-05-20"), "PFZ", "2021-11-01").resident,
        "nobody": make_resident(other, born="1960-05-20"),
    }
    know_history(people["nobody"])
    forecasts.refresh_residents([person.pk for person in people.values()], ON)
    return people


@pytest.fixture
def told(monkeypatch):
    """A training clock: today is 05/02/2022."""
    offset = timedelta(days=(ON - clock.vietnamese_day(clock.real_now())).days)
    monkeypatch.setattr(clock, "_offset_source", lambda: offset)


@pytest.fixture
def centre(city):
    return make_user(Role.HEALTH_CENTRE, city["nobody"].ward)


def proposed(choices, by) -> RuleChange:
    change = rule_changes.propose(programme_id="COVID-19", choices=choices, by=by, on=ON, at=clock.real_now())
    rule_changes.work(ON)
    change.refresh_from_db()
    return change


def applied(change, by) -> RuleChange:
    rule_changes.apply(change=change, by=by, on=ON, at=clock.real_now())
    rule_changes.work(ON)
    change.refresh_from_db()
    return change


def test_nothing_changes_before_somebody_decides(city, centre):
    before = list(Forecast.objects.order_by("pk").values())
    change = proposed(az(), centre)
    assert (change.state, change.seen) == ("ready", 3)
    assert list(Forecast.objects.order_by("pk").values()) == before
    assert Programme.objects.get().rule_choices == {}


def test_the_impact_says_how_many_in_which_ward_change_to_what(city, centre):
    change = proposed(az(), centre)
    ward = str(city["az_7_weeks"].ward_id)
    assert change.impact == {ward: {"people": 1, "states": {"NOT_YET_DUE DUE": 1}}}
    rule_changes.discard(change=change, by=centre, at=clock.real_now())
    change = proposed(SHORTAGE, centre)
    assert {ward: figures["products"] for ward, figures in change.impact.items()} == {
        str(person.ward_id): 1 for person in (city["az_7_weeks"], city["pfizer_once"])
    }
    assert rule_changes.totals(change.impact) == {"people": 2, "dates": 0, "products": 2, "states": {}}


def test_the_impact_is_what_comes_of_it(city, centre):
    def states():
        return {row.resident_id: State(row.state) for row in Forecast.objects.with_state(ON)}

    before = states()
    change = applied(proposed(az(), centre), centre)
    after = states()
    moved = [f"{before[pk]} {after[pk]}" for pk in before if before[pk] != after[pk]]
    assert rule_changes.totals(change.impact)["states"] == {move: moved.count(move) for move in moved}
    assert change.state == "applied"
    assert Forecast.objects.get(resident=city["az_7_weeks"]).due_on == date(2022, 1, 29)


def test_who_is_forecast_later_is_forecast_by_the_choices_too(city, centre):
    applied(proposed(SHORTAGE, centre), centre)
    newcomer = make_dose(make_resident(city["nobody"].ward, born="1960"), "PFZ", "2021-11-01").resident
    forecasts.refresh_residents([newcomer.pk], ON)
    assert Forecast.objects.get(resident=newcomer).products == ["PFZ", "MOD"]
    assert forecasts.rebuild(ON) == (4, 0)


def test_a_choice_can_be_taken_back(city, centre):
    before = list(
        Forecast.objects.order_by("resident_id").values("resident_id", "due_on", "products", "rules")
    )
    applied(proposed(az(), centre), centre)
    applied(proposed(RuleChoices(), centre), centre)
    assert (
        list(Forecast.objects.order_by("resident_id").values("resident_id", "due_on", "products", "rules"))
        == before
    )


def test_the_work_goes_on_where_it_was_stopped(city, centre, monkeypatch, told):
    monkeypatch.setattr(rule_changes, "BATCH", 1)
    change = rule_changes.propose(
        programme_id="COVID-19", choices=az(), by=centre, on=ON, at=clock.real_now()
    )
    assert rule_changes.work(ON, most=2) == 2
    change.refresh_from_db()
    assert (change.state, change.seen) == ("counting", 2)
    reconcile.run_pass()
    change.refresh_from_db()
    assert (change.state, change.seen, rule_changes.totals(change.impact)["people"]) == ("ready", 3, 1)


def test_figures_of_another_day_or_of_other_rules_decide_nothing(city, centre):
    change = proposed(az(), centre)
    with pytest.raises(rule_changes.Refused, match="ngày khác"):
        rule_changes.apply(change=change, by=centre, on=date(2022, 2, 6), at=clock.real_now())
    Programme.objects.update(rule_choices={"products_in_shortage": True})
    with pytest.raises(rule_changes.Refused):
        rule_changes.apply(change=change, by=centre, on=ON, at=clock.real_now())
    change = rule_changes.count_again(change=change, by=centre, on=ON)
    rule_changes.work(ON)
    change.refresh_from_db()
    assert rule_changes.totals(change.impact)["people"] == 2  # the shortage ends with it
    assert applied(change, centre).state == "applied"


def test_one_proposal_at_a_time_and_none_that_changes_nothing(city, centre):
    with pytest.raises(rule_changes.Refused, match="đang được áp dụng"):
        proposed(RuleChoices(), centre)
    change = proposed(az(), centre)
    with pytest.raises(rule_changes.Refused, match="đề nghị khác"):
        proposed(SHORTAGE, centre)
    rule_changes.discard(change=change, by=centre, at=clock.real_now())
    with pytest.raises(rule_changes.Refused):
        rule_changes.discard(change=change, by=centre, at=clock.real_now())
    with pytest.raises(rule_changes.Refused, match="4 tuần"):
        proposed(az("3w"), centre)


@pytest.mark.parametrize("role", [Role.STATION, Role.WARD_LEAD, Role.ADMIN, Role.CITY_LEAD])
def test_only_who_sets_rules_may_choose(city, centre, role):
    with pytest.raises(PermissionDenied):
        proposed(az(), make_user(role))
    change = proposed(az(), centre)
    for decide in (rule_changes.apply, rule_changes.discard):
        more = {"on": ON} if decide is rule_changes.apply else {}
        with pytest.raises(PermissionDenied):
            decide(change=change, by=make_user(role), at=clock.real_now(), **more)


def test_who_decided_what_is_on_record(city, centre):
    change = applied(proposed(az(), centre), centre)
    assert (change.decided_by, change.proposed_by) == (centre, centre)
    events = AccessEvent.objects.filter(what="rule_choices", object_id=str(change.pk)).order_by("pk")
    assert [event.detail["verb"] for event in events] == ["propose", "apply"]


# ---------------------------------------------------------------- page and command


def test_the_page_counts_first_and_applies_on_a_second_press(client, city, centre, told):
    client.force_login(centre)
    url = reverse("vaccination:rules")
    page = client.post(
        url, {"additional_restarts_booster": "1", "az_weeks": "6", "az_from_on": "05/10/2021"}, follow=True
    ).content.decode()
    assert "Chưa đến lịch → Đến lịch: 1 người" in page
    assert "Phường Võ Cường" in page
    change = RuleChange.objects.get()
    page = client.post(
        reverse("vaccination:rules-apply"), {"change": str(change.pk)}, follow=True
    ).content.decode()
    assert "ít nhất 6 tuần, từ ngày 05/10/2021" in page
    change.refresh_from_db()
    assert change.state == "applied"
    assert Forecast.objects.get(resident=city["az_7_weeks"]).due_on == date(2022, 1, 29)


def test_the_page_says_what_cannot_be_and_keeps_what_was_typed(client, city, centre, told):
    client.force_login(centre)
    url = reverse("vaccination:rules")
    answer = client.post(url, {"additional_restarts_booster": "1", "az_weeks": "6"})
    assert (answer.status_code, "Ghi ngày bắt đầu áp dụng" in answer.content.decode()) == (422, True)
    answer = client.post(
        url, {"additional_restarts_booster": "1", "az_weeks": "6", "az_from_on": "01/09/2021"}
    )
    assert (answer.status_code, "20/09/2021" in answer.content.decode()) == (422, True)
    assert not RuleChange.objects.exists()


def test_the_command_shows_and_applies(city, centre, told):
    def chosen(*arguments):
        out = StringIO()
        call_command("choose_rules", "--as", centre.username, "--json", *arguments, stdout=out)
        return json.loads(out.getvalue())

    seen = chosen("--az-interval", "27=6w@2021-10-05:123/QĐ-UBND")
    assert (seen["state"], seen["total"]["states"]) == ("discarded", {"NOT_YET_DUE DUE": 1})
    assert Programme.objects.get().rule_choices == {}
    assert chosen("--az-interval", "27=6w@2021-10-05", "--apply")["state"] == "applied"
    assert chosen("--shortage", "on", "--apply")["total"]["products"] == 2
    assert RuleChoices.from_json(Programme.objects.get().rule_choices).az_interval("27").interval == "6w"
    with pytest.raises(CommandError, match="write PROVINCE"):
        chosen("--az-interval", "six weeks")
    with pytest.raises(CommandError):
        call_command("choose_rules", "--as", "nobody", "--shortage", "on")


def test_a_second_press_and_a_proposal_that_is_gone_change_nothing(client, city, centre, told):
    client.force_login(centre)
    change = proposed(az(), centre)
    for _press in range(2):
        answer = client.post(reverse("vaccination:rules-discard"), {"change": str(change.pk)}, follow=True)
    assert "không còn chờ quyết định" in answer.content.decode()
    for name in ("rules-apply", "rules-count"):
        answer = client.post(reverse(f"vaccination:{name}"), {"change": str(change.pk)}, follow=True)
        assert "không còn chờ quyết định" in answer.content.decode()
    assert Programme.objects.get().rule_choices == {}


def test_figures_of_yesterday_are_counted_again_from_the_page(client, city, centre, told):
    client.force_login(centre)
    change = proposed(az(), centre)
    RuleChange.objects.update(as_of=date(2022, 2, 4))
    assert "Áp dụng và tính lại" not in client.get(reverse("vaccination:rules")).content.decode()
    client.post(reverse("vaccination:rules-apply"), {"change": str(change.pk)})
    assert Programme.objects.get().rule_choices == {}
    page = client.post(reverse("vaccination:rules-count"), {"change": str(change.pk)}, follow=True)
    assert "Áp dụng và tính lại" in page.content.decode()
    change.refresh_from_db()
    assert (change.as_of, change.state) == (ON, "ready")


@pytest.mark.django_db(transaction=True)
def test_rules_do_not_change_under_somebody_who_is_forecasting(city, centre):
    change = proposed(az(), centre)
    with transaction.atomic():
        forecasts.refresh_residents([city["nobody"].pk], ON)
        other = Elsewhere(lambda: rule_changes.apply(change=change, by=centre, on=ON, at=clock.real_now()))
        time.sleep(0.5)  # long enough to have decided, if it did not wait
        assert other.is_alive()
        make_dose(city["nobody"], "AZ", "2021-06-01")  # a dose on record keeps nobody waiting
    other.finish()
    change.refresh_from_db()
    assert change.state == "applying"
