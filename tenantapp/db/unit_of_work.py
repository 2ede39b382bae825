"""The unit of work: a block that reads, or one that writes and makes it last only when told to."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from psycopg import errors as pg
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tenantapp.db.engine import ReadOnlyConnection
from tenantapp.db.session import db

Result = TypeVar("Result")

COLLISIONS = (pg.SerializationFailure, pg.DeadlockDetected)
"""What PostgreSQL ends one transaction with so that another can go on."""

ATTEMPTS = 3
_LONGEST_PAUSE = 0.05


@contextmanager
def reading() -> Iterator[Connection]:
    """Read rows in a READ ONLY transaction, without a session's bookkeeping.

    It ends in COMMIT whatever happens, in the message that cleans the connection: there is nothing to undo,
    and a ROLLBACK would make psycopg forget the statements it has prepared.
    """
    with ReadOnlyConnection(db.engine) as connection:
        yield connection


@contextmanager
def changing() -> Iterator[Connection]:
    """Write rows by statements, without a session's bookkeeping; see `writing` for model instances.

    Leaving the block rolls back whatever `connection.commit()` did not make last.
    """
    with db.engine.connect() as connection:
        yield connection


@contextmanager
def writing() -> Iterator[Session]:
    """Write; leaving the block rolls back whatever `session.commit()` did not make last."""
    session = db.session()
    try:
        yield session
    finally:
        session.rollback()


def retrying(work: Callable[[], Result]) -> Result:
    """Do a unit of work, again where PostgreSQL ended it for the sake of a concurrent one.

    Args:
        work: the whole unit, from begin to commit; it must be safe to do again, having been rolled back.

    Raises:
        sqlalchemy.exc.DBAPIError: it was ended so at each attempt.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return work()
        except DBAPIError as error:
            if attempt == ATTEMPTS or not isinstance(error.orig, COLLISIONS):
                raise
        time.sleep(random.uniform(0, _LONGEST_PAUSE))  # noqa: S311 - only to part those who collided
    raise AssertionError("unreachable")
