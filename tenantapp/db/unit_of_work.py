"""The unit of work: a block that reads, or that writes and commits only when told to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session, scoped_session

from tenantapp.db.session import TenantSession, db

TenantScopedSession = scoped_session[TenantSession]


@contextmanager
def reading() -> Iterator[Session]:
    """Read in a READ ONLY transaction.

    It ends in COMMIT even so: a ROLLBACK would make psycopg forget its prepared statements.
    """
    session = db.session()
    session.connection(execution_options={"postgresql_readonly": True})
    try:
        yield session
        session.commit()
    finally:
        session.close()


@contextmanager
def writing() -> Iterator[Session]:
    """Write; leaving the block rolls back whatever `session.commit()` did not make last."""
    session = db.session()
    try:
        yield session
    finally:
        session.rollback()
