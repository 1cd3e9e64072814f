"""Would anybody notice? Every guard of the API is taken out once, and the checks of `test_api_access.py` must fail.

A guard is the abilities or the scope of an operation, or `visible_to(user)`, `wards_of(user)`, `scope_of(user).q(…)`, `can(…)` in a
function or method of a module of the API. A survivor is a guard that nothing tests, or one that is not needed.
"""

import ast
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest

import outreach.api
import vaccination.api
import wards.api
from tests.access_matrix import Stage
from tests.api.conftest import EVERY_SCOPE, Program, make_token
from tests.api.matrix import api_faults
from tests.api.test_api_access import API, EXPECTED, address
from tests.test_access import CENTRE, stage  # noqa: F401  (a fixture)
from wards.api.views import ApiViewSet

pytestmark = pytest.mark.slow

KINDS = ("visible_to", "wards_of", "scope_of", "can")
WITHOUT = {
    "wards_of": "__import__('wards.models').models.AdministrativeUnit.objects.all()",
    "scope_of": "__import__('django.db.models').db.models.Q()",
    "can": "True",
}

# Guards behind which another one stands: taking out one alone shows nobody anything.
SECOND_LOCKS = {
    "wards.api.households._placed:scope_of": "the form offers the user's own places alone",
    "wards.api.households.Households.retrieve:visible_to": "the home was fetched in scope, and `people` fetches in scope again",
    "wards.api.places.own_neighbourhood:scope_of": "the rows are in scope already (tests/api/test_lists.py)",
    "wards.api.resident_writing.ResidentWriting.create:visible_to": "only whether the request is a repeat hangs on it",
    "wards.api.people.in_full:can": "managed_conditions asks for the same ability",
    "wards.api.people._shown:can": "what it masks has no mark of its world: test_lists.py and test_tokens.py look at it",
}
# Who sees no people is told 404 by the guard, and finds nobody without it: 404 again.
NOBODY_FOUND_EITHER = {("api:household-detail", "retrieve"), ("api:resident-detail", "retrieve")}


# ---------------------------------------------------------------- operations


def operations() -> Iterator[tuple[str, str]]:
    """(route, handler's name) of every operation."""
    for name, route in sorted(API.items()):
        for method, handler in list(getattr(route.view, "actions", {}).items()):
            if method not in ("head", "options"):
                yield name, handler


GUARDED = [
    (name, handler) for name, handler in operations() if getattr(API[name].view.cls, handler).operation[1]
]


@contextmanager
def unguarded(monkeypatch, view: type, handler: str, kind: str) -> Iterator[None]:
    """The product with the abilities, or the scope, of one operation gone."""
    original = ApiViewSet.check

    def check(self, request, scope, abilities):
        if isinstance(self, view) and self.action == handler:
            scope, abilities = (None, abilities) if kind == "scope" else (scope, ())
        original(self, request, scope, abilities)

    with monkeypatch.context() as patched:
        patched.setattr(ApiViewSet, "check", check)
        yield


@pytest.mark.parametrize(("name", "handler"), [one for one in GUARDED if one not in NOBODY_FOUND_EITHER])
def test_an_operation_without_its_abilities_is_noticed(stage: Stage, monkeypatch, name, handler):  # noqa: F811
    with unguarded(monkeypatch, API[name].view.cls, handler, "abilities"):
        for use in EXPECTED[name]:
            if next(api_faults(stage, API[name], use), None):
                return
    pytest.fail(f"Nothing notices {name} {handler} without its abilities.")


def test_an_operation_without_its_scope_is_noticed(stage: Stage, monkeypatch):  # noqa: F811
    """As `test_a_token_opens_only_what_it_was_made_for` asks, and would have to be answered otherwise."""
    survivors = []
    for name, handler in GUARDED:
        view = API[name].view
        scope = getattr(view.cls, handler).operation[0]
        method = next(method for method, one in list(view.actions.items()) if one == handler)
        use = next(use for use in EXPECTED[name] if use.method == method.upper())
        program = Program(make_token(stage.cast[CENTRE], [one for one in EVERY_SCOPE if one != scope]))
        url = address(stage, API[name]) + use.query
        with unguarded(monkeypatch, view.cls, handler, "scope"):
            answer = program.ask(use.method, url, use.sent(stage.own))
        if answer.status_code == 403 and answer.json()["code"] == "scope":
            survivors.append((name, handler))
    assert survivors == []


# ---------------------------------------------------------------- rows


class WithoutGuard(ast.NodeTransformer):
    def __init__(self, kind: str) -> None:
        self.kind, self.count = kind, 0

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        called = node.func
        if self.kind == "visible_to" and isinstance(called, ast.Attribute) and called.attr == "visible_to":
            self.count += 1
            return ast.copy_location(ast.Call(ast.Attribute(called.value, "all", ast.Load()), [], []), node)
        guard = (
            called.value
            if self.kind == "scope_of" and isinstance(called, ast.Attribute) and called.attr == "q"
            else node
        )
        if isinstance(guard, ast.Call) and isinstance(guard.func, ast.Name) and guard.func.id == self.kind:
            if self.kind == "scope_of" and guard is node:
                return node  # its q() is what guards
            self.count += 1
            return ast.copy_location(ast.parse(WITHOUT[self.kind], mode="eval").body, node)
        return node


def modules() -> Iterator[ModuleType]:
    for package in (wards.api, vaccination.api, outreach.api):
        for found in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
            yield importlib.import_module(found.name)


def functions() -> Iterator[tuple[ModuleType, Any, str]]:
    """(module, what holds it: the module or a class, name) of every function and method written in a module of the API."""
    for module in modules():
        for name, thing in vars(module).items():
            if inspect.isfunction(thing) and thing.__module__ == module.__name__:
                yield module, module, name
            elif inspect.isclass(thing) and thing.__module__ == module.__name__:
                for inner, method in vars(thing).items():
                    if inspect.isfunction(method):
                        yield module, thing, inner


def _tree(holder: Any, name: str) -> ast.FunctionDef:
    source = inspect.getsource(inspect.unwrap(vars(holder)[name]))
    tree = ast.parse(textwrap.dedent(source)).body[0]
    assert isinstance(tree, ast.FunctionDef)
    return tree


def mutants() -> Iterator[tuple[str, str]]:
    for module, holder, name in functions():
        where = (
            f"{module.__name__}.{holder.__name__}.{name}"
            if inspect.isclass(holder)
            else f"{module.__name__}.{name}"
        )
        for kind in KINDS:
            without = WithoutGuard(kind)
            without.visit(_tree(holder, name))
            if without.count:
                yield where, kind


def _found(where: str) -> tuple[ModuleType, Any, str]:
    for module, holder, name in functions():
        full = (
            f"{module.__name__}.{holder.__name__}.{name}"
            if inspect.isclass(holder)
            else f"{module.__name__}.{name}"
        )
        if full == where:
            return module, holder, name
    raise LookupError(where)


@contextmanager
def mutated(where: str, kind: str) -> Iterator[None]:
    module, holder, name = _found(where)
    original = vars(holder)[name]
    space = dict(vars(module))
    program = ast.Module([WithoutGuard(kind).visit(_tree(holder, name))], [])
    exec(compile(ast.fix_missing_locations(program), f"<{where} without {kind}>", "exec"), space)
    holders = [holder] + [
        other for other in modules() if vars(other).get(name) is original and other is not holder
    ]
    for one in holders:
        setattr(one, name, space[name])
    try:
        yield
    finally:
        for one in holders:
            setattr(one, name, original)


@pytest.mark.parametrize(("where", "kind"), sorted(mutants()))
def test_a_query_without_its_guard_is_noticed(stage: Stage, where: str, kind: str):  # noqa: F811
    if f"{where}:{kind}" in SECOND_LOCKS:
        pytest.skip(SECOND_LOCKS[f"{where}:{kind}"])
    with mutated(where, kind):
        near = where.split(".")[2].removesuffix("_writing")[:6]  # its own noun's routes first
        for name, uses in sorted(EXPECTED.items(), key=lambda item: near not in item[0]):
            for use in uses:
                if next(api_faults(stage, API[name], use), None):
                    return
    pytest.fail(f"Nothing notices {where} without {kind}.")
