"""What an index has room for: PostgreSQL refuses a row whose entry is too long, whoever wrote it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import (
    ARRAY,
    Column,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSON

from tenantapp.models.errors import UnindexableColumn

MOST_BYTES = 2704
"""How long an entry of a B-tree may be, on pages of 8 kB."""

_BYTES_A_CHARACTER = 4
# Of the entry itself, and of each column: its length, and where it begins.
_HEAD, _OF_A_COLUMN, _FIXED = 16, 8, 16


def require_room(table: Table) -> None:
    """Look whether the entries of a table's indexes can never be too long.

    Raises:
        UnindexableColumn: text that the table takes would not fit.
    """
    for name, columns in _btrees(table):
        most = _HEAD + sum(_OF_A_COLUMN + _bytes(column) for column in columns)
        if most > MOST_BYTES:
            texts = ", ".join(column.name for column in columns if _bytes(column) > _FIXED)
            size = f"{most:.0f} bytes" if most < float("inf") else "any number of bytes"
            raise UnindexableColumn(
                f"{table.name}.{name}: an entry may have {size}, PostgreSQL takes {MOST_BYTES}: give {texts} "
                f"a shorter length (4 bytes a character), or index a digest"
            )


def _btrees(table: Table) -> Iterator[tuple[str, list[Column[object]]]]:
    for index in table.indexes:
        if index.dialect_options["postgresql"]["using"] in (False, None, "btree"):
            yield str(index.name), [column for column in index.columns if isinstance(column, Column)]
    for constraint in table.constraints:
        if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint):
            yield str(constraint.name), list(constraint.columns)


def _bytes(column: Column[object]) -> float:
    """Return how long a value may be; what has no bound may be any length."""
    if isinstance(column.type, String):
        return _BYTES_A_CHARACTER * (column.type.length or float("inf"))
    if isinstance(column.type, LargeBinary):
        return column.type.length or float("inf")
    return float("inf") if isinstance(column.type, ARRAY | JSON) else _FIXED
