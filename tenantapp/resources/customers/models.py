"""A customer of the tenant's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, relationship
from sqlalchemy.schema import SchemaItem

from tenantapp.models import columns
from tenantapp.models.scoped import Resource, SoftDeletable, live_unique

if TYPE_CHECKING:
    from tenantapp.resources.rcas.models import Rca

STATUSES = ("active", "inactive", "prospect")


class Customer(SoftDeletable, Resource):
    """Someone the tenant does business with."""

    __tablename__ = "customers"

    name: Mapped[str] = columns.required_text(255)
    email: Mapped[str] = columns.email()
    company: Mapped[str | None] = columns.optional_text(255)
    phone: Mapped[str | None] = columns.optional_text(50)
    status: Mapped[str] = columns.enumeration(STATUSES, "active")
    notes: Mapped[str | None] = columns.optional_text(10_000)
    tags: Mapped[list[str]] = columns.tags()
    search: Mapped[str] = columns.search("name", "email", "company", "notes")
    rcas: Mapped[list[Rca]] = relationship(back_populates="customer", passive_deletes="all")

    @classmethod
    def scoped_args(cls) -> tuple[SchemaItem, ...]:
        """Return the table's further constraints and indexes."""
        return (
            live_unique(cls.__tablename__, "email"),
            Index(None, "tenant_id", "status"),
        )
