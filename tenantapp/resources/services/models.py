"""A service of the tenant's, and what was deployed of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship
from sqlalchemy.schema import SchemaItem

from tenantapp.identity.users.models import User
from tenantapp.models import columns
from tenantapp.models.scoped import Resource
from tenantapp.models.states import States

if TYPE_CHECKING:
    from tenantapp.resources.rcas.models import Rca

_RUNNING = ("operational", "degraded", "down", "maintenance")
STATUSES = States(dict.fromkeys(_RUNNING, (*_RUNNING, "retired")) | {"retired": ()}, starts=_RUNNING)
ENVIRONMENTS = ("development", "test", "staging", "production")
DEPLOYMENT_STATUSES = States(
    {
        "pending": ("running", "failed"),
        "running": ("succeeded", "failed"),
        "succeeded": ("rolled_back",),
        "failed": ("rolled_back",),
        "rolled_back": (),
    }
)


class Service(Resource):
    """Something that the tenant runs and keeps healthy."""

    __tablename__ = "services"

    name: Mapped[str] = columns.required_text(255)
    description: Mapped[str | None] = columns.optional_text(10_000)
    status: Mapped[str] = columns.state(STATUSES)
    owner_id: Mapped[UUID | None] = columns.optional_reference("users")
    owner: Mapped[User | None] = relationship()
    deployments: Mapped[list[Deployment]] = relationship(back_populates="service", passive_deletes="all")
    rcas: Mapped[list[Rca]] = relationship(back_populates="service", passive_deletes="all")

    @classmethod
    def scoped_args(cls) -> tuple[SchemaItem, ...]:
        """Return the table's further constraints and indexes."""
        return (
            UniqueConstraint("tenant_id", "name"),
            Index(None, "tenant_id", "status"),
        )


class Deployment(Resource):
    """A version of a service that was brought into an environment."""

    __tablename__ = "deployments"

    service_id: Mapped[UUID] = columns.part_of("services", then=("created_at", "id"))
    version: Mapped[str] = columns.required_text(100)
    environment: Mapped[str] = columns.enumeration(ENVIRONMENTS)
    status: Mapped[str] = columns.state(DEPLOYMENT_STATUSES)
    started_at: Mapped[datetime | None] = columns.moment()
    finished_at: Mapped[datetime | None] = columns.moment()
    deployed_by_id: Mapped[UUID | None] = columns.optional_reference("users")
    notes: Mapped[str | None] = columns.optional_text(10_000)
    service: Mapped[Service] = relationship(back_populates="deployments")
    deployed_by: Mapped[User | None] = relationship()

    @classmethod
    def scoped_args(cls) -> tuple[SchemaItem, ...]:
        """Return the table's further constraints and indexes."""
        return (
            Index(None, "tenant_id", "service_id", "environment", "created_at"),
            Index(None, "tenant_id", "status"),
        )
