"""Renaming a table or a column together with all that is named after it. Autogenerate cannot see a rename."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from alembic.operations import MigrateOperation, Operations

from tenantapp.models.sql_text import quoted
from tenantapp.rls.partitions import partitions_named

# What bears the name of a table or of its columns. Constraints that are indexes are renamed as indexes: their
# names are one and the same. A foreign key bears the names of both its tables.
_NAMES = sa.text(
    """
    SELECT 'INDEX' AS kind, c.relname AS name, t.oid::regclass::text AS on_table, t.relname AS table_name,
           NULL::name AS referred,
           ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY k (attnum, n)
                   JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum
                  WHERE k.n <= i.indnkeyatts ORDER BY n) AS columns
      FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
      JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
     WHERE t.oid = CAST(:table AS regclass)
    UNION ALL
    SELECT 'CONSTRAINT', k.conname, t.oid::regclass::text, t.relname,
           (SELECT r.relname FROM pg_catalog.pg_class r WHERE r.oid = k.confrelid),
           ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY c (attnum, n)
                   JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.attnum ORDER BY n)
      FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class t ON t.oid = k.conrelid
     WHERE k.contype IN ('c', 'f', 'n') AND CAST(:table AS regclass) IN (k.conrelid, k.confrelid)
       AND k.conparentid = 0
    UNION ALL
    SELECT 'POLICY', p.polname, t.oid::regclass::text, t.relname, NULL, '{}'
      FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class t ON t.oid = p.polrelid
     WHERE t.oid = CAST(:table AS regclass)
    """
)
_KIND = r"(?P<kind>(?:idx|uniq|fk|chk)_)?"


@Operations.register_operation("rename_scoped_table")
@dataclass(frozen=True)
class RenameScopedTableOp(MigrateOperation):
    """Renames a table, its policies, indexes and constraints, and its partitions by month."""

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
    for found in _named(operations, op.new):
        _rename(operations, found, _with_table(found, op.old, op.new))
    for partition in partitions_named(operations.get_bind(), op.new, op.old):
        renamed = f"{op.new}{partition.removeprefix(op.old)}"
        _rename_table(operations, RenameScopedTableOp(partition, renamed))


@Operations.implementation_for(RenameScopedColumnOp)
def _rename_column(operations: Operations, op: RenameScopedColumnOp) -> None:
    operations.alter_column(op.table, op.old, new_column_name=op.new)
    for found in _named(operations, op.table):
        if found.table_name == op.table and op.new in found.columns:
            _rename(operations, found, _with_column(found, op.old, op.new))


def _named(operations: Operations, table: str) -> Sequence[sa.Row[Any]]:
    return operations.get_bind().execute(_NAMES, {"table": quoted(table)}).all()


def _rename(operations: Operations, found: sa.Row[Any], renamed: str) -> None:
    if renamed == found.name:
        return
    was, becomes = (quoted(name) for name in (found.name, renamed))
    if found.kind == "INDEX":
        operations.execute(f"ALTER INDEX {was} RENAME TO {becomes}")
    elif found.kind == "POLICY":
        operations.execute(f"ALTER POLICY {was} ON {found.on_table} RENAME TO {becomes}")
    else:
        operations.execute(f"ALTER TABLE {found.on_table} RENAME CONSTRAINT {was} TO {becomes}")


def _with_table(found: sa.Row[Any], old: str, new: str) -> str:
    """Return a name with a table renamed: after the kind, or second in a foreign key's name."""
    if found.referred is None:
        head = re.match(rf"{_KIND}{re.escape(old)}_", found.name)
        return f"{head['kind'] or ''}{new}_{found.name[head.end() :]}" if head else str(found.name)
    tables = (found.table_name, found.referred)
    were = "_".join(("fk", *(old if table == new else table for table in tables)))
    head = re.match(rf"{re.escape(were)}(?=_|\Z)", found.name)
    return f"{'_'.join(('fk', *tables))}{found.name[head.end() :]}" if head else str(found.name)


def _with_column(found: sa.Row[Any], old: str, new: str) -> str:
    """Return a name with a column renamed: only where its columns stand, after the kind and the table."""
    head = re.match(rf"{_KIND}{re.escape(found.table_name)}_", found.name)
    if head is None:
        return str(found.name)
    rest = found.name[head.end() :]
    if found.kind == "INDEX":
        were = "_".join(old if column == new else column for column in found.columns)
        rest = "_".join(found.columns) if rest == were else rest
    else:
        rest = f"_{rest}_".replace(f"_{old}_", f"_{new}_", 1)[1:-1]
    return f"{head.group()}{rest}"
