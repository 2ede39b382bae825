"""What the models declare against what isolates the live tables: the difference, as operations.

`flask db migrate` renders them, `flask db check` fails on them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeGuard

from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrateOperation
from alembic.operations.ops import (
    AddColumnOp,
    AlterColumnOp,
    DropColumnOp,
    DropTableOp,
    ModifyTableOps,
    UpgradeOps,
)
from alembic.runtime.plugins import Plugin
from alembic.util import CommandError, DispatchPriority, PriorityDispatchResult
from sqlalchemy.engine import Connection

from tenantapp.models.errors import UndeclaredIsolation
from tenantapp.models.scoped import declared_security
from tenantapp.models.security import Grant, TableSecurity, tenant_policies
from tenantapp.postgres.roles import RoleNames
from tenantapp.rls.catalog import LiveTable, read_tables
from tenantapp.rls.dependents import policies_of, policies_over, views_of
from tenantapp.rls.difference import functions, keys, structure, tables, views
from tenantapp.rls.rendering import render_policies

_ALEMBICS = {
    "alembic_version": TableSecurity(
        grants=(Grant("app", ("SELECT",)), Grant("platform", ("SELECT",))),
        unscoped_because="it tells which schema this is",
    )
}


def compare_security(
    context: AutogenContext, upgrade_ops: UpgradeOps, _schemas: set[str | None]
) -> PriorityDispatchResult:
    """Add to `upgrade_ops` what would make the live database isolate as the models declare.

    The order: what uses a table goes before the table changes, and comes after it. Policies may read views,
    so they go first and come last. The downgrade is the same list backwards, in which the same holds.
    """
    connection = context.connection
    assert connection is not None  # noqa: S101 - autogenerate always has one
    names: RoleNames = context.opts["role_names"]
    live = read_tables(connection)
    declared = _with_partitions(_declared(live), live)
    rendered = render_policies(
        connection, {table: security.policies for table, security in declared.items() if table in live}
    )
    used = _users_of_what_changes(connection, upgrade_ops, declared)
    dropped_views, created_views = views.difference(connection, declared, used.views, names)
    there = [(table, security) for table, security in sorted(declared.items()) if table in live]
    going = _dropped_columns(upgrade_ops)
    upgrade_ops.ops = [
        *(
            op
            for table, _ in there
            for op in tables.dropped_policies(
                table, live[table], rendered.get(table, {}), used.policies, names
            )
        ),
        *dropped_views,
        *(op for table in live for op in tables.revoked(table, live[table], going.get(table, ()), names)),
        *_changed_tables(connection, upgrade_ops, declared, live, names),
        *keys.primary_keys(connection, context.sorted_tables, live),
        *functions.difference(connection, names),
        *created_views,
        *(
            op
            for table, security in sorted(declared.items())
            if table not in live
            for op in tables.whole(table, security)
        ),
        *(
            op
            for table, security in there
            for op in tables.difference(
                table, security, live[table], rendered.get(table, {}), used.policies, names
            )
        ),
    ]
    return PriorityDispatchResult.CONTINUE


@dataclass(frozen=True, slots=True)
class Users:
    """What uses columns and views that change: views by oid, policies by their tables and names."""

    views: set[int]
    policies: set[tuple[str, str]]


def _users_of_what_changes(
    connection: Connection, upgrade_ops: UpgradeOps, declared: Mapping[str, TableSecurity]
) -> Users:
    found = Users(set(), set())
    for changes in upgrade_ops.ops:
        if isinstance(changes, ModifyTableOps):
            table = changes.table_name if changes.schema is None else f"{changes.schema}.{changes.table_name}"
            columns = [op.column_name for op in changes.ops if _replaces_column(op)]
            found.views.update(views_of(connection, table, columns) if columns else ())
            found.policies.update(policies_of(connection, table, columns) if columns else ())
    found.views.update(views.changing(connection, declared, found.views, _widened(upgrade_ops)))
    found.policies.update(policies_over(connection, found.views))
    return found


def _widened(upgrade_ops: UpgradeOps) -> set[str]:
    """Return the tables that get columns."""
    return {
        changes.table_name
        for changes in upgrade_ops.ops
        if isinstance(changes, ModifyTableOps) and any(isinstance(op, AddColumnOp) for op in changes.ops)
    }


def _dropped_columns(upgrade_ops: UpgradeOps) -> dict[str, set[str]]:
    """Return, by table, the columns that are dropped, also those that are made anew."""
    return {
        changes.table_name if changes.schema is None else f"{changes.schema}.{changes.table_name}": {
            op.column_name for op in changes.ops if isinstance(op, DropColumnOp)
        }
        for changes in upgrade_ops.ops
        if isinstance(changes, ModifyTableOps)
    }


def _replaces_column(op: MigrateOperation) -> TypeGuard[AlterColumnOp | DropColumnOp]:
    return isinstance(op, DropColumnOp) or (isinstance(op, AlterColumnOp) and op.modify_type is not None)


def _changed_tables(
    connection: Connection,
    upgrade_ops: UpgradeOps,
    declared: Mapping[str, TableSecurity],
    live: dict[str, LiveTable],
    names: RoleNames,
) -> Iterator[MigrateOperation]:
    """Yield what Alembic has found: referring tables dropped first, foreign keys validated under FORCE."""
    structure.keep_partitioning(connection, upgrade_ops.ops)
    for op in keys.referring_first(keys.cut_circles(keys.validated_truly(upgrade_ops.ops, declared))):
        if isinstance(op, DropTableOp):
            # Before each table that is dropped what isolates it, so that the downgrade brings it back.
            table = op.table_name if op.schema is None else f"{op.schema}.{op.table_name}"
            yield from tables.taken_down(table, live[table], names)
        if isinstance(op, ModifyTableOps):
            op.ops = structure.in_turn(op.ops)
        yield op


def _declared(live: dict[str, LiveTable]) -> dict[str, TableSecurity]:
    """Return what the models declare, and what Alembic's own table is given.

    Raises:
        CommandError: a model declares nothing.
    """
    try:
        declared = declared_security()
    except UndeclaredIsolation as error:
        raise CommandError(str(error)) from error
    return declared | {name: security for name, security in _ALEMBICS.items() if name in live}


def _with_partitions(
    declared: dict[str, TableSecurity], live: dict[str, LiveTable]
) -> dict[str, TableSecurity]:
    """Return what is declared, with each partition isolated as its parent is, and granted to nobody.

    A partition that is addressed directly is guarded by its own policies alone.
    """
    partitions = {}
    for name, table in live.items():
        root = table
        while root.partition_of in live and root.partition_of not in declared:
            root = live[root.partition_of]
        parent = declared.get(root.partition_of or "")
        if parent is not None and parent.policies:
            partitions[name] = TableSecurity(tenant_policies(name, parent.policies[0].using))
    return declared | partitions


_PLUGIN = Plugin("tenantapp.rls")
# After Alembic's own, of whose findings they make more.
_PLUGIN.add_autogenerate_comparator(structure.compare_column, "column", priority=DispatchPriority.LAST)
_PLUGIN.add_autogenerate_comparator(structure.compare_table, "table", priority=DispatchPriority.LAST)
_PLUGIN.add_autogenerate_comparator(compare_security, "schema", priority=DispatchPriority.LAST)
