"""A migration changes each tenant's rows in that tenant's own, sealed context."""

from __future__ import annotations

from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask import Flask

from tenantapp.postgres.sealing import sealing_engine
from tenantapp.rls import operations  # noqa: F401 - Alembic gets our operations
from tests.support.databases import Server
from tests.support.sealing import sealer_of
from tests.support.tenants import make_tenant


def test_each_tenants_rows_are_changed_and_no_context_is_left(
    server: Server, database: str, own_app: Flask
) -> None:
    tenants = [make_tenant(own_app) for _ in range(2)]
    for tenant in tenants:
        tenant.create("/api/v1/customers", name="Ada", email="ada@example.com")
    with sealing_engine(server.address("owner", database), sealer_of(database)).begin() as connection:
        context = MigrationContext.configure(connection, opts={"role_names": server.names})
        statement = "UPDATE customers SET notes = tenant_id::text || tenancy.current_actor_role()"
        Operations(context).for_each_tenant(statement)
        assert connection.exec_driver_sql("SELECT current_setting('tenancy.context')").scalar() == ""
    for tenant in tenants:
        (customer,) = tenant.request("GET", "/api/v1/customers").json["items"]
        assert customer["notes"] == f"{tenant.id}migration"
