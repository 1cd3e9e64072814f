"""Who may see this resident, who may do this: rows are a queryset, verbs are an ability.

Every fetch begins at `Model.objects.visible_to(user)`; what is out of scope is a 404, so that existence is not told.
A verb the role does not have is a 403.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.db.models import Q, Value
from django.http import HttpRequest, HttpResponse

from lib import clock
from wards import statements
from wards.roles import ABILITIES, Ability, Role
from wards.statements import Later


@dataclass(frozen=True)
class Scope:
    """Where a user works now: whole wards, and single neighbourhoods beside them."""

    ward_ids: frozenset[int] = frozenset()
    neighbourhood_ids: frozenset[int] = frozenset()

    def q(self, *, ward: str = "ward_id", neighbourhood: str | None = None) -> Q:
        """The rows inside this scope; without a neighbourhood path a row belongs to its ward alone."""
        inside = Q(**{f"{ward}__in": self.ward_ids})
        if neighbourhood and self.neighbourhood_ids:
            inside |= Q(**{f"{neighbourhood}__in": self.neighbourhood_ids})
        return inside


def can(user, ability: Ability) -> bool:
    """Whether one of the user's roles carries this ability and the API token they use, if any, lets it through."""
    limit = getattr(user, "limited_to", None)
    return (limit is None or ability in limit) and role_allows(user, ability)


def role_allows(user, ability: Ability) -> bool:
    """Whether one of the user's roles carries this ability, whatever they come with."""
    return any(ability in ABILITIES[Role(role)] for role in roles_of(user))


def roles_of(user) -> frozenset[str]:
    """The roles held now: the own ones and, while a stand-in lasts, those held in somebody's place.

    They hold wherever the user works, as all roles do; none once the account is closed.
    """
    if not _is_in(user):
        return frozenset()
    return frozenset(user.roles) | _work_of(user)[1]


def scope_of(user) -> Scope:
    """The wards and neighbourhoods of the user's assignments in force now; read once per user object (so per request)."""
    return _work_of(user)[0]


def _is_in(user) -> bool:
    return bool(user.is_authenticated and user.is_open(clock.real_now()))


def _work_of(user) -> tuple[Scope, frozenset[str]]:
    cached = getattr(user, "_work", None)
    if cached is None:
        cached = user._work = _read_work(user)
    return cached


def _read_work(user) -> tuple[Scope, frozenset[str]]:
    from wards.models.units import Organisation
    from wards.models.users import Assignment

    if not _is_in(user):
        return Scope(), frozenset()
    wards: set[int] = set()
    neighbourhoods: set[int] = set()
    organisations: set[int] = set()
    acting: set[str] = set()
    rows = statements.rows(
        "work of a user",
        lambda: (
            Assignment.objects.filter(user=Value(Later("user")))
            .active(Value(Later("now")))
            .values_list("unit_id", "neighbourhood_id", "organisation_id", "acting_roles")
        ),
        user=user.pk,
        now=clock.real_now(),
    )
    for unit_id, neighbourhood_id, organisation_id, acting_roles in rows:
        acting.update(acting_roles)
        for place, found in (
            (unit_id, wards),
            (neighbourhood_id, neighbourhoods),
            (organisation_id, organisations),
        ):
            if place:
                found.add(place)
    if organisations:
        served = statements.rows(
            "units served",
            lambda: Organisation.objects.filter(statements.among("offices"), units__isnull=False).values_list(
                "units__id"
            ),
            offices=statements.array(organisations),
        )
        wards.update(unit for (unit,) in served)
    return Scope(frozenset(wards), frozenset(neighbourhoods)), frozenset(acting)


def receives_for(user) -> frozenset[int]:
    """The wards in whose name the user takes people over from other wards: whole wards only, for roles that edit people."""
    return scope_of(user).ward_ids if can(user, Ability.EDIT_PEOPLE) else frozenset()


def wards_of(user):
    """The administrative units in which this user works, as a queryset, also through single neighbourhoods."""
    from wards.models.units import AdministrativeUnit

    scope = scope_of(user)
    return AdministrativeUnit.objects.filter(
        Q(pk__in=scope.ward_ids) | Q(neighbourhoods__in=scope.neighbourhood_ids)
    ).distinct()


def require(user, *abilities: Ability) -> None:
    """Raise PermissionDenied (403) unless the user has every one of these abilities."""
    for ability in abilities:
        if not can(user, ability):
            raise PermissionDenied(f"This role may not: {ability.value}.")


def ability_required(*abilities: Ability) -> Callable:
    """A view that only users with these abilities may open; others get 403."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def checked(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            require(request.user, *abilities)
            return view(request, *args, **kwargs)

        return checked

    return decorate
