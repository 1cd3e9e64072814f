"""One definition of a column gives the page, the file and the interface."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from lib.columns import Column, Kind, plain_text, select, vietnamese_number
from lib.dates_vn import PartialDate


def column(kind):
    return Column("x", "Tiêu đề", "Title", lambda row: row, kind)


@pytest.mark.parametrize(
    ("kind", "value", "text", "plain", "typed", "json"),
    [
        (Kind.TEXT, "Lan", "Lan", "Lan", "Lan", "Lan"),
        (Kind.TEXT, None, "", "", None, None),
        (Kind.TEXT, "", "", "", None, ""),
        (Kind.ID, "027085001234", "027085001234", "027085001234", "027085001234", "027085001234"),
        (Kind.ID, 123, "123", "123", "123", 123),
        (Kind.NUMBER, 1234567, "1.234.567", "1234567", 1234567, 1234567),
        (Kind.NUMBER, 1234.5, "1.234,5", "1234.5", 1234.5, 1234.5),
        (Kind.NUMBER, Decimal("0.25"), "0,25", "0.25", 0.25, Decimal("0.25")),
        (Kind.NUMBER, None, "", "", None, None),
        (Kind.NUMBER, "–", "–", "–", "–", "–"),
        (Kind.DATE, date(2022, 2, 6), "06/02/2022", "06/02/2022", date(2022, 2, 6), "2022-02-06"),
        (
            Kind.DATE,
            datetime(2022, 2, 6, 8),
            "06/02/2022",
            "06/02/2022",
            date(2022, 2, 6),
            "2022-02-06T08:00:00",
        ),
        (Kind.PARTIAL_DATE, PartialDate(1972), "1972", "1972", "1972", "1972"),
        (Kind.PARTIAL_DATE, PartialDate(1972, 3), "03/1972", "03/1972", "03/1972", "1972-03"),
        (
            Kind.PARTIAL_DATE,
            PartialDate(1972, 3, 5),
            "05/03/1972",
            "05/03/1972",
            date(1972, 3, 5),
            "1972-03-05",
        ),
        (Kind.BOOL, True, "Có", "Có", "Có", True),
        (Kind.BOOL, False, "Không", "Không", "Không", False),
    ],
)
def test_a_cell_in_each_of_its_forms(kind, value, text, plain, typed, json):
    shown = column(kind)
    assert (shown.text(value), shown.plain(value), shown.typed(value), shown.json(value)) == (
        text,
        plain,
        typed,
        json,
    )


def test_titles_follow_the_language_and_fall_back():
    assert (column(Kind.TEXT).title(), column(Kind.TEXT).title("en")) == ("Tiêu đề", "Title")
    assert Column("x", "Tiêu đề", "", str).title("en") == "Tiêu đề"


def test_widths_suit_the_kind_unless_given():
    assert column(Kind.DATE).characters == 12
    assert Column("x", "", "", str, width=30).characters == 30
    assert column(Kind.NUMBER).aligned_right
    assert not column(Kind.ID).aligned_right


def test_columns_are_chosen_by_key_in_the_given_order():
    shown = [Column(key, key, key, str) for key in ("a", "b", "c")]
    assert [each.key for each in select(shown, ["c", "a"])] == ["c", "a"]
    with pytest.raises(KeyError):
        select(shown, ["d"])


def test_whole_numbers_have_no_decimals():
    assert vietnamese_number(1000.0) == "1.000"
    assert plain_text(1000.0) == "1000"
