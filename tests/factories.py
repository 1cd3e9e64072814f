"""The least that is valid: a place, an official, a person, a dose. All people here are synthetic."""

from datetime import date
from itertools import count

from lib import names
from lib.dates_vn import PartialDate
from vaccination.models import DoseHistory, DoseRecord
from wards.models import AdministrativeUnit, Assignment, Household, Neighbourhood, Resident, User
from wards.roles import Role

_number = count(1)

VO_CUONG, SUOI_HOA = "09190", "09187"  # two wards of Bắc Ninh in the reference data


def make_ward(code: str = VO_CUONG, *, on: date = date(2022, 2, 5)) -> AdministrativeUnit:
    """A ward of the reference data, as it stood on `on`."""
    return AdministrativeUnit.objects.in_force(on).get(code=code)


def make_neighbourhood(ward: AdministrativeUnit, name: str = "") -> Neighbourhood:
    name = name or f"Khu {next(_number)}"
    return Neighbourhood.objects.create(
        ward=ward, kind="khu phố", name=name, search_key=names.search_key(name)
    )


def make_user(role: Role | str | list[Role], ward: AdministrativeUnit | None = None, **fields) -> User:
    """An official with one role or several, assigned to `ward` when one is given; the password is unusable."""
    roles = [role] if isinstance(role, str) else list(role)
    user = User(username=f"user{next(_number)}", full_name="Nguyễn Thị Kiểm Thử", roles=roles)
    for name, value in fields.items():
        setattr(user, name, value)
    user.set_unusable_password()
    user.save()
    if ward is not None:
        Assignment.objects.create(user=user, unit=ward)
    return user


def make_household(ward: AdministrativeUnit, **fields) -> Household:
    return Household.objects.create(
        ward=ward, **{"house_number": str(next(_number)), "street": "Phố Thử"} | fields
    )


def make_resident(
    ward: AdministrativeUnit,
    *,
    name: str = "Nguyễn Thị Thử",
    born: str = "1960-05-20",
    household: Household | None = None,
    **fields,
) -> Resident:
    """A person of `ward`; `born` is a day, a month or a year as YYYY[-MM[-DD]]. No forecast is made."""
    birth = PartialDate.from_iso(born)
    keys = names.keys(name)
    return Resident.objects.create(
        ward=ward,
        household=household or make_household(ward),
        full_name=name,
        search_key=keys.search,
        match_key=keys.match,
        sort_key=keys.sort,
        birth_year=birth.year,
        birth_month=birth.month,
        birth_day=birth.day,
        is_synthetic=True,
        **fields,
    )


def make_dose(resident: Resident, product: str = "AZ", given: str = "2021-06-01", **fields) -> DoseRecord:
    """A dose on record, the history said to be complete. No forecast is made."""
    day = PartialDate.from_iso(given)
    know_history(resident)
    return DoseRecord.objects.create(
        resident=resident,
        ward_id=resident.ward_id,
        programme_id="COVID-19",
        product_id=product,
        given_year=day.year,
        given_month=day.month,
        given_day=day.day,
        **fields,
    )


def know_history(resident: Resident, known: bool = True) -> None:
    """Say that the doses on record are all there are."""
    DoseHistory.objects.update_or_create(
        resident=resident, defaults={"ward_id": resident.ward_id, "is_known": known}
    )
