"""An attacker's connection: any SQL, as the application's role, in a tenant's transaction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tenantapp.postgres.roles import RoleNames
from tests.support.databases import Server
from tests.support.sealing import sealed
from tests.support.tenants import TenantUnderTest

Connection = psycopg.Connection[Any]


@pytest.fixture
def attacker(server: Server, shared_database: str) -> Iterator[Connection]:
    """A connection of the application's role, in autocommit mode."""
    with server.connect("app", shared_database) as connection:
        yield connection


@pytest.fixture
def names(server: Server) -> RoleNames:
    """The roles."""
    return server.names


@pytest.fixture
def token(attacker: Connection, tenant: TenantUnderTest) -> str:
    """What the attacker has got hold of: its own tenant's token, good on its connection."""
    return sealed(attacker, tenant.context)


def enter(connection: Connection, token: str) -> UUID | None:
    """Put a token in the context's place, and return whose rows PostgreSQL then shows."""
    row = connection.execute(
        "SELECT (SELECT tenancy.current_tenant_id()) FROM set_config('tenancy.context', %s, true)", (token,)
    ).fetchone()
    assert row is not None
    found: UUID | None = row[0]
    return found
