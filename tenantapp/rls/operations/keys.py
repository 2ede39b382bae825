"""Foreign keys between tables under FORCE, validated truly.

Adding or validating a foreign key reads both tables as their owner, whom FORCE binds: without a context the
policies refuse, with one they hide what should be checked. So FORCE rests meanwhile, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrateOperation, Operations

from tenantapp.models.sql_text import quoted

_IS_FORCED = sa.text(
    "SELECT relforcerowsecurity FROM pg_catalog.pg_class WHERE oid = CAST(:table AS regclass)"
)


@Operations.register_operation("create_scoped_foreign_key")
@dataclass(frozen=True)
class CreateScopedForeignKeyOp(MigrateOperation):
    """Adds a foreign key between two tenant-scoped tables that may hold rows."""

    name: str
    table: str
    referred: str
    columns: Sequence[str]
    referred_columns: Sequence[str]
    ondelete: str | None = None
    onupdate: str | None = None
    deferrable: bool | None = None
    initially: str | None = None

    def __post_init__(self) -> None:
        # Migrations write lists; an operation is compared and never changes.
        object.__setattr__(self, "columns", tuple(self.columns))
        object.__setattr__(self, "referred_columns", tuple(self.referred_columns))

    @classmethod
    def create_scoped_foreign_key(
        cls,
        operations: Operations,
        name: str,
        table: str,
        referred: str,
        columns: Sequence[str],
        referred_columns: Sequence[str],
        *,
        ondelete: str | None = None,
        onupdate: str | None = None,
        deferrable: bool | None = None,
        initially: str | None = None,
    ) -> Any:
        """Add a foreign key and check every row that is there.

        Args:
            operations: given by Alembic.
            name: the constraint's name.
            table: the table that refers; outside `public` with its schema.
            referred: the table that is referred to, likewise.
            columns: the columns that refer, `tenant_id` first.
            referred_columns: the columns that are referred to, `tenant_id` first.
            ondelete: what becomes of a row whose target is deleted.
            onupdate: what becomes of a row whose target gets another key.
            deferrable: whether a transaction may have it checked as it ends.
            initially: `DEFERRED`, where it is checked then unless told otherwise.
        """
        options = (ondelete, onupdate, deferrable, initially)
        return operations.invoke(cls(name, table, referred, columns, referred_columns, *options))

    def reverse(self) -> MigrateOperation:
        """Return the operation that drops it."""
        return DropScopedForeignKeyOp(self)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return what `flask db check` says of it."""
        return ("create_scoped_foreign_key", self.name, self.table, self.referred)


@Operations.register_operation("drop_scoped_foreign_key")
@dataclass(frozen=True)
class DropScopedForeignKeyOp(MigrateOperation):
    """Drops a foreign key, and knows how to add it again."""

    key: CreateScopedForeignKeyOp

    @classmethod
    def drop_scoped_foreign_key(cls, operations: Operations, *created: Any, **options: Any) -> Any:
        """Drop a foreign key; the arguments are those of `create_scoped_foreign_key`."""
        return operations.invoke(cls(CreateScopedForeignKeyOp(*created, **options)))

    def reverse(self) -> MigrateOperation:
        """Return the operation that adds it again."""
        return self.key

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return what `flask db check` says of it."""
        return ("drop_scoped_foreign_key", self.key.name, self.key.table)


@Operations.implementation_for(CreateScopedForeignKeyOp)
def _create(operations: Operations, op: CreateScopedForeignKeyOp) -> None:
    tables = [quoted(name) for name in dict.fromkeys((op.table, op.referred))]
    tables = [table for table in tables if operations.get_bind().scalar(_IS_FORCED, {"table": table})]
    for table in tables:
        operations.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    (schema, table), (referred_schema, referred) = _in_parts(op.table), _in_parts(op.referred)
    operations.create_foreign_key(
        op.name,
        table,
        referred,
        list(op.columns),
        list(op.referred_columns),
        source_schema=schema,
        referent_schema=referred_schema,
        **_options(op),
    )
    for table in tables:
        operations.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


@Operations.implementation_for(DropScopedForeignKeyOp)
def _drop(operations: Operations, op: DropScopedForeignKeyOp) -> None:
    schema, table = _in_parts(op.key.table)
    operations.drop_constraint(op.key.name, table, type_="foreignkey", schema=schema)


def _in_parts(table: str) -> tuple[str | None, str]:
    """Return a table's schema, where its name says one, and its own name."""
    schema, _, name = table.rpartition(".")
    return schema or None, name


@renderers.dispatch_for(CreateScopedForeignKeyOp)
def _render_create(_context: AutogenContext, op: CreateScopedForeignKeyOp) -> str:
    return f"op.create_scoped_foreign_key({_arguments(op)})"


@renderers.dispatch_for(DropScopedForeignKeyOp)
def _render_drop(_context: AutogenContext, op: DropScopedForeignKeyOp) -> str:
    return f"op.drop_scoped_foreign_key({_arguments(op.key)})"


def _arguments(op: CreateScopedForeignKeyOp) -> str:
    arguments = [repr(value) for value in (op.name, op.table, op.referred)]
    arguments += [repr(list(op.columns)), repr(list(op.referred_columns))]
    arguments += [f"{name}={value!r}" for name, value in _options(op).items()]
    return ", ".join(arguments)


def _options(op: CreateScopedForeignKeyOp) -> dict[str, Any]:
    """Return what is said of a key beyond its columns."""
    said = {name: getattr(op, name) for name in ("ondelete", "onupdate", "deferrable", "initially")}
    return {name: value for name, value in said.items() if value}
