"""The attacker's connection: one transaction at a time, each statement undone, each wait bounded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from tenantapp.rls.probe.relations import Relation, describe
from tenantapp.rls.probe.report import Attempt, Outcome
from tenantapp.tenancy.context import TenantContext
from tenantapp.tenancy.seal import ContextSealer

Statement = sql.SQL | sql.Composed

LOCK_TIMEOUT_MS = 1_000
STATEMENT_TIMEOUT_MS = 5_000
CONTEXT_VARIABLE = "tenancy.context"

DENIED = "42501"
# Not allowed; no such feature under RLS; a view's CHECK OPTION; a trigger or function that raises; a view or
# a column that cannot be written; COMMIT inside a procedure.
_REFUSALS = frozenset({DENIED, "0A000", "44000", "P0001", "55000", "428C9", "2D000"})
# Lock and statement time-outs, deadlock, serialization, what the server has no means for.
_UNANSWERED = ("55P03", "57014", "40", "53", "57P")
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server answered to one statement.

    Args:
        statement: what was executed.
        rows: what came back, of a statement that returns rows.
        touched: how many rows it returned or changed.
        state: the SQLSTATE of a refusal.
        message: the server's words to it.
        constraint: the constraint that it names.
    """

    statement: str
    rows: tuple[tuple[Any, ...], ...] = ()
    touched: int = 0
    state: str = ""
    message: str = ""
    constraint: str = ""

    @property
    def unanswered(self) -> bool:
        """Tell whether the server gave up on it rather than refusing it."""
        return self.state.startswith(_UNANSWERED)

    @property
    def refused(self) -> bool:
        """Tell whether the server refused it, for a reason that protects."""
        return self.state in _REFUSALS

    @property
    def denied(self) -> bool:
        """Tell whether a privilege is missing, so that no row could make a difference."""
        return self.state == DENIED and self.message.startswith("permission denied")

    def __str__(self) -> str:
        if self.state:
            return f"{self.state}: {self.message}"
        rows = "1 row" if self.touched == 1 else f"{self.touched} rows"
        shown = "; ".join(", ".join(map(str, row)) for row in self.rows[:3])
        return f"{rows}: {shown}"[:_SHOWN] if shown else rows

    def judged(self, outcome: Outcome, why: str = "") -> Attempt:
        """Return the attempt that this was, with the outcome it came to."""
        return Attempt(self.statement, f"{self} ({why})" if why else str(self), outcome)


class Session:
    """The application's role on one connection.

    Args:
        connection: in autocommit mode; transactions are begun and rolled back here.
        sealer: of the database.
    """

    def __init__(self, connection: psycopg.Connection[Any], sealer: ContextSealer) -> None:
        self.connection = connection
        self._sealer = sealer

    @contextmanager
    def transaction(self, *, one_snapshot: bool = False) -> Iterator[None]:
        """Begin a transaction, and roll it back at the end of the block, whatever happened.

        Args:
            one_snapshot: what others commit meanwhile is not seen.
        """
        self._run("BEGIN ISOLATION LEVEL " + ("REPEATABLE READ" if one_snapshot else "READ COMMITTED"))
        try:
            self._run(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}")
            self._run(f"SET LOCAL statement_timeout = {STATEMENT_TIMEOUT_MS}")
            self._run("SET CONSTRAINTS ALL IMMEDIATE")
            yield
        finally:
            if not self.connection.closed:
                self.connection.rollback()

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Undo all that the block does."""
        self._run("SAVEPOINT attempt")
        try:
            yield
        finally:
            if not self.connection.closed:
                self._run("ROLLBACK TO SAVEPOINT attempt")
                self._run("RELEASE SAVEPOINT attempt")

    def bind(self, tenant_id: UUID) -> None:
        """Enter a tenant's context, as every transaction of the application does."""
        context = TenantContext(tenant_id, role="probe")
        token = self._sealer.seal(context, self.connection.info.backend_pid)
        self.connection.execute("SELECT tenancy.bind(%s)", [token])

    def spoil(self, context: str) -> None:
        """Put some text in the context's place."""
        self.connection.execute("SELECT set_config(%s, %s, true)", [CONTEXT_VARIABLE, context])

    def ask(self, statement: Statement, *, after: tuple[Statement, ...] = ()) -> Answer:
        """Execute a statement, undo it, and return what was answered.

        Args:
            statement: what is asked.
            after: statements that prepare it; where one fails, its answer is returned.
        """
        with self.undone():
            answer = Answer("")
            for each in (*after, statement):
                answer = self.execute(each)
                if answer.state:
                    break
            return answer

    def keep(self, statement: Statement) -> Answer:
        """Execute a statement and return what was answered; where it was refused, nothing has happened."""
        self._run("SAVEPOINT attempt")
        answer = self.execute(statement)
        if answer.state:
            self._run("ROLLBACK TO SAVEPOINT attempt")
        self._run("RELEASE SAVEPOINT attempt")
        return answer

    def execute(self, statement: Statement) -> Answer:
        """Execute a statement and return what was answered; what it did stays."""
        text = statement.as_string(self.connection)
        try:
            cursor = self.connection.execute(statement, prepare=False)
            rows = tuple(cursor.fetchall()) if cursor.description else ()
        except psycopg.OperationalError as error:
            if self.connection.closed:
                raise
            return _refusal(text, error)
        except psycopg.Error as error:
            return _refusal(text, error)
        return Answer(text, rows, max(cursor.rowcount, len(rows)))

    def describe(self, relation: Relation) -> Answer:
        """Read a table's checks and keys, and return what was answered where the server gave up."""
        self._run("SAVEPOINT attempt")
        answer = Answer(f"-- the checks and keys of {relation.full_name}")
        try:
            describe(self.connection, relation)
        except psycopg.Error as error:
            if self.connection.closed:
                raise
            answer = _refusal(answer.statement, error)
            self._run("ROLLBACK TO SAVEPOINT attempt")
        self._run("RELEASE SAVEPOINT attempt")
        return answer

    def copy_out(self, statement: Statement) -> Answer:
        """Execute a COPY TO STDOUT, undo it, and return what was copied."""
        text = statement.as_string(self.connection)
        with self.undone():
            try:
                with self.connection.cursor().copy(statement) as copy:
                    rows = tuple((str(row[0]),) for row in copy.rows())
            except psycopg.Error as error:
                return _refusal(text, error)
        return Answer(text, rows, len(rows))

    def copy_in(self, statement: Statement) -> Answer:
        """Execute a COPY FROM STDIN of no rows, undo it, and return what was answered."""
        text = statement.as_string(self.connection)
        with self.undone():
            try:
                with self.connection.cursor().copy(statement):
                    pass
            except psycopg.Error as error:
                return _refusal(text, error)
        return Answer(text)

    def _run(self, statement: str) -> None:
        self.connection.execute(statement.encode(), prepare=False)


def _refusal(statement: str, error: psycopg.Error) -> Answer:
    message = error.diag.message_primary or str(error).partition("\n")[0]
    constraint = error.diag.constraint_name or ""
    return Answer(statement, state=error.sqlstate or "?????", message=message, constraint=constraint)
