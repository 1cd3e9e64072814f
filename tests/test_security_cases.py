"""docs/security-cases.md names tests that exist, and forgets no case."""

import ast
import re

from config.embedded import ROOT

PAGE = (ROOT / "docs" / "security-cases.md").read_text(encoding="utf-8")
ASKED = [f"AUTH-{n:02}" for n in (*range(1, 10), *range(11, 16), 17, 18, 19, 20, 21)]
ASKED += ["SES-01", "SES-02", "SES-03", "SES-07", "API-03", "API-04", "API-05", "API-12"]


def test_every_test_that_is_named_exists():
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
    assert len(named) > 50
    for path, name in named:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, (
            f"{path}::{name}"
        )


def test_every_case_has_a_line_that_names_a_test_or_says_why_not():
    for case in ASKED:
        line = next((line for line in PAGE.splitlines() if line.startswith(f"| {case} |")), None)
        assert line is not None, case
        assert "tests/" in line or "matrix" in line or "not built" in line, case
