"""People: add, correct, move, and how they live here."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lib import names
from lib.dates_vn import PartialDate
from lib.identity import Identity
from wards import hooks
from wards.access import require
from wards.actions.health import close_pregnancy, replace_conditions, state_pregnancy, touch
from wards.actions.households import require_destination
from wards.actions.identity import claim_number, withdraw_claims
from wards.actions.verb import OutOfScope, Spent, locked, made_before, verb, write
from wards.actions.waiting import refuse_home_while_waiting, refuse_while_waiting
from wards.models import Household, Resident, User
from wards.roles import Ability

LEFT = (Resident.Residence.MOVED, Resident.Residence.DECEASED)
DECIDES_FORECAST = {"birth_year", "birth_month", "birth_day", "sex", "residence"}


class Details(TypedDict, total=False):
    """What a person's record says beside name and birth date; left out means unchanged (or the default when new)."""

    sex: str
    phones: list[str]
    insurance_number: str
    registration: str
    mobility: str
    employer: str
    priority_group: int | None
    note: str
    guardian_name: str
    guardian_relation: str
    guardian_phone: str
    school: str
    school_class: str


@dataclass(frozen=True)
class Health:
    """Health facts written together with the person: the form's, or the import's.

    `conditions` None leaves them alone; `shown` as in `set_conditions`. `pregnancy` is (weeks, day stated).
    """

    conditions: Collection[int] | None = None
    shown: Collection[int] | None = None
    pregnancy: tuple[int, date] | None = None
    pregnancy_ended_on: date | None = None

    def write(self, resident: Resident, *, by: User, on: date) -> bool:
        changed = False
        if self.conditions is not None:
            changed = replace_conditions(resident, self.conditions, by=by, on=on, shown=self.shown)
        if self.pregnancy_ended_on:
            changed |= close_pregnancy(resident, self.pregnancy_ended_on, by=by, on=on)
        if self.pregnancy:
            state_pregnancy(resident, *self.pregnancy, by=by, on=on)
            changed = True
        return changed


@verb
def add_resident(
    *,
    household: Household,
    name: str,
    born: PartialDate,
    by: User,
    on: date,
    id: UUID | None = None,
    residence: str = Resident.Residence.HERE,
    residence_until: date | None = None,
    number: Identity | None = None,
    health: Health = Health(),
    source: str = "desk",
    **details: Unpack[Details],
) -> Resident:
    """A new person in a home of the user's area. Raises NumberTaken, OutOfScope, ValidationError.

    With the `id` of a form, sending the form twice makes one person; Spent if name or birth date differ.
    """
    require(by, Ability.EDIT_PEOPLE)
    columns = person_columns(name, born, on=on)
    if made := made_before(Resident, id, by=by):
        return _unchanged(made, columns)
    home = Household.objects.visible_to(by).select_for_update().filter(pk=household.pk).first()
    if home is None:
        raise OutOfScope
    refuse_home_while_waiting(home)
    new = Resident(
        ward_id=home.ward_id,
        household=home,
        residence=residence,
        residence_until=residence_until,
        source=source,
        entered_by=by,
        **columns,
        **details,
    )
    if id is not None:
        new.id = id
    try:
        with transaction.atomic():
            new.save(force_insert=True)
    except IntegrityError:  # the same form at the same instant: the first one made it
        if id is None or not (made := made_before(Resident, id, by=by)):
            raise
        return _unchanged(made, columns)
    if number is not None:
        claim_number(new, number, by=by, source=source)
    health.write(new, by=by, on=on)
    hooks.residents_changed([new.pk], on=on)
    return new


@verb
def update_resident(
    *,
    resident: Resident,
    name: str,
    born: PartialDate,
    by: User,
    on: date,
    version: int | None = None,
    residence: str | None = None,
    residence_until: date | None = None,
    confirmed: bool = False,
    number: Identity | None = None,
    withdrawn: Collection[int] = (),
    health: Health = Health(),
    **details: Unpack[Details],
) -> Resident:
    """Correct a person's record as one form does; `withdrawn` are ids of identity claims to take off. Raises Stale, NumberTaken, OutOfScope, ValidationError."""
    resident = locked(resident, by=by, version=version)
    if not _leaves(resident, residence):
        refuse_while_waiting(resident)
    columns = person_columns(name, born, on=on) | details
    if residence is not None:
        columns |= residence_columns(resident, residence, residence_until, confirmed=confirmed)
    decisive = any(
        getattr(resident, field) != columns.get(field, getattr(resident, field)) for field in DECIDES_FORECAST
    )
    written = write(resident, columns)
    beside = withdraw_claims(resident, withdrawn) if withdrawn else False
    if number is not None:
        beside |= claim_number(resident, number, by=by)[1]
    health_changed = health.write(resident, by=by, on=on)
    if (beside or health_changed) and not written:
        touch(resident)
    if decisive or health_changed:
        hooks.residents_changed([resident.pk], on=on)
    return resident


@verb
def move_resident(
    *, resident: Resident, household: Household, by: User, on: date, version: int | None = None
) -> Resident:
    """The person lives in another home of the user's area from now on; what is theirs follows.

    A home outside the area is refused with what to do instead: that move needs the other ward's acceptance.
    """
    resident = locked(resident, by=by, version=version)
    refuse_while_waiting(resident)
    home = (
        Household.objects.select_for_update(of=("self",))
        .select_related("ward", "neighbourhood")
        .get(pk=household.pk)
    )
    require_destination(by, home.ward, home.neighbourhood)
    refuse_home_while_waiting(home)
    put_into(resident, home, on=on)
    return resident


def put_into(resident: Resident, home: Household, *, on: date) -> None:
    """`move_resident` inside another verb, which has locked both and knows that the user may."""
    leaves_ward = resident.ward_id != home.ward_id
    if write(resident, {"household_id": home.pk, "ward_id": home.ward_id}) and leaves_ward:
        hooks.residents_changed([resident.pk], on=on)


@verb
def set_residence(
    *,
    resident: Resident,
    residence: str,
    by: User,
    on: date,
    until: date | None = None,
    confirmed: bool = False,
    version: int | None = None,
) -> Resident:
    """Whether and how the person lives here. "Moved away" and "died" take them off the lists and must be confirmed."""
    resident = locked(resident, by=by, version=version)
    if not _leaves(resident, residence):
        refuse_while_waiting(resident)
    if write(resident, residence_columns(resident, residence, until, confirmed=confirmed)):
        hooks.residents_changed([resident.pk], on=on)
    return resident


@verb
def set_phones(*, resident: Resident, phones: list[str], by: User, version: int | None = None) -> Resident:
    """The person's telephone numbers in national form, the first one first to be called."""
    resident = locked(resident, by=by, version=version)
    refuse_while_waiting(resident)
    write(resident, {"phones": list(dict.fromkeys(phones))})
    return resident


def residence_columns(
    resident: Resident, residence: str, until: date | None, *, confirmed: bool
) -> dict[str, Any]:
    """The columns of a residence state; ValidationError("confirm") when it needs a confirmation it does not have."""
    state = Resident.Residence(residence)
    if state in LEFT and resident.residence != state and not confirmed:
        raise ValidationError(
            _("Xác nhận “{state}”: {name} sẽ không còn trong danh sách phải tiêm.").format(
                state=state.label, name=resident.full_name
            ),
            code="confirm",
        )
    return {"residence": state.value, "residence_until": until if state == Resident.Residence.AWAY else None}


def person_columns(name: str, born: PartialDate, *, on: date) -> dict[str, Any]:
    """Name with all its keys, birth date with its precision. Raises ValidationError for an empty name or a future birth."""
    keys = names.keys(name)
    if not keys.search:
        raise ValidationError(_("Ghi họ và tên."), code="name_missing")
    if born.earliest > on:
        raise ValidationError(_("Ngày sinh {born} sau hôm nay.").format(born=born), code="in_future")
    return {
        "full_name": keys.display,
        "search_key": keys.search,
        "match_key": keys.match,
        "sort_key": keys.sort,
        "birth_year": born.year,
        "birth_month": born.month,
        "birth_day": born.day,
    }


def _leaves(resident: Resident, residence: str | None) -> bool:
    """Whether this writes that the person died or moved away: a fact that ends a transfer, and is never refused."""
    return residence in LEFT and resident.residence != residence


def _unchanged(made: Resident, columns: dict) -> Resident:
    if any(getattr(made, name) != value for name, value in columns.items()):
        raise Spent(made)
    return made
