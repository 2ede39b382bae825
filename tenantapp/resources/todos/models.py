"""Something that has to be done."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, relationship
from sqlalchemy.schema import SchemaItem

from tenantapp.identity.users.models import User
from tenantapp.models import columns
from tenantapp.models.scoped import Resource
from tenantapp.resources.rcas.models import Rca


class Todo(Resource):
    """Something to do, until it is completed."""

    __tablename__ = "todos"

    text: Mapped[str] = columns.required_text(2000)
    due_at: Mapped[datetime | None] = columns.moment()
    completed_at: Mapped[datetime | None] = columns.moment()
    completed: Mapped[bool] = columns.whether("completed_at IS NOT NULL", words=("open", "completed"))
    assignee_id: Mapped[UUID | None] = columns.optional_reference("users")
    rca_id: Mapped[UUID | None] = columns.optional_reference("rcas")
    assignee: Mapped[User | None] = relationship()
    rca: Mapped[Rca | None] = relationship(back_populates="todos")

    @classmethod
    def scoped_args(cls) -> tuple[SchemaItem, ...]:
        """Return the table's further constraints and indexes."""
        due = text(f"coalesce(due_at, {columns.NEVER})")
        return (Index("idx_todos_tenant_id_completed_due_at_id", "tenant_id", "completed", due, "id"),)
