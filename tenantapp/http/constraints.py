"""What a violated constraint means to the client, told by its name and never by PostgreSQL's text."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from psycopg import errors as pg
from sqlalchemy import Index
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.schema import ColumnCollectionConstraint

from tenantapp.models.base import Base


@dataclass(frozen=True, slots=True)
class Explanation:
    """What to answer."""

    status: int
    reason: str
    detail: str
    errors: dict[str, list[str]] = field(default_factory=dict)


def explain(error: IntegrityError) -> Explanation | None:
    """Return what the client is told of `error`, or None where it is no fault of the client's."""
    cause = error.orig
    if not isinstance(cause, pg.IntegrityError):
        return None
    fields = _fields().get(cause.diag.constraint_name or "", ())
    if isinstance(cause, pg.UniqueViolation | pg.ExclusionViolation) and fields:
        return Explanation(
            409, "already_taken", "A value is already taken.", {field: ["Already taken."] for field in fields}
        )
    if isinstance(cause, pg.RestrictViolation) and fields:
        return Explanation(409, "in_use", "Others refer to it.", {field: ["In use."] for field in fields})
    if isinstance(cause, pg.ForeignKeyViolation) and fields:
        return _of_reference(error.statement or "", cause.diag.table_name, fields)
    if isinstance(cause, pg.CheckViolation) and fields:
        return Explanation(
            422, "invalid_fields", "Some fields are invalid.", {field: ["Invalid value."] for field in fields}
        )
    return None


def _of_reference(statement: str, table: str | None, fields: tuple[str, ...]) -> Explanation:
    """Tell a reference that leads nowhere from a row that cannot go: PostgreSQL has one error for both."""
    if statement.startswith("DELETE"):
        return Explanation(409, "in_use", f"It cannot be deleted: {table} refer to it.")
    return Explanation(
        422, "unknown_reference", "A reference is unknown.", {field: ["Unknown."] for field in fields}
    )


@cache
def _fields() -> dict[str, tuple[str, ...]]:
    """Return the fields that each named key or constraint is about, as the models declare them."""
    found: dict[str, tuple[str, ...]] = {}
    for table in Base.metadata.tables.values():
        keys: list[ColumnCollectionConstraint | Index] = list(table.indexes)
        keys += [item for item in table.constraints if isinstance(item, ColumnCollectionConstraint)]
        for item in keys:
            if item.name:
                # A check is SQL text, so it says itself which fields it is about.
                names = item.info.get("fields") or (column.name for column in item.columns)
                found[str(item.name)] = tuple(name for name in names if name not in ("tenant_id", "id"))
    return found
