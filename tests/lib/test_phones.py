"""Telephone numbers as they stand in ward lists."""

import pytest

from lib import phones
from lib.phones import PhoneKind, PhoneProblem


@pytest.mark.parametrize(
    ("raw", "number", "repaired"),
    [
        ("0912345678", "0912345678", False),
        ("0912 345 678", "0912345678", False),
        ("0912.345.678", "0912345678", False),
        ("0912-345-678", "0912345678", False),
        ("(0912) 345678", "0912345678", False),
        ("'0912345678", "0912345678", False),
        ("+84912345678", "0912345678", False),
        ("+84 912 345 678", "0912345678", False),
        ("84912345678", "0912345678", False),
        ("+84 (0) 912 345 678", "0912345678", False),
        ("0084912345678", "0912345678", False),
        ("ĐT: 0912345678", "0912345678", False),
        (912345678, "0912345678", True),
        (912345678.0, "0912345678", True),
        ("912345678", "0912345678", True),
        ("02223821234", "02223821234", False),
        ("0222 3821 234", "02223821234", False),
        (2223821234, "02223821234", True),
        ("+84 222 3821 234", "02223821234", False),
        ("0222/3821234", "02223821234", False),
    ],
)
def test_a_number_is_kept_in_its_national_form(raw, number, repaired):
    found = phones.parse(raw)
    assert (found.number, found.repaired) == (number, repaired)
    assert found.kind is (PhoneKind.FIXED if number.startswith("02") else PhoneKind.MOBILE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("01621234567", "0321234567"),
        ("01631234567", "0331234567"),
        ("01641234567", "0341234567"),
        ("01651234567", "0351234567"),
        ("01661234567", "0361234567"),
        ("01671234567", "0371234567"),
        ("01681234567", "0381234567"),
        ("01691234567", "0391234567"),
        ("01201234567", "0701234567"),
        ("01211234567", "0791234567"),
        ("01221234567", "0771234567"),
        ("01261234567", "0761234567"),
        ("01281234567", "0781234567"),
        ("01231234567", "0831234567"),
        ("01241234567", "0841234567"),
        ("01251234567", "0851234567"),
        ("01271234567", "0811234567"),
        ("01291234567", "0821234567"),
        ("01861234567", "0561234567"),
        ("01881234567", "0581234567"),
        ("01991234567", "0591234567"),
    ],
)
def test_old_eleven_digit_numbers_are_converted(old, new):
    found = phones.parse(old)
    assert (found.number, found.converted_from, found.kind) == (new, old, PhoneKind.MOBILE)
    assert phones.parse(int(old)).number == new
    assert phones.parse(int(old)).repaired
    assert phones.parse("+84" + old[1:]).number == new


@pytest.mark.parametrize(
    "raw",
    [
        "0912345678; 0987654321",
        "0912345678, 0987654321",
        "0912345678/0987654321",
        "0912345678 0987654321",
        "0912345678 - 0987654321",
        "0912345678\n0987654321",
        "0912345678 hoặc 0987654321",
        "0912 345 678   0987 654 321",
        "0912.345.678/0987.654.321",
        "0912345678; 0987654321; 0912345678",
    ],
)
def test_several_numbers_in_one_cell_are_parted(raw):
    found, problems = phones.parse_cell(raw)
    assert [phone.number for phone in found] == ["0912345678", "0987654321"]
    assert problems == []
    with pytest.raises(PhoneProblem) as caught:
        phones.parse(raw)
    assert caught.value.code == "several"


def test_what_stands_beside_a_number_is_kept_as_a_note():
    found, problems = phones.parse_cell("0912345678 (con gái); SĐT 0987654321")
    assert [(phone.number, phone.note) for phone in found] == [("0912345678", "con gái"), ("0987654321", "")]
    assert problems == []


@pytest.mark.parametrize("raw", ["", "  ", "-", None, "."])
def test_an_empty_cell_has_no_number_and_no_problem(raw):
    assert phones.parse_cell(raw) == ([], [])


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "empty"),
        ("091234567", "not_a_phone"),
        ("09123456789", "not_a_phone"),
        ("0112345678", "not_a_phone"),
        ("0952345678", "not_a_phone"),
        ("123", "not_a_phone"),
        ("không có", "not_a_phone"),
        ("9.12E+08", "digits_lost"),
        ("9,12E+08", "digits_lost"),
        ("01601234567", "not_a_phone"),
    ],
)
def test_what_is_no_number_says_why(raw, code):
    with pytest.raises(PhoneProblem) as caught:
        phones.parse(raw)
    assert caught.value.code == code
    assert caught.value.message
    assert "{" not in caught.value.message


def test_one_bad_number_does_not_hide_the_good_one():
    found, problems = phones.parse_cell("0912345678; 12345")
    assert [phone.number for phone in found] == ["0912345678"]
    assert [problem.code for problem in problems] == ["not_a_phone"]


def test_numbers_are_shown_in_groups_and_masked():
    found = phones.parse("0912345678")
    assert (str(found), found.masked, found.tail) == ("0912 345 678", "0912***678", "5678")
