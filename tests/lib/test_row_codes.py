"""Codes of lines on paper."""

from uuid import UUID, uuid4

import pytest

from lib.row_codes import ALPHABET, CHECKS, code_of, ids_of


def test_a_code_leads_back_to_its_person_however_it_is_typed():
    for _ in range(300):
        pk = uuid4()
        code = code_of(pk)
        for typed in (code, code.lower(), code.replace("-", ""), f" {code.replace('-', ' ')} "):
            first, last = ids_of(typed)
            assert first <= pk <= last


def test_a_code_is_eight_characters_and_never_a_number():
    codes = [code_of(uuid4()) for _ in range(300)]
    assert all(len(code) == 9 and code[4] == "-" and code[8] in CHECKS for code in codes)
    assert not any(code.replace("-", "").isdecimal() for code in codes)


def test_letters_that_look_like_digits_are_read_as_them():
    pk = UUID(int=0)
    code = code_of(pk)
    assert code.startswith("0000-000")
    assert ids_of(code.replace("0", "O"))[0] == pk


def test_neighbouring_ids_share_no_code():
    first, last = ids_of(code_of(UUID(int=12345 << 93)))
    assert code_of(first) == code_of(last)
    assert code_of(UUID(int=last.int + 1)) != code_of(first) != code_of(UUID(int=first.int - 1))


@pytest.mark.parametrize(
    "text", ["", "Nguyen", "1234", "1234-567", "12345678", "ẩẩẩẩ-ẩẩẩẩ", "7K2Q--4MXA", "UUUU-UUUA", "x" * 500]
)
def test_other_texts_are_no_codes(text):
    assert ids_of(text) is None


def test_most_slips_of_the_pen_are_noticed():
    slips = noticed = 0
    for _ in range(50):
        code = code_of(uuid4()).replace("-", "")
        for place in range(7):
            for letter in ALPHABET:
                if letter != code[place]:
                    slips += 1
                    noticed += ids_of(code[:place] + letter + code[place + 1 :]) is None
    assert noticed / slips > 0.9
