"""The pool of connections under an engine: at least 2, at most 10, idle ones closed, a short wait."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar
from uuid import UUID

import orjson
import psycopg
from psycopg.types.json import set_json_loads
from sqlalchemy import URL

from tenantapp.postgres.binding import Binding
from tenantapp.postgres.cleaning import COMMIT
from tenantapp.postgres.connection import TenantConnection
from tenantapp.postgres.cursor import TenantCursor
from tenantapp.postgres.deadline import Loans
from tenantapp.postgres.errors import ConnectionOutdated, DatabaseUnavailable, LoanCut, UnsafeRole
from tenantapp.postgres.lending import LendingPool
from tenantapp.postgres.own_settings import START_OPTIONS, begin_unhurried
from tenantapp.postgres.pooled import PooledConnection
from tenantapp.postgres.roles import RoleNames
from tenantapp.postgres.safety import check_role
from tenantapp.postgres.selection import Selected, Selection
from tenantapp.postgres.shares import Shares
from tenantapp.tenancy.context import open_context_here
from tenantapp.tenancy.seal import ContextSealer

Answer = TypeVar("Answer")
# A peer that is gone without a word is found out within half a minute, not within TCP's two hours.
_KEEPALIVES = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
_MAY_LOCK = "SELECT has_function_privilege('pg_catalog.pg_advisory_unlock_all()', 'EXECUTE')"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolLimits:
    """How many connections a process holds, for how long, and how long it waits for one."""

    min_size: int
    max_size: int
    max_idle: float
    connect_timeout: int
    statement_timeout_ms: int
    lock_timeout_ms: int
    idle_in_transaction_timeout_ms: int
    request_loan: float
    longest_loan: float
    tenant_share: int
    answer_max_bytes: int
    answer_max_rows: int


class _Dropped(Exception):
    """Raised when a lent connection was found to be gone."""


class TenantPool:
    """The application's connections to one database; opened at first use, so after any fork."""

    def __init__(
        self,
        url: URL,
        limits: PoolLimits,
        names: RoleNames,
        sealer: ContextSealer,
        *,
        transaction_pooler: bool = False,
    ) -> None:
        self._names = names
        self._settings = {
            "search_path": "public",
            "statement_timeout": str(limits.statement_timeout_ms),
            "lock_timeout": str(limits.lock_timeout_ms),
            "idle_in_transaction_session_timeout": str(limits.idle_in_transaction_timeout_ms),
            "timezone": "UTC",
        }
        # RESET ALL goes back to them, and ALTER ROLE cannot change them.
        options = " ".join(
            f"-c {name}={value}" for name, value in {**self._settings, **START_OPTIONS}.items()
        )
        # A pooler takes none, and knows no prepared statements.
        session = {"prepare_threshold": None} if transaction_pooler else {"options": options}
        self._sealer = sealer
        self._answer_limits = limits.answer_max_bytes, limits.answer_max_rows
        self._opening = threading.Lock()
        self._conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._options: dict[str, Any] = {
            "connect_timeout": limits.connect_timeout,
            "application_name": "tenantapp",
            # The driver does not know every encoding that the role may leave itself.
            "client_encoding": "UTF8",
            "cursor_factory": TenantCursor,
            **{name: value for name, value in _KEEPALIVES.items() if name not in url.query},
            **session,
        }
        self.pool = LendingPool(
            self._conninfo,
            min_size=limits.min_size,
            max_size=limits.max_size,
            timeout=limits.connect_timeout,
            # A connection is found idle at the end of the first whole period in which nobody took it.
            max_idle=limits.max_idle / 2,
            # A longer outage would be followed by a wait as long; a request that finds too few asks for more.
            reconnect_timeout=limits.connect_timeout,
            connection_class=PooledConnection if transaction_pooler else TenantConnection,
            kwargs=self._options,
            configure=self._configure,
            close_returns=True,
            open=False,
        )
        self.pool.loans = Loans(limits.request_loan, limits.longest_loan)
        self.pool.shares = Shares(limits.tenant_share, limits.max_size)

    def connect_beside(self, seconds: int) -> TenantConnection:
        """Open a connection as the pool opens its own, for whoever waits for none; of any role that logs in.

        Args:
            seconds: how long it may take to connect.

        Raises:
            UnsafeRole: the role has settings of its own that cannot be removed.
            psycopg.Error: none can be opened.
        """
        options = {**self._options, "connect_timeout": seconds}
        connection = self.pool.connection_class.connect(self._conninfo, **options)
        connection.wait_until = monotonic() + seconds
        try:
            self._make_ready(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def connect(self) -> TenantConnection:
        """Lend a connection to the tenant of the open context, if there is one; closing it gives it back.

        Raises:
            psycopg_pool.PoolTimeout: none was to be had in time.
        """
        context = open_context_here()
        return self._lend(context.tenant_id if context else None)

    def _lend(self, tenant_id: UUID | None) -> TenantConnection:
        if self.pool.closed:
            self.open()
        return self.pool.lend(tenant_id)

    def select_bound(
        self, binding: Binding, selection: Selection[Selected], parameters: Mapping[str, object]
    ) -> list[Selected]:
        """Select in a transaction of its own on a lent connection; see TenantConnection.

        Raises:
            TenancyError: the context is not bound; see `db.binding.refused`.
            DatabaseUnavailable: no transaction can be begun.
            psycopg.Error: the server refused the statement.
            psycopg_pool.PoolTimeout: no connection was to be had in time.
        """

        def select(connection: TenantConnection) -> list[Selected]:
            try:
                selected = connection.select_bound(binding, selection, parameters)
                # Nothing ran on it but what is written in the program, which leaves nothing behind.
                connection.is_clean = True
                return selected
            finally:
                # What has failed is open still, and ends in the message that cleans the connection.
                connection.ending = None if connection.is_clean else COMMIT

        return self.reading(binding.context.tenant_id, select)

    def reading(self, tenant_id: UUID | None, read: Callable[[TenantConnection], Answer]) -> Answer:
        """Read on a lent connection, once more where that was dropped or what it had prepared is outdated.

        Only read, it can be done again. What writes begins anew by `BoundConnection`, which knows whether
        anything of its transaction has happened yet.

        Args:
            tenant_id: whose share the connection is of; None for work without a context.
            read: what to do with it.

        Raises:
            DatabaseUnavailable: two connections in a row were dropped.
            psycopg_pool.PoolTimeout: no connection was to be had in time.
            Exception: as `read`.
        """
        try:
            return self._read_once(tenant_id, read)
        except ConnectionOutdated:
            pass
        except _Dropped:
            self.pool.renew()
        try:
            return self._read_once(tenant_id, read)
        except _Dropped as error:
            raise DatabaseUnavailable("the database dropped two connections in a row") from error

    def _read_once(self, tenant_id: UUID | None, read: Callable[[TenantConnection], Answer]) -> Answer:
        with closing(self._lend(tenant_id)) as connection:
            try:
                return read(connection)
            except LoanCut:
                raise
            except psycopg.OperationalError as error:
                if connection.closed:
                    raise _Dropped from error
                raise

    def open(self) -> None:
        """Open the pool, unless it is open."""
        with self._opening:
            if self.pool.closed:
                self.pool.open()
                self.pool.loans.start()
                # Threads that still connect at the end of the program would outlive an embedded server.
                atexit.register(self.pool.close)

    def _configure(self, connection: TenantConnection) -> None:
        connection.wait_until = monotonic() + self.pool.timeout
        begin_unhurried(connection)
        reasons = [problem.reason for problem in check_role(connection, self._names) if problem.is_error]
        if reasons:
            raise UnsafeRole("; ".join(reasons))
        connection.commit()
        self._make_ready(connection)

    def _make_ready(self, connection: TenantConnection) -> None:
        connection.lender = self.pool
        connection.plans = self.pool.plans
        connection.settings = self._settings
        connection.max_bytes, connection.max_rows = self._answer_limits
        # What another role was given is the operator's.
        connection.take_up(removes=connection.info.user == self._names.app)
        connection.set_modes()
        # As the edge reads JSON: a number beyond 64 bits, which JSONB writes out digit by digit, is a float.
        set_json_loads(orjson.loads, connection)
        connection.is_clean = True
        connection.sealer = self._sealer
        connection.autocommit = True
        connection.may_lock = connection.execute(_MAY_LOCK).fetchone() == (True,)
        connection.autocommit = False
        connection.wait_until = None

    def close(self) -> None:
        """Close every connection."""
        self.pool.loans.stop()
        self.pool.close()
