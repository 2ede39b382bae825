"""The declarative base: how keys, indexes and constraints are named, and what relationships join by."""

from __future__ import annotations

import enum
from typing import Any

from sqlalchemy import Column, Enum, MetaData, Table, event
from sqlalchemy.orm import DeclarativeBase, MappedColumn, Mapper, RelationshipProperty
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from tenantapp.models.declarable import require_declarable

ModelTable = Table[ReadOnlyColumnCollection[str, Column[object]]]
"""A model's table; SQLAlchemy's own type lets its columns pass for columns of whatever is wanted."""


class Base(DeclarativeBase):
    """Base of every model.

    Raises:
        Undeclarable: a model declares what no migration can keep; see `require_declarable`.
    """

    metadata = MetaData(
        naming_convention={
            "pk": "%(table_name)s_pkey",
            "fk": "fk_%(table_name)s_%(referred_table_name)s",
            "ix": "idx_%(table_name)s_%(column_0_N_name)s",
            "uq": "uniq_%(table_name)s_%(column_0_N_name)s",
            "ck": "chk_%(table_name)s_%(constraint_name)s",
        }
    )

    def __init_subclass__(cls, **options: Any) -> None:
        for name, value in vars(cls).items():
            # `from_ = mapped_column("from")`: rows, too, have the attribute's name.
            if isinstance(value, MappedColumn) and value.column.name is not None:
                value.column.key = name
        super().__init_subclass__(**options)
        if isinstance(table := vars(cls).get("__table__"), Table):
            security = getattr(cls, "security", None)
            require_declarable(table, security() if security else None)


# As text: types of PostgreSQL's own are migrated by hand.
Base.registry.update_type_annotation_map(
    {enum.Enum: Enum(enum.Enum, native_enum=False, length=50, create_constraint=True)}
)


@event.listens_for(Base, "before_mapper_configured", propagate=True)
def _join_by_references(mapper: Mapper[object], _model: type[Base]) -> None:
    """Have a plain `relationship()` join by the reference and never write `tenant_id`.

    The foreign keys between tenants' tables begin with `tenant_id`. SQLAlchemy would take all their columns
    for what a relationship sets, and empty a row's tenant when its relationship is set to None.
    """
    for attribute in mapper.iterate_properties:
        if isinstance(attribute, RelationshipProperty):
            # Private: nothing public says which arguments a relationship was given.
            given = attribute._init_args
            if given.foreign_keys.argument is None and given.primaryjoin.argument is None:
                given.foreign_keys.argument = _references


def _references() -> list[Column[object]]:
    return [
        key.parent
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.parent.name != "tenant_id"
    ]
