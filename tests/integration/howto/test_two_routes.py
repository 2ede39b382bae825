"""Two routes of one's own, written by the how-to pages alone: what they take stays short."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.integration.migrations.tree import Tree
from tests.support.howto import CONFTEST, ended, write

FILES = Path(__file__).with_name("two_routes")
VIEWS = (FILES / "views.py").read_text()
MOST_LINES = 60
MOST_NAMES = 10


def test_two_routes_do_what_they_say(tree: Tree) -> None:
    (tree.root / "conftest.py").write_text(CONFTEST)
    tests = (FILES / "merges.py").read_text()
    write(tree, {"tenantapp/resources/merges/views.py": VIEWS, "test_merges.py": tests})
    ended(tree, "pytest", "-q", "-p", "no:cacheprovider", "test_merges.py")


def test_two_routes_take_few_lines_and_few_names_of_ours() -> None:
    imports = [node for node in ast.walk(ast.parse(VIEWS)) if isinstance(node, ast.ImportFrom)]
    ours = [name.name for node in imports if str(node.module).startswith("tenantapp.") for name in node.names]
    assert len(VIEWS.splitlines()) <= MOST_LINES
    assert len(ours) <= MOST_NAMES
