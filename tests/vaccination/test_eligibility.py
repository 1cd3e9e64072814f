"""Every rule row at its limit: the day before, the day, the day after. The dates are worked out by hand from the texts."""

import pytest

from tests.vaccination.written_histories import RULES, ask, contra, counted, day, deferred, following, person
from vaccination.eligibility import FOREVER, Screening, forecast, load_family, state_on

# ---------------------------------------------------------------- doses already given, by the rule of their day

BASIC_INTERVALS = [
    # AZ, 8 weeks: 1 April 2021 + 56 days = 27 May
    ("AZ 2021-04-01, AZ 2021-05-26", "TOO_EARLY"),
    ("AZ 2021-04-01, AZ 2021-05-27", "BASIC 2"),
    ("AZ 2021-04-01, AZ 2021-05-28", "BASIC 2"),
    # Pfizer, 21 days: 1 August + 21 = 22 August
    ("PFZ 2021-08-01, PFZ 2021-08-21", "TOO_EARLY"),
    ("PFZ 2021-08-01, PFZ 2021-08-22", "BASIC 2"),
    ("PFZ 2021-08-01, PFZ 2021-08-23", "BASIC 2"),
    # Moderna, 28 days
    ("MOD 2021-08-01, MOD 2021-08-28", "TOO_EARLY"),
    ("MOD 2021-08-01, MOD 2021-08-29", "BASIC 2"),
    ("MOD 2021-08-01, MOD 2021-08-30", "BASIC 2"),
    # Vero Cell and Hayat-Vax, 21 days
    ("VERO 2021-08-01, VERO 2021-08-21", "TOO_EARLY"),
    ("VERO 2021-08-01, VERO 2021-08-22", "BASIC 2"),
    ("HAYAT 2021-10-01, HAYAT 2021-10-21", "TOO_EARLY"),
    ("HAYAT 2021-10-01, HAYAT 2021-10-22", "BASIC 2"),
    ("VERO 2021-10-01, HAYAT 2021-10-22", "BASIC 2"),  # the same product, filled elsewhere
    # Sputnik V, 21 days
    ("SPU 2021-05-01, SPU 2021-05-21", "TOO_EARLY"),
    ("SPU 2021-05-01, SPU 2021-05-22", "BASIC 2"),
    # Abdala, three doses 14 days apart: 1, 15, 29 October
    ("ABD 2021-10-01, ABD 2021-10-14", "TOO_EARLY"),
    ("ABD 2021-10-01, ABD 2021-10-15", "BASIC 2"),
    ("ABD 2021-10-01, ABD 2021-10-15, ABD 2021-10-28", "TOO_EARLY"),
    ("ABD 2021-10-01, ABD 2021-10-15, ABD 2021-10-29", "BASIC 3"),
    # an interval rule judges earlier days too where no earlier text was read
    ("PFZ 2021-06-05, PFZ 2021-06-25", "TOO_EARLY"),
    ("PFZ 2021-06-05, PFZ 2021-06-26", "BASIC 2"),
]

MIXING = [
    # Pfizer after AstraZeneca from 22 July 2021 (56 days after 1 May is 26 June)
    ("AZ 2021-05-01, PFZ 2021-07-21", "MIX.basic"),
    ("AZ 2021-05-01, PFZ 2021-07-22", "BASIC 2"),
    ("AZ 2021-05-01, PFZ 2021-07-23", "BASIC 2"),
    # Pfizer and Moderna for each other from 10 September 2021
    ("PFZ 2021-08-01, MOD 2021-09-09", "MIX.basic"),
    ("PFZ 2021-08-01, MOD 2021-09-10", "BASIC 2"),
    ("MOD 2021-08-01, PFZ 2021-09-09", "MIX.basic"),
    ("MOD 2021-08-01, PFZ 2021-09-10", "BASIC 2"),
    # the interval is that of the product before: Moderna 28 days (13 September + 28 = 11 October)
    ("MOD 2021-09-13, PFZ 2021-10-10", "TOO_EARLY"),
    ("MOD 2021-09-13, PFZ 2021-10-11", "BASIC 2"),
    # Moderna after AstraZeneca from 12 December 2021
    ("AZ 2021-10-01, MOD 2021-12-11", "MIX.basic"),
    ("AZ 2021-10-01, MOD 2021-12-12", "BASIC 2"),
    ("AZ 2021-10-01, MOD 2021-12-13", "BASIC 2"),
    # never
    ("VERO 2021-08-01, PFZ 2021-12-20", "MIX.basic"),
    ("PFZ 2021-08-01, AZ 2021-12-20", "MIX.basic"),
    ("ABD 2021-10-01, ABD 2021-10-15, PFZ 2021-12-20", "MIX.basic"),
]


@pytest.mark.parametrize(("given", "last"), BASIC_INTERVALS + MIXING)
def test_a_basic_dose_is_judged_by_the_rule_of_its_day(given, last):
    _, found = ask(person(given), "2022-02-06")
    *before, verdict = counted(found)
    assert before == [f"BASIC {i + 1}" for i in range(len(before))]
    assert verdict == last


@pytest.mark.parametrize(
    ("given", "province", "second"),
    [
        # 20 August 2021 + 6 weeks = 1 October, + 8 weeks = 15 October
        ("AZ 2021-08-20, AZ 2021-09-30", "79", "TOO_EARLY"),
        ("AZ 2021-08-20, AZ 2021-10-01", "79", "BASIC 2"),
        ("AZ 2021-08-20, AZ 2021-10-02", "79", "BASIC 2"),
        ("AZ 2021-08-20, PFZ 2021-10-01", "79", "BASIC 2"),
        ("AZ 2021-08-20, AZ 2021-10-01", "27", "TOO_EARLY"),
        ("AZ 2021-08-20, AZ 2021-10-14", None, "TOO_EARLY"),
        ("AZ 2021-08-20, AZ 2021-10-15", None, "BASIC 2"),
        # before 20 September 2021 provinces did not decide: 9 August + 6 weeks = 20 September
        ("AZ 2021-08-08, AZ 2021-09-19", "79", "TOO_EARLY"),
        ("AZ 2021-08-08, AZ 2021-09-20", "79", "BASIC 2"),
    ],
)
def test_the_province_decides_the_astrazeneca_interval_from_20_september_2021(given, province, second):
    _, found = ask(person(given, province=province), "2022-02-06")
    assert counted(found) == ["BASIC 1", second]


@pytest.mark.parametrize(
    ("given", "conditions", "third"),
    [
        # the additional dose by condition: 22 November 2021 + 28 days = 20 December
        ("PFZ 2021-11-01, PFZ 2021-11-22, PFZ 2021-12-19", (10,), "TOO_EARLY"),
        ("PFZ 2021-11-01, PFZ 2021-11-22, PFZ 2021-12-20", (10,), "ADDITIONAL 1"),
        ("PFZ 2021-11-01, PFZ 2021-11-22, PFZ 2021-12-21", (10,), "ADDITIONAL 1"),
        ("PFZ 2021-11-01, PFZ 2021-11-22, PFZ 2021-12-20", (14,), "TOO_EARLY"),
        # the day on which the rule begins
        ("PFZ 2021-08-01, PFZ 2021-08-22, PFZ 2021-11-30", (10,), "NOT_IN_SCHEDULE"),
        ("PFZ 2021-08-01, PFZ 2021-08-22, PFZ 2021-12-01", (10,), "ADDITIONAL 1"),
        # by product from 17 December 2021: 26 November + 28 days = 24 December, + 3 months = 26 February
        ("VERO 2021-11-05, VERO 2021-11-26, VERO 2021-12-23", (), "TOO_EARLY"),
        ("VERO 2021-11-05, VERO 2021-11-26, VERO 2021-12-24", (), "ADDITIONAL 1"),
        ("VERO 2021-11-05, VERO 2021-11-26, PFZ 2021-12-25", (), "ADDITIONAL 1"),
        ("VERO 2021-11-05, VERO 2021-11-26, PFZ 2022-02-26", (), "ADDITIONAL 1"),
        ("VERO 2021-11-05, VERO 2021-11-26, PFZ 2022-02-27", (), "BOOSTER 1"),
        ("SPU 2021-10-01, SPU 2021-10-22, MOD 2021-12-20", (), "ADDITIONAL 1"),
        (
            "VERO 2021-10-01, VERO 2021-10-22, VERO 2021-12-16",
            (),
            "TOO_EARLY",
        ),  # only the booster, at 6 months
        ("VERO 2021-10-01, VERO 2021-10-22, VERO 2021-12-17", (), "ADDITIONAL 1"),
        ("VERO 2021-11-05, VERO 2021-11-26, AZ 2021-12-24", (), "ADD.product"),
        # booster 1 at 6 months: 10 June 2021 + 6 months = 10 December
        ("AZ 2021-04-10, AZ 2021-06-10, AZ 2021-11-30", (), "NOT_IN_SCHEDULE"),
        ("AZ 2021-04-10, AZ 2021-06-10, AZ 2021-12-09", (), "TOO_EARLY"),
        ("AZ 2021-04-10, AZ 2021-06-10, AZ 2021-12-10", (), "BOOSTER 1"),
        ("AZ 2021-04-10, AZ 2021-06-10, AZ 2021-12-11", (), "BOOSTER 1"),
        # and at 3 months from 17 December: 1 October 2021 + 3 months = 1 January 2022
        ("PFZ 2021-09-01, PFZ 2021-10-01, PFZ 2021-12-31", (), "TOO_EARLY"),
        ("PFZ 2021-09-01, PFZ 2021-10-01, PFZ 2022-01-01", (), "BOOSTER 1"),
        ("PFZ 2021-09-01, PFZ 2021-10-01, PFZ 2022-01-02", (), "BOOSTER 1"),
        ("AZ 2021-06-01, AZ 2021-08-03, AZ 2021-12-16", (), "TOO_EARLY"),
        ("AZ 2021-06-01, AZ 2021-08-03, AZ 2021-12-17", (), "BOOSTER 1"),
        # products of the booster
        ("AZ 2021-06-01, AZ 2021-08-03, VERO 2022-01-15", (), "BST1.product"),
        ("AZ 2021-06-01, AZ 2021-08-03, PFZ 2022-01-15", (), "BOOSTER 1"),
        ("AZ 2021-06-01, PFZ 2021-08-03, AZ 2022-01-15", (), "BST1.product"),
        ("AZ 2021-06-01, PFZ 2021-08-03, MOD 2022-01-15", (), "BOOSTER 1"),
        ("VERO 2021-08-01, VERO 2021-08-22, AZ 2022-01-15", (), "BOOSTER 1"),
        ("PFZ 2021-08-01, PFZ 2021-08-22, AZ 2022-02-28", (), "BST1.product"),
        ("PFZ 2021-08-01, PFZ 2021-08-22, AZ 2022-03-01", (), "BOOSTER 1"),
        # Moderna as booster is a half dose; a full one counts, with a warning
        ("MOD 2021-08-01, MOD 2021-09-01, MOD 2022-01-15 0.5ml", (), "BOOSTER 1 (VOLUME)"),
        ("MOD 2021-08-01, MOD 2021-09-01, MOD 2022-01-15 0.25ml", (), "BOOSTER 1"),
        ("MOD 2021-08-01, MOD 2021-09-01, MOD 2022-01-15", (), "BOOSTER 1"),
    ],
)
def test_a_dose_after_the_basic_series_is_judged_by_the_rule_of_its_day(given, conditions, third):
    _, found = ask(person(given, conditions=conditions), "2022-04-06")
    assert counted(found) == ["BASIC 1", "BASIC 2", third]


@pytest.mark.parametrize("condition", [3, 5, 10, 15, 18])
def test_the_immunosuppression_subset_gets_an_additional_dose(condition):
    _, found = ask(person("PFZ 2021-11-01, PFZ 2021-11-22", conditions=(condition,)), "2021-12-21")
    assert following(found) == "ADDITIONAL 1"


@pytest.mark.parametrize("condition", sorted(set(range(1, 21)) - {3, 5, 10, 15, 18}))
def test_other_conditions_do_not(condition):
    _, found = ask(person("PFZ 2021-11-01, PFZ 2021-11-22", conditions=(condition,)), "2021-12-21")
    assert following(found) == "BOOSTER 1"


@pytest.mark.parametrize(
    ("given", "born", "verdicts"),
    [
        ("AZ 2021-03-07", "1980", ["BEFORE_PROGRAMME"]),
        ("AZ 2021-03-08", "1980", ["BASIC 1"]),
        ("AZ 2021-06-01", "2021-06-02", ["BEFORE_BIRTH"]),
        ("AZ 2021-06-01", "2003-06-02", ["AGE"]),  # the day before the 18th birthday
        ("AZ 2021-06-02", "2003-06-02", ["BASIC 1"]),
        ("AZ 2021-06-03", "2003-06-02", ["BASIC 1"]),
        ("AZ 2021-06-01", "2003-06", ["BASIC 1"]),  # may have been 18: the benefit of the doubt
        ("PFZ 2021-10-13", "2009-10-14", ["AGE"]),
        ("PFZ 2021-10-14", "2009-10-14", ["BASIC 1"]),
        ("PFZ 2021-10-14", "2009-10-15", ["AGE"]),
        ("AZ 2021-12-01", "2005-10-15", ["AGE.product"]),
        ("PFZ-P 2021-12-01", "1980", ["AGE.product"]),
        ("AZ 2021-06-01, AZ 2021-06-01", "1980", ["BASIC 1", "DUPLICATE"]),
        ("AZ 2021-06-01, PFZ 2021-09-01, AZ 2021-09-01", "1980", ["BASIC 1", "BASIC 2", "DUPLICATE"]),
        ("AZ 2021-06-01, AZ 2021-06-20, AZ 2021-06-20", "1980", ["BASIC 1", "TOO_EARLY", "DUPLICATE"]),
        ("UNKNOWN 2021-06-01, PFZ 2021-06-22", "1980", ["BASIC 1 (PRODUCT_UNKNOWN)", "BASIC 2"]),
        ("UNKNOWN 2021-06-01, PFZ 2021-06-14", "1980", ["BASIC 1 (PRODUCT_UNKNOWN)", "TOO_EARLY"]),
        ("JAN 2021-08-15, JAN 2021-09-15", "1980", ["BASIC 1", "NOT_IN_SCHEDULE"]),
    ],
)
def test_impossible_and_doubtful_doses(given, born, verdicts):
    _, found = ask(person(given, born=born), "2022-02-06")
    assert counted(found) == verdicts


def test_the_dose_of_the_product_before_counts_when_two_are_recorded_on_a_day():
    _, found = ask(person("AZ 2021-06-01, PFZ 2021-09-01, AZ 2021-09-01"), "2022-02-06")
    assert [dose.product for dose in found.doses] == ["AZ", "AZ", "PFZ"]


def test_a_dose_after_the_day_asked_about_is_ignored_until_it_comes():
    someone = person("AZ 2021-06-01, AZ 2021-08-03")
    _, before = ask(someone, "2021-08-02")
    assert (len(before.doses), before.holds_until) == (1, day("2021-08-03"))
    _, after = ask(someone, "2021-08-03")
    assert (len(after.doses), after.holds_from) == (2, day("2021-08-03"))


# ---------------------------------------------------------------- the next dose, by the rule of the day asked about

# given, on -> state, next, earliest = due, overdue
NEXT_BASIC = [
    ("", "2021-03-08", "DUE", "BASIC 1", "1998-05-05", None),
    ("AZ 2021-04-01", "2021-05-26", "NOT_YET_DUE", "BASIC 2", "2021-05-27", "2021-06-24"),
    ("AZ 2021-04-01", "2021-05-27", "DUE", "BASIC 2", "2021-05-27", "2021-06-24"),
    ("AZ 2021-04-01", "2021-06-24", "DUE", "BASIC 2", "2021-05-27", "2021-06-24"),
    ("AZ 2021-04-01", "2021-06-25", "OVERDUE", "BASIC 2", "2021-05-27", "2021-06-24"),
    ("PFZ 2021-12-10", "2021-12-30", "NOT_YET_DUE", "BASIC 2", "2021-12-31", "2022-01-07"),
    ("PFZ 2021-12-10", "2021-12-31", "DUE", "BASIC 2", "2021-12-31", "2022-01-07"),
    ("PFZ 2021-12-10", "2022-01-07", "DUE", "BASIC 2", "2021-12-31", "2022-01-07"),
    ("PFZ 2021-12-10", "2022-01-08", "OVERDUE", "BASIC 2", "2021-12-31", "2022-01-07"),
    ("MOD 2021-08-01", "2021-08-28", "NOT_YET_DUE", "BASIC 2", "2021-08-29", None),
    ("MOD 2021-08-01", "2022-01-29", "DUE", "BASIC 2", "2021-08-29", None),
    ("VERO 2021-08-01", "2021-08-22", "DUE", "BASIC 2", "2021-08-22", "2021-08-29"),
    ("SPU 2021-05-01", "2021-05-22", "DUE", "BASIC 2", "2021-05-22", None),
    ("ABD 2021-10-01", "2021-10-15", "DUE", "BASIC 2", "2021-10-15", None),
    ("ABD 2021-10-01, ABD 2021-10-15", "2021-10-28", "NOT_YET_DUE", "BASIC 3", "2021-10-29", None),
    ("ABD 2021-10-01, ABD 2021-10-15", "2021-10-29", "DUE", "BASIC 3", "2021-10-29", None),
]

# the day after the basic series there was nothing more before 1 December 2021
NEXT_STEP = [
    ("AZ 2021-06-01, AZ 2021-08-31", "2021-11-30", "COMPLETE", "", None, None),
    ("AZ 2021-06-01, AZ 2021-08-31", "2021-12-01", "NOT_YET_DUE", "BOOSTER 1", "2022-02-28", None),
    ("AZ 2021-06-01, AZ 2021-08-31", "2021-12-16", "NOT_YET_DUE", "BOOSTER 1", "2022-02-28", None),
    ("AZ 2021-06-01, AZ 2021-08-31", "2021-12-17", "DUE", "BOOSTER 1", "2021-11-30", None),
    ("AZ 2021-06-01, AZ 2021-08-31", "2021-12-18", "DUE", "BOOSTER 1", "2021-11-30", None),
    ("PFZ 2021-10-20, PFZ 2021-11-25", "2022-02-24", "NOT_YET_DUE", "BOOSTER 1", "2022-02-25", None),
    ("PFZ 2021-10-20, PFZ 2021-11-25", "2022-02-25", "DUE", "BOOSTER 1", "2022-02-25", None),
    ("PFZ 2021-10-20, PFZ 2021-11-30", "2022-02-06", "NOT_YET_DUE", "BOOSTER 1", "2022-02-28", None),
    ("PFZ 2023-10-20, PFZ 2023-11-30", "2024-02-28", "NOT_YET_DUE", "BOOSTER 1", "2024-02-29", None),  # leap year
    ("PFZ 2023-10-20, PFZ 2023-11-30", "2024-02-29", "DUE", "BOOSTER 1", "2024-02-29", None),
    ("JAN 2021-08-15", "2021-11-30", "COMPLETE", "", None, None),
    ("JAN 2021-08-15", "2021-12-16", "NOT_YET_DUE", "BOOSTER 1", "2022-02-15", None),
    ("JAN 2021-08-15", "2021-12-17", "DUE", "BOOSTER 1", "2021-11-15", None),
    ("ABD 2021-10-01, ABD 2021-10-15, ABD 2021-10-29", "2022-01-28", "NOT_YET_DUE", "BOOSTER 1", "2022-01-29", None),
    ("ABD 2021-10-01, ABD 2021-10-15, ABD 2021-10-29", "2022-01-29", "DUE", "BOOSTER 1", "2022-01-29", None),
    # Sinopharm twice, additional dose, booster 3 months after it
    ("VERO 2021-10-01, VERO 2021-10-22", "2021-12-16", "NOT_YET_DUE", "BOOSTER 1", "2022-04-22", None),
    ("VERO 2021-10-01, VERO 2021-10-22", "2021-12-17", "DUE", "ADDITIONAL 1", "2021-11-19", "2022-01-22"),
    ("VERO 2021-10-01, VERO 2021-10-22", "2022-01-21", "DUE", "ADDITIONAL 1", "2021-11-19", "2022-01-22"),
    ("VERO 2021-10-01, VERO 2021-10-22", "2022-01-22", "DUE", "ADDITIONAL 1", "2021-11-19", "2022-01-22"),
    ("VERO 2021-10-01, VERO 2021-10-22", "2022-01-23", "DUE", "BOOSTER 1", "2022-01-22", None),
    ("VERO 2021-12-15, VERO 2022-01-05", "2022-02-01", "NOT_YET_DUE", "ADDITIONAL 1", "2022-02-02", "2022-04-05"),
    ("VERO 2021-12-15, VERO 2022-01-05", "2022-02-02", "DUE", "ADDITIONAL 1", "2022-02-02", "2022-04-05"),
    ("VERO 2021-11-05, VERO 2021-11-26, PFZ 2021-12-24", "2022-03-23", "NOT_YET_DUE", "BOOSTER 1", "2022-03-24", None),
    ("VERO 2021-11-05, VERO 2021-11-26, PFZ 2021-12-24", "2022-03-24", "DUE", "BOOSTER 1", "2022-03-24", None),
    ("VERO 2021-08-01, VERO 2021-08-22", "2021-12-17", "DUE", "BOOSTER 1", "2021-11-22", None),  # closed before it was a rule
    ("AZ 2021-06-01, AZ 2021-08-03, PFZ 2022-01-15", "2022-02-06", "COMPLETE", "", None, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "on", "state", "next_dose", "due_on", "overdue_on"), NEXT_BASIC + NEXT_STEP
)
def test_the_next_dose_follows_the_rule_of_the_day_asked_about(
    given, on, state, next_dose, due_on, overdue_on
):
    found_state, found = ask(person(given), on)
    assert (found_state, following(found)) == (state, next_dose)
    assert found.earliest_on == found.due_on == (day(due_on) if due_on else None)
    assert found.overdue_on == (day(overdue_on) if overdue_on else None)


def test_the_additional_dose_by_condition_had_no_window_before_17_december_2021():
    someone = person("PFZ 2021-08-01, PFZ 2021-08-22", conditions=(5,))
    for on, next_dose, latest_on in [
        ("2021-11-30", "", None),
        ("2021-12-01", "ADDITIONAL 1", None),
        ("2021-12-16", "ADDITIONAL 1", None),
        ("2021-12-17", "BOOSTER 1", None),  # 3 months after 22 August are over
    ]:
        _, found = ask(someone, on)
        assert (following(found), found.latest_on) == (next_dose, latest_on)
    assert [reason.code for reason in found.reasons] == ["ADD.WINDOW_CLOSED", "BST1"]


def test_whether_an_additional_dose_restarts_the_clock_is_a_parameter():
    someone, on = person("VERO 2021-11-05, VERO 2021-11-26, PFZ 2021-12-24"), day("2022-02-06")
    assert forecast(someone, on, RULES).due_on == day("2022-03-24")
    other = load_family("VN-COVID", additional_restarts_booster=False)
    assert forecast(someone, on, other).due_on == day("2022-02-26")
    # the rule of 1 December 2021 names the additional dose, so nothing is disputed there
    early, then = (
        person("PFZ 2021-08-01, PFZ 2021-08-22, PFZ 2021-12-05", conditions=(10,)),
        day("2021-12-16"),
    )
    assert forecast(early, then, other).due_on == day("2022-06-05")


@pytest.mark.parametrize(
    ("given", "on", "products"),
    [
        ("", "2021-05-31", "AZ SPU"),
        ("", "2021-06-01", "AZ PFZ MOD VERO SPU"),
        ("", "2021-07-01", "AZ PFZ MOD VERO SPU JAN"),
        ("", "2021-09-09", "AZ PFZ MOD VERO SPU JAN ABD"),
        ("", "2021-09-10", "AZ PFZ MOD VERO HAYAT SPU JAN ABD"),
        ("", "2021-10-31", "AZ PFZ MOD VERO HAYAT SPU JAN ABD"),
        ("", "2021-11-01", "AZ PFZ MOD VERO HAYAT SPU JAN ABD COV"),
        ("AZ 2021-06-01", "2021-07-21", "AZ"),
        ("AZ 2021-06-01", "2021-07-22", "AZ PFZ"),
        ("AZ 2021-06-01", "2021-12-12", "AZ PFZ"),  # Moderna only in shortage
        ("PFZ 2021-08-01", "2021-12-12", "PFZ"),
        ("VERO 2021-08-01", "2021-12-12", "VERO HAYAT"),
        ("UNKNOWN 2021-08-01", "2021-12-12", ""),  # nothing can be chosen before the slip is seen
        ("AZ 2021-06-01, AZ 2021-08-03", "2022-02-06", "AZ PFZ MOD"),
        ("AZ 2021-06-01, PFZ 2021-08-03", "2022-02-06", "PFZ MOD"),
        ("VERO 2021-08-01, VERO 2021-08-22", "2022-02-06", "AZ PFZ MOD VERO HAYAT"),
        ("VERO 2021-11-05, VERO 2021-11-26", "2022-02-06", "PFZ MOD VERO HAYAT"),  # additional
        ("ABD 2021-10-01, ABD 2021-10-15, ABD 2021-10-29", "2022-02-06", "PFZ MOD ABD"),
        ("PFZ 2021-08-01, PFZ 2021-08-22", "2022-02-28", "PFZ MOD"),
        ("PFZ 2021-08-01, PFZ 2021-08-22", "2022-03-01", "AZ PFZ MOD"),
        ("PFZ 2021-08-01, UNKNOWN 2021-08-22", "2022-03-01", "PFZ MOD"),
    ],
)
def test_products_that_the_rules_allow(given, on, products):
    _, found = ask(person(given), on)
    assert " ".join(found.products) == products


def test_products_for_a_shortage_only_when_chosen():
    short = load_family("VN-COVID", products_in_shortage=True)
    assert forecast(person("AZ 2021-06-01"), day("2021-12-12"), short).products == ("AZ", "PFZ", "MOD")
    assert forecast(person("PFZ 2021-06-01"), day("2021-09-10"), short).products == ("PFZ", "MOD")
    assert forecast(person("PFZ 2021-06-01"), day("2021-09-09"), short).products == ("PFZ",)


@pytest.mark.parametrize(
    ("province", "due_on"), [("79", "2021-10-01"), ("27", "2021-10-15"), (None, "2021-10-15")]
)
def test_the_forecast_follows_the_province_too(province, due_on):
    someone = person("AZ 2021-08-20", province=province)
    assert ask(someone, "2021-09-19")[1].due_on == day("2021-10-15")
    assert ask(someone, "2021-09-20")[1].due_on == day(due_on)


# ---------------------------------------------------------------- age


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


# ---------------------------------------------------------------- deferrals and contraindications


@pytest.mark.parametrize(
    ("infected", "on", "state", "until"),
    [
        # within 6 months, from 10 August to 20 December 2021
        ("2021-07-20 2021-08-01", "2021-08-09", "DUE", "2021-08-01"),
        ("2021-07-20 2021-08-01", "2021-08-10", "DEFERRED", "2022-01-20"),
        ("2021-07-20 2021-08-01", "2021-12-20", "DEFERRED", "2022-01-20"),
        ("2021-07-20 2021-08-01", "2021-12-21", "DUE", "2021-08-01"),
        ("2021-07-20", "2021-12-20", "DEFERRED", "2022-01-20"),
        ("2021-07-20", "2021-12-21", "DUE", "2021-08-17"),  # recovery not recorded: presumed after 28 days
        ("2021-04-10", "2021-10-09", "DEFERRED", "2021-10-10"),
        ("2021-04-10", "2021-10-10", "DUE", "2021-10-10"),
        ("2021-04-10", "2021-10-11", "DUE", "2021-10-10"),
        ("2021-03-31", "2021-09-29", "DEFERRED", "2021-09-30"),  # six months after the 31st
        ("2021-03-31", "2021-09-30", "DUE", "2021-09-30"),
        # after recovery, from 21 December 2021
        ("2022-01-02 2022-01-12", "2022-01-01", "DUE", None),
        ("2022-01-02 2022-01-12", "2022-01-02", "DEFERRED", "2022-01-12"),
        ("2022-01-02 2022-01-12", "2022-01-11", "DEFERRED", "2022-01-12"),
        ("2022-01-02 2022-01-12", "2022-01-12", "DUE", "2022-01-12"),
        ("2022-01-02", "2022-01-29", "DEFERRED", "2022-01-30"),
        ("2022-01-02", "2022-01-30", "DUE", "2022-01-30"),
        # an infection is an acute illness before the letter on infections too
        ("2021-07-20 2021-08-01", "2021-07-31", "DEFERRED", "2021-08-01"),
        ("2021-05-10 2021-05-25", "2021-05-20", "DUE", None),  # no rule before June 2021
    ],
)
def test_deferral_after_infection(infected, on, state, until):
    found_state, found = ask(person(infected=infected), on)
    assert (found_state, found.deferred_until) == (state, day(until) if until else None)


@pytest.mark.parametrize(
    ("pregnant", "on", "state", "until"),
    [
        # 20 weeks on 10 June 2021: began on 21 January, over by itself on 11 November
        ("20 2021-06-10", "2021-05-31", "DUE", None),
        ("20 2021-06-10", "2021-06-01", "DEFERRED", "2021-11-11"),
        ("20 2021-06-10", "2021-08-09", "DEFERRED", "2021-11-11"),
        ("20 2021-06-10", "2021-08-10", "DUE", "2021-04-22"),
        # 9 weeks on 30 January 2022: 13 weeks on 27 February
        ("9 2022-01-30", "2022-02-26", "DEFERRED", "2022-02-27"),
        ("9 2022-01-30", "2022-02-27", "DUE", "2022-02-27"),
        ("9 2022-01-30", "2022-02-28", "DUE", "2022-02-27"),
        ("9 2022-01-30", "2021-11-27", "DUE", None),  # not yet pregnant
        ("9 2022-01-30", "2021-11-28", "DEFERRED", "2022-02-27"),
    ],
)
def test_deferral_in_pregnancy(pregnant, on, state, until):
    found_state, found = ask(person(pregnant=pregnant), on)
    assert (found_state, found.deferred_until) == (state, day(until) if until else None)


def test_sputnik_never_in_pregnancy_and_a_pregnancy_ends_by_itself_at_42_weeks():
    someone = person(pregnant="9 2022-01-30")  # began on 28 November 2021: 42 weeks on 18 September 2022
    assert "SPU" not in ask(someone, "2022-03-10")[1].products
    assert "SPU" not in ask(someone, "2022-09-17")[1].products
    assert "SPU" in ask(someone, "2022-09-18")[1].products
    half_way = person("SPU 2022-01-10", pregnant="9 2022-01-30")
    assert ask(half_way, "2022-03-10")[0] == "CONTRAINDICATED"  # only Sputnik V may follow
    assert ask(half_way, "2022-09-18")[0] == "DUE"


@pytest.mark.parametrize(
    ("screenings", "on", "state", "until"),
    [
        ((deferred("2022-02-01", "2022-02-10"),), "2022-01-31", "DUE", None),
        ((deferred("2022-02-01", "2022-02-10"),), "2022-02-01", "DEFERRED", day("2022-02-10")),
        ((deferred("2022-02-01", "2022-02-10"),), "2022-02-09", "DEFERRED", day("2022-02-10")),
        ((deferred("2022-02-01", "2022-02-10"),), "2022-02-10", "DUE", day("2022-02-10")),
        ((deferred("2022-02-01"),), "2022-03-10", "DEFERRED", FOREVER),
        ((deferred("2022-02-01"), Screening("ELIG", day("2022-02-05"))), "2022-02-04", "DEFERRED", FOREVER),
        ((deferred("2022-02-01"), Screening("ELIG", day("2022-02-05"))), "2022-02-05", "DUE", None),
        ((deferred("2022-02-01"), Screening("CAUT", day("2022-02-05"))), "2022-02-05", "DUE", None),
        ((deferred("2022-02-05"), Screening("ELIG", day("2022-02-01"))), "2022-02-06", "DEFERRED", FOREVER),
        ((deferred("2022-02-01", "2022-02-10", "AZ"),), "2022-02-06", "DUE", None),
        ((contra("2022-02-01"),), "2022-01-31", "DUE", None),
        ((contra("2022-02-01"),), "2022-02-01", "CONTRAINDICATED", None),
        ((contra("2022-02-01", until="2022-02-20"),), "2022-02-19", "CONTRAINDICATED", None),
        ((contra("2022-02-01", until="2022-02-20"),), "2022-02-20", "DUE", None),
        ((contra("2022-02-01", "AZ"),), "2022-02-06", "DUE", None),
    ],
)
def test_screenings(screenings, on, state, until):
    found_state, found = ask(person(screened=screenings), on)
    assert (found_state, found.deferred_until) == (state, until)


def test_a_deferral_of_the_only_product_defers_the_person():
    someone = person("VERO 2021-12-15", screened=(deferred("2022-02-01", "2022-02-20", "VERO"),))
    assert [ask(someone, on)[0] for on in ("2022-01-31", "2022-02-01", "2022-02-19", "2022-02-20")] == [
        "OVERDUE", "DEFERRED", "DEFERRED", "OVERDUE",
    ]  # fmt: skip


def test_a_contraindication_is_per_product():
    someone = person("AZ 2021-05-01", screened=(contra("2021-05-02", "AZ"),))
    state, found = ask(someone, "2021-07-21")
    assert (state, found.next_type, found.products, found.due_on) == ("CONTRAINDICATED", None, (), None)
    state, found = ask(someone, "2021-07-22")  # Pfizer may follow from that day
    assert (state, following(found), found.products) == ("DUE", "BASIC 2", ("PFZ",))


def test_a_contraindication_is_for_every_presentation_of_the_vaccine():
    assert (
        ask(person("HAYAT 2021-10-01", screened=(contra("2021-10-02", "VERO"),)), "2022-02-06")[0]
        == "CONTRAINDICATED"
    )


def test_states_come_in_the_order_of_the_contract():
    everything = {"infected": "2022-02-01", "screened": (contra("2022-01-01"),)}
    assert ask(person(None, born="2015", **everything), "2022-02-06")[0] == "NOT_ELIGIBLE_AGE"
    assert ask(person(None, born="2003", **everything), "2021-07-06")[0] == "CHECK_AGE"
    assert ask(person(None, **everything), "2022-02-06")[0] == "UNKNOWN_HISTORY"
    assert ask(person("", **everything), "2022-02-06")[0] == "CONTRAINDICATED"
    assert ask(person("PFZ 2022-02-01", infected="2022-02-02"), "2022-02-06")[0] == "NOT_YET_DUE"
    assert ask(person("AZ 2021-08-01", infected="2022-02-02"), "2022-02-06")[0] == "DEFERRED"
    assert ask(person("AZ 2021-08-01"), "2022-02-06")[0] == "OVERDUE"
    done = person("PFZ 2021-06-01, PFZ 2021-07-01, PFZ 2022-01-02", screened=(contra("2022-01-03"),))
    assert ask(done, "2022-02-06")[0] == "COMPLETE"


def test_an_unknown_history_is_not_a_history_of_none():
    _, unknown = ask(person(None), "2022-02-06")
    _, none = ask(person(""), "2022-02-06")
    assert (unknown.valid_doses, none.valid_doses) == (None, 0)
    assert unknown.closed_reason == "UNKNOWN_HISTORY"


# ---------------------------------------------------------------- dates that are not exact


def test_an_imprecise_dose_is_due_only_when_it_is_certain():
    someone = person("AZ 2021-06, AZ 2021-10")  # the last one between 1 and 31 October
    state, found = ask(someone, "2022-01-15")
    assert counted(found) == ["BASIC 1", "BASIC 2"]
    assert (found.earliest_on, found.due_on, state) == (day("2022-01-01"), day("2022-01-31"), "NOT_YET_DUE")


def test_an_imprecise_dose_counts_if_it_can():
    assert counted(ask(person("PFZ 2021-08-15, PFZ 2021-09"), "2022-02-06")[1]) == ["BASIC 1", "BASIC 2"]
    # 21 days fit between 5 August and the rest of August, and before 25 August; not around 15 August
    assert counted(ask(person("PFZ 2021-08-05, PFZ 2021-08"), "2022-02-06")[1]) == ["BASIC 1", "BASIC 2"]
    assert counted(ask(person("PFZ 2021-08-25, PFZ 2021-08"), "2022-02-06")[1]) == ["BASIC 1", "BASIC 2"]
    assert counted(ask(person("PFZ 2021-08-15, PFZ 2021-08"), "2022-02-06")[1]) == ["BASIC 1", "TOO_EARLY"]
    assert counted(ask(person("PFZ 2021-08, PFZ 2021-08"), "2022-02-06")[1]) == ["BASIC 1", "BASIC 2"]
    assert counted(ask(person("MOD 2021-08-15, MOD 2021-08-31"), "2022-02-06")[1]) == ["BASIC 1", "TOO_EARLY"]
    assert counted(ask(person("AZ 2021-03"), "2022-02-06")[1]) == ["BASIC 1"]
    assert counted(ask(person("AZ 2021-02"), "2022-02-06")[1]) == ["BEFORE_PROGRAMME"]


def test_a_shot_that_does_not_count_is_still_in_the_arm():
    """By the letter dose 2 may be given 21 days after dose 1; the list asks for it 21 days after the last shot."""
    someone = person("PFZ 2021-10-06, PFZ 2021-10-20")
    state, found = ask(someone, "2021-10-28")
    assert (found.earliest_on, found.due_on) == (day("2021-10-27"), day("2021-11-10"))
    assert state == "NOT_YET_DUE"
    assert [reason.code for reason in found.reasons] == ["TOO_EARLY", "INT.basic.PFZ"]


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


# ---------------------------------------------------------------- the range for which the answer holds


@pytest.mark.parametrize(
    ("someone", "on", "holds_from", "holds_until"),
    [
        (person(""), "2022-02-06", "2021-12-21", "2022-03-01"),
        (person("VERO 2021-10-01, VERO 2021-10-22"), "2021-12-25", "2021-12-21", "2022-01-23"),  # window closes
        (person("VERO 2021-10-01, VERO 2021-10-22"), "2022-02-06", "2022-01-23", "2022-03-01"),
        (person("PFZ 2022-02-01"), "2022-02-06", "2022-02-01", "2022-03-01"),
        (person("", pregnant="30 2021-11-28"), "2022-02-06", "2021-12-21", "2022-02-20"),  # over at 42 weeks
        (person("", screened=(contra("2022-01-10", until="2022-02-20"),)), "2022-02-06", "2022-01-10", "2022-02-20"),
        (person("", born="2004-02-20"), "2022-02-06", "2021-12-21", "2022-02-20"),
        (person(""), "2023-01-01", "2022-06-23", FOREVER.isoformat()),
    ],
)  # fmt: skip
def test_an_answer_says_for_which_days_it_holds(someone, on, holds_from, holds_until):
    _, found = ask(someone, on)
    assert (found.holds_from, found.holds_until) == (day(holds_from), day(holds_until))


def test_a_named_version_is_used_whatever_the_day():
    someone, on = person("AZ 2021-06-01, AZ 2021-08-31"), day("2022-02-06")
    old = forecast(someone, on, RULES, RULES.version("VN-COVID-2021-12-12"))
    assert (old.rules, old.due_on, state_on(old, on)) == (
        "VN-COVID-2021-12-12",
        day("2022-02-28"),
        "NOT_YET_DUE",
    )


def test_there_are_no_rules_before_the_first_dose():
    with pytest.raises(LookupError, match="2021-03-08"):
        forecast(person(""), day("2021-03-07"), RULES)
