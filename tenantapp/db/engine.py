"""The application's engine: no transaction begins on it without a tenant's context, by any path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from weakref import WeakKeyDictionary

import psycopg
import sqlalchemy as sa
from psycopg_pool import PoolTimeout
from sqlalchemy.engine import Connection, CursorResult, Engine, RootTransaction
from sqlalchemy.engine.base import OptionEngine
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import PoolProxiedConnection

from tenantapp.db.connection import TenantConnection
from tenantapp.db.errors import ConnectionOutdated, ContextRejected, DatabaseUnavailable, LoanCut
from tenantapp.db.isolation import Isolation
from tenantapp.db.pool import TenantPool
from tenantapp.db.selection import Selected, Selection
from tenantapp.tenancy.context import TenantContext, current_context, trust_credential
from tenantapp.tenancy.directory import Standing, require_active
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
        # What is written is the tenants': an error does not quote it.
        "hide_parameters": True,
    }


_NONE_YET = object()
_MODES = {"isolation_level", "postgresql_readonly", "postgresql_deferrable"}
_pools: WeakKeyDictionary[Engine, TenantPool] = WeakKeyDictionary()


class BoundConnection(Connection):
    """A connection whose every transaction begins with a tenant's context, bound to that transaction alone.

    Whatever path begins one (the session, a flush, autobegin, the program) comes through `begin`. An event
    would do the same and cost each statement of a request more than the isolation itself does.
    """

    # None for what the connection's isolation level and options ask for.
    _begin: bytes | None = None
    standing: Standing | None = None
    """How the tenant stood when the last transaction began."""

    def begin(self) -> RootTransaction:
        """Begin a transaction in the open context, or in the one of the execution option.

        Raises:
            MissingTenantContext: there is neither; nothing was sent to the server.
            TenantNotFound, TenantSuspended: this database may not serve the tenant now.
            CredentialsChanged: who acts was looked up before a change of the tenant's credentials.
            DatabaseUnavailable: no transaction can be begun.
        """
        if not self.in_transaction():
            self._bind(self._context())
        return super().begin()

    def _execute_context(self, *args: Any, **kwargs: Any) -> CursorResult[Any]:
        """Begin before a cursor is opened: on a dropped connection the begin puts another in its place."""
        if self._transaction is None:
            self._autobegin()
        return super()._execute_context(*args, **kwargs)

    def _rollback_impl(self) -> None:
        try:
            super()._rollback_impl()
        except DBAPIError as error:
            # What a connection had begun that is gone, the server has rolled back.
            if not error.connection_invalidated:
                raise

    def _context(self) -> TenantContext:
        return self.get_execution_options().get(CONTEXT_OPTION) or current_context()

    def _bind(self, context: TenantContext) -> None:
        try:
            self._accept(context, self._begin_bound(context))
        except (ContextRejected, TenancyError):
            self._driver.rollback()
            raise

    def _accept(self, context: TenantContext, standing: Standing | None) -> None:
        require_active(standing.status if standing else None)
        self.standing = standing
        if standing:
            trust_credential(context, standing.credentials_version)

    def _begin_bound(self, context: TenantContext) -> Standing | None:
        """Begin on the pooled connection; where that one was dropped, once more on a new one.

        A retry is harmless here: nothing of the transaction has happened yet.
        """
        driver = self._driver
        try:
            return driver.begin_bound(context, self._begin)
        except LoanCut as error:
            raise DatabaseUnavailable("the connection was lent for too long") from error
        except ConnectionOutdated:
            driver.rollback()
        except psycopg.OperationalError as error:
            if not driver.closed:
                driver.rollback()
                raise DatabaseUnavailable("the database refused to begin a transaction") from error
            self.invalidate()
            driver.renew_pool()
        try:
            return self._driver.begin_bound(context, self._begin)
        except psycopg.OperationalError as error:
            raise DatabaseUnavailable("the database dropped two connections in a row") from error

    def _revalidate_connection(self) -> PoolProxiedConnection:
        """Ask the connection that takes a dropped one's place for what that one was asked for."""
        connection = super()._revalidate_connection()
        self.dialect.set_connection_execution_options(self, self.get_execution_options())
        return connection

    @property
    def _driver(self) -> TenantConnection:
        driver = self.connection.driver_connection
        assert isinstance(driver, TenantConnection)  # noqa: S101 - the pool lends nothing else
        return driver


class ReadOnlyConnection(BoundConnection):
    """A bound connection whose transactions are READ ONLY; it takes one from the pool when it must.

    Args:
        engine: whose connection it is.
        isolation: their level, where it is another than the server's.
    """

    _begin = b"BEGIN READ ONLY"
    _closing = False

    def __init__(self, engine: Engine, isolation: Isolation | None = None) -> None:
        self._isolation = isolation
        if isolation is not None:
            self._begin = f"BEGIN ISOLATION LEVEL {isolation} READ ONLY".encode()
        # SQLAlchemy connects an invalidated connection anew.
        super().__init__(engine, connection=cast(PoolProxiedConnection, _NONE_YET))
        self._dbapi_connection = None

    def select_alone(
        self, selection: Selection[Selected], parameters: Mapping[str, object]
    ) -> list[Selected]:
        """Select in a transaction of its own, with one round trip and without SQLAlchemy's.

        Raises:
            sqlalchemy.exc.DBAPIError: the server refused the statement.
            Exception: as `begin`.
        """
        context = self._context()
        if self._has_events or self.engine._has_events:
            self.dispatch.before_cursor_execute(self, None, selection.text, parameters, None, False)
        try:
            standing, rows = pool_of(self.engine).select_bound(context, selection, parameters)
        except PoolTimeout:
            raise
        except psycopg.Error as error:
            raise DBAPIError.instance(
                selection.text, dict(parameters), error, psycopg.Error, hide_parameters=True
            ) from error
        self._accept(context, standing)
        return rows

    @property
    def reads_alone(self) -> bool:
        """Whether a statement may be a transaction of its own: nothing was begun, or is to be one."""
        return self._dbapi_connection is None and self._isolation is None and not self._echo

    def execution_options(self, **options: Any) -> Connection:
        """Set options; see the base.

        Raises:
            sqlalchemy.exc.ArgumentError: one would change how transactions begin, which is settled.
        """
        if unheeded := _MODES & options.keys():
            raise ArgumentError(f"{', '.join(sorted(unheeded))}: a level is asked for by reading(isolation)")
        return super().execution_options(**options)

    def close(self) -> None:
        """Close; a transaction that is still open ends in the message that cleans the connection."""
        self._closing = True
        super().close()

    def _rollback_impl(self) -> None:
        if self._closing and not self.invalidated:
            self._driver.has_only_read = True
        else:
            super()._rollback_impl()


class BoundOptionEngine(OptionEngine):
    """What `Engine.execution_options` returns: it binds as its engine does."""

    _connection_cls = BoundConnection


# And what its own `execution_options` returns.
BoundOptionEngine._option_cls = BoundOptionEngine


def bind_every_transaction(engine: Engine, pool: TenantPool) -> None:
    """Make `engine` lend no connection but bound ones, of `pool`."""
    _pools[engine] = pool
    engine._connection_cls = BoundConnection
    engine._option_cls = BoundOptionEngine


def pool_of(engine: Engine) -> TenantPool:
    """Return the pool that an engine's connections are lent from."""
    return _pools[engine]


def select_all(
    connection: Connection, selection: Selection[Selected], parameters: Mapping[str, object]
) -> list[Selected]:
    """Return the rows that are selected.

    Args:
        connection: on which nothing may have begun yet; then the statement is a transaction of its own.
        selection: what to select.
        parameters: its values.

    Raises:
        Exception: as `BoundConnection.begin`, and what the server refused.
    """
    if isinstance(connection, ReadOnlyConnection) and connection.reads_alone:
        return connection.select_alone(selection, parameters)
    return cast("list[Selected]", connection.execute(selection.statement, dict(parameters)).all())


def select_one(
    connection: Connection, selection: Selection[Selected], parameters: Mapping[str, object]
) -> Selected | None:
    """Return the one row that is selected, or None; see `select_all`."""
    rows = select_all(connection, selection, parameters)
    return rows[0] if rows else None
