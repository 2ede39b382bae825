"""Applications with routes whose work a test decides on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from flask import Flask

from tests.support.databases import Server
from tests.support.probes import add_probes
from tests.support.tenants import TenantUnderTest, make_tenant

MakeApp = Callable[..., Flask]
OF_ONE = {"pool_min_size": 1, "pool_max_size": 1}


@pytest.fixture(scope="module")
def app(server: Server, shared_database: str) -> Iterator[Flask]:
    """The application on the shared database."""
    with server.application(shared_database) as app:
        yield add_probes(app)


@pytest.fixture(scope="module")
def app_of_one(server: Server, shared_database: str) -> Iterator[Flask]:
    """An application of one connection, so that whoever comes next gets the last borrower's."""
    with server.application(shared_database, pool_min_size=1, pool_max_size=1) as app:
        yield add_probes(app)


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
    with ExitStack() as made:
        yield lambda **changes: add_probes(made.enter_context(server.application(database, **changes)))
