"""Changing rows in a migration: tenant by tenant, each in its own context, as FORCE asks of the owner too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from alembic.operations import MigrateOperation, Operations
from alembic.util import CommandError
from sqlalchemy.engine import Connection

from tenantapp.models.sql_text import quoted
from tenantapp.models.tenant_table import tenant_table
from tenantapp.postgres.errors import ContextRejected
from tenantapp.postgres.sealing import bind
from tenantapp.rls.operations.statements import run
from tenantapp.tenancy.context import TenantContext


@Operations.register_operation("for_each_tenant")
@dataclass(frozen=True)
class ForEachTenantOp(MigrateOperation):
    """Executes one statement in the context of each tenant of the database in turn."""

    statement: str

    @classmethod
    def for_each_tenant(cls, operations: Operations, statement: str) -> Any:
        """Execute `statement` for each tenant, which sees and changes that tenant's rows alone.

        It has no inverse of its own: a migration that uses it says in its downgrade what undoes it. Where
        there are tenants, the context key must be installed.

        Raises:
            CommandError: it is not.
        """
        return operations.invoke(cls(statement))


@Operations.implementation_for(ForEachTenantOp)
def _for_each_tenant(operations: Operations, op: ForEachTenantOp) -> None:
    connection = operations.get_bind()
    for tenant_id in _tenant_ids(operations):
        _enter(connection, tenant_id)
        run(operations, op.statement)
    connection.execute(sa.select(sa.func.set_config("tenancy.context", "", True)))


def _enter(connection: Connection, tenant_id: UUID) -> None:
    try:
        bind(connection, TenantContext(tenant_id, role="migration"))
    except ContextRejected as error:
        raise CommandError(
            "the database rejects the tenants' contexts: run `flask keys install`, and this again"
        ) from error


def _tenant_ids(operations: Operations) -> list[UUID]:
    """Return the tenants of this database, whom the owner sees while FORCE rests.

    It rests inside a savepoint that is rolled back: its lock, which stops every request, goes at once, not
    when the migration ends.
    """
    connection = operations.get_bind()
    savepoint = connection.begin_nested()
    table = tenant_table()
    run(operations, f"ALTER TABLE {quoted(table.fullname)} NO FORCE ROW LEVEL SECURITY")
    found = connection.execute(sa.select(table.c.id).order_by(table.c.id)).scalars().all()
    savepoint.rollback()
    return cast("list[UUID]", found)
