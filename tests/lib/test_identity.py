"""Identity numbers: what they are, what Excel did to them, how they are shown (IMP-12, 13, 14)."""

import pytest

from lib.identity import (
    PROVINCES,
    WARNING_TEXTS,
    IdentityKind,
    IdentityProblem,
    IdentityWarning,
    classify,
    mask,
    mask_tail,
)
from lib.spreadsheets.cells import CellError

KEY = b"k" * 32


@pytest.mark.parametrize(
    ("raw", "number", "kind"),
    [
        ("027085001234", "027085001234", IdentityKind.CCCD),
        (" 027 085 001 234 ", "027085001234", IdentityKind.CCCD),
        ("027.085.001.234", "027085001234", IdentityKind.CCCD),
        ("'027085001234", "027085001234", IdentityKind.CCCD),
        ("０２７０８５００１２３４", "027085001234", IdentityKind.CCCD),
        ("CCCD: 027085001234", "027085001234", IdentityKind.CCCD),
        ("125123456", "125123456", IdentityKind.CMND),
        ("125.123.000", "125123000", IdentityKind.CMND),
        (125123456.0, "125123456", IdentityKind.CMND),
        ("125123456.0", "125123456", IdentityKind.CMND),
        ("C1234567", "C1234567", IdentityKind.PASSPORT),
        ("b 1234567", "B1234567", IdentityKind.PASSPORT),
        ("Hộ chiếu C1234567", "C1234567", IdentityKind.PASSPORT),
        ("M12345678", "M12345678", IdentityKind.OTHER),
        ("AB123456", "AB123456", IdentityKind.OTHER),
    ],
)
def test_a_number_is_classified(raw, number, kind):
    found = classify(raw)
    assert (found.number, found.kind, found.repaired) == (number, kind, False)


@pytest.mark.parametrize(
    ("number", "province", "sex", "born"),
    [
        ("027085001234", "027", "M", 1985),
        ("027185001234", "027", "F", 1985),
        ("006204001234", "006", "M", 2004),
        ("092320001234", "092", "F", 2020),
        ("022401001234", "022", "M", 2101),
    ],
)
def test_twelve_digits_tell_province_sex_and_birth_year(number, province, sex, born):
    found = classify(number)
    assert (found.province, found.sex, found.birth_year) == (province, sex, born)


def test_all_63_old_provinces_are_known():
    assert len(PROVINCES) == 63
    assert {"006", "020", "022", "027", "092"} <= PROVINCES


@pytest.mark.parametrize(
    ("known", "warnings"),
    [
        ({}, ()),
        ({"sex": "M", "birth_year": 1985}, ()),
        ({"sex": "F", "birth_year": 1985}, (IdentityWarning.SEX_DIFFERS,)),
        ({"sex": "M", "birth_year": 1986}, (IdentityWarning.YEAR_DIFFERS,)),
        ({"sex": "F", "birth_year": 1958}, (IdentityWarning.SEX_DIFFERS, IdentityWarning.YEAR_DIFFERS)),
    ],
)
def test_a_contradiction_is_a_warning_and_keeps_nobody_out(known, warnings):
    assert classify("027085001234", **known).warnings == warnings


@pytest.mark.parametrize(
    ("number", "warnings"),
    [
        ("099085001234", (IdentityWarning.UNKNOWN_PROVINCE,)),
        ("003085001234", (IdentityWarning.UNKNOWN_PROVINCE,)),
        ("101085001234", ()),  # born in another country
        ("027225001234", (IdentityWarning.YEAR_DIFFERS,)),  # 2025 in 2022
        ("027985001234", (IdentityWarning.YEAR_DIFFERS,)),
    ],
)
def test_structure_is_looked_at(number, warnings):
    assert classify(number, year=2022).warnings == warnings


def test_invented_people_have_their_own_province():
    assert classify("099085001234", synthetic=True).warnings == ()
    assert classify(99085001234, synthetic=True).number == "099085001234"
    with pytest.raises(IdentityProblem):
        classify(99085001234)


@pytest.mark.parametrize(
    ("raw", "known", "number"),
    [
        (27085001234, {}, "027085001234"),
        (27085001234.0, {"sex": "M", "birth_year": 1985}, "027085001234"),
        ("27085001234", {"sex": "M"}, "027085001234"),
        (6185001234, {"sex": "F", "birth_year": 1985}, "006185001234"),
        ("1099001234", {"sex": "M", "birth_year": 1999}, "001099001234"),
    ],
)
def test_a_leading_zero_lost_to_excel_is_put_back_and_marked(raw, known, number):
    found = classify(raw, **known)
    assert (found.number, found.kind, found.repaired) == (number, IdentityKind.CCCD, True)
    assert found.warnings == (IdentityWarning.REPAIRED,)


@pytest.mark.parametrize(
    ("raw", "known"),
    [
        ("27085001234", {"sex": "F"}),  # not her number then
        ("27085001234", {"birth_year": 1958}),
        ("27225001234", {"year": 2022}),  # nobody was born in 2025 yet
        ("27485001234", {}),
        ("39085001234", {}),  # 039 is no province
        ("1099001234", {}),  # ten digits alone might be an insurance code
        ("6185001234", {"sex": "F"}),
    ],
)
def test_a_zero_is_not_put_back_where_the_structure_does_not_fit(raw, known):
    with pytest.raises(IdentityProblem) as caught:
        classify(raw, **known)
    assert caught.value.code == "wrong_length"


@pytest.mark.parametrize("raw", ["2,72E+10", "2.7085E+10", "7.9E+10", "2.7E10", "2,72 E+10"])
def test_scientific_notation_has_lost_digits(raw):
    with pytest.raises(IdentityProblem, match="Excel đã làm mất chữ số") as caught:
        classify(raw)
    assert caught.value.code == "digits_lost"


@pytest.mark.parametrize(
    "raw",
    [
        "000000000000",
        "111111111111",
        "123456789012",
        "012345678901",
        "987654321098",
        "123456789",
        "000000000",
        "0",
        "0000",
    ],
)
def test_dummy_numbers_are_refused(raw):
    with pytest.raises(IdentityProblem) as caught:
        classify(raw)
    assert caught.value.code == ("dummy" if len(raw) > 3 else "wrong_length")


@pytest.mark.parametrize(
    ("raw", "code", "proposal"),
    [
        ("", "empty", None),
        (None, "empty", None),
        (CellError("#N/A"), "not_a_number", None),
        (" - ", "empty", None),
        ("không có", "not_a_number", None),
        ("12512345", "wrong_length", "012512345"),
        ("0270850012345", "wrong_length", None),
        ("1251234", "wrong_length", None),
    ],
)
def test_what_cannot_be_a_number_says_why(raw, code, proposal):
    with pytest.raises(IdentityProblem) as caught:
        classify(raw)
    assert (caught.value.code, caught.value.proposal) == (code, proposal)
    assert caught.value.message
    assert "{" not in caught.value.message


def test_nine_digit_numbers_ended_with_2024():
    assert classify("125123456", year=2022).warnings == ()
    assert classify("125123456", year=2025).warnings == (IdentityWarning.CMND_EXPIRED,)


def test_numbers_are_shown_masked():
    assert mask("027085001234") == "0270****1234"
    assert mask("125123456") == "********3456"
    assert mask("C1234567") == "********4567"
    assert mask("123") == "****"
    assert mask_tail("1234") == "********1234"
    assert classify("027085001234").masked == "0270****1234"
    assert classify("027085001234").last_four == "1234"


def test_the_same_number_has_the_same_hash_however_it_was_written():
    written = ["027085001234", "027.085.001.234", 27085001234, " CCCD 027085001234"]
    assert len({classify(raw).hashed(KEY) for raw in written}) == 1
    assert classify("027085001234").hashed(KEY) != classify("027085001235").hashed(KEY)
    assert classify("027085001234").hashed(KEY) != classify("027085001234").hashed(b"x" * 32)


def test_every_warning_has_a_sentence():
    assert set(WARNING_TEXTS) == set(IdentityWarning)
