"""What can be wrong between the application and its database."""

from __future__ import annotations

import psycopg
from sqlalchemy.exc import InternalError


class DatabaseUnavailable(Exception):
    """Raised when no transaction can be begun: no connection is to be had, or two in a row were dropped."""


class AnswerTooLarge(psycopg.DatabaseError):
    """Raised when a statement answers more than this process has room for: the statement is at fault."""


class WroteWhileReading(InternalError):
    """Raised when a unit of work that reads has written: the program is at fault, not a read-only server."""


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


class RowRefused(Exception):
    """Base of what is raised when a row cannot be what is asked of it, by no fault of the program's."""


class RowNotFound(RowRefused):
    """Raised when a row is not there for this tenant; it carries the table's name."""


class RowChanged(RowRefused):
    """Raised when a row has another version than a write is based on; it carries the table's name."""


class RowInUse(RowRefused):
    """Raised when a row cannot be deleted since others refer to it; it carries the table of these."""


class Conflict(RowRefused):
    """Raised when rows as they stand do not allow a write.

    Args:
        field: the column that it is about.
        rule: one sentence: what does not allow it, and what to do.
    """

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(rule)
        self.field = field


class IllegalStep(RowRefused):
    """Raised when a row may not go from the state that it is in to another.

    Args:
        field: the column that holds the state.
        current: the state it is in; None for a new row.
        wanted: where it was told to go.
        legal: where it may go.
    """

    def __init__(self, field: str, current: str | None, wanted: str, legal: tuple[str, ...]) -> None:
        beginning = "A new row" if current is None else f"What is {current!r}"
        following = ", ".join(map(repr, legal)) or "nothing else"
        super().__init__(f"{beginning} cannot be {wanted!r}; it can be {following}.")
        self.field = field


class ForeignTenantSession(Exception):
    """Raised when a session that holds one tenant's rows is used in another tenant's context."""


class UnindexableColumn(Exception):
    """Raised when a model indexes text that may be too long for an index: a client's row would be refused."""


class Undeclarable(Exception):
    """Raised when a model declares what no migration can keep as it is written."""


class UndeclaredIsolation(Exception):
    """Raised when nothing says what isolates a table, or why it is no tenant's."""


class ContextRejected(DatabaseUnavailable):
    """Raised when the database does not take the sealed context that a transaction begins with."""

    def __init__(self) -> None:
        super().__init__(
            "the database rejected the context: its key is not installed (`flask keys install`), "
            "or the clocks of this machine and the server are a minute apart (`/readyz` tells)"
        )
