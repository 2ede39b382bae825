"""What is told of a row that cannot be deleted since others refer to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import errors as pg
from sqlalchemy.exc import IntegrityError

from tenantapp.db.errors import RowInUse


@contextmanager
def told_if_in_use() -> Iterator[None]:
    """Run statements that delete.

    Raises:
        RowInUse: others refer to one of the rows.
    """
    try:
        yield
    except IntegrityError as error:
        if not isinstance(error.orig, pg.ForeignKeyViolation | pg.RestrictViolation):
            raise
        raise RowInUse(error.orig.diag.table_name) from error
