"""Alembic operations for policies, row-level security, grants and functions, each with its exact inverse.

An operation holds the literal text that it executes: what a migration meant when it was written is what
it means for ever. Only the names of the roles are the deployment's: they are given as `owner`, `app`,
`platform` or `directory`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from alembic.operations import MigrateOperation, Operations


@Operations.register_operation("create_policy")
@dataclass(frozen=True)
class CreatePolicyOp(MigrateOperation):
    """Creates one policy."""

    name: str
    table: str
    using: str
    check: str
    permissive: bool

    @classmethod
    def create_policy(
        cls, operations: Operations, name: str, table: str, *, using: str, check: str, permissive: bool = True
    ) -> Any:
        """Create a policy TO PUBLIC for every command.

        Args:
            operations: given by Alembic.
            name: the policy's name.
            table: the table it guards.
            using: which rows are seen and changed.
            check: which rows may come to be.
            permissive: False for a fence, which every other policy must also satisfy.
        """
        return operations.invoke(cls(name, table, using, check, permissive))

    def reverse(self) -> MigrateOperation:
        """Return the operation that drops this policy."""
        return DropPolicyOp(self)


@Operations.register_operation("drop_policy")
@dataclass(frozen=True)
class DropPolicyOp(MigrateOperation):
    """Drops one policy, and knows all of it, so that it can be put back."""

    policy: CreatePolicyOp

    @classmethod
    def drop_policy(
        cls, operations: Operations, name: str, table: str, *, using: str, check: str, permissive: bool = True
    ) -> Any:
        """Drop a policy; the arguments are those it was created with."""
        return operations.invoke(cls(CreatePolicyOp(name, table, using, check, permissive)))

    def reverse(self) -> MigrateOperation:
        """Return the operation that creates this policy again."""
        return self.policy


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


@Operations.register_operation("create_function")
@dataclass(frozen=True)
class CreateFunctionOp(MigrateOperation):
    """Creates one function from its versioned file."""

    signature: str
    version: int
    owner: str | None
    execute: tuple[str, ...]

    @classmethod
    def create_function(
        cls,
        operations: Operations,
        signature: str,
        *,
        version: int,
        execute: Sequence[str],
        owner: str | None = None,
    ) -> Any:
        """Create a function as `sql/functions/` holds it.

        Args:
            operations: given by Alembic.
            signature: the schema, name and argument types, such as `tenancy.bind(text)`.
            version: which version of its file; a file never changes once a migration names it.
            execute: the roles that may call it.
            owner: the role it runs as, where it is SECURITY DEFINER.
        """
        return operations.invoke(cls(signature, version, owner, tuple(execute)))

    def reverse(self) -> MigrateOperation:
        """Return the operation that drops this function."""
        return DropFunctionOp(self)


@Operations.register_operation("drop_function")
@dataclass(frozen=True)
class DropFunctionOp(MigrateOperation):
    """Drops one function, and knows how to create it again."""

    function: CreateFunctionOp

    @classmethod
    def drop_function(
        cls,
        operations: Operations,
        signature: str,
        *,
        version: int,
        execute: Sequence[str],
        owner: str | None = None,
    ) -> Any:
        """Drop a function; the arguments are those it was created with."""
        return operations.invoke(cls(CreateFunctionOp(signature, version, owner, tuple(execute))))

    def reverse(self) -> MigrateOperation:
        """Return the operation that creates this function again."""
        return self.function
