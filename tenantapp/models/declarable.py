"""What a model may declare: names that PostgreSQL keeps, types that a migration can make and take away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy import (
    ARRAY,
    Column,
    Constraint,
    Enum,
    Index,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy.schema import conv

from tenantapp.models.errors import Undeclarable
from tenantapp.models.sql_text import LONGEST_NAME

if TYPE_CHECKING:
    from tenantapp.models.security import TableSecurity

_SNAKE_CASE = re.compile(r"[a-z_][a-z0-9_]*")
_WORD = re.compile(r"\w+")


def require_declarable(table: Table, security: TableSecurity | None) -> None:
    """Look whether a migration can keep what a model declares as it is written.

    Raises:
        Undeclarable: it cannot; it names what to write instead.
    """
    for name in (table.name, *(column.name for column in table.columns)):
        if not _SNAKE_CASE.fullmatch(name):
            raise Undeclarable(
                f"{table.name}: {name!r} is no name in snake_case; give it one, such as order_lines"
            )
    for kind, name in _names(table, security):
        if len(name.encode()) > LONGEST_NAME:
            raise Undeclarable(
                f"{table.name}: the name of the {kind} {name!r} has {len(name.encode())} bytes, of which "
                f"PostgreSQL keeps {LONGEST_NAME}: shorten it, or the name of the table"
            )
    if missing := next(_not_unique_by_partition(table), None):
        name, columns = missing
        raise Undeclarable(
            f"{table.name}: {name} must contain {', '.join(columns)}, which the table is partitioned by; "
            "the primary key gets it by primary_key=True"
        )
    for column in table.columns:
        if instead := _instead(column):
            raise Undeclarable(f"{table.name}.{column.name}: {instead}")


def _names(table: Table, security: TableSecurity | None) -> Iterator[tuple[str, str]]:
    """Yield each name with its kind, but for those that SQLAlchemy makes, and shortens, by its convention."""
    yield "table", table.name
    yield from (("column", column.name) for column in table.columns)
    items: list[Constraint | Index] = [*table.constraints, *table.indexes]
    for item in items:
        if isinstance(item.name, str) and not isinstance(item.name, conv):
            yield "constraint or index", item.name
    if security is not None:
        yield from (("policy", policy.name) for policy in security.policies)
        if _is_by_range(table):
            yield from (("policy of a partition", policy) for policy in _of_a_partition(table, security))
        yield from (("view", view.name) for view in security.views)


def _not_unique_by_partition(table: Table) -> Iterator[tuple[str, list[str]]]:
    """Yield each key that PostgreSQL cannot keep over partitions, with the columns that it lacks."""
    by = [name for name in _WORD.findall(_partitioned(table)) if name in table.columns]
    keys: list[PrimaryKeyConstraint | UniqueConstraint | Index] = [table.primary_key]
    keys += [key for key in table.constraints if isinstance(key, UniqueConstraint)]
    keys += [index for index in table.indexes if index.unique]
    for key in keys:
        missing = [name for name in by if name not in key.columns]
        if missing and key.columns:
            yield "the primary key" if key is table.primary_key else str(key.name or "a unique key"), missing


def _partitioned(table: Table) -> str:
    return str(table.dialect_options["postgresql"]["partition_by"] or "")


def _is_by_range(table: Table) -> bool:
    return _partitioned(table).lstrip().upper().startswith("RANGE")


def _of_a_partition(table: Table, security: TableSecurity) -> Iterator[str]:
    """Yield the names of the policies that a partition of one month has, after its table."""
    for policy in security.policies:
        if policy.name.startswith(f"{table.name}_tenant_"):
            yield policy.name.replace(table.name, f"{table.name}_2026_11", 1)


def _instead(column: Column[object]) -> str | None:
    kind = column.type
    if isinstance(kind, Enum) and kind.native_enum:
        return (
            "PostgreSQL's own enumerations are objects apart, which no migration here makes or drops; use "
            "columns.enumeration(words), or sa.Enum(…, native_enum=False, create_constraint=True)"
        )
    if column.identity is not None or column.autoincrement is True:
        return "a sequence tells each tenant how many rows all have; use columns.uuid_key()"
    if isinstance(kind, ARRAY) and isinstance(kind.item_type, String) and kind.item_type.length:
        return (
            "an array of texts with a length is cut to it without a word; use columns.ShortTexts(length), or "
            "ARRAY(Text)"
        )
    return None
