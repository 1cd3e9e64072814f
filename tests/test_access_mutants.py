"""Would anybody notice? Every guard in a view is taken out once, and the checks of `test_access.py` must fail.

A guard is `visible_to(user)`, `can(user, …)`, `require(user, …)` or `@ability_required(…)` in a module of views. A mutant is one
function with one kind of guard removed. A survivor is a guard that nothing tests, or one that is not needed.
"""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import pytest

import outreach.views
import vaccination.views
import wards.views
from tests.access_matrix import Stage, faults
from tests.test_access import EXPECTED, GUARDED, stage  # noqa: F401  (a fixture)

pytestmark = pytest.mark.slow

KINDS = ("visible_to", "can", "ability_required")

# Guards behind which another one stands, so that taking out one alone shows nobody anything: the reason is written here.
SECOND_LOCKS: dict[str, str] = {}


class WithoutGuard(ast.NodeTransformer):
    """Takes every guard of one kind out of a function; `count` says how many there were."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.count = 0

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        if self.kind == "ability_required":
            kept = [one for one in node.decorator_list if _called(one) != "ability_required"]
            self.count += len(node.decorator_list) - len(kept)
            node.decorator_list = kept
        self.generic_visit(node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = _called(node)
        if self.kind == "visible_to" and name == "visible_to":
            self.count += 1
            return ast.copy_location(
                ast.Call(ast.Attribute(node.func.value, "all", ast.Load()), [], []),
                node,  # type: ignore[attr-defined]
            )
        if self.kind == "can" and name in ("can", "require"):
            self.count += 1
            return ast.copy_location(ast.Constant(True), node)
        return node


def _called(node: ast.expr) -> str:
    function = node.func if isinstance(node, ast.Call) else node
    return getattr(function, "attr", getattr(function, "id", ""))


def view_modules() -> Iterator[ModuleType]:
    for package in (wards.views, vaccination.views, outreach.views):
        for found in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
            yield importlib.import_module(found.name)


def mutants() -> Iterator[tuple[str, str, str]]:
    """(module, function, kind of guard) for every function of a view module that has such a guard."""
    for module in view_modules():
        for node in _functions(module):
            for kind in KINDS:
                without = WithoutGuard(kind)
                without.visit(ast.parse(ast.unparse(node)).body[0])
                if without.count:
                    yield module.__name__, node.name, kind


def _functions(module: ModuleType) -> list[ast.FunctionDef]:
    with open(module.__file__ or "", encoding="utf-8") as file:
        return [node for node in ast.parse(file.read()).body if isinstance(node, ast.FunctionDef)]


@contextmanager
def mutated(module_name: str, function: str, kind: str) -> Iterator[None]:
    """The product with this guard gone."""
    module = importlib.import_module(module_name)
    original = vars(module)[function]
    tree = next(node for node in _functions(module) if node.name == function)
    program = ast.Module([WithoutGuard(kind).visit(tree)], [])
    exec(compile(ast.fix_missing_locations(program), f"<{function} without {kind}>", "exec"), vars(module))
    mutant = vars(module)[function]
    patterns = [route.pattern for route in GUARDED.values() if route.view is original]
    for pattern in patterns:
        pattern.callback = mutant
    try:
        yield
    finally:
        vars(module)[function] = original
        for pattern in patterns:
            pattern.callback = original


def routes_touched(module_name: str) -> list[str]:
    """Routes of the same module first, then those that may use its functions."""
    own = [name for name, route in GUARDED.items() if route.view.__module__ == module_name]
    app = module_name.split(".")[0]
    others = [n for n, r in GUARDED.items() if r.view.__module__.startswith(app + ".") and n not in own]
    return [name for name in own + others if name in EXPECTED]


@pytest.mark.parametrize(("module_name", "function", "kind"), sorted(mutants()))
def test_a_view_without_its_guard_is_noticed(stage: Stage, module_name: str, function: str, kind: str):  # noqa: F811
    if f"{module_name}.{function}:{kind}" in SECOND_LOCKS:
        pytest.skip(SECOND_LOCKS[f"{module_name}.{function}:{kind}"])
    with mutated(module_name, function, kind):
        for name in routes_touched(module_name):
            for use in EXPECTED[name]:
                if next(faults(stage, GUARDED[name], use, EXPECTED), None):
                    return
    pytest.fail(f"Nothing notices {module_name}.{function} without {kind}.")
