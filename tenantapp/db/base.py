"""The declarative base: one naming convention, by which every key, index and constraint gets its name."""

from __future__ import annotations

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase


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
