"""Ages: three-valued where the birth date is vague, and what teenagers, children and the over-50s are offered."""

import pytest

from tests.vaccination.written_histories import ask, counted, day, following, person


@pytest.mark.parametrize(
    ("born", "on", "state", "possible_from", "certain_from"),
    [
        ("2003-09-02", "2021-09-01", "NOT_ELIGIBLE_AGE", "2021-09-02", "2021-09-02"),
        ("2003-09-02", "2021-09-02", "DUE", "2021-09-02", "2021-09-02"),
        ("2003-09-02", "2021-09-03", "DUE", "2021-09-02", "2021-09-02"),
        ("2003-06", "2021-05-31", "NOT_ELIGIBLE_AGE", "2021-06-01", "2021-06-30"),
        ("2003-06", "2021-06-01", "CHECK_AGE", "2021-06-01", "2021-06-30"),
        ("2003-06", "2021-06-29", "CHECK_AGE", "2021-06-01", "2021-06-30"),
        ("2003-06", "2021-06-30", "DUE", "2021-06-01", "2021-06-30"),
        ("2003", "2021-03-08", "CHECK_AGE", "2021-01-01", "2021-12-31"),
        ("2003", "2021-10-13", "CHECK_AGE", "2021-01-01", "2021-12-31"),
        ("2003", "2021-10-14", "DUE", "2015-01-01", "2015-12-31"),  # 12 and over: nothing left to check
        ("2002", "2021-03-08", "DUE", "2020-01-01", "2020-12-31"),
        ("2009-10-14", "2021-10-13", "NOT_ELIGIBLE_AGE", "2027-10-14", "2027-10-14"),
        ("2009-10-14", "2021-10-14", "DUE", "2021-10-14", "2021-10-14"),
        ("2009-10-15", "2021-10-14", "NOT_ELIGIBLE_AGE", "2021-10-15", "2021-10-15"),
        ("2017-03-28", "2022-03-27", "NOT_ELIGIBLE_AGE", "2029-03-28", "2029-03-28"),
        ("2017-03-28", "2022-03-28", "DUE", "2022-03-28", "2022-03-28"),
        ("2017-03-29", "2022-03-28", "NOT_ELIGIBLE_AGE", "2022-03-29", "2022-03-29"),
    ],
)
def test_age_is_three_valued(born, on, state, possible_from, certain_from):
    found_state, found = ask(person(born=born), on)
    assert found_state == state
    assert (found.possible_from, found.certain_from) == (day(possible_from), day(certain_from))


@pytest.mark.parametrize(
    ("born", "on", "products"),
    [
        ("2004-02-29", "2022-02-27", "PFZ"),  # born on a leap day: 18 on 28 February
        ("2004-02-29", "2022-02-28", "AZ PFZ MOD VERO HAYAT SPU JAN ABD COV"),
        ("2017-03-28", "2022-03-28", "PFZ-P"),
        ("2016-03-29", "2022-03-28", "PFZ-P"),
        ("2016-03-29", "2022-03-29", "PFZ-P MOD"),
        ("2010-04-01", "2022-03-31", "PFZ-P MOD"),
        ("2010-04-01", "2022-04-01", "PFZ"),
        ("2010", "2022-04-01", "PFZ PFZ-P MOD"),  # 11 or 12
    ],
)
def test_products_follow_the_age(born, on, products):
    assert " ".join(ask(person(born=born), on)[1].products) == products


def test_who_is_fully_vaccinated_at_17_is_complete_and_gets_the_booster_at_18():
    someone = person("PFZ 2021-10-20, PFZ 2021-11-10", born="2004-03-15")
    assert ask(someone, "2022-03-14")[0] == "COMPLETE"
    state, found = ask(someone, "2022-03-15")
    assert (state, following(found), found.due_on) == ("DUE", "BOOSTER 1", day("2022-03-15"))
    unsure = person("PFZ 2021-10-20, PFZ 2021-11-10", born="2004-03")
    assert [ask(unsure, on)[0] for on in ("2022-02-28", "2022-03-01", "2022-03-30", "2022-03-31")] == [
        "COMPLETE", "CHECK_AGE", "CHECK_AGE", "DUE",
    ]  # fmt: skip


# ---------------------------------------------------------------- teens, children, booster 2


@pytest.mark.parametrize(
    ("given", "born", "on", "state", "next_dose", "due_on"),
    [
        # 22 December 2021 + 5 months = 22 May 2022, a rule from 17 June
        ("PFZ 2021-12-01, PFZ 2021-12-22", "2008-05-05", "2022-06-16", "COMPLETE", "", None),
        ("PFZ 2021-12-01, PFZ 2021-12-22", "2008-05-05", "2022-06-17", "DUE", "BOOSTER 1", "2022-05-22"),
        ("PFZ 2022-01-01, PFZ 2022-02-01", "2008-05-05", "2022-06-30", "NOT_YET_DUE", "BOOSTER 1", "2022-07-01"),
        ("PFZ 2022-01-01, PFZ 2022-02-01", "2008-05-05", "2022-07-01", "DUE", "BOOSTER 1", "2022-07-01"),
        # 18 on 20 June 2022: the 3 months of adults from then on
        ("PFZ 2022-01-01, PFZ 2022-03-01", "2004-06-20", "2022-06-19", "NOT_YET_DUE", "BOOSTER 1", "2022-08-01"),
        ("PFZ 2022-01-01, PFZ 2022-03-01", "2004-06-20", "2022-06-20", "DUE", "BOOSTER 1", "2022-06-20"),
        # children: 21 days Pfizer, 28 days Moderna, the same product
        ("PFZ-P 2022-04-10", "2015-05-05", "2022-04-30", "NOT_YET_DUE", "BASIC 2", "2022-05-01"),
        ("PFZ-P 2022-04-10", "2015-05-05", "2022-05-01", "DUE", "BASIC 2", "2022-05-01"),
        ("MOD 2022-04-10", "2015-05-05", "2022-05-07", "NOT_YET_DUE", "BASIC 2", "2022-05-08"),
        ("MOD 2022-04-10", "2015-05-05", "2022-05-08", "DUE", "BASIC 2", "2022-05-08"),
        # booster 2 from May 2022: 10 January + 4 months = 10 May
        ("AZ 2021-06-01, AZ 2021-08-03, PFZ 2022-01-10", "1960-01-01", "2022-04-30", "COMPLETE", "", None),
        ("AZ 2021-06-01, AZ 2021-08-03, PFZ 2022-01-10", "1960-01-01", "2022-05-09", "NOT_YET_DUE", "BOOSTER 2", "2022-05-10"),
        ("AZ 2021-06-01, AZ 2021-08-03, PFZ 2022-01-10", "1960-01-01", "2022-05-10", "DUE", "BOOSTER 2", "2022-05-10"),
        ("AZ 2021-06-01, AZ 2021-08-03, PFZ 2022-01-10", "1972-06-01", "2022-05-31", "COMPLETE", "", None),
        ("AZ 2021-06-01, AZ 2021-08-03, PFZ 2022-01-10", "1972-06-01", "2022-06-01", "DUE", "BOOSTER 2", "2022-06-01"),
        ("AZ 2021-06-01, AZ 2021-08-03, PFZ 2022-01-10", "1972", "2022-06-01", "CHECK_AGE", "BOOSTER 2", "2022-12-31"),
    ],
)  # fmt: skip
def test_teens_children_and_booster_2(given, born, on, state, next_dose, due_on):
    found_state, found = ask(person(given, born=born), on)
    assert (found_state, following(found)) == (state, next_dose)
    assert found.due_on == (day(due_on) if due_on else None)


@pytest.mark.parametrize(("who", "next_dose"), [
    ({"conditions": (15,)}, "BOOSTER 2"), ({"priority_group": 1}, "BOOSTER 2"), ({"conditions": (14,)}, ""),
    ({"priority_group": 9}, ""),
])  # fmt: skip
def test_booster_2_under_50_for_the_immunosuppressed_and_the_exposed(who, next_dose):
    _, found = ask(
        person("AZ 2021-06-01, AZ 2021-08-03, PFZ 2022-01-10", born="1985-01-01", **who), "2022-06-01"
    )
    assert following(found) == next_dose


@pytest.mark.parametrize(
    ("given", "born", "infected", "on", "until"),
    [
        ("", "2015-05-05", "2022-03-01 2022-03-15", "2022-04-01", "2022-06-15"),
        ("", "2008-05-05", "2021-09-01 2021-09-15", "2022-01-05", "2022-03-01"),
        ("PFZ 2021-12-01, PFZ 2021-12-22", "2008-05-05", "2022-04-01 2022-04-10", "2022-06-20", "2022-07-10"),
        ("AZ 2021-06-01, AZ 2021-08-03, PFZ 2022-01-10", "1960-01-01", "2022-03-31 2022-04-10", "2022-06-01", "2022-06-30"),
        ("AZ 2021-06-01, AZ 2021-08-03, PFZ 2022-01-10", "1960-01-01", "2022-01-05 2022-01-09", "2022-06-01", "2022-01-09"),
    ],
)  # fmt: skip
def test_deferrals_of_children_teens_and_booster_2(given, born, infected, on, until):
    assert ask(person(given, born=born, infected=infected), on)[1].deferred_until == day(until)


def test_a_child_dose_of_full_volume_is_warned_about():
    assert counted(ask(person("MOD 2022-04-10 0.5ml", born="2013-01-01"), "2022-05-01")[1]) == [
        "BASIC 1 (VOLUME)"
    ]
