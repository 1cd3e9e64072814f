"""Probable duplicates are found by degrees."""

import pytest

from lib.name_likeness import Likeness, likeness


@pytest.mark.parametrize(
    ("left", "right", "found"),
    [
        ("Nguyễn Thị Hoà", "NGUYỄN THỊ HÒA", Likeness.SAME),
        ("Nguyễn Thị Hoà", "Nguyen Thi Hoa", Likeness.UNACCENTED),
        ("Nguyễn Quý", "Nguyễn Quí", Likeness.UNACCENTED),
        ("Nguyễn Thị Lam", "Nguyễn Thị Nam", Likeness.NEAR),
        ("Trịnh Thị Sinh", "Chịnh Thị Xinh", Likeness.NEAR),
        ("Nguyễn Thị Hoa", "Nguyễn Thị Hoan", Likeness.NEAR),
        ("Ng. V. An", "Nguyễn Văn An", Likeness.ABBREVIATED),
        ("N.V. An", "Nguyễn Văn An", Likeness.ABBREVIATED),
        ("Nguyễn An", "Nguyễn Văn An", Likeness.MIDDLE_DIFFERS),
        ("Nguyễn Thị Lan Anh", "Nguyễn Lan Thị Anh", Likeness.MIDDLE_DIFFERS),
        ("Nguyễn Văn An", "Trần Văn An", Likeness.DIFFERENT),
        ("Nguyễn Văn An", "Nguyễn Văn Bình", Likeness.DIFFERENT),
        ("Lan", "Hoa", Likeness.DIFFERENT),
        ("Lan", "Nguyễn Thị Lan", Likeness.DIFFERENT),
        ("An", "Ân", Likeness.UNACCENTED),
        ("Ba", "Be", Likeness.DIFFERENT),
    ],
)
def test_two_names_are_alike_by_degrees(left, right, found):
    assert likeness(left, right) is found
    assert likeness(right, left) is found
