"""What the models declare against what isolates the live tables: the difference, as operations.

`flask db migrate` renders them, `flask db check` fails on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrateOperation
from alembic.operations.ops import DropTableOp, UpgradeOps
from alembic.runtime.plugins import Plugin
from alembic.util import CommandError, DispatchPriority, PriorityDispatchResult
from sqlalchemy.engine import Connection

from tenantapp.db.errors import UndeclaredIsolation
from tenantapp.db.models import declared_security
from tenantapp.db.roles import RoleNames
from tenantapp.db.security import Grant, TableSecurity, tenant_policies
from tenantapp.rls.catalog import LiveTable, read_tables
from tenantapp.rls.difference import functions, keys, tables, views
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

    Two orders matter. Views, policies and grants are dropped before their table, and created after it. A
    table is dropped after those that refer to it. Within a step no order matters; tables are sorted there so
    that the same difference is always written in the same way.
    """
    connection = context.connection
    assert connection is not None  # noqa: S101 - autogenerate always has one
    names: RoleNames = context.opts["role_names"]
    live = read_tables(connection)
    declared = _with_partitions(_declared(live), live)
    dropped_views, created_views = views.difference(connection, declared, names)
    drops = [op for op in upgrade_ops.ops if isinstance(op, DropTableOp)]
    others = [op for op in upgrade_ops.ops if not isinstance(op, DropTableOp)]
    upgrade_ops.ops = [
        # A view stands in the way of a change of its columns.
        *dropped_views,
        *keys.validated(others, declared),
        *_taken_down(keys.referring_first(drops), live, names),
        # Only what is there by now can be isolated.
        *_isolated(connection, declared, live, names),
        *keys.primary_keys(connection, context.sorted_tables, live),
        *functions.difference(connection, names),
        # A view reads tables, and may call functions.
        *created_views,
    ]
    return PriorityDispatchResult.CONTINUE


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


def _isolated(
    connection: Connection,
    declared: Mapping[str, TableSecurity],
    live: Mapping[str, LiveTable],
    names: RoleNames,
) -> Iterator[MigrateOperation]:
    """Yield what isolates each declared table: all of it where the table is new, else what it lacks."""
    rendered = render_policies(
        connection, {table: security.policies for table, security in declared.items() if table in live}
    )
    for table, security in sorted(declared.items()):
        found = live.get(table)
        if found is None:
            yield from tables.whole(table, security)
        else:
            yield from tables.difference(table, security, found, rendered.get(table, {}), names)


def _taken_down(
    drops: Iterable[DropTableOp], live: Mapping[str, LiveTable], names: RoleNames
) -> Iterator[MigrateOperation]:
    """Yield each drop of a table after what takes its isolation away, which the downgrade brings back."""
    for op in drops:
        table = op.table_name if op.schema is None else f"{op.schema}.{op.table_name}"
        yield from tables.taken_down(table, live[table], names)
        yield op


# After the tables: what isolates a table can only be there once the table is.
Plugin("tenantapp.rls").add_autogenerate_comparator(
    compare_security, "schema", priority=DispatchPriority.LAST
)
