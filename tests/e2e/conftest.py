"""A served application on a real port, and tenants to ask it for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from tests.e2e.programs import GUNICORN, Program, eventually, free_port, on_database, running
from tests.e2e.wire import call
from tests.support.databases import Server
from tests.support.tenants import TenantUnderTest, make_tenant


def is_served(port: int) -> bool:
    """Tell whether something answers on the port."""
    try:
        return call(port, "GET", "/healthz").status == 200
    except OSError:
        return False


@contextmanager
def serving(server: Server, database: str, folder: Path, **settings: str) -> Iterator[tuple[int, Program]]:
    """Serve from a database, and give the port and the program, which fails nowhere meanwhile."""
    port = free_port()
    with running(GUNICORN, on_database(server, database, PORT=str(port), **settings), folder) as program:
        assert eventually(lambda: is_served(port)), program.errors
        yield port, program
        assert "Traceback" not in program.errors


@pytest.fixture(scope="session")
def port(server: Server, shared_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where a server serves from the shared database."""
    with serving(server, shared_database, tmp_path_factory.mktemp("gunicorn")) as (chosen, _):
        yield chosen


@pytest.fixture(scope="session")
def residents(app: Flask) -> tuple[TenantUnderTest, TenantUnderTest]:
    """Two tenants, with customers whose names begin with their tenant's subdomain."""
    tenants = make_tenant(app), make_tenant(app)
    for tenant in tenants:
        for number in range(10):
            name = f"{tenant.subdomain} {number}"
            tenant.create("/api/v1/customers", name=name, email=f"{number}@{tenant.subdomain}.example")
    return tenants
