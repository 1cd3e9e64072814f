"""The engine of CDSi over the schedule US-2021-05: dose by dose, series by series, dates. Expectations by hand."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.vaccination import cdsi_cases
from vaccination.cdsi import answering, reading
from vaccination.cdsi.durations import Duration
from vaccination.eligibility import Dose, PartialDate, Person, Screening, state_on

US = reading.load_schedule("US-2021-05")
CASES = cdsi_cases.read(Path(__file__).parent / "files" / "cdsi-cases.csv")
NAMED = {"PFZ": "208", "MOD": "207", "JAN": "212", "ANY": "213", "AZ": "210"}


def doses(text):
    """`PFZ 2021-05-01, MOD 2021-05-06`; a number stands for its CVX code."""
    split = [part.split() for part in text.split(",") if part.strip()]
    return tuple(Dose(PartialDate.parse(day), NAMED.get(name, name)) for name, day in split)


def ask(given="", on="2021-06-30", born="1990-03-02", schedule=US, observations=(), **facts):
    person = Person(PartialDate.parse(born), None if given is None else doses(given), **facts)
    return answering.forecast(person, date.fromisoformat(on), schedule, frozenset(observations))


def verdicts(answer):
    return [judged.reason or " ".join([judged.status, *judged.notes]) for judged in answer.judged]


def dates(answer):
    found = answer.forecast
    return tuple(day and day.isoformat() for day in (found.earliest_on, found.due_on, found.overdue_on))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_case_in_the_publishers_table_has_its_answer(case):
    assert cdsi_cases.found(case) == case.expected, case.name


def test_a_wrong_expectation_in_the_table_would_show():
    assert len(CASES) >= 30
    case = next(case for case in CASES if case.expected.past_due)
    assert cdsi_cases.found(case) != case.expected._replace(past_due="2021-01-01")


# ---------------------------------------------------------------- lengths of time


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("21 days - 4 days", "2021-04-19", "2021-05-06"),
        ("28 days - 4 days", "2021-04-12", "2021-05-06"),
        ("0 days", "2021-04-12", "2021-04-12"),
        ("12 years", "2009-05-10", "2021-05-10"),
        ("18 years", "2004-02-29", "2022-03-01"),
        ("6 months", "2021-08-31", "2022-03-01"),
        ("1 month + 1 week", "2021-01-31", "2021-03-08"),
        ("12 years - 4 days", "2009-05-10", "2021-05-06"),
        ("2 weeks", "2021-12-25", "2022-01-08"),
    ],
)
def test_lengths_add_months_first_and_roll_into_the_next_month(text, start, end):
    assert Duration.parse(text).after(date.fromisoformat(start)) == date.fromisoformat(end)


@pytest.mark.parametrize("text", ["", "21", "days", "21 days 4 days", "21 d", "three weeks", "21 days -"])
def test_a_length_that_is_not_one_is_refused(text):
    with pytest.raises(ValueError):
        Duration.parse(text)


# ---------------------------------------------------------------- intervals


@pytest.mark.parametrize(
    ("product", "days", "verdict"),
    [
        ("PFZ", 16, "VALID INTERVAL_ALLOWABLE"),
        ("PFZ", 17, "VALID INTERVAL_GRACE"),
        ("PFZ", 18, "VALID INTERVAL_GRACE"),
        ("PFZ", 20, "VALID INTERVAL_GRACE"),
        ("PFZ", 21, "VALID"),
        ("PFZ", 22, "VALID"),
        ("MOD", 23, "VALID INTERVAL_ALLOWABLE"),
        ("MOD", 24, "VALID INTERVAL_GRACE"),
        ("MOD", 25, "VALID INTERVAL_GRACE"),
        ("MOD", 27, "VALID INTERVAL_GRACE"),
        ("MOD", 28, "VALID"),
    ],
)
def test_how_a_second_dose_comes_to_be_valid(product, days, verdict):
    second = date.fromordinal(date(2021, 5, 1).toordinal() + days)
    answer = ask(f"{product} 2021-05-01, {product} {second}")
    assert verdicts(answer) == ["VALID", verdict]
    assert answer.outlook.status == "COMPLETE"


@pytest.fixture
def edited(tmp_path):
    """The schedule with pieces of the publisher's text put otherwise, for what this version does not use."""

    def edit(**pieces):
        text = (reading.CDSI_FOLDER / "covid-19-supporting-data-2021-05.xml").read_text(encoding="utf-8")
        for tag, value in pieces.items():
            found = re.subn(rf"<{tag}/>|<{tag}>.*?</{tag}>", f"<{tag}>{value}</{tag}>", text, flags=re.DOTALL)
            text, count = found
            assert count
        (tmp_path / "covid-19-supporting-data-2021-05.xml").write_text(text, encoding="utf-8")
        (tmp_path / "us.json").write_bytes((reading.CDSI_FOLDER / "us-2021-05.json").read_bytes())
        return reading.read_schedule(tmp_path / "us.json")

    return edit


@pytest.fixture
def strict(edited):
    """Without the allowable intervals, which this version has and others do not."""
    return edited(allowableInterval="")


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ("PFZ 2021-05-01, PFZ 2021-05-17", ["VALID", "TOO_EARLY"]),
        ("PFZ 2021-05-01, PFZ 2021-05-18", ["VALID", "VALID INTERVAL_GRACE"]),
        ("MOD 2021-05-01, MOD 2021-05-24", ["VALID", "TOO_EARLY"]),
        ("MOD 2021-05-01, MOD 2021-05-25", ["VALID", "VALID INTERVAL_GRACE"]),
        # counted from the dose that was too early; and no grace after a dose refused for its interval
        ("PFZ 2021-05-01, PFZ 2021-05-11, PFZ 2021-05-31", ["VALID", "TOO_EARLY", "TOO_EARLY"]),
        ("PFZ 2021-05-01, PFZ 2021-05-11, PFZ 2021-06-01", ["VALID", "TOO_EARLY", "VALID"]),
    ],
)
def test_without_an_allowable_interval_a_dose_can_be_too_early(strict, given, verdict):
    assert verdicts(ask(given, schedule=strict)) == verdict


def test_the_next_dose_counts_from_one_that_was_too_early(strict):
    assert dates(ask("PFZ 2021-05-01, PFZ 2021-05-11", schedule=strict)) == (
        "2021-06-01",
        "2021-06-01",
        "2021-06-21",
    )


# ---------------------------------------------------------------- ages, products, slips


def test_janssen_waits_28_days_after_another_product_but_counts_sooner():
    peg = ask("PFZ 2021-05-01", observations=["188"])
    assert peg.outlook.course.series.name == "1-dose Janssen series"
    assert (dates(peg), peg.forecast.products) == (("2021-05-29", "2021-05-29", None), ("JAN",))
    assert verdicts(ask("PFZ 2021-05-01, JAN 2021-05-28")) == ["INADVERTENT", "VALID INTERVAL_GRACE"]
    assert verdicts(ask("PFZ 2021-05-01, JAN 2021-05-29")) == ["INADVERTENT", "VALID"]


def test_a_young_recipient_of_moderna_has_grace_and_an_allowable_vaccine():
    answer = ask("MOD 2021-05-01", born="2006-07-01")
    assert verdicts(answer) == ["VALID AGE_GRACE VACCINE_ALLOWABLE"]
    assert state_on(answer.forecast, date(2021, 6, 30)) == "NOT_ELIGIBLE_AGE"
    assert dates(answer)[0] == "2024-07-01"


@pytest.mark.parametrize(
    ("on", "state"),
    [("2021-05-20", "NOT_YET_DUE"), ("2021-05-21", "NOT_YET_DUE"), ("2021-05-22", "DUE"), ("2021-06-11", "DUE"),
     ("2021-06-12", "OVERDUE")],
)  # fmt: skip
def test_the_state_follows_the_dates(on, state):
    answer = ask("PFZ 2021-05-01", on=on)
    assert dates(answer) == ("2021-05-22", "2021-05-22", "2021-06-11")
    assert state_on(answer.forecast, date.fromisoformat(on)) == state


@pytest.mark.parametrize(
    ("born", "state"),
    [
        ("2009-07-01", "NOT_ELIGIBLE_AGE"),
        ("2009-06-30", "DUE"),
        ("2009", "CHECK_AGE"),
        ("2009-05", "DUE"),
        ("2010", "NOT_ELIGIBLE_AGE"),
    ],
)
def test_twelve_years_are_needed(born, state):
    assert state_on(ask(born=born).forecast, date(2021, 6, 30)) == state


def test_a_maximum_age_ends_on_the_birthday(edited):
    """No dose of this version has one."""
    until_65 = edited(maxAge="65 years")

    def first(born):
        answer = ask("PFZ 2021-05-01", born=born, schedule=until_65)
        return verdicts(answer), answer.outlook.status

    assert first("1956-05-02") == (["VALID"], "AGED_OUT")
    assert first("1956-07-01") == (["VALID"], "NOT_COMPLETE")
    assert first("1956-05-01") == (["AGE"], "AGED_OUT")
    assert first("1956-06-30")[1] == "AGED_OUT"
    assert state_on(ask(born="1956-06-30", schedule=until_65).forecast, date(2021, 6, 30)) == "COMPLETE"
    assert ask(born="1990", schedule=until_65).forecast.latest_on == date(2055, 12, 30)


def test_there_is_no_grace_for_the_age_after_a_dose_refused_for_its_interval(edited):
    strict = edited(allowableInterval="", absMinAge="11 years", minAge="12 years")
    given = "PFZ 2021-04-01, PFZ 2021-04-11, PFZ 2021-05-20"
    assert verdicts(ask(given, born="2009-07-01", schedule=strict)) == [
        "VALID AGE_GRACE VACCINE_ALLOWABLE",
        "TOO_EARLY",
        "AGE",
    ]
    assert verdicts(ask(given, born="2009-05-20", schedule=strict)) == [
        "VALID AGE_GRACE VACCINE_ALLOWABLE",
        "TOO_EARLY",
        "VALID",
    ]
    assert verdicts(ask("PFZ 2021-04-01", born="2010-04-02", schedule=strict)) == ["AGE"]
    assert verdicts(ask("PFZ 2021-04-01", born="2010-04-01", schedule=strict)) == [
        "VALID AGE_GRACE VACCINE_ALLOWABLE"
    ]


def test_an_inadvertent_vaccine_of_the_data_is_refused_before_anything_else(edited):
    found = edited(inadvertentVaccine="<vaccineType>x</vaccineType><cvx>208</cvx>")
    assert verdicts(ask("PFZ 2021-05-01", schedule=found)) == ["INADVERTENT"]


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ("PFZ 2021-05-01, PFZ 2021-05-01", ["VALID", "DUPLICATE"]),
        ("PFZ 2021-05-01, MOD 2021-05-01", ["VALID", "VALID INTERVAL_ALLOWABLE"]),
        ("PFZ 1989-05-01, PFZ 2021-05-01", ["BEFORE_BIRTH", "VALID"]),
        ("PFZ 2021-05-01, PFZ 2021-07-01", ["VALID"]),  # the second one lies after the day of the question
        ("PFZ 2021-05, PFZ 2021-05-20", ["VALID", "VALID INTERVAL_GRACE"]),
        ("217 2021-05-01", ["WRONG_PRODUCT"]),
        ("9999 2021-05-01", ["WRONG_PRODUCT"]),
    ],
)
def test_slips_imprecise_days_and_products_of_elsewhere(given, verdict):
    found = sorted(verdicts(ask(given)))
    assert found == sorted(verdict)


def test_less_than_the_recommended_volume_counts_with_a_warning():
    little = Person(PartialDate.parse("1990"), (Dose(PartialDate.parse("2021-05-01"), "207", 0.25),))
    answer = answering.forecast(little, date(2021, 6, 30), US)
    assert [(one.status, one.reason, one.notes) for one in answer.judged] == [
        ("VALID", "VOLUME", ("VACCINE_ALLOWABLE",))
    ]


def test_the_recommended_volume_itself_is_in_order():
    enough = Person(PartialDate.parse("1990"), (Dose(PartialDate.parse("2021-05-01"), "207", 0.5),))
    (judged,) = answering.forecast(enough, date(2021, 6, 30), US).judged
    assert (judged.reason, judged.notes) == (None, ())


def test_products_of_a_first_dose_are_those_of_the_age():
    assert ask(born="2006-07-01").forecast.products == ("PFZ",)
    assert ask(born="2003-06-30").forecast.products == ("PFZ", "MOD", "JAN")
    assert ask(born="2003-07-01").forecast.products == ("PFZ",)


# ---------------------------------------------------------------- which series


@pytest.mark.parametrize(
    ("given", "series"),
    [
        ("", "2-dose Pfizer series"),  # the default one
        ("PFZ 2021-05-01", "2-dose Pfizer series"),  # sooner finished than the mixed one, and of one product
        ("MOD 2021-05-01", "2-dose Moderna series"),  # of one product
        ("ANY 2021-05-01", "2-dose mRNA series"),
        ("AZ 2021-05-01", "2-dose Pfizer series"),
        ("PFZ 2021-05-01, MOD 2021-05-29", "2-dose mRNA series"),
        ("PFZ 2021-05-01, PFZ 2021-05-22", "2-dose Pfizer series"),
        ("MOD 2021-05-01, MOD 2021-05-29", "2-dose Moderna series"),
        ("JAN 2021-05-01", "1-dose Janssen series"),
        ("PFZ 2021-05-01, JAN 2021-05-29", "1-dose Janssen series"),
        ("PFZ 2021-05-01, PFZ 2021-05-22, JAN 2021-06-10", "2-dose Pfizer series"),  # more valid doses
    ],
)
def test_the_series_that_fits_best_is_chosen(given, series):
    assert ask(given).outlook.course.series.name == series


def test_the_mixed_series_is_chosen_where_it_can_be_finished_years_before():
    answer = ask("MOD 2021-05-01, AZ 2021-05-10", born="2006-07-01")
    assert answer.outlook.course.series.name == "2-dose mRNA series"


def test_a_dose_written_twice_does_not_change_the_series():
    answer = ask("MOD 2021-05-01, MOD 2021-05-01", born="2006-07-01")
    assert answer.outlook.course.series.name == "2-dose Moderna series"


def test_fewer_doses_left_weigh_more_than_an_earlier_finish():
    """Made up: in this version all series that can be under way lack the same number of doses."""
    pfizer, _, _, mixed = US.series
    far = replace(pfizer.doses[1].intervals[0], min=Duration.parse("1 year"))
    two = replace(
        pfizer, name="two", preference=2, doses=(pfizer.doses[0], replace(pfizer.doses[1], intervals=(far,)))
    )
    three = replace(
        pfizer, name="three", preference=1, doses=(*pfizer.doses, replace(pfizer.doses[1], number=3))
    )
    answer = ask("PFZ 2021-05-01", schedule=replace(US, series=(three, two)))
    assert answer.outlook.course.series.name == "two"


# ---------------------------------------------------------------- contraindications and deferrals


def contra(product=None, until=None, on="2021-05-01", category="CONTRA"):
    return Screening(category, date.fromisoformat(on), until and date.fromisoformat(until), product)


@pytest.mark.parametrize(
    ("observations", "products"),
    [
        ([], ("PFZ", "MOD", "JAN")),
        (["187"], ("PFZ", "MOD")),
        (["188"], ("JAN",)),
        (["187", "188"], ()),
        (["122"], ()),
        (["080"], ()),
        (["999"], ("PFZ", "MOD", "JAN")),
    ],
)
def test_observations_of_the_publisher_bar_their_vaccines(observations, products):
    answer = ask(observations=observations)
    assert answer.forecast.products == products
    state = "DUE" if products else "CONTRAINDICATED"
    assert state_on(answer.forecast, date(2021, 6, 30)) == state


@pytest.mark.parametrize(
    ("screening", "products"),
    [
        (contra("208"), ("MOD", "JAN")),
        (contra("218"), ("MOD", "JAN")),  # another presentation of the same vaccine
        (contra(), ()),
        (contra("208", until="2021-06-30"), ("PFZ", "MOD", "JAN")),  # ended that day
        (contra("208", until="2021-07-01"), ("MOD", "JAN")),
        (contra("208", on="2021-07-01"), ("PFZ", "MOD", "JAN")),  # not yet known
    ],
)
def test_a_screening_bars_a_product_or_all(screening, products):
    assert ask(screenings=(screening,)).forecast.products == products


def test_a_mixed_series_goes_on_with_the_product_that_is_left():
    answer = ask("ANY 2021-05-01", screenings=(contra("207"),))
    assert (answer.outlook.course.series.name, answer.forecast.products) == ("2-dose mRNA series", ("PFZ",))


def test_a_contraindication_holds_until_the_age_the_data_gives(edited):
    until_31 = edited(contraindicationGuidance="", endAge="31 years")
    assert ask(born="1990-07-01", observations=["122"], schedule=until_31).forecast.products == ()
    assert ask(born="1990-06-30", observations=["122"], schedule=until_31).contraindications == ()


def test_a_complete_series_stays_complete_whatever_is_contraindicated():
    answer = ask("PFZ 2021-05-01, PFZ 2021-05-22", observations=["122"])
    assert state_on(answer.forecast, date(2021, 6, 30)) == "COMPLETE"


def test_a_deferral_holds_until_its_day_or_a_better_finding():
    def state(*screenings):
        return state_on(ask(screenings=screenings).forecast, date(2021, 6, 30))

    defer = contra(until="2021-07-01", category="DEFER")
    assert state(defer) == "DEFERRED"
    assert state(contra(until="2021-06-30", category="DEFER")) == "DUE"
    assert state(defer, contra(on="2021-06-01", category="ELIG")) == "DUE"
    assert state(contra(on="2021-04-30", category="ELIG"), defer) == "DEFERRED"  # found fit before, not since
    assert state(contra("208", until="2021-07-01", category="DEFER")) == "DUE"  # others are left
    every = [contra(cvx, until="2021-07-01", category="DEFER") for cvx in ("208", "207", "212")]
    assert state(*every) == "DEFERRED"
    longer = contra(until="2021-08-01", category="DEFER")
    assert ask(screenings=(longer, defer)).forecast.deferred_until == date(2021, 8, 1)


def test_an_unknown_history_is_not_an_empty_one():
    answer = ask(None)
    assert state_on(answer.forecast, date(2021, 6, 30)) == "UNKNOWN_HISTORY"
    assert answer.forecast.valid_doses is None
