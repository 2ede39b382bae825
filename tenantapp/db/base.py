"""The declarative base: one naming convention, by which every key, index and constraint gets its name."""

from __future__ import annotations

import enum

from sqlalchemy import Column, Enum, MetaData, Table
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.base import ReadOnlyColumnCollection

ModelTable = Table[ReadOnlyColumnCollection[str, Column[object]]]
"""A model's table; SQLAlchemy's own type lets its columns pass for columns of whatever is wanted."""


class Base(DeclarativeBase):
    """Base of every model."""

    metadata = MetaData(
        naming_convention={
            "pk": "%(table_name)s_pkey",
            "fk": "fk_%(table_name)s_%(referred_table_name)s",
            "ix": "idx_%(table_name)s_%(column_0_N_name)s",
            "uq": "uniq_%(table_name)s_%(column_0_N_name)s",
            "ck": "chk_%(table_name)s_%(constraint_name)s",
        }
    )


# As text: types of PostgreSQL's own are migrated by hand.
Base.registry.update_type_annotation_map(
    {enum.Enum: Enum(enum.Enum, native_enum=False, length=50, create_constraint=True)}
)
