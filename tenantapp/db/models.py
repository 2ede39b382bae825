"""What a model may be: timestamped, soft-deletable, tenant-scoped. Each gives columns, keys and indexes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Table, func, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from tenantapp.db import columns
from tenantapp.db.base import Base


class Timestamped:
    """A model that knows when its rows were made and last written."""

    @declared_attr
    def created_at(cls) -> Mapped[datetime]:
        """When the row came to be."""
        return columns.created_at()

    @declared_attr
    def updated_at(cls) -> Mapped[datetime]:
        """When the row was last written."""
        return columns.updated_at()


class SoftDeletable:
    """A model whose rows are hidden when deleted, and can be restored."""

    @declared_attr
    def deleted_at(cls) -> Mapped[datetime | None]:
        """When the row was deleted, if it was."""
        return columns.moment()


class Versioned:
    """A model whose rows count their changes: an UPDATE of a row that has changed since it was read fails."""

    @declared_attr
    def row_version(cls) -> Mapped[int]:
        """How many times the row was written."""
        return columns.counter(1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.row_version, "eager_defaults": True}


class Record(Timestamped, Versioned, Base):
    """A model of identified rows, such as a repository keeps."""

    __abstract__ = True

    @declared_attr
    def id(cls) -> Mapped[UUID]:
        """Which row this is."""
        return columns.uuid_key()


class TenantScoped:
    """A model whose every row belongs to one tenant.

    It gets `tenant_id`, filled in by PostgreSQL from the context, a primary key that begins with it, and the
    reference to `tenants`. A model's own arguments go into `scoped_args`; what they index or make unique must
    begin with `tenant_id`.
    """

    __tablename__: str

    @declared_attr
    def tenant_id(cls) -> Mapped[UUID]:
        """Whose row this is."""
        return mapped_column(
            primary_key=True, server_default=func.tenancy.current_tenant_id(), sort_order=-99
        )

    @classmethod
    def scoped_args(cls) -> tuple[Any, ...]:
        """Return the table's further constraints and indexes."""
        return ()

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        return (ForeignKeyConstraint(["tenant_id"], ["tenants.id"]), *cls.scoped_args())


class Resource(TenantScoped, Record):
    """A tenant-scoped model of identified rows: what the API serves."""

    __abstract__ = True


def table_of(model: type[Record]) -> Table:
    """Return a model's table, which SQLAlchemy types more widely."""
    return cast(Table, model.__table__)


def scoped_models() -> Iterator[type[Resource]]:
    """Yield every tenant-scoped model that has been imported."""
    for mapper in Base.registry.mappers:
        if issubclass(mapper.class_, Resource):
            yield mapper.class_


def live_unique(table: str, *names: str) -> Index:
    """Return a unique index over those of a tenant's rows that are not deleted."""
    keys = ("tenant_id", *names)
    return Index(
        f"uniq_{table}_{'_'.join(keys)}", *keys, unique=True, postgresql_where=text("deleted_at IS NULL")
    )
