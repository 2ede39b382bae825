"""Renaming a table or a column together with all that is named after it. Autogenerate cannot see a rename."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from alembic.operations import MigrateOperation, Operations

from tenantapp.rls.operations.roles import quoted

# Constraints that are indexes are renamed as indexes; either way their names are one and the same.
_NAMES = sa.text(
    """
    SELECT 'INDEX' AS kind, c.relname AS name
      FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
     WHERE i.indrelid = CAST(:oid AS regclass)
    UNION ALL
    SELECT 'CONSTRAINT', conname FROM pg_catalog.pg_constraint
     WHERE conrelid = CAST(:oid AS regclass) AND contype IN ('c', 'f')
    UNION ALL
    SELECT 'POLICY', polname FROM pg_catalog.pg_policy WHERE polrelid = CAST(:oid AS regclass)
    """
)


@Operations.register_operation("rename_scoped_table")
@dataclass(frozen=True)
class RenameScopedTableOp(MigrateOperation):
    """Renames a table, its policies, indexes and constraints."""

    old: str
    new: str

    @classmethod
    def rename_scoped_table(cls, operations: Operations, old: str, new: str) -> Any:
        """Rename a table with everything that bears its name."""
        return operations.invoke(cls(old, new))

    def reverse(self) -> MigrateOperation:
        """Return the operation that renames it back."""
        return RenameScopedTableOp(self.new, self.old)


@Operations.register_operation("rename_scoped_column")
@dataclass(frozen=True)
class RenameScopedColumnOp(MigrateOperation):
    """Renames a column, and the indexes and constraints that bear its name."""

    table: str
    old: str
    new: str

    @classmethod
    def rename_scoped_column(cls, operations: Operations, table: str, old: str, new: str) -> Any:
        """Rename a column with everything that bears its name."""
        return operations.invoke(cls(table, old, new))

    def reverse(self) -> MigrateOperation:
        """Return the operation that renames it back."""
        return RenameScopedColumnOp(self.table, self.new, self.old)


@Operations.implementation_for(RenameScopedTableOp)
def _rename_table(operations: Operations, op: RenameScopedTableOp) -> None:
    operations.rename_table(op.old, op.new)
    _rename_dependants(operations, op.new, op.old, op.new)


@Operations.implementation_for(RenameScopedColumnOp)
def _rename_column(operations: Operations, op: RenameScopedColumnOp) -> None:
    operations.alter_column(op.table, op.old, new_column_name=op.new)
    _rename_dependants(operations, op.table, op.old, op.new)


def _rename_dependants(operations: Operations, table: str, old: str, new: str) -> None:
    named = operations.get_bind().execute(_NAMES, {"oid": quoted(operations, table)}).all()
    for kind, name in named:
        renamed = _renamed(name, old, new)
        if renamed == name:
            continue
        was, becomes, of = (quoted(operations, part) for part in (name, renamed, table))
        if kind == "INDEX":
            operations.execute(f"ALTER INDEX {was} RENAME TO {becomes}")
        elif kind == "POLICY":
            operations.execute(f"ALTER POLICY {was} ON {of} RENAME TO {becomes}")
        else:
            operations.execute(f"ALTER TABLE {of} RENAME CONSTRAINT {was} TO {becomes}")


def _renamed(name: str, old: str, new: str) -> str:
    """Replace `old` in a name where it stands between underscores, not inside a longer word."""
    return f"_{name}_".replace(f"_{old}_", f"_{new}_").strip("_")
