"""Identity numbers: several claims a person, each with its source; nobody's number is taken over silently (DOMAIN 4.4)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lib import clock
from lib.identity import Identity, IdentityKind, IdentityProblem, classify
from wards import identity_numbers, installation
from wards.actions.health import touch
from wards.actions.verb import locked, verb
from wards.models import IdentityClaim, Resident, User


class NumberTaken(Exception):
    """The citizen number stands at another person: `resident`, or None where the user may not know who."""

    def __init__(self, resident: Resident | None) -> None:
        self.resident = resident
        super().__init__("identity number taken")


@dataclass(frozen=True)
class Holder:
    """Who holds a number: a visible person, or somebody about whom nothing may be said."""

    resident: Resident | None


def read_number(raw: str, *, on: date, sex: str | None = None, birth_year: int | None = None) -> Identity:
    """The number in `raw`; ValidationError with a sentence when it is none. Contradictions are warnings on the result."""
    row = installation.current()
    try:
        return classify(
            raw,
            sex=sex if sex in ("M", "F") else None,
            birth_year=birth_year,
            year=on.year,
            synthetic=bool(row and row.is_demo),
        )
    except IdentityProblem as problem:
        raise ValidationError(problem.in_words(_), code=problem.code) from None


def holder_of(number: Identity, *, by: User, except_for: Resident | None = None) -> Holder | None:
    """Who else has this citizen number now. Other kinds of number are shared by mistake too often to decide anything."""
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
    return Holder(
        Resident.objects.visible_to(by).select_related("household").filter(pk=claim.resident_id).first()
    )


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
    if holder := holder_of(number, by=by, except_for=resident):
        raise NumberTaken(holder.resident)
    try:
        with transaction.atomic():
            claim = resident.identity_claims.create(
                ward_id=resident.ward_id, source=source, entered_by=by, **values
            )
    except IntegrityError:  # somebody else claimed it at the same instant
        holder = holder_of(number, by=by, except_for=resident)
        raise NumberTaken(holder.resident if holder else None) from None
    return claim, True


@verb
def withdraw_identity_claim(*, claim: IdentityClaim, by: User, version: int | None = None) -> None:
    """Take a number off a person's record; the row stays with the time it was withdrawn."""
    resident = locked(claim.resident, by=by, version=version)
    if withdraw_claims(resident, [claim.pk]):
        touch(resident)


def withdraw_claims(resident: Resident, claims: Collection[int]) -> bool:
    """`withdraw_identity_claim` inside another verb: no lock. True if any was in force."""
    in_force = resident.identity_claims.filter(pk__in=claims, withdrawn_at=None)
    return in_force.update(withdrawn_at=clock.real_now()) > 0
