"""The application's engine: no transaction begins on it without a tenant's context, by any path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from weakref import WeakKeyDictionary

import psycopg
import sqlalchemy as sa
from psycopg_pool import PoolTimeout
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.base import OptionEngine
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import PoolProxiedConnection

from tenantapp.postgres.binding import Binding
from tenantapp.postgres.bound import BoundConnection
from tenantapp.postgres.cleaning import COMMIT
from tenantapp.postgres.isolation import Isolation
from tenantapp.postgres.pool import TenantPool
from tenantapp.postgres.selection import Selected, Selection


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
            Exception: as `begin_now`.
        """
        binding = self._binding = Binding(self._context())
        if self._has_events or self.engine._has_events:
            self.dispatch.before_cursor_execute(self, None, selection.text, parameters, None, False)
        try:
            return pool_of(self.engine).select_bound(binding, selection, parameters)
        except PoolTimeout:
            raise
        except psycopg.Error as error:
            raise DBAPIError.instance(
                selection.text, dict(parameters), error, psycopg.Error, hide_parameters=True
            ) from error

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
            self._forget_pending()
            self._driver.ending = COMMIT
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


def begin_now(connection: Connection) -> None:
    """Begin a transaction before there is a statement to send; see `BoundConnection.begin_now`."""
    cast(BoundConnection, connection).begin_now()


def select_all(
    connection: Connection, selection: Selection[Selected], parameters: Mapping[str, object]
) -> list[Selected]:
    """Return the rows that are selected.

    Args:
        connection: on which nothing may have begun yet; then the statement is a transaction of its own.
        selection: what to select.
        parameters: its values.

    Raises:
        Exception: as `BoundConnection.begin_now`, and what the server refused.
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
