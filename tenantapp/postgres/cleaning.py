"""A psycopg connection that is cleaned between two borrowers."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Any

import psycopg
from psycopg import pq, waiting
from psycopg.pq.abc import PGresult

from tenantapp.postgres.results import results_of_query

# Everything a borrower may leave behind that outlives its transaction. SET SESSION AUTHORIZATION also ends a
# SET ROLE; the settings go back to what the connection was opened with. What SQL prepared may bear the name
# of a statement of psycopg's own, and what SQL deallocated psycopg would still call.
_CLEAN = (
    b"CLOSE ALL; UNLISTEN *; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; "
    b"SELECT count(*) FILTER (WHERE from_sql), count(*) FILTER (WHERE NOT from_sql) "
    b"FROM pg_catalog.pg_prepared_statements"
)
COMMIT, ROLLBACK = b"COMMIT", b"ROLLBACK"
UNLOCK = b"SELECT pg_catalog.pg_advisory_unlock_all(); "
_LOOK_SECONDS = 0.1
# What the borrower did last can hold the answer up for ever: the end of a transaction fills its cursors WITH
# HOLD.
_CLEANING_SECONDS = 1.0
_OPEN = (pq.TransactionStatus.INTRANS, pq.TransactionStatus.INERROR)
# What a lock guards is looked at once it is there: a higher level, which the server's default may be, would
# show it as it was before.
_MODES = {"isolation_level": psycopg.IsolationLevel.READ_COMMITTED, "read_only": None, "deferrable": None}


class CleanedConnection(psycopg.Connection[Any]):
    """A connection whose session is as its opener left it, whoever had it before."""

    # Whether nothing can have been left on it since it was cleaned.
    is_clean = False
    # How a transaction that is still open ends in the message that cleans; None where that is waited for.
    ending: bytes | None = None
    # Until when, on the monotonic clock, the answer to the cleaning may come.
    cleaned_by = 0.0
    # Whether the role may take advisory locks, which a prepared database denies it.
    may_lock = False

    @property
    def ends_unseen(self) -> bool:
        """Whether a transaction is open whose end nobody waits for."""
        return self.ending is not None and self.pgconn.transaction_status in _OPEN

    def start_cleaning(self) -> None:
        """Ask the server to undo what the borrower left on the session, and do not wait for the answer.

        A transaction whose end nobody waits for ends in the same message.
        """
        self.start_clock()
        end = self.ending + b"; " if self.ending and self.ends_unseen else b""
        self.ending = None
        self.pgconn.send_query(end + (UNLOCK if self.may_lock else b"") + _CLEAN)

    @property
    def is_answered(self) -> bool:
        """Whether nobody waits for the answer to the cleaning: it is here, or never comes."""
        if self.is_clean:
            return True
        try:
            self.pgconn.consume_input()
            return not self.pgconn.is_busy()
        except psycopg.OperationalError:
            return True

    def start_clock(self) -> None:
        """Begin to count the time that the cleaning may take."""
        self.cleaned_by = monotonic() + _CLEANING_SECONDS

    def finish_cleaning(self, deadline: float) -> None:
        """Read the answer, and undo what the borrower left on the driver.

        Args:
            deadline: until when to wait for it at most, on the monotonic clock.

        Raises:
            psycopg.OperationalError: the answer did not come in time; or the server refused, SQL prepared or
                deallocated statements, or the connection is gone: then it is closed now.
        """
        if self.is_clean:
            self.is_clean = False
            return
        # Not get_result(), which waits with the interpreter's lock in its hand.
        answer = results_of_query(self.pgconn)
        seconds = max(0.0, min(deadline, self.cleaned_by) - monotonic())
        results = waiting.wait(answer, self.pgconn.socket, interval=_LOOK_SECONDS, timeout=seconds)
        refused = any(result.status == pq.ExecStatus.FATAL_ERROR for result in results)
        if refused or not self._is_as_lent(results):
            # Not close(): that would give it back.
            self.pgconn.finish()
            raise psycopg.OperationalError("the session could not be cleaned")
        if self.autocommit:
            self.autocommit = False
        self.set_modes()

    def set_modes(self) -> None:
        """Let the next transactions be such as are asked for nothing in particular."""
        for mode, value in _MODES.items():
            if getattr(self, mode) != value:
                setattr(self, mode, value)

    def _is_as_lent(self, answers: Sequence[PGresult]) -> bool:
        """Tell whether SQL has prepared nothing, and deallocated nothing that this side has prepared."""
        if not answers:
            return False
        by_sql, by_driver = (int(answers[-1].get_value(0, column) or 0) for column in (0, 1))
        return by_sql == 0 and by_driver >= self._prepared_count()

    def _prepared_count(self) -> int:
        """Return how many statements the driver has prepared."""
        return len(self._prepared._names)
