"""The kit for tests of isolation: a pytest plugin for those who build on this, and for the project itself.

`pytest_plugins = ["tenantapp.testing"]` in a conftest brings the fixtures. They ask for one of the project's
own: `app`, an application whose database is migrated and whose settings name the platform role's address.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from flask import Flask

from tenantapp.rls.probe import ProbeReport
from tenantapp.testing.canaries import Neighbours, settle
from tenantapp.testing.isolation import assert_isolated as _assert_isolated
from tenantapp.testing.isolation import assert_route_isolated as _assert_route_isolated

__all__ = ["Neighbours", "assert_isolated", "assert_route_isolated", "neighbours"]


@pytest.fixture
def neighbours(app: Flask) -> Neighbours:
    """Two tenants that no other test knows, with a canary in every table of theirs."""
    return Neighbours(app, settle(app), settle(app))


@pytest.fixture
def assert_isolated(app: Flask) -> Callable[[type[Any]], ProbeReport]:
    """Give `assert_isolated(Model)`: attack the model's table in every way that the probe knows."""
    return partial(_assert_isolated, app)


@pytest.fixture
def assert_route_isolated(neighbours: Neighbours) -> Callable[..., None]:
    """Give `assert_route_isolated(rule, method=None)`: A learns nothing of B by this route."""
    return partial(_assert_route_isolated, neighbours)
