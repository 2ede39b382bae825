"""Views that see what their reader sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrateOperation, Operations

from tenantapp.models.sql_text import quoted
from tenantapp.rls.operations.statements import run


@Operations.register_operation("create_view")
@dataclass(frozen=True)
class CreateViewOp(MigrateOperation):
    """Creates one view, with the rights of whoever reads it."""

    name: str
    query: str

    @classmethod
    def create_view(cls, operations: Operations, name: str, query: str) -> Any:
        """Create a `security_invoker` view of `query`."""
        return operations.invoke(cls(name, query))

    def reverse(self) -> MigrateOperation:
        """Return the operation that drops this view."""
        return DropViewOp(self)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return what `flask db check` says of it."""
        return ("create_view", self.name)


@Operations.register_operation("drop_view")
@dataclass(frozen=True)
class DropViewOp(MigrateOperation):
    """Drops one view, and knows how to create it again."""

    view: CreateViewOp

    @classmethod
    def drop_view(cls, operations: Operations, *created: Any, **options: Any) -> Any:
        """Drop a view; the arguments are those of `create_view`."""
        return operations.invoke(cls(CreateViewOp(*created, **options)))

    def reverse(self) -> MigrateOperation:
        """Return the operation that creates this view again."""
        return self.view

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return what `flask db check` says of it."""
        return ("drop_view", self.view.name)


@Operations.implementation_for(CreateViewOp)
def _create(operations: Operations, op: CreateViewOp) -> None:
    name = quoted(op.name)
    run(operations, f"CREATE VIEW {name} WITH (security_invoker = true) AS {op.query}")


@Operations.implementation_for(DropViewOp)
def _drop(operations: Operations, op: DropViewOp) -> None:
    operations.execute(f"DROP VIEW {quoted(op.view.name)}")


@renderers.dispatch_for(CreateViewOp)
def _render_create(_context: AutogenContext, op: CreateViewOp) -> str:
    return f"op.create_view({op.name!r}, {op.query!r})"


@renderers.dispatch_for(DropViewOp)
def _render_drop(_context: AutogenContext, op: DropViewOp) -> str:
    return f"op.drop_view({op.view.name!r}, {op.view.query!r})"
