"""Insurance numbers: the old card, the new one, and whatever comes next."""

import pytest

from lib.insurance import InsuranceKind, parse, same_insurance


@pytest.mark.parametrize(
    ("raw", "number", "kind", "code"),
    [
        ("HT2271234567890", "HT2271234567890", InsuranceKind.OLD_CARD, "1234567890"),
        ("ht 2 27 1234567890", "HT2271234567890", InsuranceKind.OLD_CARD, "1234567890"),
        ("1234567890", "1234567890", InsuranceKind.NEW_CARD, "1234567890"),
        ("0123456789", "0123456789", InsuranceKind.NEW_CARD, "0123456789"),
        (123456789, "0123456789", InsuranceKind.NEW_CARD, "0123456789"),
        ("027085001234", "027085001234", InsuranceKind.CITIZEN_NUMBER, ""),
        ("HT9271234567890", "HT9271234567890", InsuranceKind.OTHER, ""),
        ("đang làm", "ĐANGLÀM", InsuranceKind.OTHER, ""),
    ],
)
def test_nothing_is_rejected_and_what_is_known_is_recognised(raw, number, kind, code):
    found = parse(raw)
    assert (found.number, found.kind, found.code) == (number, kind, code)


@pytest.mark.parametrize("raw", [None, "", "  "])
def test_an_empty_cell_is_no_number(raw):
    assert parse(raw) is None


def test_old_and_new_card_of_one_person_are_the_same():
    assert same_insurance(parse("HT2271234567890"), parse("1234567890"))
    assert same_insurance(parse("HT2271234567890"), parse("GD4271234567890"))
    assert not same_insurance(parse("HT2271234567890"), parse("1234567891"))
    assert same_insurance(parse("027085001234"), parse("027085001234"))
    assert not same_insurance(parse("027085001234"), parse("7085001234"))


def test_the_old_card_names_its_group():
    assert parse("HN2271234567890").benefit_group == "HN"
    assert parse("1234567890").benefit_group == ""
