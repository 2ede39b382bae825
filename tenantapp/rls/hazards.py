"""What a generated migration does that would stop or endanger a large table in service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from alembic.operations import MigrateOperation
from alembic.operations.ops import (
    AddColumnOp,
    AddConstraintOp,
    AlterColumnOp,
    CreateIndexOp,
    CreateTableOp,
    DropColumnOp,
    DropTableOp,
    ModifyTableOps,
    UpgradeOps,
)
from sqlalchemy import Column

from tenantapp.rls.operations import CreateScopedForeignKeyOp

# Stable: one value for the rows that are there, of which PostgreSQL takes a note.
_STABLE = re.compile(r"\A(now|statement_timestamp|transaction_timestamp)\(\)\Z")


def hazards(upgrade_ops: UpgradeOps) -> list[str]:
    """Return one sentence for each operation on an existing table that locks, rewrites or removes much.

    Args:
        upgrade_ops: what the migration does.
    """
    operations = list(_flat(upgrade_ops.ops))
    new = {op.table_name for op in operations if isinstance(op, CreateTableOp)}
    return [sentence for op in operations if (sentence := _hazard(op, new)) is not None]


def _flat(operations: list[MigrateOperation]) -> Iterator[MigrateOperation]:
    for op in operations:
        if isinstance(op, ModifyTableOps):
            yield from op.ops
        else:
            yield op


def _hazard(op: MigrateOperation, new: set[str]) -> str | None:
    match op:
        case AddColumnOp() | AlterColumnOp() | DropColumnOp():
            return _column_hazard(op)
        case CreateIndexOp() if op.table_name not in new and not op.kw.get("postgresql_concurrently"):
            return (
                f"create_index {op.index_name}: stops writes to {op.table_name} while it is built; use "
                "op.create_index_concurrently in a migration of its own"
            )
        case AddConstraintOp() if (added := op.to_constraint()).table.name not in new:
            return f"{added.name}: is checked against all of {added.table.name} under lock"
        case CreateScopedForeignKeyOp() if op.table not in new:
            return f"{op.name}: is checked against all of {op.table} under lock on it and {op.referred}"
        case DropTableOp():
            return f"drop_table {op.table_name}: the running release must not use it any more"
    return None


def _column_hazard(op: AddColumnOp | AlterColumnOp | DropColumnOp) -> str | None:
    match op:
        case AddColumnOp() if not op.column.nullable and op.column.server_default is None:
            return (
                f"add_column {op.table_name}.{op.column.name}: NOT NULL without a default fails on rows; "
                "add it nullable, fill it, then SET NOT NULL in a later migration"
            )
        case AddColumnOp() if _is_computed_for_each_row(op.column):
            return (
                f"add_column {op.table_name}.{op.column.name}: a value for each row rewrites the table; "
                "add it without a default, fill it, then set the default"
            )
        case AlterColumnOp() if op.modify_type is not None:
            return f"alter_column {op.table_name}.{op.column_name}: another type may rewrite the table"
        case AlterColumnOp() if op.modify_nullable is False:
            return f"alter_column {op.table_name}.{op.column_name}: SET NOT NULL reads the table under lock"
        case DropColumnOp():
            return (
                f"drop_column {op.table_name}.{op.column_name}: the running release must not use it any more"
            )
    return None


def _is_computed_for_each_row(column: Column[Any]) -> bool:
    """Tell whether the rows that are there get a value each, not one for all of them."""
    if column.computed is not None or column.identity is not None:
        return True
    default = getattr(column.server_default, "arg", None)
    return "(" in str(default) and not _STABLE.search(str(default))
