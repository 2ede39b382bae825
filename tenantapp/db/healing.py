"""A psycopg connection that knows which answers are about it, or the server, and not about the statement."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

import psycopg
from psycopg import errors as pg
from psycopg.abc import PQGen

from tenantapp.db.cleaning import CleanedConnection
from tenantapp.db.deadline import Loan
from tenantapp.db.errors import LoanCut

Answer = TypeVar("Answer")
_ENDS_THE_SESSION = ("FATAL", "PANIC")


class HealingConnection(CleanedConnection):
    """A connection that is closed where no other answer follows.

    `renew_pool` replaces those that lie idle beside it.
    """

    renew_pool: Callable[[], None]
    # Whose it is; and until when it waits for answers before it is anybody's.
    loan: Loan | None = None
    wait_until: float | None = None

    def wait(self, gen: PQGen[Answer], *args: Any, **kwargs: Any) -> Answer:
        """Wait for an answer; see the base.

        Raises:
            LoanCut: in place of the server's own error.
        """
        if self.wait_until is not None:
            kwargs["timeout"] = max(0.0, self.wait_until - monotonic())
        try:
            return super().wait(gen, *args, **kwargs)
        except psycopg.Error as error:
            self.heal(error)
            raise

    def heal(self, error: psycopg.Error) -> None:
        """See to it that what is wrong with the connection or the server is met once.

        Args:
            error: what the server answered, or what became of the connection.

        Raises:
            LoanCut: what `error` means; nothing for any other.
        """
        if self.loan is not None and self.loan.was_cut:
            self.pgconn.finish()
            raise LoanCut("the connection was lent for too long, and was cut") from error
        if _ends_the_session(error):
            self.pgconn.finish()


def _ends_the_session(error: psycopg.Error) -> bool:
    """Whether no other answer follows: the server ends the session, or nobody waits any longer."""
    if isinstance(error, pg._WaitTimeout):
        return True
    is_final = error.diag.severity_nonlocalized in _ENDS_THE_SESSION
    return is_final and isinstance(error, psycopg.OperationalError)
