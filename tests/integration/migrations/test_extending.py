"""`docs/extending.md` is executed: its files and commands make a resource, and everything covers it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tenantapp.settings.load import ROOT
from tests.integration.migrations.tree import Tree
from tests.support.howto import commands_of, ended, files_of, write

PAGE = (ROOT / "docs" / "extending.md").read_text()
FILES = files_of(PAGE)
SAID = {
    "check": "No new upgrade operations detected",
    "audit": "0 errors, 0 warnings",
    "probe": "contracts",
}
WALK = """
import pytest
from tenantapp.application import create_app
from tenantapp.testing.walk import tenants_rules

pytest_plugins = ["tenantapp.testing"]

@pytest.fixture(scope="session")
def app():
    return create_app()

def test_the_new_routes_are_isolated(app, assert_route_isolated):
    rules = {rule.rule for rule, _ in tenants_rules(app) if rule.rule.startswith("/api/v1/contracts")}
    assert len(rules) == 3
    for rule in rules:
        assert_route_isolated(rule)
"""


def test_the_page_makes_a_resource_that_everything_covers(tree: Tree) -> None:
    assert len(FILES) == 5
    write(tree, FILES)
    layered = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")],
        cwd=tree.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert layered.returncode == 0, layered.stdout

    for program, *arguments in commands_of(PAGE):
        assert SAID.get(arguments[1], "") in ended(tree, program, "--app", "wsgi", *arguments)
    (tree.root / "test_walk.py").write_text(WALK)
    assert "1 passed" in ended(tree, "pytest", "-q", "-p", "no:cacheprovider", "test_walk.py")

    tree.flask_db("downgrade")
    assert tree.query("bootstrap", "SELECT to_regclass('public.contracts')") == [(None,)]
