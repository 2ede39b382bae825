"""What the operator keeps in the control database: which tenant lives where."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy.schema import SchemaItem

from tenantapp.identity.tenants.models import STATUSES
from tenantapp.models import columns
from tenantapp.models.base import Base
from tenantapp.models.declarations import declared
from tenantapp.models.scoped import Timestamped
from tenantapp.models.security import EVERY_VERB, Grant, TableSecurity

THIS_DATABASE = "main"
"""The name of the database that holds the control schema."""


class ControlData:
    """A model of the control schema: the operator's, no tenant's; read for others by definer functions."""

    @classmethod
    def security(cls) -> TableSecurity:
        """Return who may do what with the table."""
        grants = (Grant("directory", ("SELECT",)), Grant("platform", EVERY_VERB))
        return TableSecurity(
            grants=grants, unscoped_because="it tells where tenants live, which no tenant may know"
        )


class Database(ControlData, Timestamped, Base):
    """A database in which tenants live."""

    __tablename__ = "databases"

    id: Mapped[UUID] = columns.uuid_key()
    name: Mapped[str] = columns.required_text(63)

    __table_args__ = (Index("uniq_databases_name", "name", unique=True), {"schema": "control"})


class DirectoryRow(ControlData, Timestamped, Base):
    """Where one tenant is found. Its status is what a request is refused by before any database is asked;
    the tenant's own row has the last word.
    """

    __tablename__ = "directory"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    subdomain: Mapped[str] = columns.required_text(63)
    database_id: Mapped[UUID] = mapped_column(ForeignKey("control.databases.id"))
    status: Mapped[str] = columns.enumeration(STATUSES, "active")
    epoch: Mapped[int] = columns.counter(1)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[SchemaItem | dict[str, str], ...]:
        return (
            *declared(cls),
            columns.dns_label("subdomain"),
            Index("uniq_directory_subdomain", "subdomain", unique=True),
            Index(None, "status"),
            Index(None, "database_id"),
            {"schema": "control"},
        )


class ContextKeyRow(Base):
    """What contexts are verified with: a key's two pads of HMAC, and what comparisons are blinded by."""

    __tablename__ = "context_keys"

    key_id: Mapped[str] = mapped_column(Text, primary_key=True)
    ipad: Mapped[bytes]
    opad: Mapped[bytes]
    blind: Mapped[bytes]
    created_at: Mapped[datetime] = columns.created_at()

    __table_args__ = ({"schema": "tenancy"},)

    @classmethod
    def security(cls) -> TableSecurity:
        """Return who may do what with the table."""
        return TableSecurity(
            grants=(Grant("sealer", ("SELECT",)),),
            unscoped_because="it holds what contexts are verified with, which no tenant may read",
        )
