"""A resource with a column of every type and every field of marshmallow's, through the whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.migrations.tree import Tree
from tests.support.howto import CONFTEST, ended

pytestmark = pytest.mark.slow

FILES = Path(__file__).with_name("any_field")


def test_every_field_goes_the_whole_way(tree: Tree) -> None:
    package = tree.root / "tenantapp" / "resources" / "samples"
    package.mkdir()
    (package / "__init__.py").touch()
    for name in ("models", "repository", "schemas", "views"):
        (package / f"{name}.py").write_text((FILES / f"{name}.py").read_text())
    (tree.root / "conftest.py").write_text(CONFTEST)
    (tree.root / "test_samples.py").write_text((FILES / "samples.py").read_text())
    tree.migrate()
    tree.upgraded()
    assert "No new upgrade operations" in tree.flask_db("check")
    ended(tree, "pytest", "-q", "-p", "no:cacheprovider", "test_samples.py")
