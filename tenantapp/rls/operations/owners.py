"""Whose a table is: FORCE binds its owner, so its owner must be the role that migrates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrateOperation, Operations

from tenantapp.rls.operations.roles import quoted, role_name


@Operations.register_operation("change_owner")
@dataclass(frozen=True)
class ChangeOwnerOp(MigrateOperation):
    """Gives a table to another role."""

    table: str
    owner: str
    previous: str

    @classmethod
    def change_owner(cls, operations: Operations, table: str, *, owner: str, previous: str) -> Any:
        """Change a table's owner; the role that migrates must be a member of both."""
        return operations.invoke(cls(table, owner, previous))

    def reverse(self) -> MigrateOperation:
        """Return the operation that gives it back."""
        return ChangeOwnerOp(self.table, self.previous, self.owner)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return what `flask db check` says of it."""
        return ("change_owner", self.table, self.previous, self.owner)


@Operations.implementation_for(ChangeOwnerOp)
def _change(operations: Operations, op: ChangeOwnerOp) -> None:
    table, owner = quoted(operations, op.table), role_name(operations, op.owner)
    operations.execute(f"ALTER TABLE {table} OWNER TO {owner}")


@renderers.dispatch_for(ChangeOwnerOp)
def _render(_context: AutogenContext, op: ChangeOwnerOp) -> str:
    return f"op.change_owner({op.table!r}, owner={op.owner!r}, previous={op.previous!r})"
