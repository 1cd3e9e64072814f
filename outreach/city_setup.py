"""The offices of a city: made once when an installation is set up, real or for demonstration (DOMAIN D7)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from wards import installation
from wards.models import AdministrativeUnit, Installation, Organisation

NEIGHBOURHOOD_WORDS = ("tổ dân phố", "khu phố", "khu vực", "ấp", "thôn", "bản", "xóm")


class AlreadySetUp(Exception):
    """This database belongs to a city already."""


@dataclass(frozen=True)
class CityPlan:
    """What differs from city to city (WORDS, head)."""

    city_name: str
    health_centre: str
    units: Sequence[AdministrativeUnit]
    neighbourhood: str = "khu phố"
    support_phone: str = ""
    is_demo: bool = False
    clock_offset: timedelta = timedelta()


@dataclass(frozen=True)
class Offices:
    """The city's offices by kind; those of wards by unit id."""

    health_centre: Organisation
    city_committee: Organisation
    of_ward: dict[tuple[str, int], Organisation] = field(default_factory=dict)

    def of(self, kind: str, unit: AdministrativeUnit) -> Organisation:
        return self.of_ward[kind, unit.pk]


def write_installation(plan: CityPlan) -> Installation:
    """The one row that says which city this is."""
    row, _created = Installation.objects.update_or_create(
        id=1,
        defaults={
            "city_name": plan.city_name,
            "province_code": plan.units[0].province_code,
            "words": {
                "neighbourhood": plan.neighbourhood,
                "health_centre": plan.health_centre,
                "city": plan.city_name,
            },
            "support_phone": plan.support_phone,
            "is_demo": plan.is_demo,
            "clock_offset": plan.clock_offset,
        },
    )
    installation.forget()
    return row


def make_offices(plan: CityPlan) -> Offices:
    """Health centre and city committee over all units; committee, station and police of every ward."""
    kind = Organisation.Kind
    centre = Organisation.objects.create(kind=kind.HEALTH_CENTRE, name=plan.health_centre)
    committee = Organisation.objects.create(kind=kind.CITY_COMMITTEE, name=f"UBND {_lowered(plan.city_name)}")
    for office in (centre, committee):
        office.units.set(plan.units)
    offices = Offices(centre, committee)
    for unit in plan.units:
        place = _place(unit, plan.units)
        for ward_kind, name, parent in (
            (kind.WARD_COMMITTEE, f"UBND {place}", committee),
            (kind.STATION, f"Trạm Y tế {place}", centre),
            (kind.POLICE, f"Công an {place}", None),
        ):
            office = Organisation.objects.create(kind=ward_kind, name=name, parent=parent)
            office.units.set([unit])
            offices.of_ward[ward_kind, unit.pk] = office
    return offices


def _lowered(name: str) -> str:
    return name[:1].lower() + name[1:]


def _place(unit: AdministrativeUnit, units: Sequence[AdministrativeUnit]) -> str:
    """ "phường Võ Cường", with the district where two units of the city bear one name."""
    name = _lowered(unit.full_name)
    twins = [other for other in units if other.full_name == unit.full_name]
    if len(twins) == 1:
        return name
    district = unit.district_name or unit.code
    return (
        f"{name}, {_lowered(district)}"
        if len({twin.district_name for twin in twins}) > 1
        else f"{name} ({unit.code})"
    )


def require_empty() -> None:
    """Raise AlreadySetUp, in words for the person at the keyboard, unless this database belongs to nobody."""
    row = Installation.objects.first()
    if row is not None:
        raise AlreadySetUp(_("Cơ sở dữ liệu này đã thuộc về {city}.").format(city=row.city_name))
    if Organisation.objects.exists():
        raise AlreadySetUp(_("Cơ sở dữ liệu này đã có cơ quan được khai báo."))
