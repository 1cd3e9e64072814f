"""Numbers of made-up people: identity, insurance, telephone. None of them can belong to anybody (figures.toml, `people`)."""

from random import Random

from outreach.demo.figures import chance, load
from outreach.demo.households import Person

_figures = load()["people"]
CHILD = 14  # an identity card is given from this age on


class Numbers:
    """Gives each number once, city-wide."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.given: set[str] = set()

    def citizen(self, person: Person) -> str:
        """Twelve digits: province 099, century and sex, year, six at random (DOMAIN 4.4)."""
        century = (person.born.year // 100 - 19) * 2 + (person.sex == "F")
        return self._new(f"{_figures['cccd_province']}{century}{person.born.year % 100:02}", 6)

    def old_card(self) -> str:
        return self._new(_figures["cmnd_prefix"], 7)

    def insurance(self) -> str:
        return self._new(_figures["insurance_prefix"], 8)

    def phone(self) -> str:
        return self._new(_figures["phone_prefix"], 6)

    def _new(self, prefix: str, digits: int) -> str:
        while True:
            number = f"{prefix}{self.random.randrange(10**digits):0{digits}}"
            if number not in self.given:
                self.given.add(number)
                return number

    def give(self, person: Person, home_phone: str) -> None:
        """Identity, insurance and phone of one person, or none of them."""
        if person.age < CHILD:
            missing = _figures["child_without_number"]
        else:
            missing = _figures["no_identity_number"]
        if not chance(self.random, missing):
            if person.age >= 30 and chance(self.random, _figures["old_identity_card"]):
                person.id_kind, person.id_number = "cmnd", self.old_card()
            else:
                person.id_kind, person.id_number = "cccd", self.citizen(person)
        if chance(self.random, _figures["insurance_number"]):
            person.insurance_number = self.insurance()
        if home_phone:
            owns = person.age >= 18 and chance(self.random, _figures["own_phone"])
            person.phones = [self.phone() if owns else home_phone]
