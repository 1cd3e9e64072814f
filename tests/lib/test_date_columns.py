"""The order of day and month is decided per column, by evidence or by a person (IMP-05, 06)."""

from datetime import date, datetime

import pytest

from lib.date_columns import Verdict, decide_column
from lib.spreadsheets.cells import CellError

DMY = [f"{day:02}/0{month}/1985" for day in range(1, 29) for month in (1, 5, 9)]
MDY = [f"0{month}/{day:02}/1985" for day in range(1, 29) for month in (1, 5, 9)]
EITHER = [f"{day}/{month}/1985" for day in range(2, 12) for month in range(2, 12)]


@pytest.mark.parametrize(
    ("values", "verdict", "order", "needs_answer"),
    [
        (DMY, Verdict.DMY, "dmy", False),
        ([*DMY, "", None, "không rõ"], Verdict.DMY, "dmy", False),
        ([*DMY, *DMY, "5/15/1985"], Verdict.DMY, "dmy", False),  # one slip is a row error, not a format
        (MDY, Verdict.MDY, "mdy", True),
        (EITHER, Verdict.AMBIGUOUS, "dmy", True),
        (DMY + MDY, Verdict.MIXED, "dmy", True),
        (["1985", "1972", 1960], Verdict.YEAR_ONLY, "dmy", False),
        ([31182, 31183.5, "31184"], Verdict.SERIALS, "dmy", False),
        (["1985-05-15", "1985-03-04"], Verdict.ISO, "dmy", False),
        ([date(1985, 5, 15), datetime(1985, 3, 4, 7)], Verdict.DATES, "dmy", False),
        (["", None, "  "], Verdict.EMPTY, "dmy", False),
        (["abc"], Verdict.EMPTY, "dmy", False),
        ([CellError("#N/A"), True, date(1985, 5, 15)], Verdict.DATES, "dmy", False),
    ],
)
def test_a_column_shows_which_way_round_it_writes(values, verdict, order, needs_answer):
    found = decide_column(values)
    assert (found.verdict, found.order, found.needs_answer) == (verdict, order, needs_answer)


def test_an_ambiguous_column_shows_three_conversions_in_words():
    found = decide_column(["03/04/1985", "03/04/1985", "07/08/1990", "11/12/1972", "01/02/1960"])
    assert found.needs_answer
    assert [(sample.raw, sample.as_dmy, sample.as_mdy) for sample in found.samples] == [
        ("03/04/1985", "ngày 3 tháng 4 năm 1985", "ngày 4 tháng 3 năm 1985"),
        ("07/08/1990", "ngày 7 tháng 8 năm 1990", "ngày 8 tháng 7 năm 1990"),
        ("11/12/1972", "ngày 11 tháng 12 năm 1972", "ngày 12 tháng 11 năm 1972"),
    ]


def test_a_column_of_every_kind_is_counted_cell_by_cell():
    values = [
        date(1985, 5, 15),
        31182,
        "15/05/1985",
        "5/15/1985",
        "1985",
        "05/1985",
        "3/4/85",
        "15/05/1985 ",
        "",
        "x",
    ]
    found = decide_column(values)
    assert found.verdict is Verdict.MIXED
    assert found.counts == {
        "date": 1,
        "serial": 1,
        "day_first": 2,
        "month_first": 1,
        "year": 1,
        "month": 1,
        "either": 1,
        "two_digit_year": 1,
        "iso": 0,
        "empty": 1,
        "other": 1,
    }


def test_many_first_of_januaries_mean_that_only_the_year_was_known():
    days = [f"{day}/{month}/1960" for day in range(13, 28) for month in range(1, 13)]  # 180 cells
    assert not decide_column([*days, *["01/01/1960"] * 5]).probably_year_only
    assert decide_column([*days, *["01/01/1960"] * 6]).probably_year_only
    assert decide_column([date(1950, 1, 1), date(1960, 1, 1)]).probably_year_only


def test_dates_swapped_by_an_american_excel_are_noticed():
    """dd/mm text opened there: 05/04 became a true 4 May, 15/04 stayed text."""
    swapped = [datetime(1985, day, month) for day in range(1, 13) for month in (3, 4)]
    left_as_text = [f"{day}/04/1985" for day in range(13, 31)]
    found = decide_column([*swapped, *left_as_text])
    assert found.swapped_by_excel
    assert found.verdict is Verdict.MIXED
    assert found.needs_answer


def test_true_dates_beside_text_are_not_called_swapped():
    found = decide_column([*[date(1985, 5, day) for day in range(1, 29)], *DMY])
    assert not found.swapped_by_excel
    assert found.verdict is Verdict.DMY
