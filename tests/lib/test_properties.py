"""What holds for any text or number whatever, searched for by hypothesis."""

import unicodedata
from contextlib import suppress
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from lib import addresses, dates_vn, identity, insurance, names, phones
from lib.problems import Problem
from lib.spreadsheets.cells import CellError, decode_row, encode_row
from lib.spreadsheets.formulas import TRIGGERS, formula_safe, without_apostrophe, without_illegal

VIETNAMESE = "aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ"
NAMES = st.lists(
    st.text(st.sampled_from(VIETNAMESE + VIETNAMESE.upper()), min_size=1, max_size=7), max_size=5
).map(" ".join)
STEADY = settings(derandomize=True, deadline=None, max_examples=300)  # the same examples in every run
ANYTHING = st.one_of(st.text(), NAMES)


@STEADY
@given(ANYTHING)
def test_keys_of_keys_are_the_keys(text):
    assert names.search_key(names.search_key(text)) == names.search_key(text)
    assert names.match_key(names.match_key(text)) == names.match_key(text)
    assert names.display_name(names.display_name(text)) == names.display_name(text)
    assert names.clean(names.clean(text)) == names.clean(text)


@STEADY
@given(NAMES)
def test_unicode_form_case_and_spaces_never_matter(name):
    ways = [
        unicodedata.normalize("NFD", name),
        name.upper(),
        name.lower(),
        f"  {name} ",
        name.replace(" ", "\u00a0 "),
    ]
    assert {names.match_key(way) for way in ways} == {names.match_key(name)}
    assert {names.search_key(way) for way in ways} == {names.search_key(name)}
    assert {names.sort_key(way) for way in ways} == {names.sort_key(name)}


@STEADY
@given(ANYTHING)
def test_sort_keys_and_search_keys_of_vietnamese_are_ascii(text):
    assert names.sort_key(text).isascii()
    assert "\\" not in names.sort_key(text)


@STEADY
@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_a_day_is_read_from_every_way_of_writing_it(day):
    written = [
        f"{day:%d/%m/%Y}",
        f"{day.day}-{day.month}-{day.year}",
        f"{day:%d.%m.%Y}",
        day.isoformat(),
        day,
    ]
    serial = (day - date(1899, 12, 30)).days
    if day.year > 1910:  # a smaller number is a mistyped year
        written += [serial, float(serial) + 0.5, str(serial)]
    assert {dates_vn.parse(way) for way in written} == {dates_vn.PartialDate.of(day)}


@STEADY
@given(
    st.one_of(
        st.none(),
        st.booleans(),
        st.just(CellError("#N/A")),
        st.datetimes(),
        st.text(),
        st.integers(),
        st.floats(),
        st.text("0123456789/.-Ee+ ,;()", max_size=16),
    )
)
def test_no_cell_breaks_a_reader(cell):
    for read in (dates_vn.parse, identity.classify, phones.parse, insurance.parse):
        with suppress(Problem):
            read(cell)
    text = str(cell)
    addresses.parse_address(text)
    addresses.address_search_key(text)
    assert addresses.house_sort_key(text).isascii() or not text.isascii()


@STEADY
@given(st.text())
def test_a_safe_cell_starts_no_formula_and_comes_back(text):
    safe = formula_safe(text)
    assert not safe or safe[0] not in TRIGGERS
    assert without_illegal(safe) == safe
    assert without_apostrophe(safe) == without_illegal(text) or without_illegal(text).startswith("'")


@STEADY
@given(
    st.lists(
        st.one_of(
            st.none(),
            st.text(min_size=1),
            st.booleans(),
            st.floats(allow_nan=False),
            st.dates(),
            st.datetimes(),
        )
    )
)
def test_a_row_crosses_the_pipe_unchanged(row):
    line = encode_row(row)
    assert "\n" not in line
    assert decode_row(line) == row
