"""Whose an object is: FORCE binds a table's owner, so its owner must be the role that migrates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrateOperation, Operations

from tenantapp.rls.operations.functions import may_create, schema_of
from tenantapp.rls.operations.roles import written


@Operations.register_operation("change_owner")
@dataclass(frozen=True)
class ChangeOwnerOp(MigrateOperation):
    """Gives a table, a view or a function to another role."""

    on: str
    owner: str
    previous: str

    @classmethod
    def change_owner(cls, operations: Operations, on: str, *, owner: str, previous: str) -> Any:
        """Change whose an object is, such as `TABLE customers`, from the migrating role on.

        Back again only a superuser can.
        """
        return operations.invoke(cls(on, owner, previous))

    def reverse(self) -> MigrateOperation:
        """Return the operation that gives it back."""
        return ChangeOwnerOp(self.on, self.previous, self.owner)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return what `flask db check` says of it."""
        return ("change_owner", self.on, self.previous, self.owner)


@Operations.implementation_for(ChangeOwnerOp)
def _change(operations: Operations, op: ChangeOwnerOp) -> None:
    schema = schema_of(op.on.partition(" ")[2])
    with may_create(operations, schema, op.owner) as owner:
        operations.execute(f"ALTER {written(op.on)} OWNER TO {owner}")


@renderers.dispatch_for(ChangeOwnerOp)
def _render(_context: AutogenContext, op: ChangeOwnerOp) -> str:
    return f"op.change_owner({op.on!r}, owner={op.owner!r}, previous={op.previous!r})"
