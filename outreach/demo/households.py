"""The homes of one ward and who lives in them: sizes, ages, families, renters (figures.toml, `city` and `people`)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from outreach.demo import names
from outreach.demo.figures import ByAge, Weighted, chance, load

LONGEST_LIFE = 98
GROWN_UP = 20


@dataclass(slots=True)
class Person:
    """Somebody made up. `born` is the whole day; `precision` says how much of it is on record."""

    sex: str
    age: int
    born: date
    precision: str = "day"
    name: str = ""
    residence: str = "here"
    residence_until: date | None = None
    registration: str = "permanent"
    mobility: str = "walks"
    phones: list[str] = field(default_factory=list)
    id_kind: str = ""
    id_number: str = ""
    insurance_number: str = ""
    employer: str = ""
    priority_group: int | None = None
    note: str = ""
    as_a_child: tuple[str, str, str, str, str] = ("",) * 5  # guardian, relation, phone, school, class
    conditions: list[int] = field(default_factory=list)

    @property
    def birth(self) -> tuple[int, int | None, int | None]:
        """Year, month, day as far as they are on record."""
        if self.precision == "year":
            return self.born.year, None, None
        return self.born.year, self.born.month, self.born.day if self.precision == "day" else None


@dataclass(slots=True)
class Home:
    people: list[Person]
    is_rented: bool


def ages_and_sexes(random: Random, count: int) -> list[tuple[int, str]]:
    """`count` people as in the age pyramid, in random order."""
    figures = load()["people"]
    groups = Weighted(dict(enumerate(figures["ages"])))
    men = 100 * figures["men_per_100_women"] / (100 + figures["men_per_100_women"])
    men_80 = 100 * figures["men_per_100_women_80"] / (100 + figures["men_per_100_women_80"])
    people = []
    for _ in range(count):
        group = groups.draw(random)
        if group < 16:
            age = group * 5 + random.randrange(5)
        else:  # fewer with every year
            age = min(LONGEST_LIFE, 80 + int(random.expovariate(1 / 5)))
        people.append((age, "M" if chance(random, men_80 if age >= 80 else men) else "F"))
    return people


def born_on(random: Random, age: int, on: date) -> date:
    """A birthday that makes somebody `age` years old on day `on`."""
    latest = _years_before(on, age)
    earliest = _years_before(on, age + 1) + timedelta(days=1)
    return earliest + timedelta(days=random.randrange((latest - earliest).days + 1))


def _years_before(on: date, years: int) -> date:
    try:
        return on.replace(year=on.year - years)
    except ValueError:  # 29 February
        return date(on.year - years, 2, 28)


class Pool:
    """People not yet housed, by sex and age."""

    def __init__(self, people: list[tuple[int, str]]) -> None:
        self.waiting = {"M": [0] * (LONGEST_LIFE + 1), "F": [0] * (LONGEST_LIFE + 1)}
        for age, sex in people:
            self.waiting[sex][age] += 1
        self.left = len(people)

    def take(self, sexes: str, ages: range) -> tuple[int, str] | None:
        """Somebody of one of these sexes and the first of these ages at which there is anyone."""
        for age in ages:
            if 0 <= age <= LONGEST_LIFE:
                for sex in sexes:
                    if self.waiting[sex][age]:
                        self.waiting[sex][age] -= 1
                        self.left -= 1
                        return age, sex
        return None


def homes_of_ward(random: Random, count: int, renters_percent: float, on: date) -> list[Home]:
    """`count` people in homes: each home has a grown-up, families share the father's name, renters are young."""
    people = ages_and_sexes(random, count)
    sizes = _sizes(random, count)
    heads = [person for person in people if person[0] >= GROWN_UP][: len(sizes)]
    if len(heads) < len(sizes):  # a tiny ward without enough grown-ups
        sizes = _sizes_for(count, max(1, len(heads)))
    taken = _multiset(heads[: len(sizes)])
    rest = []
    for person in people:
        if taken.get(person):
            taken[person] -= 1
        else:
            rest.append(person)
    pool = Pool(rest)
    homes = []
    for size, head in zip(sizes, heads or people[:1], strict=False):
        rented = chance(random, renters_percent * (1.9 if size <= 2 and head[0] < 40 else 0.7))
        homes.append(_home(random, head, size, pool, rented, on))
    while pool.left:  # whoever found no place joins a home
        found = pool.take("MF", range(LONGEST_LIFE + 1))
        assert found is not None
        home = homes[random.randrange(len(homes))]
        home.people.append(_person(random, *found, names.family(random), on))
    return homes


def _multiset(people: list[tuple[int, str]]) -> dict[tuple[int, str], int]:
    counts: dict[tuple[int, str], int] = {}
    for person in people:
        counts[person] = counts.get(person, 0) + 1
    return counts


def _sizes(random: Random, count: int) -> list[int]:
    distribution = Weighted({int(size): weight for size, weight in load()["city"]["household_sizes"].items()})
    sizes: list[int] = []
    housed = 0
    while housed < count:
        size = min(distribution.draw(random), count - housed)
        sizes.append(size)
        housed += size
    return sizes


def _sizes_for(count: int, homes: int) -> list[int]:
    return [count // homes + (index < count % homes) for index in range(homes)]


def _home(random: Random, head: tuple[int, str], size: int, pool: Pool, rented: bool, on: date) -> Home:
    age, sex = head
    family_name = names.family(random)
    first = _person(random, age, sex, family_name, on)
    home = Home([first], rented)
    partner = "F" if sex == "M" else "M"
    fathers_name = family_name
    if size >= 2 and not (rented and chance(random, 50)):
        close = [age + step for step in (-2, -1, 0, -3, 1, -4, 2, -5, 3, -6, 4, 5)]
        found = next(
            (got for near in close if (got := pool.take(partner, range(max(GROWN_UP, near), near + 1)))), None
        )
        if found:
            spouse = _person(random, *found, names.family(random), on)
            home.people.append(spouse)
            if sex == "F":
                fathers_name = spouse.name.split(" ")[0]
    mother_age = min(person.age for person in home.people)
    while len(home.people) < size:
        got = _next_member(random, mother_age, len(home.people), rented, pool)
        if got is None:
            break
        is_child = got[0] < mother_age - 17
        is_fathers_father = got[0] > mother_age + 17 and got[1] == "M"
        name = fathers_name if is_child or is_fathers_father else names.family(random)
        home.people.append(_person(random, *got, name, on))
    return home


def _next_member(
    random: Random, mother_age: int, seat: int, rented: bool, pool: Pool
) -> tuple[int, str] | None:
    sexes = random.choice(("MF", "FM"))
    if rented and seat < 3 and chance(random, 60) and (mate := pool.take(sexes, range(GROWN_UP - 2, 36))):
        return mate
    child = max(0, mother_age - random.randrange(20, 38))
    grandparent = mother_age + random.randrange(20, 34)
    wanted = [range(child, max(-1, child - 8), -1), range(child, mother_age - 18)]
    if seat >= 3 and chance(random, 45):
        wanted.insert(0, range(grandparent, grandparent + 10))
    wanted += [range(grandparent, LONGEST_LIFE + 1), range(LONGEST_LIFE + 1)]
    return next((got for ages in wanted if (got := pool.take(sexes, ages))), None)


_YEAR_ONLY = ByAge(load()["people"]["year_only"])


def _person(random: Random, age: int, sex: str, family_name: str, on: date) -> Person:
    person = Person(sex, age, born_on(random, age, on), name=names.person(random, family_name, sex, age))
    if chance(random, _YEAR_ONLY.of(age)):
        person.precision = "year"
    elif chance(random, load()["people"]["month_only"]):
        person.precision = "month"
    return person


def members(homes: list[Home]) -> Iterator[Person]:
    for home in homes:
        yield from home.people
