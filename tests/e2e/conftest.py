"""A served application on a real port, and tenants to ask it for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.e2e.programs import GUNICORN, eventually, free_port, on_database, running
from tests.e2e.wire import call
from tests.support.databases import Server
from tests.support.tenants import TenantUnderTest, make_tenant


def is_served(port: int) -> bool:
    """Tell whether something answers on the port."""
    try:
        return call(port, "GET", "/healthz").status == 200
    except OSError:
        return False


@pytest.fixture(scope="session")
def port(server: Server, shared_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where a gunicorn serves from the shared database."""
    chosen = free_port()
    folder: Path = tmp_path_factory.mktemp("gunicorn")
    with running(GUNICORN, on_database(server, shared_database, PORT=str(chosen)), folder) as program:
        assert eventually(lambda: is_served(chosen)), program.errors
        yield chosen
        assert "Traceback" not in program.errors


@pytest.fixture(scope="session")
def residents(app: Flask) -> tuple[TenantUnderTest, TenantUnderTest]:
    """Two tenants, with customers whose names begin with their tenant's subdomain."""
    tenants = make_tenant(app), make_tenant(app)
    for tenant in tenants:
        for number in range(10):
            name = f"{tenant.subdomain} {number}"
            tenant.create("/api/v1/customers", name=name, email=f"{number}@{tenant.subdomain}.example")
    return tenants
