"""Applications with routes whose work a test decides on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from tenantapp.application import create_app
from tests.support.backends import close_pool
from tests.support.databases import Server
from tests.support.probes import add_probes
from tests.support.tenants import TenantUnderTest, make_tenant

MakeApp = Callable[..., Flask]


@pytest.fixture(scope="module")
def app(server: Server, shared_database: str) -> Iterator[Flask]:
    """The application on the shared database."""
    app = add_probes(create_app(server.settings(shared_database)))
    yield app
    close_pool(app)


@pytest.fixture(scope="module")
def app_of_one(server: Server, shared_database: str) -> Iterator[Flask]:
    """An application of one connection, so that whoever comes next gets the last borrower's."""
    app = add_probes(create_app(server.settings(shared_database, pool_min_size=1, pool_max_size=1)))
    yield app
    close_pool(app)


@pytest.fixture
def first(app_of_one: Flask) -> TenantUnderTest:
    """A tenant of the application of one connection."""
    return make_tenant(app_of_one)


@pytest.fixture
def second(app_of_one: Flask) -> TenantUnderTest:
    """Another tenant of the application of one connection."""
    return make_tenant(app_of_one)


@pytest.fixture
def make_app(server: Server, database: str) -> Iterator[MakeApp]:
    """Give a function that makes applications on a database of the test's own."""
    made: list[Flask] = []

    def make(**changes: Any) -> Flask:
        made.append(add_probes(create_app(server.settings(database, **changes))))
        return made[-1]

    yield make
    for app in made:
        close_pool(app)
