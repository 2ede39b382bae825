"""What the benchmarks run on: an embedded server, a migrated database, a tenant with customers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade

from tenantapp.application import create_app
from tenantapp.embedded import EmbeddedServer
from tenantapp.platform.context_keys import install_key
from tenantapp.settings.context_key import PUBLISHED_CONTEXT_KEY
from tenantapp.settings.load import Settings
from tests.support.databases import Server, roles_on
from tests.support.tenants import TenantUnderTest, make_tenant

ROOT = Path(__file__).parents[1] / "instance" / "benchmark-postgresql"


@dataclass(frozen=True)
class Stage:
    """A server with one migrated database."""

    server: Server
    database: str

    def settings(self, **changes: Any) -> Settings:
        """Return the settings of an application on the database, logging as production does."""
        return replace(self.server.settings(self.database), sql_echo=False, log_level="ERROR", **changes)

    def tenant(self, app: Flask, customers: int) -> TenantUnderTest:
        """Make a tenant with as many customers."""
        tenant = make_tenant(app)
        with self.server.connect("bootstrap", self.database) as connection:
            connection.execute(
                "INSERT INTO customers (tenant_id, name, email) "
                "SELECT %s, 'Customer ' || n, 'customer' || n || '@example.com' "
                "FROM generate_series(1, %s) n",
                (tenant.id, customers),
            )
            connection.execute("VACUUM ANALYZE customers")
        return tenant


@contextmanager
def stage() -> Iterator[Stage]:
    """Set everything up, and take it down again."""
    with (
        EmbeddedServer(ROOT) as embedded,
        roles_on(embedded.superuser_url) as server,
        server.clone("template1") as name,
    ):
        with create_app(server.settings(name)).app_context():
            upgrade()
        with server.connect("owner", name) as connection:
            install_key(connection, PUBLISHED_CONTEXT_KEY)
        yield Stage(server, name)
