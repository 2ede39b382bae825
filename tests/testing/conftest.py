"""The kit, as those who build on it use it."""

from __future__ import annotations

import pytest

from tenantapp.testing import *  # noqa: F403 - pytest_plugins is for the conftest at the root alone
from tenantapp.testing import Hints
from tests.isolation.routes import HINTS


@pytest.fixture(scope="session")
def walk_hints() -> Hints:
    """What this project tells the walk."""
    return HINTS
