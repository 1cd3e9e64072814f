"""Who answers for a child, and where it goes to school. Nothing here is drawn by lot: the same home says the same."""

from datetime import date

from outreach.demo.households import Home, Person

SCHOOLS = ((1, "Tiểu học"), (6, "THCS"), (10, "THPT"))  # from which grade on
GROWN_UP, LAST_GRADE = 18, 12


def circumstances(
    child: Person, home: Home, ward: str, home_phone: str, on: date
) -> tuple[str, str, str, str, str]:
    """Guardian, relation, the guardian's phone, school and class; all empty for who is of age."""
    if child.age >= GROWN_UP:
        return ("",) * 5
    guardian = _guardian(child, home)
    known = guardian is not None and child.born.day % 7  # of some nobody has asked yet
    who = (guardian.name, _relation(child, guardian), home_phone) if guardian and known else ("", "", "")
    return (*who, *_school(child, ward, on))


def _guardian(child: Person, home: Home) -> Person | None:
    """A mother before a father before a grandparent: the grown-up of the home whose age fits best."""
    grown_up = [one for one in home.people if one.age >= child.age + 16 and one.residence != "guest"]
    return min(grown_up, key=lambda one: (one.age > child.age + 45, one.sex == "M", one.age), default=None)


def _relation(child: Person, guardian: Person) -> str:
    if guardian.age > child.age + 45:
        return "grandparent"
    return "mother" if guardian.sex == "F" else "father"


def _school(child: Person, ward: str, on: date) -> tuple[str, str]:
    """By the school year that `on` lies in: grade 1 in the year in which a child turns six."""
    school_year = on.year if on.month >= 9 else on.year - 1
    grade = school_year - child.born.year - 5
    if not 1 <= grade <= LAST_GRADE:
        return "", ""
    level = max(found for found in SCHOOLS if found[0] <= grade)[1]
    return f"Trường {level} {ward}", f"{grade}{'ABCDE'[child.born.day % 5]}"
