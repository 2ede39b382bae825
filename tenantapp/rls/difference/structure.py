"""What tables consist of: types, defaults, checks, indexes and kept columns that differ from the models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrateOperation
from alembic.operations.ops import (
    AddColumnOp,
    AlterColumnOp,
    CreateCheckConstraintOp,
    CreateIndexOp,
    DropColumnOp,
    DropConstraintOp,
    DropIndexOp,
    DropTableOp,
    ModifyTableOps,
)
from alembic.util import PriorityDispatchResult

from tenantapp.models.sql_text import quoted
from tenantapp.rls.dependents import checks_of, generated_from, indexes_of
from tenantapp.rls.difference.checks import checks_to_create, take_checks_as_shown, without_check
from tenantapp.rls.operations import DropIndexAsOp
from tenantapp.rls.rendering import oid_of
from tenantapp.rls.structure import Structure, read_declared, read_live, read_structures

_PARTITIONED_BY = sa.text("SELECT pg_catalog.pg_get_partkeydef(CAST(:table AS regclass))")
_LIVE, _KNOWN = "live_structures", "known_structures"


def compare_column(
    context: AutogenContext,
    change: AlterColumnOp,
    schema: str | None,
    table: str,
    column: str,
    live: sa.Column[Any],
    declared: sa.Column[Any],
) -> PriorityDispatchResult:
    """Tell in `change` which type and default a live column is to get."""
    pair = _structures(context, schema, table, declared.table)
    if pair is None:
        return PriorityDispatchResult.CONTINUE
    was, becomes = pair
    differs = was.types[column] != becomes.types[column]
    change.existing_type, change.modify_type = live.type, declared.type if differs else None
    change.existing_server_default = live.server_default
    if not (column in becomes.generated or column in was.generated) and (
        was.defaults.get(column) != becomes.defaults.get(column)
    ):
        change.modify_server_default = declared.server_default
    return PriorityDispatchResult.CONTINUE


def compare_table(
    context: AutogenContext,
    changes: ModifyTableOps,
    schema: str | None,
    table: str,
    live: sa.Table | None,
    declared: sa.Table | None,
) -> PriorityDispatchResult:
    """Add to what Alembic has found of a table that is there what it does not compare."""
    connection = context.connection
    if live is None or connection is None:
        return PriorityDispatchResult.CONTINUE
    name = table if schema is None else f"{schema}.{table}"
    if declared is None:
        oid = oid_of(connection, name)
        take_checks_as_shown(live)
        changes.ops = list(_exactly(changes.ops, live, read_structures(connection, [oid])[oid]))
        return PriorityDispatchResult.CONTINUE
    pair = _structures(context, schema, table, declared)
    if pair is not None:
        changes.ops = list(_changes(connection, changes.ops, live, declared, *pair))
    return PriorityDispatchResult.CONTINUE


def _structures(
    context: AutogenContext, schema: str | None, table: str, declared: sa.Table
) -> tuple[Structure, Structure] | None:
    """Return the structure that a table has and the one that it should have, of which each is read once."""
    connection = context.connection
    assert connection is not None  # noqa: S101 - autogenerate always has one
    if _LIVE not in context.opts:
        context.opts[_LIVE] = read_live(connection)
        context.opts[_KNOWN] = {}
    known: dict[str, tuple[Structure, Structure] | None] = context.opts[_KNOWN]
    name = table if schema is None else f"{schema}.{table}"
    if name not in known:
        was = context.opts[_LIVE][name]
        becomes = read_declared(connection, declared, was)
        known[name] = None if becomes is None else (was, becomes)
    return known[name]


def _changes(
    connection: sa.Connection,
    found: list[MigrateOperation],
    live: sa.Table,
    declared: sa.Table,
    was: Structure,
    becomes: Structure,
) -> Iterator[MigrateOperation]:
    """Yield what Alembic has found, with what must be gone before it and what can only come after it.

    Indexes are compared here alone: Alembic takes some expressions for different that are the same.
    """
    kept = [op for op in found if not isinstance(op, CreateIndexOp | DropIndexOp)]
    remade = _remade_columns(connection, kept, live, declared, was, becomes)
    indexes = _differing(was.indexes, becomes.indexes)
    indexes |= indexes_of(connection, live.fullname, remade) & was.indexes.keys()
    checks = _differing(was.checks, becomes.checks)
    checks |= checks_of(connection, live.fullname, remade) & was.checks.keys()
    keys = _keys_in_the_way(kept, live, remade)
    for name in sorted(checks & was.checks.keys()):
        yield without_check(live, name, was.checks[name])
    for name in sorted(indexes & was.indexes.keys()):
        yield _without_index(live, name, was)
    yield from keys
    # One that is made anew has its type and default from there.
    yield from (op for op in kept if not (isinstance(op, AlterColumnOp) and op.column_name in remade))
    for name in remade:
        yield DropColumnOp.from_column_and_tablename(live.schema, live.name, live.columns[name])
        yield AddColumnOp.from_column_and_tablename(live.schema, live.name, declared.columns[name])
    yield from (key.reverse() for key in keys)
    for index in _named(connection, declared.indexes, indexes):
        yield CreateIndexOp.from_index(index)
    for check in _named(connection, checks_to_create(declared, kept), checks):
        yield CreateCheckConstraintOp.from_constraint(check)


def _keys_in_the_way(
    found: Iterable[MigrateOperation], live: sa.Table, remade: list[str]
) -> list[DropConstraintOp]:
    """Return what drops the unique keys that stay as they are, of columns that are made anew."""
    going = {op.constraint_name for op in found if isinstance(op, DropConstraintOp)}
    # By name: Alembic adds each that it reads to those that SQLAlchemy has read.
    keys = {
        str(key.name): key
        for key in live.constraints
        if isinstance(key, sa.UniqueConstraint) and not set(remade).isdisjoint(key.columns.keys())
    }
    return [DropConstraintOp.from_constraint(key) for name, key in keys.items() if name not in going]


def keep_partitioning(connection: sa.Connection, found: Iterable[MigrateOperation]) -> None:
    """Have the tables that are dropped come back partitioned as they are: Alembic does not read it."""
    for op in found:
        if isinstance(op, DropTableOp):
            table = op.table_name if op.schema is None else f"{op.schema}.{op.table_name}"
            by = connection.scalar(_PARTITIONED_BY, {"table": quoted(table)})
            if by is not None:
                op.table_kw["postgresql_partition_by"] = by


def in_turn(found: Iterable[MigrateOperation]) -> list[MigrateOperation]:
    """Return the changes of a table in an order that PostgreSQL takes, there and, reversed, back.

    A kept column goes before a column that it is computed from changes or goes, and comes after it.
    """
    ops = list(found)
    again = {op.column.name for op in ops if isinstance(op, AddColumnOp)}
    return sorted(ops, key=lambda op: _turn(op, again))


def _turn(op: MigrateOperation, again: set[str]) -> int:
    match op:
        case DropConstraintOp() | DropIndexAsOp():
            return 0
        case DropColumnOp():
            return 1 if op.to_column().computed is not None or op.column_name in again else 5
        case AddColumnOp():
            return 2 if op.column.computed is None else 3
        case AlterColumnOp():
            return 2
    return 4


def _remade_columns(
    connection: sa.Connection,
    found: Iterable[MigrateOperation],
    live: sa.Table,
    declared: sa.Table,
    was: Structure,
    becomes: Structure,
) -> list[str]:
    """Return the columns that PostgreSQL can only drop and add: kept ones that are computed otherwise.

    One that is computed from a column of another type is one of them.
    """
    retyped = [op.column_name for op in found if isinstance(op, AlterColumnOp) and op.modify_type is not None]
    names = was.generated.keys() | becomes.generated.keys()
    differing = {name for name in names if was.generated.get(name) != becomes.generated.get(name)}
    differing |= generated_from(connection, live.fullname, retyped)
    return sorted(name for name in differing if name in live.columns and name in declared.columns)


def _exactly(found: Iterable[MigrateOperation], live: sa.Table, was: Structure) -> Iterator[MigrateOperation]:
    """Yield operations in which an index that is dropped can be made again just as it was."""
    for op in found:
        is_known = isinstance(op, DropIndexOp) and str(op.index_name) in was.indexes
        yield _without_index(live, str(op.index_name), was) if is_known else op  # type: ignore[attr-defined]


def _differing(was: dict[str, Any], becomes: dict[str, Any]) -> set[str]:
    return {name for name in was.keys() | becomes.keys() if was.get(name) != becomes.get(name)}


def _without_index(table: sa.Table, name: str, was: Structure) -> DropIndexAsOp:
    on, fully = quoted(table.name), quoted(table.fullname)
    return DropIndexAsOp(
        name, table.schema, was.indexes[name].text.replace(f" {on} USING", f" {fully} USING", 1)
    )


def _named(connection: sa.Connection, items: Iterable[Any], names: set[str]) -> list[Any]:
    """Return those of a table's constraints or indexes that have one of `names` in the database."""
    preparer = connection.dialect.identifier_preparer
    found = {}
    for item in items:
        written = (
            preparer.format_index(item) if isinstance(item, sa.Index) else preparer.format_constraint(item)
        )
        found[written] = item
    return [found[quoted(name)] for name in sorted(names) if quoted(name) in found]
