"""Two tenants with rows in every table of theirs, built from the catalog: no factory is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import psycopg
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from tenantapp.db.models import SoftDeletable, scoped_models, table_of
from tenantapp.db.sealing import sealer_for
from tenantapp.db.unit_of_work import changing
from tenantapp.rls.probe.planting import NotPlanted, Planter, Rows
from tenantapp.rls.probe.relations import Catalog, read_catalog
from tenantapp.rls.probe.session import Session
from tenantapp.runtime import RUNTIME
from tenantapp.tenancy.context import tenant_context
from tenantapp.testing.tables import scoped_tables
from tenantapp.testing.tenants import Inhabitant, Row, TenantUnderTest, make_tenant


@dataclass(frozen=True)
class Neighbours:
    """Two tenants of one application: `a` attacks, `b` is attacked."""

    app: Flask
    a: Inhabitant
    b: Inhabitant

    @property
    def secrets(self) -> set[str]:
        """The texts and ids that B's rows hold and A's do not."""
        return self.b.strings() - self.a.strings()

    def request(self, tenant: Inhabitant, method: str, path: str, **options: Any) -> TestResponse:
        """Send a request to the tenant's host with the tenant's key."""
        client = TenantUnderTest(self.app, tenant.id, tenant.subdomain, tenant.token)
        return client.request(method, path, **options)


def connect(app: Flask, role: str) -> psycopg.Connection[Any]:
    """Connect to the application's database past all that the program does, in autocommit mode.

    Args:
        app: the application.
        role: `database` for its own role, `platform_database` for the operator's.
    """
    settings = RUNTIME.of(app).settings
    url: sa.URL = settings.require(f"{role}_url").set(drivername="postgresql")
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


def settle(app: Flask) -> Inhabitant:
    """Create a tenant and commit a row of its own in every table that the application may insert into.

    Raises:
        AssertionError: no row of a table can be built.
    """
    tenant = make_tenant(app)
    with connect(app, "database") as connection, connection.transaction():
        settings = RUNTIME.of(app).settings
        sealer = sealer_for(settings, settings.require("database_url", "the canaries"))
        session = Session(connection, sealer)
        session.bind(tenant.id)
        _plant(session, read_catalog(connection), tenant.id)
    with app.app_context(), tenant_context(tenant.context), changing() as bound:
        _show(bound)
        bound.commit()
        rows = {table.name: _rows(bound, table) for table in scoped_tables() if _exists(bound, table)}
    return Inhabitant(tenant.id, tenant.subdomain, tenant.token, rows)


def _plant(session: Session, catalog: Catalog, tenant_id: UUID) -> None:
    planter, rows = Planter(session, catalog), cast("Rows", {})
    for table in catalog.scoped():
        if "INSERT" in table.privileges or "INSERT" in table.column_privileges:
            try:
                planter.plant(table, tenant_id, rows)
            except NotPlanted as error:
                raise AssertionError(f"{table.full_name}: {error}") from error


def _show(bound: sa.Connection) -> None:
    """Bring back what was planted as deleted, which no route shows: the catalog does not tell."""
    for model in scoped_models():
        if issubclass(model, SoftDeletable) and _exists(bound, table_of(model)):
            bound.execute(sa.update(table_of(model)).values(deleted_at=None))


def _rows(connection: sa.Connection, table: sa.Table) -> list[Row]:
    return [dict(row) for row in connection.execute(sa.select(table)).mappings()]


def _exists(connection: sa.Connection, table: sa.Table) -> bool:
    return connection.scalar(sa.select(sa.func.to_regclass(table.fullname))) is not None
