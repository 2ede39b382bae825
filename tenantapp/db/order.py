"""What a list can be ordered by, and what NULL counts as in it: the last."""

from __future__ import annotations

from sqlalchemy import REAL, Column, ColumnElement, Date, DateTime, Float, Numeric, Time, func, literal_column
from sqlalchemy.exc import ArgumentError

from tenantapp.db.key_text import require_text
from tenantapp.models.columns import NEVER
from tenantapp.models.scoped import Record, table_of

# What NULL counts as, by the first kind that a column is of.
_LAST: tuple[tuple[type, str], ...] = (
    (Date, "'infinity'::date"),
    (Time, "'24:00'::time"),
    (REAL, "'Infinity'::real"),
    (Float, "'Infinity'::double precision"),
    (Numeric, "'Infinity'::numeric"),
)


def require_sortable(model: type[Record], name: str) -> None:
    """Refuse a column that no list can be ordered by.

    Raises:
        sqlalchemy.exc.ArgumentError: it is one.
    """
    column = table_of(model).columns[name]
    require_text(column)
    if column.nullable and _last(column) is None:
        raise ArgumentError(f"{column} may be NULL, and {column.type!r} has nothing that NULL counts as")


def never_null(value: ColumnElement[object], column: Column[object]) -> ColumnElement[object]:
    """Return a value to be compared in a column's order, in which NULL counts as the last."""
    last = _last(column) if column.nullable else None
    return value if last is None else func.coalesce(value, literal_column(last))


def _last(column: Column[object]) -> str | None:
    if isinstance(column.type, DateTime):
        return NEVER if column.type.timezone else "'infinity'::timestamp"
    return next((last for kind, last in _LAST if isinstance(column.type, kind)), None)
