"""Addresses: found whatever the lane is called, sorted as one walks."""

import random

import pytest

from lib.addresses import ParsedAddress, address_search_key, house_sort_key, parse_address


@pytest.mark.parametrize(
    "spellings",
    [
        ["Số 12 Ngõ 5", "số nhà 12, ngõ 5", "12 hẻm 5", "12 kiệt 5", "SN 12 ngõ 05"],
        ["tổ dân phố 3", "Tổ 3", "TDP 3", "TDP. 3"],
        ["khu phố Bò Sơn", "KP Bò Sơn", "khu Bò Sơn", "Khu dân cư Bò Sơn"],
        ["12/3 Nguyễn Trãi", "12 / 3 đường Nguyễn Trãi", "số 12/3 phố Nguyễn Trãi"],
        ["P. Võ Cường", "phường Võ Cường"],
    ],
)
def test_ways_of_writing_one_address_have_one_key(spellings):
    assert len({address_search_key(text) for text in spellings}) == 1


def test_other_addresses_have_other_keys():
    different = ["12 ngõ 5", "12 ngách 5", "12/5", "125", "1 ngõ 25", "12 ngõ 6", "12 tổ 5"]
    assert len({address_search_key(text) for text in different}) == len(different)


WALK = [
    "1",
    "2",
    "2A",
    "9",
    "10",
    "12",
    "12A",
    "12B",
    "12Bis",
    "12/3",
    "12/3A",
    "12/10",
    "12/10/2",
    "13",
    "112",
    "1012",
]


def test_house_numbers_sort_as_one_walks():
    shuffled = random.Random(3).sample(WALK, len(WALK))
    assert sorted(shuffled, key=house_sort_key) == WALK
    assert (
        sorted(shuffled, key=lambda text: house_sort_key(f"Số {text} ngõ 5, khu phố Bò Sơn").encode()) == WALK
    )
    assert all(house_sort_key(text).isascii() for text in WALK)


def test_houses_without_a_number_come_last():
    texts = ["thôn Đông", "112", "cạnh chợ", "2"]
    assert sorted(texts, key=house_sort_key) == ["2", "112", "cạnh chợ", "thôn Đông"]


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("Số 12 ngõ 5, khu phố Bò Sơn", ParsedAddress("12", "ngõ 5", "Bò Sơn", "khu phố")),
        ("12A, tổ 3, phường Võ Cường", ParsedAddress("12A", "", "3", "tổ", "Võ Cường")),
        ("12 a ngõ 5", ParsedAddress("12a", "ngõ 5")),
        ("SN 12/3/4 Nguyễn Trãi, KP 4", ParsedAddress("12/3/4", "Nguyễn Trãi", "4", "kp")),
        (
            "Số nhà 7 đường Lê Lợi tổ dân phố 5 phường Vũ Ninh",
            ParsedAddress("7", "đường Lê Lợi", "5", "tổ dân phố", "Vũ Ninh"),
        ),
        ("Khu Bò Sơn", ParsedAddress("", "", "Bò Sơn", "khu")),
        ("thôn Đông, xã Kim Chân", ParsedAddress("", "", "Đông", "thôn", "Kim Chân")),
        ("ngõ 5 Nguyễn Trãi", ParsedAddress("", "ngõ 5 Nguyễn Trãi")),
        ("Nhà trọ bà Năm", ParsedAddress("", "Nhà trọ bà Năm")),
        ("P1203 toà CT2", ParsedAddress("", "P1203 toà CT2")),
        ("12 - Tổ 3", ParsedAddress("12", "", "3", "tổ")),
        ("3 Tháng 2", ParsedAddress("3", "Tháng 2")),
        ("", ParsedAddress("", "")),
    ],
)
def test_an_address_is_taken_apart_loosely(text, parsed):
    assert parse_address(text) == parsed
