"""The pool's way with its connections: none is lent that was not cleaned, and none for ever."""

from __future__ import annotations

from functools import partial
from time import monotonic
from uuid import UUID

import psycopg
from psycopg_pool import ConnectionPool

from tenantapp.postgres.connection import TenantConnection
from tenantapp.postgres.deadline import Loans
from tenantapp.postgres.shares import Shares


class LendingPool(ConnectionPool[TenantConnection]):
    """Cleans a connection between two borrowers, and lends none that was not cleaned.

    The server is asked when it comes back, and what it answered is looked at before it is lent again: nobody
    waits in between, and no thread of the pool's is woken.

    Every connection that a period saw idle is closed, where the base closes one a period.
    """

    loans: Loans
    shares: Shares
    # The generation of tables and functions: one more each time that a plan is found stale.
    plans = 0

    def lend(self, tenant_id: UUID | None) -> TenantConnection:
        """Lend a connection to a tenant, within its share and the pool's time-out.

        Args:
            tenant_id: the tenant; None for work without a context.

        Raises:
            psycopg_pool.PoolTimeout: none was to be had in time.
        """
        deadline = monotonic() + self.timeout
        turn = self.shares.take(tenant_id, self.timeout)
        try:
            connection = self.getconn(deadline - monotonic())
        except BaseException:
            self.shares.give_back(turn)
            raise
        connection.turn = turn
        return connection

    def getconn(self, timeout: float | None = None) -> TenantConnection:
        """Lend a connection on which nothing is left of its last borrower; see the base."""
        deadline = monotonic() + (self.timeout if timeout is None else timeout)
        while True:
            connection = super().getconn(deadline - monotonic())
            connection.loan = self.loans.begin(connection)
            try:
                connection.finish_cleaning(deadline)
                if connection.plans != self.plans:
                    connection.forget_prepared(self.plans)
            except psycopg.Error:
                self._replace(connection)
            else:
                return connection

    def renew(self) -> None:
        """Replace every idle connection: one was found dropped, as by a server that restarted."""
        self.drain()

    def forget_plans(self, plans: int) -> None:
        """Let the next borrower of each connection find nothing prepared.

        Args:
            plans: of which generation a plan was found stale; a later one than that is not.
        """
        with self._lock:
            if plans == self.plans:
                self.plans += 1

    def _get_ready_connection(self, timeout: float | None) -> TenantConnection | None:
        """Prefer one that has been cleaned to one that the server is still busy with; see the base."""
        for _ in range(len(self._pool)):
            if self._pool[0].is_answered:
                break
            self._pool.rotate(-1)
            if self._pool[-1].cleaned_by < monotonic():
                self._replace_idle(self._pool.pop())
        return super()._get_ready_connection(timeout)

    def _replace_idle(self, connection: TenantConnection) -> None:
        # As if it were lent.
        connection._pool = self
        connection.loan = self.loans.begin(connection)
        self._replace(connection)

    def _replace(self, connection: TenantConnection) -> None:
        """Take back a connection that cannot be lent; the pool opens another in its place."""
        back = partial(self.putconn, connection)
        if connection.closed or connection.loan is None:
            back()
        else:
            connection.loan.cut_aside("it is not cleaned in time", back)

    def _reset_connection(self, connection: TenantConnection) -> None:
        # What its borrower did not come to begin, the next one does not begin.
        connection.pending = None
        if not connection.is_clean:
            self._start_cleaning(connection)
        # Nobody else has it yet. The loan includes the rollback, which waits for an answer too.
        self._end_loan(connection)

    def _start_cleaning(self, connection: TenantConnection) -> None:
        if not connection.ends_unseen:
            super()._reset_connection(connection)
        if connection.closed:
            return
        try:
            connection.start_cleaning()
        except psycopg.OperationalError:
            self._close_connection(connection)

    def _close_connection(self, connection: TenantConnection) -> None:
        self._end_loan(connection)
        super()._close_connection(connection)

    def _end_loan(self, connection: TenantConnection) -> None:
        loan, connection.loan = connection.loan, None
        turn, connection.turn = connection.turn, None
        if loan is not None:
            self.loans.end(loan)
            if loan.was_cut:
                connection.pgconn.finish()
        if turn is not None:
            self.shares.give_back(turn)

    def _shrink_pool(self) -> None:
        for _ in range(max(1, self._nconns_min)):
            super()._shrink_pool()
