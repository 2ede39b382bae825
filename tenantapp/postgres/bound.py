"""A connection whose transactions begin with a tenant's context, in the message of the first statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, TypeVar, cast

import psycopg
from sqlalchemy.engine import Connection, CursorResult, RootTransaction
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import PoolProxiedConnection

from tenantapp.postgres.binding import Binding
from tenantapp.postgres.cleaning import ROLLBACK
from tenantapp.postgres.connection import TenantConnection
from tenantapp.postgres.errors import ConnectionOutdated, DatabaseUnavailable, LoanCut
from tenantapp.tenancy.context import TenantContext, current_context

CONTEXT_OPTION = "tenant_context"
"""The execution option by which a connection carries a context of its own instead of the open one."""

Done = TypeVar("Done")


_ASIDE: ContextVar[bool] = ContextVar("rolled_back_aside", default=False)


@contextmanager
def rolled_back_aside() -> Iterator[None]:
    """Have what is rolled back in the block end in the message that cleans its connection.

    Nobody waits for the answer; and psycopg's own rollback would forget the statements that it has prepared.
    The block closes the connections.
    """
    token = _ASIDE.set(True)
    try:
        yield
    finally:
        _ASIDE.reset(token)


class BoundConnection(Connection):
    """A connection whose every transaction begins with a tenant's context, bound to that transaction alone.

    Whatever path begins one (the session, a flush, autobegin, the program) comes through `begin`. An event
    would do the same and cost each statement of a request more than the isolation itself does.
    """

    # None for what the connection's isolation level and options ask for.
    _begin: bytes | None = None
    _binding: Binding | None = None

    def begin(self) -> RootTransaction:
        """Begin a transaction in the open context, or in the one of the execution option.

        The server is told by the first statement, in one message; until then there is nothing to commit, nor
        to roll back.

        Raises:
            MissingTenantContext: there is neither.
        """
        if self.in_transaction():
            return super().begin()
        binding = Binding(self._context(), self._begin)
        driver = self._driver
        transaction = super().begin()
        self._binding = driver.pending = binding
        return transaction

    def begin_now(self) -> None:
        """Begin a transaction, and have the server bind its context before there is a statement to send.

        Raises:
            MissingTenantContext: there is no context.
            TenantNotFound, TenantSuspended: this database may not serve the tenant now.
            CredentialsChanged: who acts was looked up before a change of the tenant's credentials.
            DatabaseUnavailable: no transaction can be begun.
        """
        if not self.in_transaction():
            self.begin()
        if self._is_pending:
            self._begin_by(self._send_pending)

    @property
    def connection(self) -> PoolProxiedConnection:
        """The underlying connection; its transaction has begun, since whoever has it may send anything.

        Raises:
            Exception: as `begin_now`.
        """
        if self._is_pending:
            self._begin_by(self._send_pending)
        return super().connection

    @property
    def credentials_version(self) -> int | None:
        """How often the tenant's credentials had changed when the last transaction began."""
        return self._binding.credentials_version if self._binding else None

    def _execute_context(self, *args: Any, **kwargs: Any) -> CursorResult[Any]:
        if self._transaction is None:
            self._autobegin()
        if self._is_pending:
            return self._begin_by(partial(super()._execute_context, *args, **kwargs))
        return super()._execute_context(*args, **kwargs)

    def _send_pending(self) -> None:
        # The driver's connection may have become another.
        self._driver.begin_pending()

    def _commit_impl(self) -> None:
        self._forget_pending()
        super()._commit_impl()

    def _rollback_impl(self) -> None:
        if _ASIDE.get() and not self.invalidated and not self._is_pending:
            self._driver.ending = ROLLBACK
            return
        self._forget_pending()
        try:
            super()._rollback_impl()
        except DBAPIError as error:
            # What a connection had begun that is gone, the server has rolled back.
            if not error.connection_invalidated:
                raise

    def _forget_pending(self) -> None:
        if self._is_pending:
            self._driver.pending = None

    def _context(self) -> TenantContext:
        return self.get_execution_options().get(CONTEXT_OPTION) or current_context()

    @property
    def _is_pending(self) -> bool:
        lent = self._dbapi_connection
        if self._binding is None or self._transaction is None or lent is None:
            return False
        driver = cast("TenantConnection | None", lent.dbapi_connection)
        return driver is not None and driver.pending is self._binding

    def _begin_by(self, send: Callable[[], Done], *, again: bool = False) -> Done:
        """Begin the pending transaction; where the connection was dropped or is out of date, once more.

        To send it again is harmless: nothing of the transaction has happened yet.

        Args:
            send: sends what begins it, which may be the whole of a first statement.
            again: whether it is sent for the second time.

        Raises:
            TenancyError, ContextRejected: the context is not bound; whatever is tried next is refused too.
            DatabaseUnavailable: no transaction can be begun.
            Exception: as `send`, of its statement.
        """
        driver = self._driver
        try:
            return send()
        except psycopg.OperationalError as error:
            self._make_ready(driver, error, error, again=again)
        except DBAPIError as error:
            self._make_ready(driver, error.orig, error, again=again)
        return self._begin_by(send, again=True)

    def _make_ready(
        self, driver: TenantConnection, cause: BaseException | None, error: Exception, *, again: bool
    ) -> None:
        """Make the connection ready for what failed on it to be sent once more.

        Raises:
            DatabaseUnavailable: no transaction can be begun.
            Exception: `error`, where it is of the statement.
        """
        if isinstance(cause, LoanCut) and error is cause:
            raise DatabaseUnavailable("the connection was lent for too long") from error
        if isinstance(cause, LoanCut) or not isinstance(cause, psycopg.OperationalError):
            raise error
        if driver.closed:
            if again:
                raise DatabaseUnavailable("the database dropped two connections in a row") from cause
            self._replace(driver)
        elif isinstance(cause, ConnectionOutdated) and not again:
            driver.rollback()
            driver.pending = self._binding
        elif driver.pending is not None:
            driver.rollback()
            raise DatabaseUnavailable("the database refused to begin a transaction") from cause
        else:
            raise error

    def _replace(self, driver: TenantConnection) -> None:
        self.invalidate()
        driver.lender.renew()
        # SQLAlchemy gives no other connection to a transaction; to the server this one has not begun.
        transaction, self._transaction = self._transaction, None
        try:
            self._driver.pending = self._binding
        finally:
            self._transaction = transaction

    def _revalidate_connection(self) -> PoolProxiedConnection:
        """Ask the connection that takes a dropped one's place for what that one was asked for."""
        connection = super()._revalidate_connection()
        self.dialect.set_connection_execution_options(self, self.get_execution_options())
        return connection

    @property
    def _driver(self) -> TenantConnection:
        driver = super().connection.driver_connection
        assert isinstance(driver, TenantConnection)  # noqa: S101 - the pool lends nothing else
        return driver
