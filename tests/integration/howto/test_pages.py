"""Each how-to page is followed, and does what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.migrations.tree import Tree
from tests.support.howto import HOW_TO, follow

MORE_IS_TRIED = ("fields", "relationships")
PAGES = [page for page in sorted(HOW_TO.glob("*.md")) if page.stem not in MORE_IS_TRIED]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_does_what_it_says(tree: Tree, page: Path) -> None:
    follow(tree, page)
