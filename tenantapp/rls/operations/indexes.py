"""Indexes as the server shows them: one that is dropped can come back just as it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrateOperation, Operations

from tenantapp.models.sql_text import quoted
from tenantapp.rls.operations.statements import run


@Operations.register_operation("create_index_as")
@dataclass(frozen=True)
class CreateIndexAsOp(MigrateOperation):
    """Creates one index by its whole statement."""

    name: str
    schema: str | None
    definition: str

    @classmethod
    def create_index_as(
        cls, operations: Operations, name: str, definition: str, *, schema: str | None = None
    ) -> Any:
        """Create an index.

        Args:
            operations: given by Alembic.
            name: its name.
            definition: the statement, as `pg_get_indexdef` shows it.
            schema: where the table is, if not in `public`.
        """
        return operations.invoke(cls(name, schema, definition))

    def reverse(self) -> MigrateOperation:
        """Return the operation that drops this index."""
        return DropIndexAsOp(self.name, self.schema, self.definition)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return what `flask db check` says of it."""
        return ("create_index", self.name, self.definition)


@Operations.register_operation("drop_index_as")
@dataclass(frozen=True)
class DropIndexAsOp(MigrateOperation):
    """Drops one index, and knows its whole statement."""

    name: str
    schema: str | None
    definition: str

    @classmethod
    def drop_index_as(
        cls, operations: Operations, name: str, definition: str, *, schema: str | None = None
    ) -> Any:
        """Drop an index; the arguments are those that it would be created with."""
        return operations.invoke(cls(name, schema, definition))

    def reverse(self) -> MigrateOperation:
        """Return the operation that creates this index again."""
        return CreateIndexAsOp(self.name, self.schema, self.definition)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return what `flask db check` says of it."""
        return ("drop_index", self.name, self.definition)


@Operations.implementation_for(CreateIndexAsOp)
def _create(operations: Operations, op: CreateIndexAsOp) -> None:
    run(operations, op.definition)


@Operations.implementation_for(DropIndexAsOp)
def _drop(operations: Operations, op: DropIndexAsOp) -> None:
    name = op.name if op.schema is None else f"{op.schema}.{op.name}"
    operations.execute(f"DROP INDEX {quoted(name)}")


@renderers.dispatch_for(CreateIndexAsOp)
def _render_create(_context: AutogenContext, op: CreateIndexAsOp) -> str:
    return f"op.create_index_as({_arguments(op)})"


@renderers.dispatch_for(DropIndexAsOp)
def _render_drop(_context: AutogenContext, op: DropIndexAsOp) -> str:
    return f"op.drop_index_as({_arguments(op)})"


def _arguments(op: CreateIndexAsOp | DropIndexAsOp) -> str:
    schema = f", schema={op.schema!r}" if op.schema else ""
    return f"{op.name!r}, {op.definition!r}{schema}"
