"""The program needs what requirements.txt pins and nothing else, and the tests what their locks pin."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.utils import canonicalize_name

from tests.support.locks import LOCKS, PRODUCTION, REPOSITORY, pins
from tests.support.production import linked_environment, starts


def sources() -> Iterator[Path]:
    """Yield the files that production runs; the test kit is for tests."""
    yield REPOSITORY / "wsgi.py"
    yield from (REPOSITORY / "migrations").rglob("*.py")
    for path in (REPOSITORY / "tenantapp").rglob("*.py"):
        if "testing" not in path.relative_to(REPOSITORY).parts:
            yield path


def imported(path: Path) -> Iterator[str]:
    """Yield the packages that a file imports, also those that it imports late."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def missing(files: Iterator[Path], *locks: Path) -> set[tuple[str, str]]:
    """Return which file imports what, of all that these locks do not pin."""
    pinned = {name for lock in locks for name in pins(lock)}
    own = {"benchmarks", "tenantapp", "tests"} | sys.stdlib_module_names
    origins = packages_distributions()
    return {
        (str(path.relative_to(REPOSITORY)), package)
        for path in files
        for package in set(imported(path)) - own
        if not {canonicalize_name(name) for name in origins.get(package, ())} & pinned
    }


def test_the_program_imports_no_package_that_requirements_txt_lacks() -> None:
    assert not missing(sources(), PRODUCTION)


def test_the_tests_import_no_package_that_their_locks_lack() -> None:
    files = (path for folder in ("tests", "tenantapp") for path in (REPOSITORY / folder).rglob("*.py"))
    assert not missing(files, PRODUCTION, LOCKS / "run.txt", LOCKS / "test.txt")


def test_the_program_starts_with_what_requirements_txt_installs(tmp_path: Path) -> None:
    python = linked_environment(tmp_path / "environment")
    other = subprocess.run([python, "-c", "import pytest"], check=False, capture_output=True, text=True)
    assert "No module named 'pytest'" in other.stderr
    starts(python)
