"""Policies, and row-level security itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrateOperation, Operations

from tenantapp.models.sql_text import quoted
from tenantapp.rls.operations.roles import role_name
from tenantapp.rls.operations.statements import run

PUBLIC = ("public",)


@Operations.register_operation("create_policy")
@dataclass(frozen=True)
class CreatePolicyOp(MigrateOperation):
    """Creates one policy."""

    name: str
    table: str
    using: str | None
    check: str | None
    permissive: bool = True
    command: str = "ALL"
    roles: tuple[str, ...] = PUBLIC

    @classmethod
    def create_policy(
        cls,
        operations: Operations,
        name: str,
        table: str,
        *,
        using: str | None,
        check: str | None,
        permissive: bool = True,
        command: str = "ALL",
        roles: Sequence[str] = PUBLIC,
    ) -> Any:
        """Create a policy.

        Args:
            operations: given by Alembic.
            name: the policy's name.
            table: the table it guards.
            using: which rows are seen and changed.
            check: which rows may come to be.
            permissive: False for a fence, which rows must satisfy whatever other policies say.
            command: the command it is for.
            roles: the roles it is for.
        """
        return operations.invoke(cls(name, table, using, check, permissive, command, tuple(roles)))

    def reverse(self) -> MigrateOperation:
        """Return the operation that drops this policy."""
        return DropPolicyOp(self)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return what `flask db check` says of it."""
        return ("create_policy", self.name, self.table, self.using, self.check)


@Operations.register_operation("drop_policy")
@dataclass(frozen=True)
class DropPolicyOp(MigrateOperation):
    """Drops one policy, and knows all of it, so that it can be put back."""

    policy: CreatePolicyOp

    @classmethod
    def drop_policy(cls, operations: Operations, *created: Any, **options: Any) -> Any:
        """Drop a policy; the arguments are those of `create_policy`."""
        return operations.invoke(cls(CreatePolicyOp(*created, **options)))

    def reverse(self) -> MigrateOperation:
        """Return the operation that creates this policy again."""
        return self.policy

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return what `flask db check` says of it."""
        return ("drop_policy", *self.policy.to_diff_tuple()[1:])


@Operations.register_operation("enable_rls")
@dataclass(frozen=True)
class EnableRlsOp(MigrateOperation):
    """Enables row-level security and forces it on the table's owner too."""

    table: str

    @classmethod
    def enable_rls(cls, operations: Operations, table: str) -> Any:
        """ENABLE and FORCE row-level security on `table`."""
        return operations.invoke(cls(table))

    def reverse(self) -> MigrateOperation:
        """Return the operation that disables it."""
        return DisableRlsOp(self.table)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return what `flask db check` says of it."""
        return ("enable_and_force_rls", self.table)


@Operations.register_operation("disable_rls")
@dataclass(frozen=True)
class DisableRlsOp(MigrateOperation):
    """Disables row-level security."""

    table: str

    @classmethod
    def disable_rls(cls, operations: Operations, table: str) -> Any:
        """Disable row-level security on `table`, and stop forcing it."""
        return operations.invoke(cls(table))

    def reverse(self) -> MigrateOperation:
        """Return the operation that enables it."""
        return EnableRlsOp(self.table)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return what `flask db check` says of it."""
        return ("disable_rls", self.table)


@Operations.implementation_for(CreatePolicyOp)
def _create_policy(operations: Operations, op: CreatePolicyOp) -> None:
    clauses = [f"USING ({op.using})"] if op.using is not None else []
    clauses += [f"WITH CHECK ({op.check})"] if op.check is not None else []
    run(
        operations,
        f"CREATE POLICY {quoted(op.name)} ON {quoted(op.table)} "
        f"AS {'PERMISSIVE' if op.permissive else 'RESTRICTIVE'} FOR {op.command} "
        f"TO {', '.join(role_name(operations, role) for role in op.roles)} {' '.join(clauses)}",
    )


@Operations.implementation_for(DropPolicyOp)
def _drop_policy(operations: Operations, op: DropPolicyOp) -> None:
    name, table = quoted(op.policy.name), quoted(op.policy.table)
    operations.execute(f"DROP POLICY {name} ON {table}")


@Operations.implementation_for(EnableRlsOp)
def _enable_rls(operations: Operations, op: EnableRlsOp) -> None:
    table = quoted(op.table)
    operations.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")


@Operations.implementation_for(DisableRlsOp)
def _disable_rls(operations: Operations, op: DisableRlsOp) -> None:
    table = quoted(op.table)
    operations.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")


@renderers.dispatch_for(CreatePolicyOp)
def _render_create_policy(_context: AutogenContext, op: CreatePolicyOp) -> str:
    return f"op.create_policy({_policy_arguments(op)})"


@renderers.dispatch_for(DropPolicyOp)
def _render_drop_policy(_context: AutogenContext, op: DropPolicyOp) -> str:
    return f"op.drop_policy({_policy_arguments(op.policy)})"


@renderers.dispatch_for(EnableRlsOp)
def _render_enable_rls(_context: AutogenContext, op: EnableRlsOp) -> str:
    return f"op.enable_rls({op.table!r})"


@renderers.dispatch_for(DisableRlsOp)
def _render_disable_rls(_context: AutogenContext, op: DisableRlsOp) -> str:
    return f"op.disable_rls({op.table!r})"


def _policy_arguments(op: CreatePolicyOp) -> str:
    arguments = [f"{op.name!r}", f"{op.table!r}", f"using={op.using!r}", f"check={op.check!r}"]
    arguments += [] if op.permissive else ["permissive=False"]
    arguments += [] if op.command == "ALL" else [f"command={op.command!r}"]
    arguments += [] if op.roles == PUBLIC else [f"roles={op.roles!r}"]
    return ", ".join(arguments)
