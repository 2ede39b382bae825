"""Programs of Debian's that the tests drive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver

from tests.support.browser import chromium


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    """A browser that knows nothing yet."""
    with chromium(tmp_path / "profile") as driver:
        yield driver
