"""What one reader may see of a person: whole or masked numbers, named illnesses or only that there is one.

Decided here once, whatever page, file or paper shows it (TRUST T4, WORDS 1.11).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from wards import identity_numbers, statements
from wards.access import can
from wards.models import IdentityClaim, Pregnancy, ResidentCondition, User
from wards.roles import Ability

AT_RISK = gettext_lazy("Thuộc nhóm nguy cơ")


_THESE = statements.among("ids", "resident_id")


@dataclass(frozen=True)
class Sight:
    """What this reader may see of a person."""

    full_id: bool
    health: bool
    diagnosis: bool
    second_tier: bool

    @classmethod
    def of(cls, user: User) -> "Sight":
        abilities = (Ability.SEE_FULL_ID, Ability.SEE_HEALTH, Ability.SEE_DIAGNOSIS, Ability.SEE_SECOND_TIER)
        return cls(*(can(user, ability) for ability in abilities))


def identities_of(ids: Iterable[UUID] | statements.Array, sight: Sight) -> dict[UUID, list[str]]:
    """Identity numbers by resident, the citizen number first; masked where the reader has no right to the whole."""
    claims = IdentityClaim.objects.filter(_THESE, withdrawn_at=None).order_by("kind", "pk")
    number = "number_encrypted" if sight.full_id else "mask"
    rows = statements.rows(
        ("identities", number), lambda: claims.values_list("resident_id", number), ids=statements.array(ids)
    )
    found: dict[UUID, list[str]] = defaultdict(list)
    for resident, kept in rows:
        found[resident].append(identity_numbers.decrypt(kept) if sight.full_id else kept)
    return found


def conditions_of(ids: Iterable[UUID] | statements.Array, sight: Sight, on: date) -> dict[UUID, list[str]]:
    """Illnesses and pregnancy by resident: named where the reader may know them, else "thuộc nhóm nguy cơ" alone."""
    found: dict[UUID, list[str]] = defaultdict(list)
    if not sight.health:
        return found
    these = statements.array(ids)
    name_field = "condition__name_en" if get_language() == "en" else "condition__name"
    rows = statements.rows(
        ("conditions", on, name_field),
        lambda: (
            ResidentCondition.objects.filter(_THESE)
            .exclude(ended_on__lte=on)
            .order_by("condition_id")
            .values_list("resident_id", name_field, "condition__is_second_tier")
        ),
        ids=these,
    )
    hidden = set()
    for resident, name, second_tier in rows:
        if sight.diagnosis and (sight.second_tier or not second_tier):
            found[resident].append(name)
        else:
            hidden.add(resident)
    pregnant = statements.rows(
        ("pregnant", on),
        lambda: Pregnancy.objects.filter(_THESE).current(on).values_list("resident_id"),
        ids=these,
    )
    for (resident,) in pregnant:
        if sight.diagnosis:
            found[resident].append(_("Mang thai"))
        else:
            hidden.add(resident)
    for resident in hidden:
        if not found[resident]:
            found[resident].append(str(AT_RISK))
    return found
