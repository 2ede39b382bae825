"""Keys: foreign keys that are validated under FORCE, and primary keys, which Alembic does not compare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter

import sqlalchemy as sa
from alembic.operations import MigrateOperation
from alembic.operations.ops import (
    CreateForeignKeyOp,
    CreatePrimaryKeyOp,
    CreateTableOp,
    DropConstraintOp,
    DropTableOp,
    ModifyTableOps,
)
from sqlalchemy.engine import Connection

from tenantapp.models.security import TableSecurity
from tenantapp.rls.catalog import LiveTable, read_primary_keys
from tenantapp.rls.operations import CreateScopedForeignKeyOp


def validated_truly(
    found: Iterable[MigrateOperation], declared: Mapping[str, TableSecurity]
) -> Iterator[MigrateOperation]:
    """Yield operations in which each foreign key that is added to tables under FORCE is validated."""
    for op in found:
        if isinstance(op, ModifyTableOps):
            ops = [_validated(change, declared) for change in op.ops]
            yield ModifyTableOps(op.table_name, ops, schema=op.schema)
        else:
            yield op


def cut_circles(found: Iterable[MigrateOperation]) -> Iterator[MigrateOperation]:
    """Yield operations in which a foreign key to a table that is created later comes after all tables."""
    ops = list(found)
    later = [_named(op) for op in ops if isinstance(op, CreateTableOp)]
    keys: list[MigrateOperation] = []
    for op in ops:
        if isinstance(op, CreateTableOp):
            later.remove(_named(op))
            items, op.columns = op.columns, []
            for item in items:
                if isinstance(item, sa.ForeignKeyConstraint) and _target(item) in later:
                    keys.append(_later_key(op, item))
                else:
                    op.columns = [*op.columns, item]
        yield op
    yield from keys


def _named(op: CreateTableOp) -> str:
    return op.table_name if op.schema is None else f"{op.schema}.{op.table_name}"


def _target(key: sa.ForeignKeyConstraint) -> str:
    return key.elements[0].target_fullname.rpartition(".")[0]


def _later_key(op: CreateTableOp, key: sa.ForeignKeyConstraint) -> CreateScopedForeignKeyOp:
    referred = tuple(element.target_fullname.rpartition(".")[2] for element in key.elements)
    return CreateScopedForeignKeyOp(
        str(key.name), _named(op), _target(key), tuple(key.column_keys), referred, key.ondelete
    )


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
        *(op.kw.get(name) for name in ("ondelete", "onupdate", "deferrable", "initially")),
    )


def _is_forced(table: str, declared: Mapping[str, TableSecurity]) -> bool:
    return table in declared and bool(declared[table].policies)


def referring_first(found: Iterable[MigrateOperation]) -> list[MigrateOperation]:
    """Return operations with the tables that are dropped last, each after those that refer to it."""
    ops = list(found)
    drops = {str(op.to_table()): op for op in ops if isinstance(op, DropTableOp)}
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
        return [op for op in ops if op not in ordered] + ordered
    return ops


def primary_keys(
    connection: Connection, tables: Iterable[sa.Table], live: Mapping[str, LiveTable]
) -> Iterator[MigrateOperation]:
    """Yield what gives live tables the primary keys that the models declare."""
    found = read_primary_keys(connection, [table.oid for table in live.values()])
    for table in tables:
        if table.fullname not in live:
            continue
        key = found.get(live[table.fullname].oid)
        wanted = [column.name for column in table.primary_key.columns]
        if key is not None and key.columns == wanted:
            continue
        if key is not None:
            yield CreatePrimaryKeyOp(key.name, table.name, key.columns, schema=table.schema).reverse()
        yield CreatePrimaryKeyOp(table.primary_key.name, table.name, wanted, schema=table.schema)
