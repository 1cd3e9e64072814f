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
GIVES_ROWS = ("visible_to", "owned_by", "sent_by", "coming_to")

# Guards behind which another one stands, so that taking out one alone shows nobody anything: the reason is written here.
SECOND_LOCKS = {
    "wards.views.households.household_detail:visible_to": "the home was fetched in scope; its people live in it",
    "wards.views.residents._found:visible_to": "_lines_in_order fetches what was found once more, in scope",
    "wards.views.residents._lines_in_order:visible_to": "it fetches only what _found found in scope",
    "wards.views.residents._walk:visible_to": "the neighbourhood was chosen among those in scope",
    "wards.views.residents._places:visible_to": "only the number of homes without a neighbourhood hangs on it",
    "wards.views.moves._back:visible_to": "the verb refuses a home out of scope (tests/wards/test_actions.py)",
    "wards.views.moves._records:visible_to": "the verb refuses a record out of scope (tests/wards/test_actions.py)",
    "wards.views.transfers.transfer_withdraw:visible_to": "the verb refuses a transfer that others sent",
    "wards.views.transfers.transfer_accept:ability_required": "nobody receives without the ability",
    "wards.views.transfers.transfer_return:ability_required": "nobody receives without the ability",
    "wards.views.transfers._homes:visible_to": "homes of a ward that the user receives for; the verb asks again",
    "wards.views.access_log.access_log_person:can": "visible_to shows nobody to roles that see no people",
    "wards.views.access_log._people:can": "visible_to shows nobody to roles that see no people",
    "outreach.views.list_columns.worklist_columns:ability_required": "the verb asks for the right again",
    "outreach.views.saved_filters._just_deleted:visible_to": "tests/outreach/test_saved_filters.py",
    "outreach.views.worklists.frame:can": "taking the list out asks for the ability again",
    "outreach.views.exports.worklist_export:ability_required": "only roles that see health may export or print",
}


class WithoutGuard(ast.NodeTransformer):
    """Takes every guard of one kind out of a function; `count` says how many there were.

    `aliases` are module-level names of a guarding decorator (`imports_files = ability_required(…)`).
    """

    def __init__(self, kind: str, aliases: frozenset[str] = frozenset()) -> None:
        self.kind = kind
        self.decorators = aliases | {"ability_required"}
        self.count = 0

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        if self.kind == "ability_required":
            kept = [one for one in node.decorator_list if _called(one) not in self.decorators]
            self.count += len(node.decorator_list) - len(kept)
            node.decorator_list = kept
        self.generic_visit(node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = _called(node)
        if self.kind == "visible_to" and name in GIVES_ROWS:
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
                without = WithoutGuard(kind, _aliases(module))
                without.visit(ast.parse(ast.unparse(node)).body[0])
                if without.count:
                    yield module.__name__, node.name, kind


def _aliases(module: ModuleType) -> frozenset[str]:
    return frozenset(
        target.id
        for node in _tree(module).body
        if isinstance(node, ast.Assign) and _called(node.value) == "ability_required"
        for target in node.targets
        if isinstance(target, ast.Name)
    )


def _functions(module: ModuleType) -> list[ast.FunctionDef]:
    return [node for node in _tree(module).body if isinstance(node, ast.FunctionDef)]


def _tree(module: ModuleType) -> ast.Module:
    with open(module.__file__ or "", encoding="utf-8") as file:
        return ast.parse(file.read())


@contextmanager
def mutated(module_name: str, function: str, kind: str) -> Iterator[None]:
    """The product with this guard gone."""
    module = importlib.import_module(module_name)
    original = vars(module)[function]
    tree = next(node for node in _functions(module) if node.name == function)
    program = ast.Module([WithoutGuard(kind, _aliases(module)).visit(tree)], [])
    exec(compile(ast.fix_missing_locations(program), f"<{function} without {kind}>", "exec"), vars(module))
    mutant = vars(module)[function]
    patterns = [route.pattern for route in GUARDED.values() if route.view is original]
    importers = [
        other for other in (module, *view_modules()) if vars(other).get(function) in (original, mutant)
    ]
    _put(mutant, function, importers, patterns)
    try:
        yield
    finally:
        _put(original, function, importers, patterns)


def _put(version, function: str, modules: list[ModuleType], patterns: list) -> None:
    for module in modules:
        vars(module)[function] = version
    for pattern in patterns:
        pattern.callback = version


def routes_touched(module_name: str) -> list[str]:
    """Routes of the same module first, then those that may use its functions."""
    importers = {module_name} | {
        other.__name__
        for other in view_modules()
        if any(getattr(thing, "__module__", "") == module_name for thing in vars(other).values())
    }
    own = [name for name, route in GUARDED.items() if route.view.__module__ in importers]
    return [name for name in own if name in EXPECTED]


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
