"""What a model may be: timestamped, soft-deletable, tenant-scoped. Each gives columns, keys and indexes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import ClassVar, cast
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    Select,
    Table,
    exists,
    func,
    select,
    text,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, declared_attr, mapped_column
from sqlalchemy.schema import SchemaItem
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from tenantapp.models import columns
from tenantapp.models.base import Base, ModelTable
from tenantapp.models.declarations import DECLARES, ScopedForeignKey, declared, list_index
from tenantapp.models.errors import UndeclaredIsolation
from tenantapp.models.indexes import require_room
from tenantapp.models.rows import row_maker
from tenantapp.models.security import EVERY_VERB, Grant, Policy, TableSecurity, View, apart, tenant_policies
from tenantapp.models.tenant_table import refer_to_tenants

Named = Mapping[str, InstrumentedAttribute[object]] | ReadOnlyColumnCollection[str, Column[object]]
"""Columns by their names in the table."""


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
    """A model whose rows count their changes: an UPDATE of a row that has changed since it was read fails.

    It is one lock for both ways to write. A session compares the version that it has read (SQLAlchemy's
    `version_id_col`, 409), a repository the versions that the client knows (`If-Match`, 412).
    """

    @declared_attr
    def row_version(cls) -> Mapped[int]:
        """How many times the row was written, by whichever statement."""
        return columns.row_version()


class Record(Timestamped, Versioned, Base):
    """A model of identified rows, such as a repository keeps."""

    __abstract__ = True

    @declared_attr
    def id(cls) -> Mapped[UUID]:
        """Which row this is."""
        return columns.uuid_key()

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, object]:
        # A session serves one tenant, so the id alone is the key of what it holds.
        return {"primary_key": [cls.id], "version_id_col": cls.row_version, "eager_defaults": True}


class TenantScoped:
    """A model whose every row belongs to one tenant.

    It gets `tenant_id`, filled in by PostgreSQL from the context, a primary key that begins with it, the
    foreign key to the tenants' table, and the policies and grants that isolate it. A model's own arguments
    go into `scoped_args`; what they index or make unique must begin with `tenant_id`. What a column's word
    brings along (`columns.reference`, `columns.enumeration`) is not said there again.
    """

    __tablename__: str
    app_privileges: ClassVar[tuple[str, ...]] = EVERY_VERB
    """What the application may do with the rows it sees; `("SELECT",)` for a model it only reads."""
    further_fences: ClassVar[tuple[Policy, ...]] = ()
    """Restrictive policies on top of the tenant's own."""
    views: ClassVar[tuple[View, ...]] = ()
    """Views over the model's rows."""
    listed_by: ClassVar[tuple[str, ...]] = ()
    """The order in which a tenant's rows are listed, for which there is an index; a part needs none."""

    def __init_subclass__(cls, **options: object) -> None:
        super().__init_subclass__(**options)
        if isinstance(table := getattr(cls, "__table__", None), Table):
            require_room(table)
            # What no row can be named by is refused here, not when a row is served.
            row_maker(tuple(table.columns.keys()))
            # A model that inherits its table adds no second foreign key to it.
            if "__table__" in vars(cls):
                refer_to_tenants(table)

    @declared_attr
    def tenant_id(cls) -> Mapped[UUID]:
        """Whose row this is."""
        return mapped_column(
            primary_key=True, server_default=func.tenancy.current_tenant_id(), sort_order=-99
        )

    @classmethod
    def scoped_args(cls) -> tuple[SchemaItem, ...]:
        """Return the table's further constraints and indexes."""
        return ()

    @classmethod
    def security(cls) -> TableSecurity:
        """Return what isolates the table."""
        return TableSecurity(
            (*tenant_policies(cls.__tablename__), *map(apart, cls.further_fences)),
            (Grant("app", cls.app_privileges),),
            cls.views,
        )

    @declared_attr.directive
    def __table_args__(cls) -> tuple[SchemaItem, ...]:
        return (
            *declared(cls),
            *list_index(cls, cls.listed_by),
            *cls.scoped_args(),
        )


class Resource(TenantScoped, Record):
    """A tenant-scoped model of identified rows: what the API serves, and lists newest first."""

    __abstract__ = True
    listed_by: ClassVar[tuple[str, ...]] = ("created_at", "id")


class ReferenceData:
    """A model of rows that all tenants read and none writes; the operator fills it."""

    unscoped_because: ClassVar[str | None] = None
    """Why these rows are no tenant's; to be said by each model."""

    @classmethod
    def security(cls) -> TableSecurity:
        """Return who may do what with the table."""
        grants = (Grant("app", ("SELECT",)), Grant("platform", EVERY_VERB))
        return TableSecurity(grants=grants, unscoped_because=cls.unscoped_because)


def declared_security() -> dict[str, TableSecurity]:
    """Return what isolates each table, by its name with schema.

    Raises:
        UndeclaredIsolation: a model, or a table without one, has neither policies nor a reason for none.
    """
    declared: dict[str, TableSecurity] = {}
    for mapper in Base.registry.mappers:
        security = getattr(mapper.class_, "security", TableSecurity)()
        if not security.policies and not security.unscoped_because:
            raise UndeclaredIsolation(
                f"{mapper.class_.__name__} is neither TenantScoped nor ReferenceData, and has no security() "
                "that says `unscoped_because`"
            )
        declared[cast(ModelTable, mapper.local_table).fullname] = security
    for table in Base.metadata.tables.keys() - declared.keys():
        raise UndeclaredIsolation(f"the table {table} has no model that says what isolates it")
    return declared


def table_of(model: type[Record]) -> ModelTable:
    """Return a model's table."""
    return cast(ModelTable, model.__table__)


def shown_columns(model: type[Record]) -> tuple[Column[object], ...]:
    """Return the columns of a model's rows as repositories return them."""
    return tuple(column for column in table_of(model).columns if not column.info.get(columns.HIDDEN))


def shown_row(model: type[Record], values: Sequence[object]) -> object:
    """Return the values of a model's shown columns as a row."""
    return _shown_row_maker(model)(values)


@cache
def _shown_row_maker(model: type[Record]) -> Callable[[Sequence[object]], object]:
    return row_maker(tuple(column.key for column in shown_columns(model)))


def living(model: type[Record]) -> Select[*tuple[object, ...]]:
    """Return what every statement on a model's rows begins as: the shown columns of those not deleted."""
    return select(*shown_columns(model)).where(*alive(table_of(model)))


def alive(table: ModelTable, named: Named | None = None) -> Iterator[ColumnElement[bool]]:
    """Yield what holds of a table's rows that are not deleted, nor is anything that they are a part of.

    Args:
        table: the table.
        named: its columns by name, where a statement has them under another name than the table's.
    """
    columns = table.columns if named is None else named
    if "deleted_at" in columns:
        yield columns["deleted_at"].is_(None)
    for column, whole in wholes(table):
        # By another name: the statement may select from this table as well.
        other = whole.alias()
        if conditions := list(alive(whole, other.columns)):
            yield exists().where(other.columns["id"] == columns[column.key], *conditions)


def wholes(table: ModelTable) -> Iterator[tuple[Column[object], ModelTable]]:
    """Yield the columns by which a table's rows are parts, each with the table of what they are a part of."""
    for column in table.columns:
        found = column.info.get(DECLARES)
        if isinstance(found, ScopedForeignKey) and found.to_whole:
            yield column, table.metadata.tables[found.table]


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
