"""Bring measures about: read which do not hold, execute their steps, and read again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from tenantapp.platform.errors import PreparationError
from tenantapp.platform.report import MeasureOutcome, PreparationReport, Status
from tenantapp.postgres.failures import tls_failure

Connection = psycopg.Connection[Any]

# Roles and databases are shared by all databases of a server and advisory locks are not, so two preparations
# may meet. "Tuple concurrently updated" has no code of its own: it comes as an internal error.
_CONFLICTS = (
    psycopg.errors.InternalError_,
    psycopg.errors.UniqueViolation,
    psycopg.errors.DuplicateObject,
    psycopg.errors.DuplicateSchema,
    psycopg.errors.DeadlockDetected,
)
_ATTEMPTS = 10
_PAUSE_SECONDS = 0.02
_REASON_LENGTH = 300


@dataclass(frozen=True, slots=True)
class _Fact:
    step: str
    measure: str
    required: bool
    holds: bool
    detail: str


def bring_about(
    connection: Connection,
    steps: tuple[str, ...],
    verify: sql.Composed,
    compose_step: Callable[[str], sql.Composed],
) -> PreparationReport:
    """Execute the steps whose measures do not hold, and report what holds then.

    Args:
        connection: of the bootstrap role, in autocommit mode.
        steps: the steps' files, in order; what other steps would bring about is left as it is.
        verify: a query that gives one row a measure: step, measure, required, holds, detail.
        compose_step: gives the SQL of a step's file.

    Raises:
        PreparationError: the connection is in another mode.
        psycopg.Error: the facts cannot be read.
    """
    if not connection.autocommit:
        raise PreparationError("the connection must be in autocommit mode")
    before = _read(connection, verify, steps)
    open_steps = {fact.step for fact in before if not fact.holds}
    refusals = {step: attempt(connection, compose_step(step)) for step in steps if step in open_steps}
    after = _read(connection, verify, steps) if refusals else before
    held = {fact.measure for fact in before if fact.holds}
    ordered = sorted(after, key=lambda fact: (steps.index(fact.step), fact.measure))
    return PreparationReport(tuple(_outcome(fact, held, refusals, connection.info.user) for fact in ordered))


def attempt(connection: Connection, statements: sql.Composed) -> str:
    """Execute statements in one transaction, again where another preparation got in the way.

    Args:
        connection: of the bootstrap role, in autocommit mode.
        statements: what to execute.

    Returns:
        Why the server refused, or nothing.

    Raises:
        psycopg.OperationalError: the server went away.
    """
    for attempts_left in reversed(range(_ATTEMPTS)):
        try:
            # Several statements cannot be prepared, which psycopg would do at the sixth attempt.
            connection.execute(statements, prepare=False)
        except _CONFLICTS as error:
            if not attempts_left:
                return first_line(error)
            time.sleep(_PAUSE_SECONDS * (_ATTEMPTS - attempts_left))
        except psycopg.OperationalError:
            raise
        except psycopg.Error as error:
            return first_line(error)
        else:
            break
    return ""


def first_line(error: psycopg.Error) -> str:
    """Return what the server said, without position and context, or why there is no TLS with it."""
    return tls_failure(error) or (error.diag.message_primary or str(error)).partition("\n")[0].strip()


def _read(connection: Connection, verify: sql.Composed, steps: tuple[str, ...]) -> list[_Fact]:
    with connection.cursor(row_factory=class_row(_Fact)) as cursor:
        return [fact for fact in cursor.execute(verify) if fact.step in steps]


def _outcome(fact: _Fact, held: set[str], refusals: dict[str, str], role: str) -> MeasureOutcome:
    if fact.holds:
        status: Status = "already" if fact.measure in held else "done"
        return MeasureOutcome(fact.measure, status, required=fact.required)
    refusal = refusals.get(fact.step, "")
    detail = f"{fact.detail[:_REASON_LENGTH]}..." if len(fact.detail) > _REASON_LENGTH else fact.detail
    reason = f"with role {role!r}: {refusal}; {detail}" if refusal else f"with role {role!r}: {detail}"
    # What every start requires is chosen so that a role with CREATEROLE and CREATEDB can do it.
    return MeasureOutcome(
        fact.measure, "not possible", reason, required=fact.required, needs_superuser=not fact.required
    )
