"""What every repository does with the rows of one model. It never commits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from tenantapp.db.models import Resource, SoftDeletable

Row = TypeVar("Row", bound=Resource)


class Repository(Generic[Row]):
    """The rows of one model, as the tenant in whose context the session works sees them.

    Rows of a soft-deletable model that are deleted are not seen.

    Args:
        session: the unit of work's session.
        model: the model.
    """

    def __init__(self, session: Session, model: type[Row]) -> None:
        self.session = session
        self.model = model

    def live(self) -> Select[Row]:
        """Return the query for all rows that are seen."""
        query = select(self.model)
        if issubclass(self.model, SoftDeletable):
            query = query.where(self.model.deleted_at.is_(None))
        return query

    def find(self, row_id: UUID) -> Row | None:
        """Return one row, or None: another tenant's row and none are the same here."""
        return self.session.scalars(self.live().where(self.model.id == row_id)).one_or_none()

    def newest(self, limit: int) -> Sequence[Row]:
        """Return the newest rows, at most `limit`."""
        newest_first = self.live().order_by(self.model.created_at.desc(), self.model.id.desc())
        return self.session.scalars(newest_first.limit(limit)).all()

    def add(self, row: Row) -> Row:
        """Insert a row and return it as PostgreSQL completed it."""
        self.session.add(row)
        self.session.flush()
        return row

    def save(self) -> None:
        """Send the changes of the rows that were read."""
        self.session.flush()

    def remove(self, row: Row) -> None:
        """Delete a row; a soft-deletable one can be restored."""
        if isinstance(row, SoftDeletable):
            row.deleted_at = self.session.scalar(select(func.now()))
        else:
            self.session.delete(row)
        self.session.flush()
