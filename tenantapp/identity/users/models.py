"""A user of the tenant's."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.schema import SchemaItem

from tenantapp.models import columns
from tenantapp.models.scoped import Resource
from tenantapp.models.states import States

ROLES = ("owner", "admin", "member", "viewer")
STATUSES = States(
    {"invited": ("active", "disabled"), "active": ("disabled",), "disabled": ("active",)}, starts=("active",)
)


class User(Resource):
    """A person who acts for the tenant: owns, is assigned, deploys."""

    __tablename__ = "users"

    email: Mapped[str] = columns.email()
    name: Mapped[str] = columns.required_text(255)
    role: Mapped[str] = columns.enumeration(ROLES, "member")
    status: Mapped[str] = columns.state(STATUSES)

    @classmethod
    def scoped_args(cls) -> tuple[SchemaItem, ...]:
        """Return the table's further constraints and indexes."""
        return (UniqueConstraint("tenant_id", "email"),)
