"""A psycopg connection that knows which answers are about it, or the server, and not about the statement."""

from __future__ import annotations

from time import monotonic
from typing import Any, Protocol, TypeVar

import psycopg
from psycopg import errors as pg
from psycopg import pq
from psycopg.abc import PQGen

from tenantapp.postgres.cleaning import CleanedConnection
from tenantapp.postgres.commits import note_commit
from tenantapp.postgres.deadline import Loan
from tenantapp.postgres.errors import ConnectionOutdated, LoanCut, ServerReadOnly
from tenantapp.postgres.private import WaitTimeout
from tenantapp.postgres.shares import Turn

Answer = TypeVar("Answer")
# Texts of PostgreSQL's own, which it translates into no language.
_VANISHED = ("cache lookup failed", "could not open relation with OID")
# A connection younger than this has reached the server as it is now: to replace it would change nothing.
_SETTLED_SECONDS = 5.0
_ENDS_THE_SESSION = ("FATAL", "PANIC")


class Lender(Protocol):
    """What a connection knows of the pool that lends it: `tenantapp.postgres.lending.LendingPool` is one."""

    def renew(self) -> None:
        """Replace the connections that lie idle: one was found dropped, or its server read-only."""

    def forget_plans(self, plans: int) -> None:
        """Let each connection forget what it has prepared: a plan of the generation `plans` was stale."""


class HealingConnection(CleanedConnection):
    """A connection on which an outdated plan, a lost session or a read-only server is met once.

    What it finds out of all connections, and not of itself alone, it tells the pool that lends it.
    """

    lender: Lender
    # Whose it is, and of whose share; and until when it waits for answers before it is anybody's.
    loan: Loan | None = None
    turn: Turn | None = None
    wait_until: float | None = None
    # As of which generation of tables and functions its statements are prepared.
    plans = 0
    # How its transaction began.
    begun = b""

    def wait(self, gen: PQGen[Answer], *args: Any, **kwargs: Any) -> Answer:
        """Wait for an answer; see the base.

        Raises:
            ConnectionOutdated, ServerReadOnly, LoanCut: in place of the server's own error.
        """
        if self.wait_until is not None:
            kwargs["timeout"] = max(0.0, self.wait_until - monotonic())
        loan = self.loan
        if loan is not None:
            loan.ask()
        try:
            return super().wait(gen, *args, **kwargs)
        except psycopg.Error as error:
            self.heal(error)
            raise
        finally:
            if loan is not None:
                loan.take_answer()

    def commit(self) -> None:
        """Commit, and note that something was; see the base.

        Where the connection is lost, nobody knows how the transaction ended, and it counts as committed.
        """
        begun = self.pgconn.transaction_status != pq.TransactionStatus.IDLE
        try:
            super().commit()
        except psycopg.Error:
            if begun and self.closed:
                note_commit()
            raise
        if begun:
            note_commit()

    def forget_prepared(self, plans: int) -> None:
        """Have the server forget all that is prepared: it is of an older generation than `plans`."""
        self.plans = plans
        if self.prepare_threshold is not None:
            with self.lock:
                self._prepared.clear()
                self.wait(self._deallocate(None))

    def heal(self, error: psycopg.Error) -> None:
        """See to it that what is wrong with the connection or the server is met once.

        Args:
            error: what the server answered, or what became of the connection.

        Raises:
            ConnectionOutdated, ServerReadOnly, LoanCut: what `error` means; nothing for any other.
        """
        if self.loan is not None and self.loan.was_cut:
            self.pgconn.finish()
            raise LoanCut("the connection was lent for too long, and was cut") from error
        if _ends_the_session(error):
            self.pgconn.finish()
        elif _plan_is_stale(error):
            self.lender.forget_plans(self.plans)
            raise ConnectionOutdated(str(error)) from error
        elif isinstance(error, pg.InvalidSqlStatementName | pg.DuplicatePreparedStatement):
            # SQL has changed what the driver had prepared; its cleaning finds that out, and it is closed.
            raise ConnectionOutdated(str(error)) from error
        elif isinstance(error, pg.ReadOnlySqlTransaction) and b"READ ONLY" not in self.begun:
            if monotonic() - self._created_at > _SETTLED_SECONDS:
                self.lender.renew()
            raise ServerReadOnly(str(error)) from error


def _plan_is_stale(error: psycopg.Error) -> bool:
    """Whether a prepared statement's plan is of tables or functions that have changed or gone since."""
    if isinstance(error, pg.FeatureNotSupported):
        return error.diag.source_function == "RevalidateCachedQuery"
    return isinstance(error, pg.InternalError_) and str(error.diag.message_primary).startswith(_VANISHED)


def _ends_the_session(error: psycopg.Error) -> bool:
    """Whether no other answer follows: the server ends the session, or nobody waits any longer."""
    if isinstance(error, WaitTimeout):
        return True
    is_final = error.diag.severity_nonlocalized in _ENDS_THE_SESSION
    return is_final and isinstance(error, psycopg.OperationalError)
