"""Indexes that are built while rows are written: outside a transaction, and as often as it takes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from alembic.operations import MigrateOperation, Operations
from alembic.util import CommandError

from tenantapp.models.sql_text import quoted
from tenantapp.rls.operations.statements import run

_WROTE = sa.text("SELECT pg_catalog.pg_current_xact_id_if_assigned() IS NOT NULL")
_FIND = sa.text(
    "SELECT i.indisvalid AS is_valid, pg_catalog.pg_get_indexdef(i.indexrelid) AS definition "
    "FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid "
    "WHERE i.indrelid = CAST(:table AS regclass) AND c.relname = :name"
)
# An index as the server shows it, but for where its table is.
_ON = re.compile(r" ON .+? USING ")


@Operations.register_operation("create_index_concurrently")
@dataclass(frozen=True)
class CreateIndexConcurrentlyOp(MigrateOperation):
    """Builds one index while the table is in use."""

    name: str
    table: str
    columns: tuple[str, ...]
    unique: bool = False
    where: str | None = None

    @classmethod
    def create_index_concurrently(
        cls,
        operations: Operations,
        name: str,
        table: str,
        columns: Sequence[str],
        *,
        unique: bool = False,
        where: str | None = None,
    ) -> Any:
        """Build an index without stopping writes; run again, it begins anew where it failed.

        Args:
            operations: given by Alembic.
            name: the index's name.
            table: the table's.
            columns: its columns, or expressions in parentheses.
            unique: whether no two rows may have the same.
            where: the condition of the rows that it is of.

        Raises:
            CommandError: the migration has done something before it, another index has the name, or the index
                is not valid in the end.
        """
        return operations.invoke(cls(name, table, tuple(columns), unique, where))

    def reverse(self) -> MigrateOperation:
        """Return the operation that drops this index."""
        return DropIndexConcurrentlyOp(self)


@Operations.register_operation("drop_index_concurrently")
@dataclass(frozen=True)
class DropIndexConcurrentlyOp(MigrateOperation):
    """Drops one index while the table is in use."""

    index: CreateIndexConcurrentlyOp

    @classmethod
    def drop_index_concurrently(
        cls,
        operations: Operations,
        name: str,
        table: str,
        columns: Sequence[str],
        *,
        unique: bool = False,
        where: str | None = None,
    ) -> Any:
        """Drop an index, if it is there; the arguments are those it was created with."""
        return operations.invoke(cls(CreateIndexConcurrentlyOp(name, table, tuple(columns), unique, where)))

    def reverse(self) -> MigrateOperation:
        """Return the operation that builds this index again."""
        return self.index


@Operations.implementation_for(CreateIndexConcurrentlyOp)
def _create(operations: Operations, op: CreateIndexConcurrentlyOp) -> None:
    _require_alone(operations, op.name)
    found = _find(operations, op.table, op.name)
    if found is not None and found.is_valid:
        _require_equal(operations, op, found.definition)
        return
    with operations.get_context().autocommit_block():
        if found is not None:
            _drop_if_there(operations, op)
        run(operations, _statement(op, op.table, "INDEX CONCURRENTLY"))
        found = _find(operations, op.table, op.name)
        if found is None or not found.is_valid:
            raise CommandError(f"the index {op.name} was built and is not valid: run the migration again")


@Operations.implementation_for(DropIndexConcurrentlyOp)
def _drop(operations: Operations, op: DropIndexConcurrentlyOp) -> None:
    _require_alone(operations, op.index.name)
    with operations.get_context().autocommit_block():
        _drop_if_there(operations, op.index)


def _require_alone(operations: Operations, name: str) -> None:
    """Refuse a migration that has written: that would be kept, and done once more when it is run again.

    Raises:
        CommandError: it has.
    """
    if operations.get_bind().execute(_WROTE).scalar():
        raise CommandError(f"the index {name} is built outside a transaction: give it a migration of its own")


def _require_equal(operations: Operations, op: CreateIndexConcurrentlyOp, definition: str) -> None:
    """Refuse an index of the same name that is another, by how the server shows the one that is wanted.

    Raises:
        CommandError: it is another.
    """
    stand_in = f"pg_temp.{op.table.rpartition('.')[2]}"
    with operations.get_bind().begin_nested() as savepoint:
        run(operations, f"CREATE TABLE {quoted(stand_in)} (LIKE {quoted(op.table)})")
        run(operations, _statement(op, stand_in, "INDEX"))
        wanted = _find(operations, stand_in, op.name)
        savepoint.rollback()
    if _ON.sub(" USING ", definition, count=1) != _ON.sub(" USING ", wanted.definition, count=1):
        raise CommandError(
            f"there is another index of the name {op.name}: {definition}; drop it, or give this one "
            "another name"
        )


def _statement(op: CreateIndexConcurrentlyOp, table: str, index: str) -> str:
    columns = ", ".join(column if column.startswith("(") else quoted(column) for column in op.columns)
    unique, where = "UNIQUE " if op.unique else "", f" WHERE {op.where}" if op.where else ""
    return f"CREATE {unique}{index} {quoted(op.name)} ON {quoted(table)} ({columns}){where}"


def _find(operations: Operations, table: str, name: str) -> Any:
    """Return whether an index of a table is valid, and its definition; None where there is none."""
    return operations.get_bind().execute(_FIND, {"table": quoted(table), "name": name}).one_or_none()


def _drop_if_there(operations: Operations, op: CreateIndexConcurrentlyOp) -> None:
    schema = f"{quoted(op.table.rpartition('.')[0])}." if "." in op.table else ""
    run(operations, f"DROP INDEX CONCURRENTLY IF EXISTS {schema}{quoted(op.name)}")
