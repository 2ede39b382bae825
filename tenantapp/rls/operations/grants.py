"""Grants to the deployment's roles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrateOperation, Operations

from tenantapp.models.security import on_columns
from tenantapp.models.sql_text import quoted
from tenantapp.rls.operations.roles import role_name, written


@Operations.register_operation("grant")
@dataclass(frozen=True)
class GrantOp(MigrateOperation):
    """Grants privileges on one object to one role."""

    privileges: tuple[str, ...]
    on: str
    role: str

    @classmethod
    def grant(cls, operations: Operations, privileges: Sequence[str], *, on: str, to: str) -> Any:
        """Grant `privileges` on an object, such as `TABLE customers`, to the role that `to` stands for."""
        return operations.invoke(cls(tuple(privileges), on, to))

    def reverse(self) -> MigrateOperation:
        """Return the operation that revokes them."""
        return RevokeOp(self.privileges, self.on, self.role)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return what `flask db check` says of it."""
        return ("grant", self.privileges, self.on, self.role)


@Operations.register_operation("revoke")
@dataclass(frozen=True)
class RevokeOp(MigrateOperation):
    """Revokes privileges on one object from one role."""

    privileges: tuple[str, ...]
    on: str
    role: str

    @classmethod
    def revoke(cls, operations: Operations, privileges: Sequence[str], *, on: str, from_: str) -> Any:
        """Revoke `privileges` on an object from the role that `from_` stands for."""
        return operations.invoke(cls(tuple(privileges), on, from_))

    def reverse(self) -> MigrateOperation:
        """Return the operation that grants them again."""
        return GrantOp(self.privileges, self.on, self.role)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return what `flask db check` says of it."""
        return ("revoke", self.privileges, self.on, self.role)


@Operations.implementation_for(GrantOp)
def _grant(operations: Operations, op: GrantOp) -> None:
    operations.execute(
        f"GRANT {_listed(op.privileges)} ON {written(op.on)} TO {role_name(operations, op.role)}"
    )


@Operations.implementation_for(RevokeOp)
def _revoke(operations: Operations, op: RevokeOp) -> None:
    operations.execute(
        f"REVOKE {_listed(op.privileges)} ON {written(op.on)} FROM {role_name(operations, op.role)}"
    )


def _listed(privileges: Sequence[str]) -> str:
    """Return privileges as SQL has them: a column may be a keyword, such as `UPDATE ("order")`."""
    separate = [privilege for listed in privileges for privilege in on_columns(listed)]
    return ", ".join(f"{verb} ({quoted(column)})" if column else verb for verb, column in separate)


@renderers.dispatch_for(GrantOp)
def _render_grant(_context: AutogenContext, op: GrantOp) -> str:
    return f"op.grant({list(op.privileges)!r}, on={op.on!r}, to={op.role!r})"


@renderers.dispatch_for(RevokeOp)
def _render_revoke(_context: AutogenContext, op: RevokeOp) -> str:
    return f"op.revoke({list(op.privileges)!r}, on={op.on!r}, from_={op.role!r})"
