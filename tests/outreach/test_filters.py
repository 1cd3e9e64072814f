"""What may narrow the list: closed lists of names and values, never a wider result (API-02, AUTH-02, AUTH-03)."""

import pytest

from outreach.worklists import UNVACCINATED
from tests.factories import make_neighbourhood
from tests.outreach.conftest import ON


def ids(user, /, **chosen):
    return {row.id for row in UNVACCINATED.select(user, chosen, ON).rows()}


@pytest.mark.parametrize(
    "tried",
    [
        {"_connector": "OR"},
        {"_negated": "1"},
        {"ward__users__password__startswith": "p"},
        {"ward_id": "1"},
        {"user": "1"},
        {"page_size": "1000000"},
        {"fields": "*"},
        {"q": "Lan"},
    ],
)
def test_names_that_are_no_filter_are_ignored(officer, people, tried):
    assert ids(officer, **tried) == ids(officer)


@pytest.mark.parametrize(
    "tried",
    [
        {"ward": "09187"},
        {"ward": "09190,09187"},
        {"ward": "09190' OR '1'='1"},
        {"ward": "*"},
        {"ward": "-1"},
        {"order": "ward__users__password"},
        {"order": "-risk"},
        {"state": "complete"},
        {"state": "due&_connector=OR"},
        {"product": "unknown"},
        {"age": "1e400"},
        {"age": "NaN"},
        {"population": "RG-XX"},
        {"neighbourhood": "0"},
        {"neighbourhood": "99999999999999999999"},
        {"residence": "moved"},
        {"mobility": "walks"},
        {"group": "NO_DOSE"},
    ],
)
def test_values_that_are_not_offered_give_an_error_and_nobody(officer, people, tried):
    selection = UNVACCINATED.select(officer, tried, ON)
    assert not selection.filters.is_valid()
    assert list(selection.rows()) == []
    assert selection.count() == 0
    assert set(selection.group_counts.values()) == {0}
    assert selection.page().rows == []


def test_the_wards_offered_are_the_readers_own(officer, centre, people):
    assert set(UNVACCINATED.select(officer, {}, ON).filters.wards_by_code) == {"09190"}
    assert set(UNVACCINATED.select(centre, {}, ON).filters.wards_by_code) == {"09190", "09187"}


def test_all_wards_means_all_of_ones_own(officer, people):
    assert ids(officer, ward="all") == ids(officer)
    assert people.foreign.pk not in ids(officer, ward="all", population="all", residence="all")


def test_a_neighbourhood_of_another_ward_is_refused_from_outside_and_left_behind_from_inside(
    officer, centre, people, ward_b
):
    foreign = make_neighbourhood(ward_b)
    assert ids(officer, neighbourhood=str(foreign.pk)) == set()
    assert ids(officer, ward="09190", neighbourhood=str(foreign.pk)) == set()
    assert ids(centre, ward="09190", neighbourhood=str(foreign.pk)) == ids(centre, ward="09190")
    home = str(people.home.neighbourhood_id)
    assert ids(centre, ward="09190", neighbourhood=home) == {people.no_dose.pk, people.second.pk}


def test_each_filter_narrows_to_what_it_says(officer, people):
    everybody = ids(officer)
    assert ids(officer, age="80") == {people.booster.pk}
    assert ids(officer, age="50") == {people.second.pk}
    assert ids(officer, group="no_dose") == {people.no_dose.pk, people.hiv.pk, people.diabetic.pk}
    assert ids(officer, state="unknown_history") == {people.unknown.pk}
    assert ids(officer, product="pfz") >= {people.second.pk}
    people.no_dose.mobility = "cannot_travel"
    people.no_dose.save()
    assert ids(officer, mobility="cannot_travel") == {people.no_dose.pk}
    for age in ("80", "65", "50", "18", "12", "5"):
        assert ids(officer, age=age) <= everybody


def test_a_year_of_birth_alone_counts_as_possibly_in_the_older_band(officer, people):
    people.second.birth_month = people.second.birth_day = None
    people.second.birth_year = ON.year - 65
    people.second.save()
    assert people.second.pk in ids(officer, age="65")
    assert people.second.pk not in ids(officer, age="50")
