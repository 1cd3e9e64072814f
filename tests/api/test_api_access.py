"""Who may ask what of the API, and what of whom it may tell them: the routes come from the URLconf, the expectations are
written here by hand, from the role map of the commission.
"""

import pytest
from django.test import Client
from django.urls import reverse

from tests.access_matrix import Route, Stage, routes
from tests.api.conftest import EVERY_SCOPE, Program, make_token, problem
from tests.api.matrix import ApiUse, api_faults, thing
from tests.test_access import (
    CENTRE,
    CLINICIANS,
    EDITS_PEOPLE,
    ENTERS_DOSES,
    EVERYBODY,
    OFFICER,
    POLICE,
    SEES_HEALTH,
    SEES_PEOPLE,
    SURVEYOR,
    WARD_LEAD,
    stage,  # noqa: F401  (a fixture)
)
from wards.models import TokenScope
from wards.roles import Role

SPACE = "api:"


READS_COUNTS = tuple(set(EVERYBODY) - {POLICE, Role.ADMIN, Role.AUDITOR})
SEES_NO_FIGURES = (POLICE, Role.ADMIN, Role.AUDITOR)
NOT_HEALTH = (POLICE,)
NOT_EDITING = (WARD_LEAD, POLICE)
NOT_ENTERING = (SURVEYOR, WARD_LEAD, POLICE)
NOT_CLINICIANS = (SURVEYOR, OFFICER, WARD_LEAD, POLICE)
VERSION = {"version": 1}
NOT_THERE = frozenset({404})  # a ward out of the area is none


def read(*by, query: str = "", forbidden=(), **more) -> ApiUse:
    return ApiUse("GET", by, forbidden, query=query, **more)


def write(*by, method: str = "POST", forbidden=(), sent=lambda world: {}, **more) -> ApiUse:
    return ApiUse(method, by, forbidden, sent=sent, **more)


def ask(**sent) -> ApiUse:
    """A search: everybody who sees people may ask, and finds nobody of elsewhere."""
    return ApiUse("POST", SEES_PEOPLE, sent=lambda world: sent, own_only=True)


def new_person(world) -> dict:
    return {"household": str(world.objects["household_id"]), "name": "Lê Văn Mới", "born": "1970-01"}


def moved(world) -> dict:
    return {"household": str(world.objects["household_id"])} | VERSION


def a_place(world) -> dict:
    return {"ward": world.ward.code, "neighbourhood": world.objects["neighbourhood"].pk}


def new_home(world) -> dict:
    return a_place(world) | {"house_number": "7"}


def new_dose(world) -> dict:
    return {"product": "AZ", "given": "2021-08-20", "history_complete": True, "confirmed": True}


EXPECTED: dict[str, tuple[ApiUse, ...]] = {
    "api:unit-list": (read(*EVERYBODY),),
    "api:unit-detail": (read(*EVERYBODY, whole_ward=True),),
    "api:neighbourhood-list": (read(*EVERYBODY),),
    "api:household-list": (read(*SEES_PEOPLE), read(*SEES_PEOPLE, query="?dwelling=lived_in")),
    "api:household-search": (ask(q="Phố Cacbonat"), ask(q="Phố Dolomit")),
    "api:household-detail": (
        read(*SEES_PEOPLE),
        write(
            *EDITS_PEOPLE,
            method="PATCH",
            forbidden=NOT_EDITING,
            sent=lambda world: VERSION | {"house_number": "8"},
        ),
    ),
    "api:household-move": (
        write(*EDITS_PEOPLE, forbidden=NOT_EDITING, sent=lambda world: a_place(world) | VERSION),
    ),
    "api:resident-list": (read(*SEES_PEOPLE), read(*SEES_PEOPLE, query="?order=name")),
    "api:resident-search": (ask(q="cacbonat"), ask(q="0900000222"), ask(q="099150000222"), ask(q="dolomit")),
    "api:resident-detail": (
        read(*SEES_PEOPLE),
        write(
            *EDITS_PEOPLE, method="PATCH", forbidden=NOT_EDITING, sent=lambda world: VERSION | {"sex": "M"}
        ),
    ),
    "api:resident-move": (write(*EDITS_PEOPLE, forbidden=NOT_EDITING, sent=moved),),
    "api:resident-doses": (
        read(*SEES_HEALTH, forbidden=NOT_HEALTH),
        write(*ENTERS_DOSES, forbidden=NOT_ENTERING, sent=new_dose),
    ),
    "api:resident-forecast": (read(*SEES_HEALTH, forbidden=NOT_HEALTH),),
    "api:dose-list": (read(*SEES_HEALTH, forbidden=NOT_HEALTH),),
    "api:dose-detail": (read(*SEES_HEALTH, forbidden=NOT_HEALTH),),
    "api:dose-correct": (
        write(
            *CLINICIANS,
            forbidden=NOT_CLINICIANS,
            sent=lambda world: {"product": "AZ", "given": "2021-06-02", "reason": "Ghi nhầm ngày"},
        ),
    ),
    "api:dose-void": (
        write(*CLINICIANS, forbidden=NOT_CLINICIANS, sent=lambda world: {"reason": "Ghi trùng"}),
    ),
    "api:dose-restore": (write(*CLINICIANS, forbidden=NOT_CLINICIANS, succeeds=frozenset({409})),),
    "api:forecast-list": (read(*SEES_HEALTH, forbidden=NOT_HEALTH),),
    "api:worklist-list": (read(*EVERYBODY),),
    "api:worklist-detail": (
        read(*SEES_HEALTH, forbidden=NOT_HEALTH),
        read(*SEES_HEALTH, query="?ward=09190", forbidden=NOT_HEALTH),
    ),
    "api:worklist-counts": (read(*READS_COUNTS, forbidden=SEES_NO_FIGURES),),
    "api:worklist-search": (
        write(*SEES_HEALTH, forbidden=NOT_HEALTH, sent=lambda world: {"q": "cacbonat"}, own_only=True),
    ),
    "api:schema": (read(*EVERYBODY),),
}
# created in a list's own address
EXPECTED["api:household-list"] += (write(*EDITS_PEOPLE, forbidden=NOT_EDITING, sent=new_home),)
for _name in ("household-list", "resident-list", "neighbourhood-list"):
    _readers = EVERYBODY if _name == "neighbourhood-list" else SEES_PEOPLE
    EXPECTED[f"api:{_name}"] += (read(*_readers, query="?ward=09187", succeeds=NOT_THERE),)
EXPECTED["api:resident-list"] += (write(*EDITS_PEOPLE, forbidden=NOT_EDITING, sent=new_person),)

# They show nobody: what is not there.
PUBLIC = {"api:nothing"}
API = {route.name: route for route in routes() if route.name.startswith(SPACE) and route.name not in PUBLIC}


def test_every_route_of_the_api_has_its_expectation():
    assert set(API) == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(set(EXPECTED) & set(API)))
def test_each_role_may_ask_what_is_written_and_hears_only_of_its_own_people(stage: Stage, name: str):  # noqa: F811
    found = [fault for use in EXPECTED[name] for fault in api_faults(stage, API[name], use)]
    assert not found, "\n".join(found)


def address(stage: Stage, route: Route) -> str:  # noqa: F811
    return reverse(route.name, kwargs={name: thing(stage.own, name) for name in route.arguments})


def test_without_a_token_nothing_is_told_and_a_cookie_is_none(stage: Stage):  # noqa: F811
    signed_in = Client()
    signed_in.force_login(stage.cast[CENTRE])
    for name, route in API.items():
        for client in (Client(), signed_in) if name != "api:schema" else (Client(),):
            for method in ("get", "post", "patch", "put", "delete"):
                answer = problem(getattr(client, method)(address(stage, route)), 401, "unauthenticated")
                assert "Bromua" not in str(answer), name


def test_a_token_opens_only_what_it_was_made_for(stage: Stage):  # noqa: F811
    """For each operation: a token with every scope but the one it needs is refused, whoever has it."""
    narrower = {
        scope: Program(make_token(stage.cast[CENTRE], [one for one in EVERY_SCOPE if one != scope]))
        for scope in EVERY_SCOPE
    }
    asked = 0
    for name, route in API.items():
        for method, handler in list(getattr(route.view, "actions", {}).items()):
            scope, _abilities = getattr(route.view.cls, handler).operation
            use = next((use for use in EXPECTED[name] if use.method == method.upper()), None)
            if scope is not None and use is not None:
                answer = narrower[scope].ask(
                    use.method, address(stage, route) + use.query, use.sent(stage.own)
                )
                problem(answer, 403, "scope")
                asked += 1
    assert asked > 20


def test_no_operation_for_people_goes_without_a_scope():
    for route in API.values():
        for handler in getattr(route.view, "actions", {}).values():
            scope, abilities = getattr(route.view.cls, handler).operation
            assert isinstance(scope, TokenScope) or not abilities, route.name


def address(stage: Stage, route: Route) -> str:  # noqa: F811
    return reverse(route.name, kwargs={name: thing(stage.own, name) for name in route.arguments})
