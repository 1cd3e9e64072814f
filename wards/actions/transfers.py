"""Transfers between wards: one ward sends, the other accepts or returns; until then nothing changes hands (TRUST AUTH-11).

Locks are taken in one order: homes, people by id, then the transfer; so two who decide at once are told apart.
"""

from datetime import date, datetime
from typing import Any, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lib.names import clean
from wards.access import receives_for, require
from wards.actions.households import address_columns, position_after_neighbours, put_under
from wards.actions.residents import LEFT, put_into
from wards.actions.verb import OutOfScope, locked, require_place, verb, write
from wards.actions.waiting import refuse_home_while_waiting, refuse_while_waiting
from wards.models import (
    AdministrativeUnit,
    Household,
    Neighbourhood,
    Resident,
    Transfer,
    TransferPerson,
    User,
)
from wards.models.transfers import wards_of_the_city
from wards.roles import Ability

State = Transfer.State


class NewAddress(TypedDict, total=False):
    house_number: str
    street: str
    address_text: str


class Decided(Exception):
    """Somebody decided first; `transfer` is how it stands now."""

    def __init__(self, transfer: Transfer) -> None:
        self.transfer = transfer
        super().__init__(f"{transfer.pk} was {transfer.state}")


# ---------------------------------------------------------------- the sending ward


@verb
def propose_transfer(
    *,
    what: Resident | Household,
    to_ward: AdministrativeUnit,
    by: User,
    on: date,
    at: datetime,
    address: str = "",
    note: str = "",
    version: int | None = None,
) -> Transfer:
    """Ask another ward of the city to take over a person, or a home with everybody in it. Raises Stale, Waiting, ValidationError."""
    row: Resident | Household
    if isinstance(what, Household):
        row = locked(what, by=by, version=version)
    else:
        row = locked(what, by=by, version=version)
    if to_ward.pk == row.ward_id:
        raise ValidationError(_("Chọn phường khác với phường đang ở."), code="same_ward")
    if not wards_of_the_city(on).filter(pk=to_ward.pk).exists():
        raise ValidationError(_("Phường này không thuộc thành phố hoặc đã hết hiệu lực."), code="not_here")
    people = _people_of(row)
    home = row if isinstance(row, Household) else row.household
    sent = Transfer(
        household=row if isinstance(row, Household) else None,
        is_whole_household=isinstance(row, Household),
        from_ward_id=row.ward_id,
        from_neighbourhood_id=home.neighbourhood_id,
        to_ward=to_ward,
        address=clean(address)[:300],
        note=clean(note)[:500],
        proposed_by=by,
        proposed_at=at,
    )
    sent.save(force_insert=True)
    TransferPerson.objects.bulk_create([_as_sent(sent, person) for person in people])
    return sent


def _people_of(row: Resident | Household) -> list[Resident]:
    """Who goes, locked; refused when nobody would, or when somebody waits already."""
    people = [row] if isinstance(row, Resident) else list(_lock_people(household=row))
    _refuse(row, people)
    if all(person.residence in LEFT for person in people):
        raise ValidationError(
            _("Không còn ai đang ở để chuyển: hồ sơ ghi đã chuyển đi hoặc đã mất."), code="nobody"
        )
    return people


def _refuse(row: Resident | Household, people: list[Resident]) -> None:
    if isinstance(row, Household):
        refuse_home_while_waiting(row, or_anybody_in_it=True)
    for person in people:
        refuse_while_waiting(person)


def _as_sent(transfer: Transfer, person: Resident) -> TransferPerson:
    return TransferPerson(
        transfer=transfer,
        resident=person,
        ward_id=person.ward_id,
        full_name=person.full_name,
        birth_year=person.birth_year,
        birth_month=person.birth_month,
        birth_day=person.birth_day,
        sex=person.sex,
        has_left=person.residence in LEFT,
    )


@verb
def withdraw_transfer(*, transfer: Transfer, by: User, at: datetime) -> Transfer:
    """The sending ward takes it back. Raises OutOfScope, Decided."""
    require(by, Ability.EDIT_PEOPLE)
    mine = Transfer.objects.sent_by(by).filter(pk=transfer.pk).first()
    if mine is None:
        raise OutOfScope
    return _decide(_lock_open(mine), State.WITHDRAWN, by=by, at=at)


# ---------------------------------------------------------------- the receiving ward


@verb
def accept_person(*, transfer: Transfer, household: Household, by: User, on: date, at: datetime) -> Transfer:
    """The person lives in this home of the receiving ward from now on, with all their facts. Raises OutOfScope, Decided."""
    transfer = _received(transfer, by=by, whole=False)
    people = list(_lock_people(transfers__transfer=transfer))
    home = Household.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=household.pk).first()
    if home is None or home.ward_id != transfer.to_ward_id:
        raise OutOfScope
    refuse_home_while_waiting(home)
    transfer = _lock_open(transfer)  # no longer open if the person has gone anywhere meanwhile
    (person,) = people
    _decide(transfer, State.ACCEPTED, by=by, at=at)
    put_into(person, home, on=on)
    return transfer


@verb
def accept_household(
    *,
    transfer: Transfer,
    neighbourhood: Neighbourhood | None,
    by: User,
    on: date,
    at: datetime,
    **address: Unpack[NewAddress],
) -> Transfer:
    """The whole home comes under a neighbourhood of the receiving ward, at its new address if one is given.

    The answer is CLOSED, and nothing moved, when those in the home are no longer those who were sent.
    """
    transfer = _received(transfer, by=by, whole=True)
    require_place(by, transfer.to_ward, neighbourhood)
    homes = Household.objects.select_for_update(of=("self",))
    home = homes.filter(pk=transfer.household_id).first() if transfer.household_id else None
    people = list(_lock_people(household=home)) if home else []
    transfer = _lock_open(transfer)  # no longer open if everybody has gone elsewhere meanwhile
    if home is None or {person.pk for person in people} != set(
        transfer.people.values_list("resident_id", flat=True)
    ):
        return _close(transfer, Transfer.Closing.CHANGED, by=by, at=at)
    _decide(transfer, State.ACCEPTED, by=by, at=at)
    columns: dict[str, Any] = address_columns(**_whole(address)) if any(address.values()) else {}
    put_under(home, transfer.to_ward, neighbourhood, on=on)
    sort_key = columns.get("number_sort_key", home.number_sort_key)
    others = position_after_neighbours(transfer.to_ward, neighbourhood, sort_key, leave_out=home)
    write(home, columns | {"walking_position": others})
    return transfer


@verb
def return_transfer(*, transfer: Transfer, reason: str, by: User, at: datetime) -> Transfer:
    """The receiving ward does not take it, and says why. Raises OutOfScope, Decided, ValidationError."""
    transfer = _received(transfer, by=by)
    said = clean(reason)[:300]
    if not said:
        raise ValidationError(_("Ghi lý do trả lại để phường gửi biết cần làm gì."), code="reason_missing")
    return _decide(_lock_open(transfer), State.RETURNED, by=by, at=at, reason=said)


def _received(transfer: Transfer, *, by: User, whole: bool | None = None) -> Transfer:
    require(by, Ability.EDIT_PEOPLE)
    if not receives_for(by):
        raise OutOfScope
    found = Transfer.objects.coming_to(by).select_related("to_ward").filter(pk=transfer.pk).first()
    if found is None:
        raise OutOfScope
    if whole is not None and found.is_whole_household != whole:
        raise ValueError(f"{found.pk} is {'' if found.is_whole_household else 'not '}of a whole home")
    return found


# ---------------------------------------------------------------- parts


def _lock_people(**which: Any):
    return Resident.objects.select_for_update(of=("self",)).filter(**which).order_by("pk")


def _lock_open(transfer: Transfer) -> Transfer:
    """The transfer as it stands, locked; raises Decided when it is no longer open."""
    transfers = Transfer.objects.select_related("to_ward", "from_ward", "decided_by")
    found = transfers.select_for_update(of=("self",)).get(pk=transfer.pk)
    if not found.is_open:
        raise Decided(found)
    return found


def _decide(transfer: Transfer, state: str, *, by: User, at: datetime, reason: str = "") -> Transfer:
    transfer.state, transfer.is_open, transfer.reason = state, False, reason
    transfer.decided_by, transfer.decided_at = by, at
    transfer.save(update_fields=["state", "is_open", "reason", "decided_by", "decided_at", "closed_because"])
    return transfer


def _close(transfer: Transfer, because: str, *, by: User, at: datetime) -> Transfer:
    transfer.closed_because = because
    return _decide(transfer, State.CLOSED, by=by, at=at)


def _whole(address: NewAddress) -> dict[str, str]:
    return {name: str(address.get(name, "")) for name in ("house_number", "street", "address_text")}
