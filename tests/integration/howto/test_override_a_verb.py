"""`docs/how-to/override-a-verb.md` is executed."""

from __future__ import annotations

from tests.integration.migrations.tree import Tree
from tests.support.howto import HOW_TO, follow


def test_one_standard_verb_is_written_by_the_resource_itself(tree: Tree) -> None:
    follow(tree, HOW_TO / "override-a-verb.md")
