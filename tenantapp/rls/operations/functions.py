"""Functions, from their versioned files in `sql/functions/`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrateOperation, Operations

from tenantapp.models.functions import function_name
from tenantapp.postgres.sql_files import FOLDER
from tenantapp.rls.operations.roles import role_name
from tenantapp.rls.operations.statements import run

_CALLERS = sa.text(
    """
    SELECT CASE a.grantee WHEN 0 THEN 'public' ELSE pg_catalog.pg_get_userbyid(a.grantee)::text END
      FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
     WHERE p.oid = CAST(:function AS regprocedure) AND a.grantee <> p.proowner
    """
)


def function_text(signature: str, version: int) -> str:
    """Return the statement that creates a version of a function.

    Raises:
        FileNotFoundError: there is no such version.
    """
    name = function_name(signature)
    return (FOLDER / "functions" / f"{name}_v{version:02}.sql").read_text(encoding="utf-8")


def newest_version(signature: str) -> int:
    """Return the highest version of a function's file, 0 where it has none."""
    name = function_name(signature)
    return max(
        (int(path.stem[-2:]) for path in (FOLDER / "functions").glob(f"{name}_v[0-9][0-9].sql")), default=0
    )


@Operations.register_operation("create_function")
@dataclass(frozen=True)
class CreateFunctionOp(MigrateOperation):
    """Creates one function from its versioned file."""

    signature: str
    version: int
    execute: tuple[str, ...]
    owner: str | None = None

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
        return operations.invoke(cls(signature, version, tuple(execute), owner))

    def reverse(self) -> MigrateOperation:
        """Return the operation that drops this function."""
        return DropFunctionOp(self)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return what `flask db check` says of it."""
        return ("create_function", self.signature, self.version)


@Operations.register_operation("drop_function")
@dataclass(frozen=True)
class DropFunctionOp(MigrateOperation):
    """Drops one function, and knows how to create it again."""

    function: CreateFunctionOp

    @classmethod
    def drop_function(cls, operations: Operations, *created: Any, **options: Any) -> Any:
        """Drop a function; the arguments are those of `create_function`."""
        return operations.invoke(cls(CreateFunctionOp(*created, **options)))

    def reverse(self) -> MigrateOperation:
        """Return the operation that creates this function again."""
        return self.function

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return what `flask db check` says of it."""
        return ("drop_function", self.function.signature)


@Operations.register_operation("replace_function")
@dataclass(frozen=True)
class ReplaceFunctionOp(MigrateOperation):
    """Gives a function the body and attributes of another version of its file."""

    signature: str
    version: int
    previous: int
    owner: str | None

    @classmethod
    def replace_function(
        cls,
        operations: Operations,
        signature: str,
        *,
        version: int,
        previous: int,
        owner: str | None = None,
    ) -> Any:
        """Replace a function; who may call it stays.

        Args:
            operations: given by Alembic.
            signature: the schema, name and argument types.
            version: the version it gets.
            previous: the version it has.
            owner: the role it runs as, where it is SECURITY DEFINER.
        """
        return operations.invoke(cls(signature, version, previous, owner))

    def reverse(self) -> MigrateOperation:
        """Return the operation that puts the previous version back."""
        return ReplaceFunctionOp(self.signature, self.previous, self.version, self.owner)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return what `flask db check` says of it."""
        return ("replace_function", self.signature, self.previous, self.version)


@Operations.implementation_for(CreateFunctionOp)
def _create_function(operations: Operations, op: CreateFunctionOp) -> None:
    run(operations, function_text(op.signature, op.version))
    operations.execute(f"REVOKE ALL ON FUNCTION {op.signature} FROM PUBLIC")
    # A function that is replaced gives the roles themselves, a declared one their purposes.
    callers = [role_name(operations, role) for role in op.execute]
    for caller in callers:
        operations.execute(f"GRANT EXECUTE ON FUNCTION {op.signature} TO {caller}")
    if op.owner:
        with may_create(operations, schema_of(op.signature), op.owner) as owner:
            operations.execute(f"ALTER FUNCTION {op.signature} OWNER TO {owner}")
            previous = role_name(operations, "owner")
            if previous in callers:
                # What the previous owner might, the new one may; the previous one no more.
                operations.execute(f"SET LOCAL ROLE {owner}")
                operations.execute(f"GRANT EXECUTE ON FUNCTION {op.signature} TO {previous}")
                operations.execute("RESET ROLE")


@Operations.implementation_for(DropFunctionOp)
def _drop_function(operations: Operations, op: DropFunctionOp) -> None:
    operations.execute(f"DROP FUNCTION {op.function.signature}")


@Operations.implementation_for(ReplaceFunctionOp)
def _replace_function(operations: Operations, op: ReplaceFunctionOp) -> None:
    if op.owner is None:
        text = function_text(op.signature, op.version)
        run(operations, text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))
        return
    # The migrating role does not have the other's rights, and the other may use no language: it can only be
    # made anew, as the schema's owner may.
    callers = operations.get_bind().execute(_CALLERS, {"function": op.signature}).scalars().all()
    operations.execute(f"DROP FUNCTION {op.signature}")
    operations.invoke(CreateFunctionOp(op.signature, op.version, tuple(callers), op.owner))


def schema_of(name: str) -> str:
    """Return the schema of an object, by its name or signature."""
    schema, dot, _ = name.partition("(")[0].rpartition(".")
    return schema if dot else "public"


@contextmanager
def may_create(operations: Operations, schema: str, role: str) -> Iterator[str]:
    """Let a role own something in a schema: it needs CREATE there, for that moment alone."""
    name = role_name(operations, role)
    if role == "owner":
        yield name
        return
    operations.execute(f"GRANT CREATE ON SCHEMA {schema} TO {name}")
    yield name
    operations.execute(f"REVOKE CREATE ON SCHEMA {schema} FROM {name}")


@renderers.dispatch_for(CreateFunctionOp)
def _render_create_function(_context: AutogenContext, op: CreateFunctionOp) -> str:
    return f"op.create_function({_arguments(op)})"


@renderers.dispatch_for(DropFunctionOp)
def _render_drop_function(_context: AutogenContext, op: DropFunctionOp) -> str:
    return f"op.drop_function({_arguments(op.function)})"


@renderers.dispatch_for(ReplaceFunctionOp)
def _render_replace_function(_context: AutogenContext, op: ReplaceFunctionOp) -> str:
    owner = f", owner={op.owner!r}" if op.owner else ""
    return f"op.replace_function({op.signature!r}, version={op.version}, previous={op.previous}{owner})"


def _arguments(op: CreateFunctionOp) -> str:
    owner = f", owner={op.owner!r}" if op.owner else ""
    return f"{op.signature!r}, version={op.version}, execute={op.execute!r}{owner}"
