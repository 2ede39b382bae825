"""Each how-to page is followed, and does what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.migrations.tree import Tree
from tests.support.howto import HOW_TO, follow


@pytest.mark.parametrize("page", sorted(HOW_TO.glob("*.md")), ids=lambda page: page.stem)
def test_a_page_does_what_it_says(tree: Tree, page: Path) -> None:
    follow(tree, page)
