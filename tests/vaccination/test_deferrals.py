"""Deferrals and contraindications: from which day, until which day, for which products."""

import pytest

from tests.vaccination.written_histories import ask, contra, day, deferred, following, person
from vaccination.eligibility import FOREVER, Screening


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
