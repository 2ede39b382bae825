"""Keys: foreign keys that are validated under FORCE, and primary keys, which Alembic does not compare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from typing import Any

import sqlalchemy as sa
from alembic.operations import MigrateOperation
from alembic.operations.ops import (
    CreateForeignKeyOp,
    CreatePrimaryKeyOp,
    DropConstraintOp,
    DropTableOp,
    ModifyTableOps,
    UpgradeOps,
)
from sqlalchemy.engine import Connection

from tenantapp.db.security import TableSecurity
from tenantapp.rls.catalog import LiveTable
from tenantapp.rls.operations import CreateScopedForeignKeyOp


def validate_truly(upgrade_ops: UpgradeOps, declared: Mapping[str, TableSecurity]) -> None:
    """Replace each foreign key between tables under FORCE that is added later by one that is validated."""
    for changes in upgrade_ops.ops:
        if isinstance(changes, ModifyTableOps):
            changes.ops = [_validated(op, declared) for op in changes.ops]


def _validated(op: MigrateOperation, declared: Mapping[str, TableSecurity]) -> MigrateOperation:
    if isinstance(op, DropConstraintOp) and op.constraint_type == "foreignkey":
        # Its downgrade adds it again, to tables that hold rows.
        created = _validated(op.reverse(), declared)
        return created.reverse() if isinstance(created, CreateScopedForeignKeyOp) else op
    if not isinstance(op, CreateForeignKeyOp):
        return op
    forced = [name for name in (op.source_table, op.referent_table) if _is_forced(name, declared)]
    if not forced:
        return op
    return CreateScopedForeignKeyOp(
        str(op.constraint_name),
        op.source_table,
        op.referent_table,
        tuple(op.local_cols),
        tuple(op.remote_cols),
        op.kw.get("ondelete"),
    )


def _is_forced(table: str, declared: Mapping[str, TableSecurity]) -> bool:
    return table in declared and bool(declared[table].policies)


def drop_referring_first(upgrade_ops: UpgradeOps) -> None:
    """Drop tables last, each after those that refer to it; Alembic drops them in no order."""
    drops = {str(op.to_table()): op for op in upgrade_ops.ops if isinstance(op, DropTableOp)}
    referring: dict[str, set[str]] = {name: set() for name in drops}
    for name, op in drops.items():
        for key in op.to_table().foreign_keys:
            referred = key.target_fullname.rpartition(".")[0]
            if referred in drops and referred != name:
                referring[referred].add(name)
    with suppress(CycleError):  # Whoever wrote a circle cuts it.
        ordered: list[MigrateOperation] = [
            drops[name] for name in TopologicalSorter(referring).static_order()
        ]
        upgrade_ops.ops = [op for op in upgrade_ops.ops if op not in ordered] + ordered


def primary_keys(
    connection: Connection, tables: Iterable[sa.Table], live: Mapping[str, LiveTable]
) -> Iterator[MigrateOperation]:
    """Yield what gives live tables the primary keys that the models declare."""
    inspector = sa.inspect(connection)
    for table in tables:
        if table.fullname not in live:
            continue
        found: Any = inspector.get_pk_constraint(table.name, table.schema)
        wanted = [column.name for column in table.primary_key.columns]
        if found["constrained_columns"] == wanted:
            continue
        if found["name"]:
            was = CreatePrimaryKeyOp(
                found["name"], table.name, found["constrained_columns"], schema=table.schema
            )
            yield was.reverse()
        yield CreatePrimaryKeyOp(table.primary_key.name, table.name, wanted, schema=table.schema)
