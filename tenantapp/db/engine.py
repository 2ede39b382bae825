"""The application's engine: no transaction begins on it without a tenant's context, by any path."""

from __future__ import annotations

import psycopg
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from tenantapp.db.connection import TenantConnection
from tenantapp.db.errors import DatabaseUnavailable
from tenantapp.db.pool import TenantPool
from tenantapp.tenancy.context import TenantContext, current_context
from tenantapp.tenancy.directory import require_active
from tenantapp.tenancy.errors import TenancyError

CONTEXT_OPTION = "tenant_context"
"""The execution option by which a connection carries a context of its own instead of the open one."""


def engine_options(pool: TenantPool) -> dict[str, object]:
    """Return the keyword arguments of `create_engine` that put an engine on `pool`."""
    return {
        "creator": pool.connect,
        "poolclass": sa.pool.NullPool,
        # psycopg_pool rolls back what is returned unfinished; SQLAlchemy's rollback would forget the
        # statements that psycopg has prepared.
        "pool_reset_on_return": None,
        "use_native_hstore": False,
    }


def bind_every_transaction(engine: Engine, pool: TenantPool) -> None:
    """Make each transaction of `engine` begin with the tenant's context, bound to that transaction alone."""

    @event.listens_for(engine, "begin")
    def bind(connection: Connection) -> None:
        context = connection.get_execution_options().get(CONTEXT_OPTION) or current_context()
        status = _begin(connection, context, pool)
        try:
            require_active(status)
        except TenancyError:
            _driver(connection).rollback()
            raise


def _begin(connection: Connection, context: TenantContext, pool: TenantPool) -> str | None:
    """Begin on the pooled connection; where that one was dropped, once more on a new one.

    Only here is a retry harmless: nothing of the transaction has happened yet.
    """
    encoded = context.encode()
    try:
        return _driver(connection).begin_bound(encoded)
    except psycopg.OperationalError as error:
        if not _driver(connection).closed:
            _driver(connection).rollback()
            raise DatabaseUnavailable("the database refused to begin a transaction") from error
    connection.invalidate()
    pool.renew()
    try:
        return _driver(connection).begin_bound(encoded)
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable("the database dropped two connections in a row") from error


def _driver(connection: Connection) -> TenantConnection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, TenantConnection)  # noqa: S101 - the pool lends nothing else
    return driver
