"""What can be wrong between the application and its database."""

from __future__ import annotations

import psycopg


class DatabaseUnavailable(Exception):
    """Raised when no transaction can be begun: no connection is to be had, or two in a row were dropped."""


class AnswerTooLarge(psycopg.DatabaseError):
    """Raised when a statement answers more than this process has room for: the statement is at fault."""


class ConnectionOutdated(psycopg.OperationalError):
    """Raised when a connection holds what the server has changed since, such as the plan of a statement.

    The statement is not at fault: done again, the work succeeds.
    """


class ServerReadOnly(psycopg.OperationalError):
    """Raised when a write meets a server that takes none, as a standby does."""

    sqlstate = psycopg.errors.ReadOnlySqlTransaction.sqlstate


class LoanCut(psycopg.OperationalError):
    """Raised when a connection was lent for too long, and was cut."""

    sqlstate = psycopg.errors.QueryCanceled.sqlstate


class UnsafeRole(Exception):
    """Raised when a new connection's role could get past row-level security, or has settings of its own.

    No statement of a request's is run on it.
    """


class ContextRejected(DatabaseUnavailable):
    """Raised when the database does not take the sealed context that a transaction begins with."""

    def __init__(self) -> None:
        super().__init__(
            "the database rejected the context: its key is not installed (`flask keys install`), "
            "or the clocks of this machine and the server are a minute apart (`/readyz` tells)"
        )
