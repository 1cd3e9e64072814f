"""Homes: add, correct, move."""

import secrets
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lib import addresses
from lib.names import clean
from wards import hooks
from wards.access import require, scope_of
from wards.actions.verb import Spent, locked, made_before, require_place, verb, write
from wards.actions.waiting import refuse_home_while_waiting
from wards.models import AdministrativeUnit, Household, Neighbourhood, User
from wards.roles import Ability

CODE_LETTERS = (
    "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is mistaken for another when read out or written by hand
)
CODE_LENGTH = 5


@verb
def add_household(
    *,
    ward: AdministrativeUnit,
    neighbourhood: Neighbourhood | None,
    by: User,
    id: UUID | None = None,
    house_number: str = "",
    street: str = "",
    address_text: str = "",
    dwelling: str = Household.Dwelling.LIVED_IN,
    walking_position: int | None = None,
    source: str = "desk",
) -> Household:
    """A new home. With the `id` of a form, sending the form twice makes one home; Spent if the contents differ."""
    require(by, Ability.EDIT_PEOPLE)
    require_place(by, ward, neighbourhood)
    columns = address_columns(house_number=house_number, street=street, address_text=address_text)
    if made := made_before(Household, id, by=by):
        return _unchanged(made, columns)
    if walking_position is None:
        walking_position = position_after_neighbours(ward, neighbourhood, columns["number_sort_key"])
    new = Household(
        ward=ward,
        neighbourhood=neighbourhood,
        dwelling=dwelling,
        walking_position=walking_position,
        source=source,
        entered_by=by,
        **columns,
    )
    if id is not None:
        new.id = id
    try:
        with transaction.atomic():
            return _with_code(new)
    except IntegrityError:  # the same form at the same instant: the first one made it
        if id is None or not (made := made_before(Household, id, by=by)):
            raise
        return _unchanged(made, columns)


@verb
def update_household(
    *,
    household: Household,
    by: User,
    version: int | None = None,
    house_number: str,
    street: str,
    address_text: str = "",
    dwelling: str,
    walking_position: int,
) -> Household:
    """Correct a home's address and state. Raises Stale when it is no longer at `version`."""
    household = locked(household, by=by, version=version)
    refuse_home_while_waiting(household)
    columns = address_columns(house_number=house_number, street=street, address_text=address_text)
    write(household, columns | {"dwelling": dwelling, "walking_position": walking_position})
    return household


@verb
def move_household(
    *,
    household: Household,
    ward: AdministrativeUnit,
    neighbourhood: Neighbourhood | None,
    by: User,
    on: date,
    version: int | None = None,
) -> Household:
    """The home and all who live there come under another neighbourhood or ward of the user's area.

    Their facts follow by the database's own cascade. A ward outside the area is refused with what to do instead.
    """
    household = locked(household, by=by, version=version)
    refuse_home_while_waiting(household, or_anybody_in_it=True)
    require_destination(by, ward, neighbourhood)
    put_under(household, ward, neighbourhood, on=on)
    return household


def put_under(
    household: Household, ward: AdministrativeUnit, neighbourhood: Neighbourhood | None, *, on: date
) -> None:
    """`move_household` inside another verb, which has locked the home and knows that the user may."""
    leaves_ward = household.ward_id != ward.pk
    if leaves_ward and Household.objects.filter(ward=ward, code=household.code).exclude(code="").exists():
        household.code = free_code(ward.pk)
        household.save(update_fields=["code"])
    if write(
        household, {"ward_id": ward.pk, "neighbourhood_id": neighbourhood.pk if neighbourhood else None}
    ):
        if leaves_ward:
            hooks.residents_changed(list(household.residents.values_list("pk", flat=True)), on=on)
        household.refresh_from_db()


def require_destination(by: User, ward: AdministrativeUnit, neighbourhood: Neighbourhood | None) -> None:
    """Moving is allowed inside the user's area only; elsewhere somebody else has to accept."""
    scope = scope_of(by)
    if ward.pk in scope.ward_ids or (
        neighbourhood is not None and neighbourhood.pk in scope.neighbourhood_ids
    ):
        return
    raise ValidationError(
        _(
            "{ward} ngoài địa bàn được giao nên chưa chuyển được. Chọn “Chuyển sang phường khác” để phường đó"
            " tiếp nhận. Chưa có gì thay đổi."
        ).format(ward=ward.full_name),
        code="outside_scope",
    )


def address_columns(*, house_number: str, street: str, address_text: str = "") -> dict:
    """The address as it is stored, with its search key and its place in the walking order."""
    house_number, street, address_text = clean(house_number), clean(street), clean(address_text)
    whole = " ".join(part for part in (house_number, street) if part) or address_text
    if not whole:
        raise ValidationError(_("Ghi số nhà, đường hoặc ngõ, hay lời chỉ đường."), code="address_missing")
    return {
        "house_number": house_number,
        "street": street,
        "address_text": address_text,
        "address_key": addresses.address_search_key(
            f"{whole} {address_text}" if whole != address_text else whole
        )[:300],
        "number_sort_key": addresses.house_sort_key(house_number or whole)[:60],
    }


def position_after_neighbours(
    ward: AdministrativeUnit,
    neighbourhood: Neighbourhood | None,
    number_sort_key: str,
    *,
    leave_out: Household | None = None,
) -> int:
    """Where a new home stands in the walk: with the last one whose number comes before its own."""
    homes = Household.objects.filter(ward=ward, neighbourhood=neighbourhood)
    if leave_out is not None:
        homes = homes.exclude(pk=leave_out.pk)
    before = homes.filter(number_sort_key__lte=number_sort_key).order_by("-walking_position").first()
    return before.walking_position if before else 0


def free_code(ward_id: int) -> str:
    """A short code that no home of the ward has: for paper lists."""
    while True:
        code = "".join(secrets.choice(CODE_LETTERS) for _letter in range(CODE_LENGTH))
        if not Household.objects.filter(ward_id=ward_id, code=code).exists():
            return code


def _with_code(household: Household) -> Household:
    household.code = free_code(household.ward_id)
    household.save(force_insert=True)
    return household


def _unchanged(made: Household, columns: dict) -> Household:
    if any(getattr(made, name) != value for name, value in columns.items()):
        raise Spent(made)
    return made
