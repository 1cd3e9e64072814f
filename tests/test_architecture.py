"""The house keeps its shape: who may import whom, what no module may be called, which clocks nobody asks.

Everything is read from the source with `ast`; nothing is imported. What git tracks is what is checked.
"""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# an app may import itself and what stands to its right
ORDER = ["config", "outreach", "vaccination", "wards", "lib"]
PURE = [  # no Django, no app: rules that anybody can run and check
    "vaccination/eligibility.py",
    "vaccination/intervals.py",
    "vaccination/dose_checks.py",
    "vaccination/rulesets.py",
    "vaccination/schedule_files.py",
    "vaccination/located_json.py",
    "vaccination/freezing.py",
    "vaccination/cdsi/__init__.py",
    "vaccination/cdsi/durations.py",
    "vaccination/cdsi/schedule.py",
    "vaccination/cdsi/reading.py",
    "vaccination/cdsi/evaluation.py",
    "vaccination/cdsi/forecasting.py",
    "vaccination/cdsi/selection.py",
    "vaccination/cdsi/answering.py",
    "vaccination/cdsi/writing.py",
    "config/embedded.py",
    "config/servers.py",
    "config/server_folders.py",
    "config/environment.py",
    "config/run.py",
]
DRAWERS = {"utils", "helpers", "services", "common", "core", "misc", "shared"}
BANNED_CLOCKS = {
    "date.today",
    "datetime.today",
    "datetime.now",
    "datetime.utcnow",
    "timezone.now",
    "timezone.localdate",
    "time.localtime",
    "functions.Now",
}
SQL_CLOCK = re.compile(
    r"\b(now\(\)|current_date\b|current_timestamp\b|localtimestamp\b|(statement|transaction|clock)_timestamp\(\))",
    re.I,
)
# the one module that reads the clock, and the one migration that defines app_now() upon it
CLOCK_MODULES = {"lib/clock.py"}


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return sorted(ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file())


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported_modules(tree: ast.AST, package: list[str]) -> set[str]:
    """Absolute dotted names, of imports inside functions too."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return found


def imports_of(path: Path) -> set[str]:
    return imported_modules(ast.parse(path.read_text()), list(path.relative_to(ROOT).parent.parts))


def apps_reached(path: Path) -> set[str]:
    return {module.split(".")[0] for module in imports_of(path)} & set(ORDER)


HOUSE = [path for app in ORDER for path in tracked(f"{app}/*.py")]
PYTHON = tracked("*.py")


@pytest.mark.parametrize("app", ORDER)
def test_nothing_imports_upwards(app):
    allowed = set(ORDER[ORDER.index(app) :])
    files = tracked(f"{app}/*.py")
    assert files, f"{app}/ holds no Python file"
    wrong = {name_of(path): sorted(apps_reached(path) - allowed) for path in files}
    assert not {name: apps for name, apps in wrong.items() if apps}


def test_the_reader_of_imports_sees_every_kind():
    source = "import wards.models\nfrom . import views\nfrom ..lib import names\ndef f():\n    from outreach import x\n"
    assert imported_modules(ast.parse(source), ["wards", "views"]) == {
        "wards.models",
        "wards.views.views",
        "wards.lib.names",
        "outreach.x",
    }


@pytest.mark.parametrize("name", PURE)
def test_pure_modules_know_no_django_and_no_models(name):
    path = ROOT / name
    outside = {module.split(".")[0] for module in imports_of(path)}
    assert not outside & {"django", "rest_framework", "celery", "environ"}
    assert not [module for module in imports_of(path) if ".models" in module]


def test_lib_knows_no_models():
    wrong = [
        name_of(path)
        for path in tracked("lib/*.py")
        if any("django.db.models" in m for m in imports_of(path))
    ]
    assert wrong == []


def test_no_module_is_a_drawer():
    named = [name_of(path) for path in HOUSE if DRAWERS & set(name_of(path).removesuffix(".py").split("/"))]
    assert named == []


def test_nothing_but_the_house_stands_at_the_top():
    folders = {name_of(path).split("/")[0] for path in tracked("*.py") if "/" in name_of(path)}
    assert folders <= {*ORDER, "tests", "bench", "docs"}


def clock_calls(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute):
            dotted = ast.unparse(node)
            if any(dotted == clock or dotted.endswith("." + clock) for clock in BANNED_CLOCKS):
                found.append(f"{name_of(path)}:{node.lineno} {dotted}")
        elif isinstance(node, ast.ImportFrom) and node.module == "django.utils.timezone":
            found += [
                f"{name_of(path)}:{node.lineno} {a.name}"
                for a in node.names
                if a.name in ("now", "localdate")
            ]
        elif isinstance(node, ast.ImportFrom) and node.module == "django.db.models.functions":
            found += [f"{name_of(path)}:{node.lineno} Now" for alias in node.names if alias.name == "Now"]
    return found


def test_only_the_clock_asks_the_clock():
    """Migrations quote the defaults of Django's own models."""
    paths = [path for path in HOUSE if "migrations" not in path.parts and name_of(path) not in CLOCK_MODULES]
    found = [call for path in paths for call in clock_calls(path)]
    assert found == []


def sql_texts(path: Path) -> list[tuple[int, str]]:
    """String literals that are SQL by their looks; docstrings are not."""
    tree = ast.parse(path.read_text())
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    looks_like_sql = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|WHERE|RETURN|CREATE)\b")
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in documentation
        and looks_like_sql.search(node.value)
    ]


def sql_clock_calls(path: Path) -> list[str]:
    if path.suffix == ".sql":
        texts = [(1, path.read_text())]
    else:
        texts = sql_texts(path)
    return [
        f"{name_of(path)}:{line} {match.group()}"
        for line, text in texts
        for match in SQL_CLOCK.finditer(text.replace("app_now()", ""))
    ]


def test_sql_asks_app_now():
    """Migrations and lib/clock.py define app_now(); triggers that stamp history use real time on purpose."""
    paths = [path for app in ORDER for path in tracked(f"{app}/*.py", f"{app}/*.sql")]
    paths = [path for path in paths if "migrations" not in path.parts and name_of(path) not in CLOCK_MODULES]
    assert [call for path in paths for call in sql_clock_calls(path)] == []


def test_the_reader_of_sql_sees_a_clock(tmp_path, monkeypatch):
    source = tmp_path / "x.py"
    source.write_text('"""SELECT now() in a docstring."""\nQUERY = "SELECT 1 WHERE due_on < CURRENT_DATE"\n')
    monkeypatch.setattr("tests.test_architecture.ROOT", tmp_path)
    assert sql_clock_calls(source) == ["x.py:2 CURRENT_DATE"]


# What only this or that machine has: its folders, its mirrors. Written in parts, so that this file passes itself.
MACHINE_TRACES = re.compile(
    "|".join(
        [
            r"/work" + r"/(main|shared|\.library)",
            r"/opt" + r"/(pypi|wheels)",
            r"/root" + r"/",
            r"/tmp" + r"/team",
            r"files\.pythonhosted" + r"\.org",
            r"pypi" + r"\.org/simple",
            r"registry\.npmjs" + r"\.org",
            r"--(extra-)?index" + r"-url|--find" + r"-links|--trusted" + r"-host",
        ]
    )
)


def test_no_file_tells_of_the_machine_it_was_written_on():
    found = []
    for path in tracked():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        if name_of(path) == "Makefile":  # it says not to write them into a file
            text = text.replace("--no-emit-find-links", "").replace("--no-emit-index-url", "")
        found += [f"{name_of(path)}: {match.group()}" for match in MACHINE_TRACES.finditer(text)]
    assert found == []
