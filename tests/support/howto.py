"""A page of the documentation is executed: its files are written into a copy of the program and tested there.

`follow(tree, HOW_TO / "page.md")` writes each file that the page names (`` `path.py`: `` and a python block),
runs its `$ flask …` lines, and passes its `test_*.py` to pytest with the fixtures of `tenantapp.testing`.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from tenantapp.settings.load import ROOT

if TYPE_CHECKING:
    from tests.integration.migrations.tree import Tree

HOW_TO = ROOT / "docs" / "how-to"
_FILE = re.compile(r"^`([\w/.]+\.py)`:\n\n```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ (.+)$", re.MULTILINE)
_LONGEST_PAGE = 80
CONFTEST = '''"""The application that the tests of a page ask."""

import pytest

from tenantapp.application import create_app

pytest_plugins = ["tenantapp.testing"]


@pytest.fixture(scope="session")
def app():
    return create_app()
'''


def files_of(page: str) -> dict[str, str]:
    """Return the text of each file that a page names, by its path."""
    return dict(_FILE.findall(page))


def commands_of(page: str) -> list[list[str]]:
    """Return the words of each command that a page gives."""
    return [shlex.split(command) for command in _COMMAND.findall(page)]


def write(tree: Tree, files: dict[str, str]) -> None:
    """Write files into the copy, and hold them to the rules of style."""
    for name, text in files.items():
        path = tree.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if name.startswith("tenantapp/"):
            (path.parent / "__init__.py").touch()
    sources = [name for name in files if not Path(name).name.startswith("test_")]
    if sources:
        ended(tree, "ruff", "check", "--ignore=D104", *sources)
    ended(tree, "ruff", "format", "--check", *files)


def follow(tree: Tree, page: Path) -> None:
    """Do what a how-to page says: its files, its commands, its tests.

    Args:
        tree: a copy of the program.
        page: the page; it has at least one file and one test, and is short.
    """
    text = page.read_text(encoding="utf-8")
    assert len(text.splitlines()) < _LONGEST_PAGE, f"{page.name} is longer than a how-to page may be"
    files = files_of(text)
    (tree.root / "conftest.py").write_text(CONFTEST)
    write(tree, files)
    for program, *arguments in commands_of(text):
        ended(tree, program, "--app", "wsgi", *arguments)
    tests = [name for name in files if Path(name).name.startswith("test_")]
    assert tests, f"{page.name} tests nothing"
    ended(tree, "pytest", "-q", "-p", "no:cacheprovider", *tests)


def ended(tree: Tree, *command: str) -> str:
    """Return what a module of Python's says that ends with exit code 0."""
    process = tree.database.program(*command)
    said = process.communicate(timeout=300)[0]
    assert process.returncode == 0, said
    return said
