"""What columns declare beside themselves: the checks, keys and indexes that their words bring along."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import MappedColumn
from sqlalchemy.schema import SchemaItem

DECLARES = "declares"
"""Where a column's `info` has what the column declares: a reference, or what makes a check of its name."""


@dataclass(frozen=True, slots=True)
class ScopedForeignKey:
    """A reference to a row of `table`, of the same tenant's, with an index for the way back.

    `to_whole` where the row that refers is a part of the other.
    """

    table: str
    then: tuple[str, ...]
    to_whole: bool = False

    def key(self, name: str, constraint: str | None) -> ForeignKeyConstraint:
        """Return the foreign key of the column `name`; it cannot cross tenants."""
        columns, referred = ["tenant_id", name], [f"{self.table}.tenant_id", f"{self.table}.id"]
        return ForeignKeyConstraint(columns, referred, name=constraint, info=about(name))

    def index(self, name: str) -> Index:
        """Return the index that finds the rows that refer to one."""
        return Index(None, "tenant_id", name, *self.then)


def declared(model: object) -> Iterator[SchemaItem]:
    """Yield what the columns of `model`'s own declare."""
    table: str = vars(model)["__tablename__"]
    declarations = _declarations(model)
    targets = Counter(found.table for found in declarations.values() if isinstance(found, ScopedForeignKey))
    for name, found in declarations.items():
        if isinstance(found, ScopedForeignKey):
            # Two to one target would otherwise have one name.
            alone = targets[found.table] == 1
            yield found.key(name, None if alone else f"fk_{table}_{found.table}_{name}")
            yield found.index(name)
        else:
            yield found(name)


def list_index(model: object, order: tuple[str, ...]) -> Iterator[Index]:
    """Yield the index for a list of a tenant's rows in an order; parts are listed among their whole's."""
    declarations = _declarations(model).values()
    is_part = any(isinstance(found, ScopedForeignKey) and found.to_whole for found in declarations)
    if order and not is_part:
        yield Index(None, "tenant_id", *order)


def _declarations(model: object) -> dict[str, ScopedForeignKey | Callable[[str], SchemaItem]]:
    return {
        name: value.column.info[DECLARES]
        for name, value in vars(model).items()
        if isinstance(value, MappedColumn) and DECLARES in value.column.info
    }


def about(*fields: str) -> dict[str, tuple[str, ...]]:
    """Return a constraint's `info`: the fields that a client is told of where it is violated."""
    return {"fields": fields}
