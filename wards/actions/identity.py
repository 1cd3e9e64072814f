"""Identity numbers: several claims a person, each with its source; nobody's number is taken over silently (DOMAIN 4.4)."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lib import clock
from lib.identity import Identity, IdentityKind, IdentityProblem, classify
from wards import identity_numbers, installation
from wards.actions.health import touch
from wards.actions.verb import locked, verb
from wards.actions.waiting import refuse_while_waiting
from wards.models import IdentityClaim, Resident, User


class NumberTaken(Exception):
    """The citizen number stands at another person: `resident`, or None where the user may not know who.

    `holder` is that person's id and ward in any case: for the log of those who settle it, never for the page.
    """

    def __init__(self, resident: Resident | None, holder: tuple[UUID, int] | None = None) -> None:
        self.resident = resident
        self.holder = holder
        super().__init__("identity number taken")


def read_number(raw: str, *, on: date, sex: str | None = None, birth_year: int | None = None) -> Identity:
    """The number in `raw`; ValidationError with a sentence when it is none. Contradictions are warnings on the result."""
    row = installation.current()
    try:
        return classify(
            raw,
            sex="M" if sex == "M" else "F" if sex == "F" else None,
            birth_year=birth_year,
            year=on.year,
            synthetic=bool(row and row.is_demo),
        )
    except IdentityProblem as problem:
        raise ValidationError(problem.in_words(_), code=problem.code) from None


def clash_of(number: Identity, *, by: User, except_for: Resident | None = None) -> NumberTaken | None:
    """Who else has this citizen number now, as far as the user may know. Other kinds of number are shared by mistake too often to decide anything."""
    if number.kind is not IdentityKind.CCCD:
        return None
    claims = IdentityClaim.objects.filter(
        number_hash=identity_numbers.hash_of(number.number), kind=IdentityClaim.Kind.CCCD, withdrawn_at=None
    )
    if except_for is not None:
        claims = claims.exclude(resident=except_for)
    claim = claims.first()
    if claim is None:
        return None
    visible = Resident.objects.visible_to(by).select_related("household")
    return NumberTaken(visible.filter(pk=claim.resident_id).first(), (claim.resident_id, claim.ward_id))


@verb
def add_identity_claim(
    *,
    resident: Resident,
    number: Identity,
    by: User,
    on: date,
    source: str = "desk",
    version: int | None = None,
) -> IdentityClaim:
    """Put a number on a person's record. The same number again is the same claim; another person's CCCD is NumberTaken."""
    resident = locked(resident, by=by, version=version)
    refuse_while_waiting(resident)
    claim, is_new = claim_number(resident, number, by=by, source=source)
    if is_new:
        touch(resident)
    return claim


def claim_number(
    resident: Resident, number: Identity, *, by: User, source: str = "desk"
) -> tuple[IdentityClaim, bool]:
    """`add_identity_claim` inside another verb: no lock. The claim, and whether it is new."""
    values = identity_numbers.claim_values(number)
    present = resident.identity_claims.filter(number_hash=values["number_hash"], withdrawn_at=None).first()
    if present is not None:
        return present, False
    if clash := clash_of(number, by=by, except_for=resident):
        raise clash
    try:
        with transaction.atomic():
            claim = resident.identity_claims.create(
                ward_id=resident.ward_id, source=source, entered_by=by, **values
            )
    except IntegrityError:  # somebody else claimed it at the same instant
        raise clash_of(number, by=by, except_for=resident) or NumberTaken(None) from None
    return claim, True


@verb
def withdraw_identity_claim(*, claim: IdentityClaim, by: User, version: int | None = None) -> None:
    """Take a number off a person's record; the row stays with the time it was withdrawn."""
    resident = locked(claim.resident, by=by, version=version)
    refuse_while_waiting(resident)
    if withdraw_claims(resident, [claim.pk]):
        touch(resident)


def withdraw_claims(resident: Resident, claims: Collection[int]) -> bool:
    """`withdraw_identity_claim` inside another verb: no lock. True if any was in force."""
    in_force = resident.identity_claims.filter(pk__in=claims, withdrawn_at=None)
    return in_force.update(withdrawn_at=clock.real_now()) > 0
