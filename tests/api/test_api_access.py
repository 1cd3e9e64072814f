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
    EVERYBODY,
    SEES_PEOPLE,
    stage,  # noqa: F401  (a fixture)
)
from wards.models import TokenScope

SPACE = "api:"


def read(*by, query: str = "", forbidden=(), **more) -> ApiUse:
    return ApiUse("GET", by, forbidden, query=query, **more)


EXPECTED: dict[str, tuple[ApiUse, ...]] = {
    "api:unit-list": (read(*EVERYBODY),),
    "api:unit-detail": (read(*EVERYBODY, whole_ward=True),),
    "api:neighbourhood-list": (read(*EVERYBODY),),
    "api:resident-list": (read(*SEES_PEOPLE), read(*SEES_PEOPLE, query="?order=name")),
    "api:resident-detail": (read(*SEES_PEOPLE),),
}

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


@pytest.mark.parametrize("name", sorted(API))
def test_without_a_token_nothing_is_told_and_a_cookie_is_none(stage: Stage, name: str):  # noqa: F811
    signed_in = Client()
    signed_in.force_login(stage.cast[CENTRE])
    for client in (Client(), signed_in):
        for method in ("get", "post", "patch", "put", "delete"):
            answer = problem(getattr(client, method)(address(stage, API[name])), 401, "unauthenticated")
            assert "Bromua" not in str(answer)


@pytest.mark.parametrize("name", sorted(API))
def test_a_token_opens_only_what_it_was_made_for(stage: Stage, name: str):  # noqa: F811
    """For each operation: a token with every scope but the one it needs is refused, whoever has it."""
    for use in EXPECTED[name]:
        for method, handler in API[name].view.actions.items():
            scope, _abilities = getattr(API[name].view.cls, handler).operation
            if scope is None or method.upper() != use.method:
                continue
            others = [one for one in EVERY_SCOPE if one != scope]
            program = Program(make_token(stage.cast[CENTRE], others))
            answer = program.ask(use.method, address(stage, API[name]) + use.query, use.sent(stage.own))
            problem(answer, 403, "scope")


def test_no_operation_for_people_goes_without_a_scope():
    for route in API.values():
        for handler in route.view.actions.values():
            scope, abilities = getattr(route.view.cls, handler).operation
            assert isinstance(scope, TokenScope) or not abilities, route.name
