"""Doses already given: each is judged by the rule of its own day, at its limits. Dates are worked out by hand."""

import pytest

from tests.vaccination.written_histories import ask, counted, day, following, person

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


@pytest.mark.parametrize(
    ("given", "born", "verdict"),
    [
        ("AZ 2021-06-01 0.5ml", "1980", "BASIC 1"),
        ("AZ 2021-06-01 0.25ml", "1980", "BASIC 1 (VOLUME)"),
        ("PFZ 2021-12-01 0.3ml", "2006-01-01", "BASIC 1"),
        ("PFZ 2021-12-01 0.5ml", "2006-01-01", "BASIC 1 (VOLUME)"),
        ("MOD 2021-12-01 0.25ml", "1980", "BASIC 1 (VOLUME)"),  # a half dose is for boosters and children
        ("MOD 2022-04-10 0.25ml", "2016-04", "BASIC 1"),  # six, perhaps: Moderna only if so
        ("MOD 2022-04-10 0.5ml", "2004-04", "BASIC 1"),  # eighteen, perhaps
        ("UNKNOWN 2021-12-01 0.7ml", "1980", "BASIC 1 (PRODUCT_UNKNOWN)"),
    ],
)
def test_a_volume_that_is_not_the_usual_one_is_warned_about_and_counts(given, born, verdict):
    assert counted(ask(person(given, born=born), "2022-05-01")[1]) == [verdict]
