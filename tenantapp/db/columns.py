"""Columns as words: a model says what a column means, not how it is spelled in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, DateTime, Integer, LargeBinary, String, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column


def uuid_key() -> Mapped[UUID]:
    """A random identifier in the primary key, made by the program, or by the server for plain SQL."""
    return mapped_column(
        primary_key=True, default=uuid4, server_default=func.gen_random_uuid(), sort_order=-90
    )


def required_text(length: int) -> Mapped[str]:
    """Text of at most `length` characters that is always there."""
    return mapped_column(String(length))


def optional_text(length: int | None = None) -> Mapped[str | None]:
    """Text that may be absent, of at most `length` characters where a length is given."""
    return mapped_column(Text if length is None else String(length))


def status(default: str) -> Mapped[str]:
    """One of a few words, `default` unless told otherwise; `one_of` holds it to them."""
    return mapped_column(String(50), server_default=default)


def one_of(column: str, values: Sequence[str]) -> CheckConstraint:
    """Hold `column` to `values`."""
    return CheckConstraint(f"{column} IN ({_listed(values)})", name=column, info=about(column))


def some_of(column: str, values: Sequence[str]) -> CheckConstraint:
    """Hold the words of `column` to `values`."""
    return CheckConstraint(f"{column} <@ ARRAY[{_listed(values)}]", name=column, info=about(column))


def about(*fields: str) -> dict[str, Any]:
    """Return a constraint's `info`: the fields that a client is told of where it is violated."""
    return {"fields": fields}


def _listed(values: Sequence[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def dns_label(column: str) -> CheckConstraint:
    """Hold `column` to one DNS label in lower case."""
    return CheckConstraint(
        f"{column} ~ '^[a-z0-9]([a-z0-9-]{{0,61}}[a-z0-9])?$'", name=column, info=about(column)
    )


def words() -> Mapped[list[str]]:
    """A list of words that is always there; `some_of` holds it to those that have a meaning."""
    return mapped_column(ARRAY(Text))


def json_object() -> Mapped[dict[str, Any]]:
    """A JSON object, empty unless told otherwise."""
    return mapped_column(JSONB, server_default=text("'{}'::jsonb"))


def digest() -> Mapped[bytes]:
    """A hash as bytes."""
    return mapped_column(LargeBinary)


def counter(start: int) -> Mapped[int]:
    """A whole number that begins at `start`."""
    return mapped_column(Integer, server_default=text(str(start)))


def required_moment() -> Mapped[datetime]:
    """A point in time that is always there."""
    return mapped_column(DateTime(timezone=True))


def moment() -> Mapped[datetime | None]:
    """A point in time that may not have come."""
    return mapped_column(DateTime(timezone=True))


def created_at() -> Mapped[datetime]:
    """When the row came to be."""
    return mapped_column(DateTime(timezone=True), server_default=func.now(), sort_order=90)


def updated_at() -> Mapped[datetime]:
    """When the row was last written."""
    return mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now(), sort_order=91
    )
