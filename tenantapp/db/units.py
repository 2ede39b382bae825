"""A request's one transaction, for statements and for `db.session` alike.

Statements alone do without a session, which costs a twentieth of a small write. Where there is a session,
they are sent on its connection; where it is made later, it joins theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import Connection

from tenantapp.db.session import JOINED, db
from tenantapp.globals import globals_here


def unit_connection() -> Connection:
    """Return the connection that this request's transaction is on, for repositories; within `one_unit`."""
    if db.session.registry.has():
        return db.session.connection()
    here = globals_here()
    if JOINED not in here:
        here[JOINED] = db.engine.connect()
    connection: Connection = here[JOINED]
    return connection


@contextmanager
def one_unit() -> Iterator[None]:
    """Make one transaction of the block: leaving it rolls back whatever `commit_unit` did not make last."""
    try:
        yield
    finally:
        if db.session.registry.has():
            db.session.rollback()
        joined: Connection | None = globals_here().pop(JOINED, None)
        if joined is not None:
            joined.close()


def commit_unit() -> None:
    """Make last what the session and statements have done."""
    if db.session.registry.has():
        db.session.commit()
    # Whatever the session has joined is not committed by it.
    joined: Connection | None = globals_here().get(JOINED)
    if joined is not None:
        joined.commit()
