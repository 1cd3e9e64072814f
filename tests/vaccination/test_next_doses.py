"""The next dose, by the rule of the day asked about: what, when, with which products. Dates are worked out by hand."""

import pytest

from tests.vaccination.written_histories import RULES, ask, day, following, person
from vaccination.eligibility import forecast, load_family

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
