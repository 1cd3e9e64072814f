"""Short ways of writing down made-up people for the tests of the rules."""

from datetime import date

from vaccination.eligibility import (
    Dose,
    Forecast,
    Infection,
    PartialDate,
    Person,
    Pregnancy,
    Screening,
    State,
    forecast,
    load_family,
    state_on,
)

ADULT = "1980-05-05"
RULES = load_family("VN-COVID")


def day(text: str) -> date:
    return date.fromisoformat(text)


def doses(text: str | None) -> tuple[Dose, ...] | None:
    """`AZ 2021-06-01, PFZ 2021-08-03 0.3ml`; None for an unknown history."""
    if text is None:
        return None
    return tuple(_dose(*part.split()) for part in text.split(",") if part.strip())


def _dose(product: str, given: str, volume: str = "") -> Dose:
    return Dose(PartialDate.parse(given), product, float(volume.removesuffix("ml")) if volume else None)


def person(
    given: str | None = "",
    *,
    born: str = ADULT,
    conditions: tuple[int, ...] = (),
    pregnant: str = "",
    infected: str = "",
    screened: tuple[Screening, ...] = (),
    province: str | None = None,
    priority_group: int | None = None,
) -> Person:
    """`pregnant`: weeks and day (`9 2022-01-30`); `infected`: days confirmed and recovered (`2022-01-02 2022-01-12`)."""
    weeks, _, as_of = pregnant.partition(" ")
    return Person(
        born=PartialDate.parse(born),
        doses=doses(given),
        conditions=frozenset(conditions),
        province=province,
        priority_group=priority_group,
        pregnancy=Pregnancy(int(weeks), day(as_of)) if pregnant else None,
        infections=(Infection(*map(day, infected.split())),) if infected else (),
        screenings=screened,
    )


def contra(on: str, product: str | None = None, until: str = "", **words: str) -> Screening:
    return Screening("CONTRA", day(on), day(until) if until else None, product, **words)


def deferred(on: str, until: str = "", product: str | None = None) -> Screening:
    return Screening("DEFER", day(on), day(until) if until else None, product)


def ask(someone: Person, on: str) -> tuple[State, Forecast]:
    found = forecast(someone, day(on), RULES)
    return state_on(found, day(on)), found


def following(found: Forecast) -> str:
    """`BASIC 2`, `BOOSTER 1`; empty when nothing is next."""
    return f"{found.next_type} {found.next_ordinal}" if found.next_type else ""


def counted(found: Forecast) -> list[str]:
    """How each dose was counted, in the order of their days: `BASIC 1`, `TOO_EARLY`, `BOOSTER 1 (VOLUME)`."""
    return [
        (f"{dose.type} {dose.ordinal}" + (f" ({dose.reason})" if dose.reason else ""))
        if dose.valid
        else str(dose.reason)
        for dose in found.doses
    ]
