"""Who is on the list, in which group and order, and that its counts are counts of its rows."""

from itertools import pairwise
from random import Random

import pytest

from outreach.filters import GROUPS
from outreach.worklists import UNVACCINATED, Figures
from tests.factories import know_history, make_resident
from tests.outreach.conftest import ON, crowd
from vaccination import forecasts
from vaccination.states import State
from vaccination.stored_states import ON_LIST
from wards.models import Resident


def named(selection) -> list[str]:
    return [row.name for row in selection.rows()]


def select(user, **chosen):
    return UNVACCINATED.select(user, chosen, ON)


def test_the_list_is_the_risk_group_that_lives_here_and_is_due_deferred_or_unknown(officer, people):
    assert sorted(named(select(officer))) == sorted(
        person.full_name
        for person in (
            people.no_dose,
            people.second,
            people.booster,
            people.unknown,
            people.hiv,
            people.diabetic,
        )
    )


def test_everybody_in_the_age_for_vaccination_is_another_choice(officer, people):
    more = set(named(select(officer, population="all"))) - set(named(select(officer)))
    assert more == {people.young.full_name, people.pregnant.full_name}


def test_a_risk_group_of_another_letter_counts_pregnant_women_in(officer, people):
    assert people.pregnant.full_name in named(select(officer, population="RG-LS-2022"))


def test_each_person_stands_in_the_group_of_the_dose_they_need(officer, people):
    groups = {row.name: row.values["group"] for row in select(officer, population="all").rows()}
    assert groups[people.no_dose.full_name] == "no_dose"
    assert groups[people.second.full_name] == "basic_incomplete"
    assert groups[people.booster.full_name] == "booster"
    assert groups[people.unknown.full_name] == "unknown"


def test_contraindicated_people_have_a_page_of_their_own(officer, people):
    assert named(select(officer, group="contraindicated")) == [people.contraindicated.full_name]
    assert people.contraindicated.full_name not in named(select(officer))


def test_guests_are_listed_only_when_asked_for_and_shown_as_guests(officer, people):
    assert people.guest.full_name not in named(select(officer))
    (guest,) = select(officer, residence="guests").rows()
    assert (guest.name, guest.residence) == (
        people.guest.full_name,
        "Khách, người về quê dịp lễ Tết (không ở lâu)",
    )


def test_somebody_without_a_forecast_is_listed_as_unknown_not_left_out(officer, people):
    people.no_dose.forecasts.all().delete()
    row = next(row for row in select(officer).rows() if row.name == people.no_dose.full_name)
    assert (row.state, row.values["group"]) == (State.UNKNOWN_HISTORY, "unknown")
    assert people.no_dose.full_name in row.why


def test_the_sentence_says_who_what_and_from_when(officer, people):
    rows = {row.name: row for row in select(officer).rows()}
    assert rows[people.second.full_name].why == (
        "Ông Trần Văn Bình đã tiêm mũi 1 Pfizer ngày 10/12/2021 và đến lịch mũi 2 từ 31/12/2021"
        " (cách mũi 1 ít nhất 21 ngày)."
    )
    assert rows[people.no_dose.full_name].why.startswith(
        "Bà Nguyễn Thị Lan, 71 tuổi (nhóm từ 50 tuổi trở lên), chưa có"
    )


def test_risk_first_means_the_oldest_then_the_fewest_doses_then_the_walk(officer, people):
    names = named(select(officer))
    assert names[:4] == [
        "Phạm Văn Dũng",  # 83
        "Nguyễn Thị Lan",  # 71, no dose
        "Lê Thị Hoa",  # 73, unknown
        "Trần Văn Bình",  # 61
    ]
    assert set(names[4:]) == {"Ngô Văn Quý", "Bùi Văn Sơn"}  # younger, with a disease


def test_deferred_people_stand_behind_those_who_can_be_vaccinated_today(officer, people):
    assert named(select(officer, population="all"))[-1] == people.pregnant.full_name


def test_by_name_means_by_ten_in_vietnamese_order(officer, people):
    assert named(select(officer, order="name")) == [
        "Trần Văn Bình", "Phạm Văn Dũng", "Lê Thị Hoa", "Nguyễn Thị Lan", "Ngô Văn Quý", "Bùi Văn Sơn",
    ]  # fmt: skip


def test_by_address_keeps_homes_together(officer, ward_a, people):
    crowd([ward_a], 60)
    homes = [row.values["household_id"] for row in select(officer, order="address", population="all").rows()]
    changes = sum(one != other for one, other in pairwise(homes))
    assert changes == len(set(homes)) - 1


@pytest.mark.parametrize("role_sees", ["officer", "station", "surveyor"])
def test_a_disease_is_named_only_to_those_who_treat_or_screen(request, role_sees, people):
    user = request.getfixturevalue(role_sees)
    conditions = {row.name: list(map(str, row.conditions)) for row in select(user).rows()}
    named_to_health = role_sees == "station"
    assert conditions[people.hiv.full_name] == (["HIV/AIDS"] if named_to_health else ["Thuộc nhóm nguy cơ"])
    assert conditions[people.diabetic.full_name] == (
        ["Đái tháo đường"] if named_to_health else ["Thuộc nhóm nguy cơ"]
    )


def test_a_deferral_does_not_tell_a_pregnancy_without_the_right(officer, station, people):
    told = {
        user: next(r for r in select(user, population="all").rows() if r.name == people.pregnant.full_name)
        for user in (officer, station)
    }
    assert "mang thai" in told[station].why
    assert "mang thai" in told[station].reason
    assert "mang thai" not in told[officer].why + told[officer].reason + " ".join(told[officer].explanation)


def test_identity_numbers_are_masked_for_roles_without_the_right(officer, surveyor, people):
    full = {row.name: row.identities for row in select(officer).rows()}[people.no_dose.full_name]
    masked = {row.name: row.identities for row in select(surveyor).rows()}[people.no_dose.full_name]
    assert full == ["099150000017"]
    assert masked != full
    assert masked[0].endswith("0017") or "*" in masked[0]


def test_roles_without_health_rights_have_no_rows_and_no_counts(police, lead, people):
    for user in (police, lead):
        assert list(select(user).rows()) == []
        assert select(user).count() == 0
    assert Figures(lead, {}, ON).group_counts["total"] == 7
    assert Figures(police, {}, ON).group_counts["total"] == 0


def test_a_stranger_sees_only_their_own_ward(stranger, people):
    assert named(select(stranger, population="all")) == [people.foreign.full_name]


def test_a_neighbourhood_team_sees_only_its_neighbourhood(people):
    from tests.factories import make_user

    team = make_user("surveyor")
    team.assignments.create(neighbourhood=people.home.neighbourhood)
    assert sorted(named(select(team))) == [people.no_dose.full_name, people.second.full_name]
    assert Figures(team, {}, ON).group_counts["total"] == 2


CHOICES = {
    "population": ["", "all", "RG-LS-2022"],
    "product": ["", "pfz", "az", "jan"],
    "age": ["", "80", "65", "50", "18"],
    "state": ["", "due", "deferred", "unknown_history", "check_age"],
    "mobility": ["", "cannot_travel", "unknown"],
    "residence": ["", "guests", "all"],
    "ward": ["", "09190", "09187"],
    "order": ["risk", "name", "address"],
}


def test_counts_are_the_list_and_groups_and_wards_add_up_on_random_people(centre, officer, ward_a, ward_b):
    crowd([ward_a, ward_b], 300, seed=5)
    random = Random(2)
    for _ in range(25):
        chosen = {name: value for name, values in CHOICES.items() if (value := random.choice(values))}
        counts = select(centre, **chosen).group_counts
        by_group = {
            group: named(select(centre, **chosen, group=group)) for group in [*GROUPS, "contraindicated"]
        }
        whole = named(select(centre, **chosen))
        assert {group: len(rows) for group, rows in by_group.items()} == {g: counts[g] for g in by_group}
        assert len(whole) == counts["total"] == select(centre, **chosen).count()
        assert sorted(whole) == sorted(name for group in GROUPS for name in by_group[group])
        wards = select(centre, **{**chosen, "ward": ""}).ward_counts()
        everywhere = select(centre, **{**chosen, "ward": ""}).group_counts
        assert {g: sum(counts[g] for _c, _u, counts in wards) for g in everywhere} == everywhere
    assert select(officer).group_counts["total"] == select(centre, ward="09190").group_counts["total"] > 0


def test_every_resident_of_the_population_is_on_the_list_or_has_a_state_that_says_why_not(officer, ward_a):
    crowd([ward_a], 200, seed=9)
    selection = select(officer, population="all", residence="all")
    listed = {row.id for row in selection.rows()}
    everybody = selection.without("group")
    assert set(everybody.values_list("pk", flat=True)) >= listed
    for pk, state in everybody.values_list("pk", "state"):
        assert (pk in listed) == (state in ON_LIST)
    residing = Resident.objects.filter(ward=ward_a).exclude(residence__in=("moved", "deceased"))
    assert everybody.count() == residing.count()


def test_whose_age_is_open_is_asked_for_it_and_not_said_to_be_old_enough(officer, ward_a):
    """WORDS 6, row 8: only the year is known, and it is the year of those who turn fifty."""
    son = make_resident(ward_a, name="Bùi Văn Sơn", born="1972", sex="M")
    know_history(son)
    forecasts.refresh_residents([son.pk], ON)
    (row,) = select(officer).rows()
    assert "từ 50 tuổi" not in row.why
    assert row.risk == "Từ 50 tuổi (chưa chắc)"
    assert row.more[-1] == (
        "Ông Bùi Văn Sơn chỉ có năm sinh 1972, chưa chắc đã đủ 50 tuổi vào ngày 05/02/2022."
        " Hỏi lại ngày, tháng sinh để xếp đúng nhóm."
    )
