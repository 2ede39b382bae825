"""Keys: foreign keys that are validated under FORCE, and primary keys, which Alembic does not compare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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

_OPTIONS = ("ondelete", "onupdate", "deferrable", "initially")


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


def _named(op: CreateTableOp | DropTableOp) -> str:
    return _fully(op.table_name, op.schema)


def _target(key: sa.ForeignKeyConstraint) -> str:
    return key.elements[0].target_fullname.rpartition(".")[0]


def _later_key(op: CreateTableOp, key: sa.ForeignKeyConstraint) -> CreateScopedForeignKeyOp:
    referred = tuple(element.target_fullname.rpartition(".")[2] for element in key.elements)
    return CreateScopedForeignKeyOp(
        str(key.name),
        _named(op),
        _target(key),
        tuple(key.column_keys),
        referred,
        *(getattr(key, name) for name in _OPTIONS),
    )


def _validated(op: MigrateOperation, declared: Mapping[str, TableSecurity]) -> MigrateOperation:
    if isinstance(op, DropConstraintOp) and op.constraint_type == "foreignkey":
        # Its downgrade adds it again, to tables that hold rows.
        created = _validated(op.reverse(), declared)
        return created.reverse() if isinstance(created, CreateScopedForeignKeyOp) else op
    if not isinstance(op, CreateForeignKeyOp):
        return op
    table = _fully(op.source_table, op.kw.get("source_schema"))
    referred = _fully(op.referent_table, op.kw.get("referent_schema"))
    if not (_is_forced(table, declared) or _is_forced(referred, declared)):
        return op
    return CreateScopedForeignKeyOp(
        str(op.constraint_name),
        table,
        referred,
        tuple(op.local_cols),
        tuple(op.remote_cols),
        *(op.kw.get(name) for name in _OPTIONS),
    )


def _fully(table: str, schema: str | None) -> str:
    return table if schema is None else f"{schema}.{table}"


def _is_forced(table: str, declared: Mapping[str, TableSecurity]) -> bool:
    return table in declared and bool(declared[table].policies)


def referring_first(found: Iterable[MigrateOperation]) -> list[MigrateOperation]:
    """Return operations with the tables that are dropped last, each after those that refer to it.

    Where they refer to each other in a circle, keys are dropped before them.
    """
    ops = list(found)
    drops = {_named(op): op for op in ops if isinstance(op, DropTableOp)}
    rest = [op for op in ops if not isinstance(op, DropTableOp)]
    keys: list[MigrateOperation] = []
    while True:
        try:
            order = [*TopologicalSorter(_referring(drops)).static_order()]
        except CycleError as circle:
            referring, referred = circle.args[1][:2]
            drops[referring], cut = _cut(drops[referring], referred)
            keys += cut
        else:
            return [*rest, *keys, *(drops[name] for name in order)]


def _referring(drops: Mapping[str, DropTableOp]) -> dict[str, set[str]]:
    """Return, by table that is dropped, the others that refer to it and go too."""
    referring: dict[str, set[str]] = {name: set() for name in drops}
    for name, op in drops.items():
        for key in _keys(op.reverse()):
            if _target(key) in drops and _target(key) != name:
                referring[_target(key)].add(name)
    return referring


def _cut(op: DropTableOp, referred: str) -> tuple[DropTableOp, list[MigrateOperation]]:
    """Return what drops a table without its keys to another, and what drops these before."""
    create = op.reverse()
    keys = [key for key in _keys(create) if _target(key) == referred]
    # By identity: SQLAlchemy compares into SQL.
    create.columns = [item for item in create.columns if not any(item is key for key in keys)]
    return DropTableOp.from_table(create.to_table()), [_later_key(create, key).reverse() for key in keys]


def _keys(op: CreateTableOp) -> list[sa.ForeignKeyConstraint]:
    return [item for item in op.columns if isinstance(item, sa.ForeignKeyConstraint)]


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
