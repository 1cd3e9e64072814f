"""Names: one definition of how they are shown, searched, sorted and compared (IMP-17, 18, 19)."""

import random
import unicodedata

import pytest

from lib import names
from lib.legacy_fonts import Legacy, column_looks_legacy


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("NGUYỄN THỊ LAN", "Nguyễn Thị Lan"),
        ("nguyễn thị lan", "Nguyễn Thị Lan"),
        ("Nguyễn Thị Lan", "Nguyễn Thị Lan"),
        ("NGUYỄN thị Lan", "Nguyễn Thị Lan"),
        ("NGuyễn THị lAN", "Nguyễn Thị Lan"),
        ("  Nguyễn\u00a0\u00a0Thị\t Lan \n", "Nguyễn Thị Lan"),
        ("Nguyễn\u200b Thị\ufeff Lan\u200e", "Nguyễn Thị Lan"),
        (unicodedata.normalize("NFD", "Nguyễn Thị Lan"), "Nguyễn Thị Lan"),
        ("Nguyê\u0303n Thi\u0323 Lan", "Nguyễn Thị Lan"),  # precomposed base and combining tone
        ("Nguye\u0303\u0302n", "Nguyễn"),  # tone before the vowel's own sign
        ("ÐỖ VĂN ÐẠT", "Đỗ Văn Đạt"),  # eth for Đ
        ("ðỗ văn ðạt", "Đỗ Văn Đạt"),
        ("Lê Thị Hoà", "Lê Thị Hoà"),  # the person's own tone placement is not changed
        ("LAN", "Lan"),
        ("H'HEN NIÊ", "H'Hen Niê"),
        ("h’hen niê", "H'Hen Niê"),
        ("Y MOAN ÊÑUÔL", "Y Moan Êñuôl"),
        ("K'brơi", "K'Brơi"),
        ("RƠ CHÂM H-YẾU", "Rơ Châm H-Yếu"),
        ("Ronald McDonald", "Ronald McDonald"),
        ("JEAN-PIERRE O'BRIEN", "Jean-Pierre O'Brien"),
        ("Lê Thị VI", "Lê Thị Vi"),
        ("Henry Tudor III", "Henry Tudor III"),
        ("nguyễn văn nam (b)", "Nguyễn Văn Nam (B)"),
        ("", ""),
    ],
)
def test_display_name_reads_as_people_write_it(typed, shown):
    assert names.display_name(typed) == shown


@pytest.mark.parametrize(
    "name", ["Nguyễn Thị Hòa", "H'Hen Niê", "Y Moan Êñuôl", "Lan", "Đỗ Ngọc Thuỷ", "José García"]
)
def test_display_name_changes_nothing_the_second_time(name):
    assert names.display_name(names.display_name(name.upper())) == names.display_name(name.upper())


SAME_NAME = [
    [
        "Nguyễn Thị Hòa",
        "Nguyễn Thị Hoà",
        "NGUYỄN  THỊ\u00a0HOÀ",
        unicodedata.normalize("NFD", "Nguyễn Thị Hòa"),
    ],
    ["Lê Văn Thúy", "LÊ VĂN THUÝ", "lê văn thuý"],
    ["Trần Thủy", "Trần Thuỷ"],
    ["Đỗ Văn Đạt", "Ðỗ Văn Ðạt", "ÐỖ VĂN ĐẠT", "ðỗ văn ðạt"],
    ["Phạm Toán", "Phạm Tóan"],
    ["Nguyễn Quý", "Nguyễn Qúy"],
    ["H'Hen Niê", "H’Hen Niê", "HHen Niê"],
    ["Lò Khoẻ", "Lò Khỏe"],
]


@pytest.mark.parametrize("spellings", SAME_NAME)
def test_spellings_of_one_name_have_one_match_key(spellings):
    assert len({names.match_key(name) for name in spellings}) == 1


@pytest.mark.parametrize(
    ("left", "right"),
    [("Hòa", "Hoa"), ("Hòa", "Hoã"), ("Quý", "Quí"), ("Đào", "Dào"), ("Hà", "Hạ"), ("Lan Anh", "Lananh")],
)
def test_different_names_have_different_match_keys(left, right):
    assert names.match_key(left) != names.match_key(right)


@pytest.mark.parametrize(
    ("new_style", "old_style"),
    [
        ("hoà", "hòa"),
        ("thuý", "thúy"),
        ("khoẻ", "khỏe"),
        ("quý", "quý"),
        ("toán", "toán"),
        ("giá", "giá"),
        ("gìn", "gìn"),
        ("thuở", "thuở"),
        ("nguyễn", "nguyễn"),
        ("ngoài", "ngoài"),
        ("khuỷu", "khuỷu"),
        ("thuyền", "thuyền"),
        ("của", "của"),
        ("mía", "mía"),
        ("hướng", "hướng"),
        ("quả", "quả"),
        ("hoạch", "hoạch"),
        ("yến", "yến"),
        ("josé", "josé"),
        ("eñ", "eñ"),
        ("đào", "đào"),
    ],
)
def test_tone_mark_is_placed_by_the_older_school(new_style, old_style):
    assert names.place_tones(new_style) == old_style


@pytest.mark.parametrize(
    ("name", "search", "loose"),
    [
        ("Đặng Thị Thuý", "dang thi thuy", "dang thi thui"),
        ("ÐẶNG", "dang", "dang"),
        (unicodedata.normalize("NFD", "Đường"), "duong", "duong"),
        ("Nguyễn  Văn\u00a0Quý", "nguyen van quy", "nguien van qui"),
        ("Nguyễn Văn Quí", "nguyen van qui", "nguien van qui"),
        ("Phạm Mĩ", "pham mi", "pham mi"),
        ("Phạm Mỹ", "pham my", "pham mi"),
        ("H'Hen Niê", "hhen nie", "hhen nie"),
        ("Y Moan Êñuôl", "y moan enuol", "i moan enuol"),
        ("Ng. Văn An", "ng van an", "ng van an"),
        ("Nam (B)", "nam b", "nam b"),
        ("Ưu Ơn Ăn Ân", "uu on an an", "uu on an an"),
        ("...", "", ""),
    ],
)
def test_search_key_is_what_a_person_types_without_accents(name, search, loose):
    assert names.search_key(name) == search
    assert names.loose_key(name) == loose


IN_ORDER = [
    # by tên, then họ, then đệm
    "Nguyễn Văn An",
    "Trần An",
    "Trần Thị An",
    "Trần Văn An",
    "Bùi Ăn",
    "Bùi Ân",
    "Lê Ba",
    "Lê Bá",
    "Lê Bạ",
    "Lê Cường",
    "Lê Danh",
    "Lê Đào",
    "Lê Em",
    "Lê Én",
    "Lê Êm",
    "Lê Ha",
    "Lê Hà",
    "Lê Hả",
    "Lê Hã",
    "Lê Há",
    "Lê Hạ",
    "Bùi Lan",
    "Đỗ Lan",
    "Nguyễn Lan",
    "Nguyễn Thị Lan",
    "Nguyễn Thị Lang",
    "Nguyễn Văn Nam",
    "Nguyễn Văn Nam (A)",
    "Nguyễn Văn Nam (B)",
    "Lê Oanh",
    "Lê Ôn",
    "Lê Ơn",
    "Lê Tú",
    "Lê Tư",
    "Lê Vy",
    "Lê Yến",
]


def test_sort_key_orders_a_list_as_vietnamese_lists_are():
    shuffled = random.Random(7).sample(IN_ORDER, len(IN_ORDER))
    assert sorted(shuffled, key=names.sort_key) == IN_ORDER


def test_sort_key_compares_the_same_as_bytes():
    assert all(names.sort_key(name).isascii() for name in [*IN_ORDER, "Y Moan Êñuôl", "José"])
    assert sorted(IN_ORDER, key=lambda name: names.sort_key(name).encode()) == IN_ORDER


def test_every_letter_of_the_alphabet_sorts_in_its_place():
    alphabet = [
        "a",
        "ă",
        "â",
        "b",
        "c",
        "d",
        "đ",
        "e",
        "ê",
        "f",
        "g",
        "h",
        "i",
        "j",
        "k",
        "l",
        "m",
        "n",
        "o",
        "ô",
        "ơ",
        "p",
        "q",
        "r",
        "s",
        "t",
        "u",
        "ư",
        "v",
        "w",
        "x",
        "y",
        "z",
    ]
    assert sorted(alphabet, key=names.sort_key) == alphabet
    # The extra letter is a letter of its own: every "ă…" comes after every "a…".
    assert names.sort_key("Az") < names.sort_key("Ăn") < names.sort_key("Ân") < names.sort_key("Ba")


def test_single_word_is_the_given_name():
    assert names.split_name("Lan") == ("", "", "Lan", "")
    assert names.split_name("Nguyễn Thị Ngọc Lan") == ("Nguyễn", "Thị Ngọc", "Lan", "")
    assert names.split_name("Nguyễn Văn Nam (con ông Tư)") == ("Nguyễn", "Văn", "Nam", "con ông Tư")


def test_initials_find_a_person_quickly():
    assert names.initials("Nguyễn Văn An") == "nva"
    assert names.initials("Đặng Ánh") == "da"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Lam", "Nam"),
        ("Trinh", "Chinh"),
        ("Sinh", "Xinh"),
        ("Giang", "Dang"),
        ("Rung", "Dung"),
        ("Quý", "Quí"),
    ],
)
def test_northern_confusions_share_a_fuzzy_key(left, right):
    assert names.fuzzy_key(left) == names.fuzzy_key(right)


@pytest.mark.parametrize(
    ("left", "right"), [("Nhung", "Lung"), ("Nga", "La"), ("Thanh", "Chanh"), ("Khanh", "Thanh")]
)
def test_fuzzy_key_keeps_other_sounds_apart(left, right):
    assert names.fuzzy_key(left) != names.fuzzy_key(right)


@pytest.mark.parametrize(
    ("left", "right", "near"),
    [
        ("lan", "lan", True),
        ("lan", "lam", True),
        ("lan", "lang", True),
        ("lan", "an", True),
        ("lan", "lna", True),
        ("nguyen van an", "nguyen van anh", True),
        ("lan", "linh", False),
        ("lan", "nal", False),
        ("", "a", True),
        ("", "ab", False),
        ("abcd", "badc", False),
        ("abc", "acb", True),
    ],
)
def test_within_one_edit(left, right, near):
    assert names.within_one_edit(left, right) is near
    assert names.within_one_edit(right, left) is near


def test_keys_at_once_equal_the_keys_one_by_one():
    for name in ["NGUYỄN THỊ HOÀ", "H'Hen Niê", "Ðỗ Quý", "Lan", ""]:
        assert names.keys(name) == (
            names.display_name(name),
            names.match_key(name),
            names.search_key(name),
            names.loose_key(name),
            names.sort_key(name),
            names.fuzzy_key(name),
            names.initials(name),
        )


@pytest.mark.parametrize(
    ("text", "kind", "meant"),
    [
        ("NguyÔn V¨n An", Legacy.TCVN3, "Nguyễn Văn An"),
        ("TrÇn ThÞ Hoµ", Legacy.TCVN3, "Trần Thị Hoà"),
        ("Ph¹m §×nh Phïng", Legacy.TCVN3, "Phạm Đình Phùng"),
        ("Lª", Legacy.TCVN3, "Lê"),
        ("D­¬ng", Legacy.TCVN3, "Dương"),  # ư is the soft hyphen there
        ("Nguyeãn Vaên An", Legacy.VNI, "Nguyễn Văn An"),
        ("Ñang", Legacy.VNI, "Đang"),
        ("NGUYEÃN THÒ LAN", Legacy.VNI, "NGUYỄN THỊ LAN"),
        ("Ñoã Höõu Phöôùc", Legacy.VNI, "Đỗ Hữu Phước"),
        ("Nguyá»…n VÄƒn An", Legacy.DOUBLE_UTF8, "Nguyễn Văn An"),
    ],
)
def test_old_font_text_is_recognised_and_converted(text, kind, meant):
    assert names.looks_legacy(text) is kind
    assert names.repair_legacy(text, kind) == meant


@pytest.mark.parametrize(
    "text",
    [
        "Nguyễn Văn An",
        "NGUYỄN THỊ LAN",
        "Quỳnh",
        "Đỗ Đoàn Huỳnh",
        "Êñuôl",
        "H'Hen Niê",
        "José",
        "Müller",
        "Lan",
        "",
        "Vò",
    ]
    + [name for spellings in SAME_NAME for name in spellings],
)
def test_unicode_names_are_not_taken_for_old_fonts(text):
    assert names.looks_legacy(text) is None


def test_a_column_is_old_font_only_when_enough_of_it_is():
    good = ["Nguyễn Văn An", "Trần Thị Lan", "Lê Hoà"] * 50
    assert column_looks_legacy(good) is None
    assert column_looks_legacy([*good, "NguyÔn V¨n An"]) is None
    assert column_looks_legacy(["NguyÔn V¨n An", "TrÇn ThÞ Lan", "Lan", ""]) is Legacy.TCVN3
    assert column_looks_legacy(["Nguyeãn Vaên An"]) is Legacy.VNI


def test_whole_tcvn3_alphabet_agrees_with_the_standard():
    """Lower case of TCVN 5712:1993, written out by hand in the order of its code table."""
    table = """
        A8ă A9â AAê ABô ACơ ADư AEđ B5à B6ả B7ã B8á B9ạ BBằ BCẳ BDẵ BEắ C6ặ C7ầ C8ẩ C9ẫ CAấ CBậ CCè CEẻ
        CFẽ D0é D1ẹ D2ề D3ể D4ễ D5ế D6ệ D7ì D8ỉ DCĩ DDí DEị DFò E1ỏ E2õ E3ó E4ọ E5ồ E6ổ E7ỗ E8ố E9ộ EAờ
        EBở ECỡ EDớ EEợ EFù F1ủ F2ũ F3ú F4ụ F5ừ F6ử F7ữ F8ứ F9ự FAỳ FBỷ FCỹ FDý FEỵ A1Ă A2Â A3Ê A4Ô A5Ơ
        A6Ư A7Đ
    """
    for entry in table.split():
        assert names.from_tcvn3(bytes.fromhex(entry[:2]).decode("latin-1")) == entry[2]
