"""Children of the demonstration city: guardians of their own home, schools of their age. Synthetic, the same every time."""

from datetime import date

import pytest

from outreach.demo.children import circumstances
from outreach.demo.households import Home, Person

ON = date(2022, 2, 5)


def person(name, born, sex="F", **more) -> Person:
    age = ON.year - born.year - ((ON.month, ON.day) < (born.month, born.day))
    return Person(sex, age, born, name=name, **more)


MOTHER, FATHER = person("Mẹ", date(1985, 3, 1)), person("Bố", date(1982, 3, 1), "M")
GRANDMOTHER, SISTER = person("Bà", date(1955, 3, 1)), person("Chị", date(2002, 3, 1))


def of(child: Person, *others: Person):
    return circumstances(child, Home([child, *others], False), "Võ Cường", "0912345678", ON)


@pytest.mark.parametrize(
    ("others", "guardian"),
    [
        ((FATHER, GRANDMOTHER, MOTHER, SISTER), ("Mẹ", "mother")),
        ((FATHER, GRANDMOTHER), ("Bố", "father")),
        ((GRANDMOTHER, SISTER), ("Bà", "grandparent")),
        ((SISTER,), ("", "")),  # too young to be anybody's guardian
    ],
)
def test_a_childs_guardian_is_of_its_home(others, guardian):
    name, relation, phone, *_school = of(person("Bé", date(2012, 3, 8)), *others)
    assert (name, relation) == guardian
    assert phone == ("0912345678" if name else "")


@pytest.mark.parametrize(
    ("born", "school", "school_class"),
    [
        (date(2015, 9, 2), "Trường Tiểu học Võ Cường", "1C"),
        (date(2011, 1, 5), "Trường Tiểu học Võ Cường", "5A"),
        (date(2010, 12, 31), "Trường THCS Võ Cường", "6B"),
        (date(2006, 6, 1), "Trường THPT Võ Cường", "10B"),
        (date(2004, 6, 1), "Trường THPT Võ Cường", "12B"),
        (date(2017, 1, 1), "", ""),  # not at school yet
    ],
)
def test_the_school_is_of_the_childs_age(born, school, school_class):
    assert of(person("Bé", born), MOTHER)[3:] == (school, school_class)


def test_of_some_nobody_has_asked_and_adults_have_neither():
    assert of(person("Bé", date(2012, 3, 7)), MOTHER)[:3] == ("", "", "")
    assert of(MOTHER, GRANDMOTHER) == ("",) * 5
