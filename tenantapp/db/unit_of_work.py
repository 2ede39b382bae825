"""The unit of work: a block that reads, or one that writes and makes it last only when told to."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from psycopg import errors as pg
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, InternalError
from sqlalchemy.orm import Session

from tenantapp.db.errors import WroteWhileReading
from tenantapp.db.session import db
from tenantapp.postgres.engine import ReadOnlyConnection
from tenantapp.postgres.errors import ConnectionOutdated, LoanCut
from tenantapp.postgres.isolation import Isolation

Result = TypeVar("Result")
Item = TypeVar("Item")
Refusal = TypeVar("Refusal", bound=Exception)

COLLISIONS = (pg.SerializationFailure, pg.DeadlockDetected)
"""What PostgreSQL ends one transaction with so that another can go on."""

ATTEMPTS = 3
_LONGEST_PAUSE = 0.05


@contextmanager
def reading(isolation: Isolation | None = None) -> Iterator[Connection]:
    """Read rows in READ ONLY transactions, without a session's bookkeeping.

    They end in COMMIT whatever happens, in the message that cleans the connection: there is nothing to undo,
    and a ROLLBACK would make psycopg forget the statements it has prepared.

    Args:
        isolation: with one, all that the block reads is one transaction at that level.

    Raises:
        WroteWhileReading: the block writes.
    """
    try:
        with ReadOnlyConnection(db.engine, isolation) as connection:
            yield connection
    except InternalError as error:
        if not isinstance(error.orig, pg.ReadOnlySqlTransaction):
            raise
        raise WroteWhileReading(
            error.statement, error.params, error.orig, hide_parameters=True
        ) from error.orig


@contextmanager
def changing(isolation: Isolation | None = None) -> Iterator[Connection]:
    """Write rows by statements, without a session's bookkeeping; see `writing` for model instances.

    Leaving the block rolls back whatever `connection.commit()` did not make last, whichever repositories
    wrote it.

    Args:
        isolation: the level, where it is another than READ COMMITTED.
    """
    with db.engine.connect() as connection:
        yield connection if isolation is None else connection.execution_options(isolation_level=isolation)


@contextmanager
def writing(isolation: Isolation | None = None) -> Iterator[Session]:
    """Write; leaving the block rolls back whatever `session.commit()` did not make last.

    Args:
        isolation: the level of its first transaction, where it is another than READ COMMITTED.
    """
    session = db.session()
    try:
        if isolation is not None:
            session.connection(execution_options={"isolation_level": isolation})
        yield session
    finally:
        session.rollback()


@contextmanager
def savepoint(unit: Connection | Session) -> Iterator[None]:
    """Do a part of a unit of work that can fail alone: an error that leaves the block undoes the part.

    Args:
        unit: what `changing` or `writing` gave.
    """
    with unit.begin_nested():
        yield


def by_halves(
    unit: Connection | Session,
    items: Sequence[Item],
    work: Callable[[Sequence[Item]], None],
    refuse: Callable[[Item, Refusal], None],
    *refusals: type[Refusal],
) -> None:
    """Do work on many items at once; where it is refused, on half of them at a time, until those are found.

    Args:
        unit: what `changing` or `writing` gave.
        items: what to work on.
        work: is undone where it raises.
        refuse: is given each item that is refused alone, and why.
        refusals: what the work raises where it is refused.
    """
    try:
        with savepoint(unit):
            work(items)
    except refusals as error:
        if len(items) == 1:
            refuse(items[0], error)
        # SQLAlchemy's frame and its error refer to each other: together they would keep the items, and the
        # statement that was made of them, until Python looks for cycles.
        error.with_traceback(None)
    else:
        return
    if len(items) > 1:
        middle = len(items) // 2
        by_halves(unit, items[:middle], work, refuse, *refusals)
        by_halves(unit, items[middle:], work, refuse, *refusals)


def _always() -> bool:
    return True


def retrying(
    work: Callable[[], Result], *, only_reads: bool = False, again: Callable[[], bool] = _always
) -> Result:
    """Do a unit of work, again where PostgreSQL ended it for the sake of a concurrent one.

    Once again, too, where its connection was out of date; and where it was lost, if the work only reads.

    Args:
        work: the whole unit, from begin to commit; it must be safe to do again, having been rolled back.
        only_reads: whether it is safe to do again though nobody knows how its last transaction ended.
        again: is asked before it is done again, and tells whether it may be.

    Raises:
        sqlalchemy.exc.DBAPIError: it was ended so at each attempt.
    """
    healed = False
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return work()
        except DBAPIError as error:
            heals = not healed and _heals(error, only_reads=only_reads)
            if attempt == ATTEMPTS or not (heals or isinstance(error.orig, COLLISIONS)) or not again():
                raise
            healed = healed or heals
        time.sleep(random.uniform(0, _LONGEST_PAUSE))  # noqa: S311 - only to part those who collided
    raise AssertionError("unreachable")


def _heals(error: DBAPIError, *, only_reads: bool) -> bool:
    """Whether the next attempt meets another connection, or the same one brought up to date."""
    if isinstance(error.orig, ConnectionOutdated):
        return True
    return only_reads and error.connection_invalidated and not isinstance(error.orig, LoanCut)
