"""A request's one transaction, for statements and for `db.session` alike.

Statements alone do without a session, which costs a twentieth of a small write. Where there is a session,
they are sent on its connection; where it is made later, it joins theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import g
from sqlalchemy.engine import Connection

from tenantapp.db.session import JOINED, db


def unit_connection() -> Connection:
    """Return the connection that this request's transaction is on, for repositories; within `one_unit`."""
    if db.session.registry.has():
        return db.session.connection()
    if JOINED not in g:
        setattr(g, JOINED, db.engine.connect())
    connection: Connection = g.get(JOINED)
    return connection


@contextmanager
def one_unit() -> Iterator[None]:
    """Make one transaction of the block: leaving it rolls back whatever `commit_unit` did not make last."""
    try:
        yield
    finally:
        if db.session.registry.has():
            db.session.rollback()
        if JOINED in g:
            g.pop(JOINED).close()


def commit_unit() -> None:
    """Make last what the session and statements have done."""
    if db.session.registry.has():
        db.session.commit()
    # Whatever the session has joined is not committed by it.
    if JOINED in g:
        g.get(JOINED).commit()
