"""Dates as people write them: read with their precision, not shifted, not guessed (IMP-05, 08, 09, 11)."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from lib.dates_vn import DateProblem, PartialDate, Precision, from_serial, parse, parse_cached

TODAY = date(2022, 2, 6)


@pytest.mark.parametrize(
    ("raw", "iso"),
    [
        ("15/05/1985", "1985-05-15"),
        ("5/5/85", "1985-05-05"),
        ("5-5-1985", "1985-05-05"),
        ("15.05.1985", "1985-05-15"),
        ("15 05 1985", "1985-05-15"),
        ("15 / 5 / 1985", "1985-05-15"),
        ("15／05／1985", "1985-05-15"),
        (" 15/05/1985\u00a0", "1985-05-15"),
        ("'15/05/1985", "1985-05-15"),
        ("1985-05-15", "1985-05-15"),
        ("1985/5/15", "1985-05-15"),
        ("15-May-85", "1985-05-15"),
        ("15 May 1985", "1985-05-15"),
        ("ngày 5 tháng 3 năm 1972", "1972-03-05"),
        ("1985", "1985"),
        ("năm 1985", "1985"),
        ("khoảng 1950", "1950"),
        ("00/00/1985", "1985"),
        ("//1985", "1985"),
        ("xx/xx/1985", "1985"),
        ("1985.0", "1985"),
        ("05/1985", "1985-05"),
        ("5/1985", "1985-05"),
        ("1985-05", "1985-05"),
        ("00/05/1985", "1985-05"),
        ("tháng 5 năm 1985", "1985-05"),
        (1985, "1985"),
        (1985.0, "1985"),
        (31182, "1985-05-15"),
        (31182.0, "1985-05-15"),
        ("31182", "1985-05-15"),
        (36526, "2000-01-01"),
        (44600, "2022-02-08"),
        (date(1985, 5, 15), "1985-05-15"),
        ("29/02/2020", "2020-02-29"),
    ],
)
def test_a_cell_is_read_with_its_precision(raw, iso):
    assert parse(raw, births=True, on=date(2022, 3, 1)).iso() == iso


@pytest.mark.parametrize(
    "raw",
    [
        "03/08/2021 00:00",
        "03/08/2021 23:59:59",
        "2021-08-03 23:59:59.999",
        "2021-08-03T00:00:00",
        "2021-08-03T00:00:00+07:00",
        "2021-08-03T00:00:00Z",
        "2021-08-03T23:30:00+09:00",
        "2021-08-02T17:00:00Z",  # midnight in Vietnam, written in UTC
        "2021-08-02T17:00:00.000Z",
        "03/08/2021 07:30 SA",
        datetime(2021, 8, 3, 0, 0),
        datetime(2021, 8, 3, 23, 59),
        datetime(2021, 8, 3, tzinfo=UTC),
        datetime(2021, 8, 3, 23, 30, tzinfo=timezone(timedelta(hours=7))),
        44411.0,
        44411.999,
    ],
)
def test_a_time_of_day_never_shifts_the_day(raw):
    assert parse(raw) == PartialDate(2021, 8, 3)


@pytest.mark.parametrize(
    ("raw", "code", "proposal"),
    [
        ("", "empty", None),
        ("  ", "empty", None),
        (None, "empty", None),
        ("không rõ", "not_a_date", None),
        ("15/05/185", "not_a_date", None),
        ("15/13/13", "not_a_date", None),
        ("13/13/1985", "not_a_date", None),
        ("12/1", "not_a_date", None),
        (12, "not_a_date", None),
        (0, "not_a_date", None),
        (-31182, "not_a_date", None),
        (float("nan"), "not_a_date", None),
        (True, "not_a_date", None),
        ("5/15/1985", "month_over_12", "1985-05-15"),
        ("29/02/2021", "no_such_day", "2021-02"),
        ("31/04/1985", "no_such_day", "1985-04"),
        ("15051985", "run_together", "1985-05-15"),
        (15051985, "run_together", "1985-05-15"),
        (5051985, "run_together", "1985-05-05"),
        ("19850515", "run_together", "1985-05-15"),
        ("01/01/1899", "too_early", None),
        ("1899", "not_a_date", None),
        ("0950", "not_a_date", None),
        ("2950", "not_a_date", None),
        (1899, "not_a_date", None),
        (2950, "not_a_date", None),
        (4018, "not_a_date", None),
        ("07/02/2022", "in_future", None),
        ("2023", "in_future", None),
    ],
)
def test_what_is_no_date_says_so_and_proposes(raw, code, proposal):
    with pytest.raises(DateProblem) as caught:
        parse(raw, on=TODAY)
    assert caught.value.code == code
    assert (caught.value.proposal.iso() if caught.value.proposal else None) == proposal
    assert caught.value.message
    assert "{" not in caught.value.message


def test_a_future_day_names_both_days():
    with pytest.raises(DateProblem, match=r"Ngày 12/02/2022 sau hôm nay \(06/02/2022\)\."):
        parse("12/02/2022", on=TODAY)


def test_today_is_not_the_future():
    assert parse("06/02/2022", on=TODAY) == PartialDate(2022, 2, 6)
    assert parse("2022", on=TODAY) == PartialDate(2022)


def test_month_before_day_only_when_the_column_was_declared_so():
    assert parse("5/15/1985", order="mdy") == PartialDate(1985, 5, 15)
    assert parse("3/4/1985", order="mdy") == PartialDate(1985, 3, 4)
    assert parse("3/4/1985") == PartialDate(1985, 4, 3)
    assert parse("1985-03-04", order="mdy") == PartialDate(1985, 3, 4)
    with pytest.raises(DateProblem) as caught:
        parse("15/5/1985", order="mdy")
    assert caught.value.code == "month_over_12"


@pytest.mark.parametrize(
    ("raw", "births", "youngest", "year"),
    [
        ("15/5/85", True, 0, 1985),
        ("15/5/22", True, 0, 2022),  # a child of this year
        ("15/5/23", True, 0, 1923),  # 2023 is still to come
        ("15/5/10", True, 0, 2010),
        ("15/5/10", True, 18, 1910),  # a list of adults
        ("15/5/04", True, 18, 2004),
        ("15/5/21", False, 0, 2021),  # a day of vaccination
    ],
)
def test_two_digit_year_finds_its_century_by_plausible_age(raw, births, youngest, year):
    assert parse(raw, births=births, youngest=youngest, on=date(2022, 12, 31)).year == year


@pytest.mark.parametrize(
    ("serial", "day"),
    [
        (1, date(1900, 1, 1)),
        (59, date(1900, 2, 28)),
        (61, date(1900, 3, 1)),
        (31182, date(1985, 5, 15)),
        (44598, date(2022, 2, 6)),
    ],
)
def test_excel_serials_count_a_leap_day_that_never_was(serial, day):
    assert from_serial(serial) == day


@pytest.mark.parametrize(
    ("value", "shown", "words", "precision", "earliest", "latest"),
    [
        (
            PartialDate(2022, 2, 6),
            "06/02/2022",
            "ngày 6 tháng 2 năm 2022",
            Precision.DAY,
            date(2022, 2, 6),
            date(2022, 2, 6),
        ),
        (
            PartialDate(2024, 2),
            "02/2024",
            "tháng 2 năm 2024",
            Precision.MONTH,
            date(2024, 2, 1),
            date(2024, 2, 29),
        ),
        (PartialDate(1972), "1972", "năm 1972", Precision.YEAR, date(1972, 1, 1), date(1972, 12, 31)),
    ],
)
def test_a_partial_date_never_pretends_to_know_more(value, shown, words, precision, earliest, latest):
    assert str(value) == shown
    assert value.in_words() == words
    assert value.precision is precision
    assert (value.earliest, value.latest) == (earliest, latest)
    assert PartialDate.from_iso(value.iso()) == value
    assert value.as_date() == (earliest if precision is Precision.DAY else None)


def test_partial_dates_sort_with_the_vaguer_first():
    in_order = [PartialDate(1971, 12, 31), PartialDate(1972), PartialDate(1972, 1), PartialDate(1972, 1, 1)]
    assert sorted(in_order) == in_order


@pytest.mark.parametrize(
    ("left", "right", "may_be", "before"),
    [
        ("1972", "1972-03-05", True, None),
        ("1972-04", "1972-03-05", False, False),
        ("1971", "1972-03-05", False, True),
        ("1972-03-04", "1972-03-05", False, True),
        ("1972-03-05", "1972-03-05", True, False),
        ("1972-03", "1972", True, None),
    ],
)
def test_comparison_is_three_valued(left, right, may_be, before):
    left, right = PartialDate.from_iso(left), PartialDate.from_iso(right)
    assert left.may_be(right) is right.may_be(left) is may_be
    assert left.is_before(right) is before


@pytest.mark.parametrize("text", ["1985-5", "85", "1985-13", "1985-02-30", "15/05/1985", ""])
def test_iso_form_is_strict(text):
    with pytest.raises(ValueError):
        PartialDate.from_iso(text)


def test_a_day_needs_its_month():
    with pytest.raises(ValueError):
        PartialDate(1985, None, 5)


def test_cached_reading_is_the_same_reading():
    assert parse_cached("3/4/1985") == parse_cached("3/4/1985") == parse("3/4/1985")
    assert parse_cached("3/4/1985", "mdy") == PartialDate(1985, 3, 4)
