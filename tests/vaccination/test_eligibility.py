"""The engine's answer as a whole: which state wins, vague dates, and for which days an answer holds."""

import pytest

from tests.vaccination.written_histories import RULES, ask, contra, counted, day, person
from vaccination.eligibility import FOREVER, forecast, state_on


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
