"""A root cause analysis, and its solutions."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, relationship
from sqlalchemy.schema import SchemaItem

from tenantapp.identity.users.models import User
from tenantapp.models import columns
from tenantapp.models.declarations import about
from tenantapp.models.scoped import Resource, SoftDeletable
from tenantapp.models.states import States
from tenantapp.resources.customers.models import Customer
from tenantapp.resources.services.models import Service

if TYPE_CHECKING:
    from tenantapp.resources.todos.models import Todo

SEVERITIES = ("low", "medium", "high", "critical")
STATUSES = States(
    {
        "open": ("investigating",),
        "investigating": ("open", "identified"),
        "identified": ("investigating", "resolved"),
        "resolved": ("investigating", "closed"),
        "closed": ("investigating",),
    }
)
KINDS = ("workaround", "corrective", "preventive")
OPEN = ("proposed", "in_progress")
"""Where a solution still has to be done or dropped."""
SOLUTION_STATUSES = States(
    {
        "proposed": ("in_progress", "done", "rejected"),
        "in_progress": ("proposed", "done", "rejected"),
        "done": ("in_progress",),
        "rejected": ("proposed",),
    }
)


class Rca(SoftDeletable, Resource):
    """A root cause analysis: closed when its cause is known and no solution is open."""

    __tablename__ = "rcas"

    title: Mapped[str] = columns.required_text(255)
    issue_description: Mapped[str] = columns.required_text(10_000)
    equipment_type: Mapped[str | None] = columns.optional_text(100)
    severity: Mapped[str] = columns.enumeration(SEVERITIES, "medium")
    status: Mapped[str] = columns.state(STATUSES)
    rca_owner_id: Mapped[UUID | None] = columns.optional_reference("users")
    service_id: Mapped[UUID | None] = columns.optional_reference("services")
    customer_id: Mapped[UUID | None] = columns.optional_reference("customers")
    occurred_at: Mapped[datetime | None] = columns.moment()
    root_cause: Mapped[str | None] = columns.optional_text(10_000)
    rca_owner: Mapped[User | None] = relationship()
    service: Mapped[Service | None] = relationship(back_populates="rcas")
    customer: Mapped[Customer | None] = relationship(back_populates="rcas")
    solutions: Mapped[list[RcaSolution]] = relationship(back_populates="rca", passive_deletes="all")
    todos: Mapped[list[Todo]] = relationship(back_populates="rca", passive_deletes="all")

    @classmethod
    def scoped_args(cls) -> tuple[SchemaItem, ...]:
        """Return the table's further constraints and indexes."""
        return (
            CheckConstraint(
                "status <> 'closed' OR root_cause IS NOT NULL", name="root_cause", info=about("root_cause")
            ),
            Index(None, "tenant_id", "status"),
        )


class RcaSolution(Resource):
    """Something that is done about a root cause, or was thought of."""

    __tablename__ = "rca_solutions"

    rca_id: Mapped[UUID] = columns.part_of("rcas", then=("created_at", "id"))
    description: Mapped[str] = columns.required_text(10_000)
    kind: Mapped[str] = columns.enumeration(KINDS, "corrective")
    status: Mapped[str] = columns.state(SOLUTION_STATUSES)
    owner_id: Mapped[UUID | None] = columns.optional_reference("users")
    due_at: Mapped[datetime | None] = columns.moment()
    rca: Mapped[Rca] = relationship(back_populates="solutions")
    owner: Mapped[User | None] = relationship()

    @classmethod
    def scoped_args(cls) -> tuple[SchemaItem, ...]:
        """Return the table's further constraints and indexes."""
        return (Index(None, "tenant_id", "status"),)
