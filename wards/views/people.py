"""A person's line on the desk's pages: what each role may read of it."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, QuerySet
from django.utils.functional import cached_property

from lib import phones
from lib.dates_vn import PartialDate
from wards import risk_groups
from wards.access import can
from wards.identity_numbers import number_text
from wards.models import IdentityClaim, Resident, RiskGroup, User
from wards.roles import Ability


@dataclass(frozen=True)
class Line:
    """A person as one role sees them; numbers are full only for those who may see them."""

    resident: Resident
    shows_full_id: bool
    in_risk_group: bool

    @property
    def born(self) -> PartialDate:
        return self.resident.born

    @cached_property
    def numbers(self) -> list[tuple[str, str]]:
        """(kind, number) of every number in force, masked unless the role sees it whole."""
        claims = [claim for claim in self.resident.identity_claims.all() if claim.withdrawn_at is None]
        return [(claim.get_kind_display(), number_text(claim, full=self.shows_full_id)) for claim in claims]

    @property
    def phones(self) -> list[str]:
        return [str(phones.Phone(number, phones.PhoneKind.MOBILE)) for number in self.resident.phones]


def members(user: User, residents: QuerySet[Resident], *, on: date) -> list[Line]:
    """The people of a visible queryset, home by home, the eldest first; those who left come last."""
    residents = residents.prefetch_related(
        Prefetch("identity_claims", IdentityClaim.objects.filter(withdrawn_at=None).order_by("created_at"))
    )
    at_risk: set = set()
    if can(user, Ability.SEE_HEALTH):
        group = RiskGroup.objects.filter(is_default=True).first()
        if group is not None:
            at_risk = set(
                residents.filter(risk_groups.membership(group, on)).order_by().values_list("pk", flat=True)
            )
    full = can(user, Ability.SEE_FULL_ID)
    lines = [Line(resident, full, resident.pk in at_risk) for resident in residents]
    return sorted(lines, key=_by_age)


def _by_age(line: Line) -> tuple:
    person = line.resident
    has_left = person.residence in (Resident.Residence.MOVED, Resident.Residence.DECEASED)
    return has_left, person.birth_year, person.birth_month or 13, person.birth_day or 32, person.sort_key
