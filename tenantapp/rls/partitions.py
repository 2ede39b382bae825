"""A partition a month: made ahead of time, isolated as its table is, and taken away while empty."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic.util import CommandError
from sqlalchemy.engine import Connection

from tenantapp.models.security import Policy, tenant_policies
from tenantapp.models.sql_text import LONGEST_NAME, quoted
from tenantapp.rls.catalog import read_policies

_PARTITIONED = sa.text("""
    SELECT c.oid, c.relname AS name, p.partstrat AS strategy, p.partnatts AS columns,
           pg_catalog.format_type(a.atttypid, NULL) AS type
      FROM pg_catalog.pg_partitioned_table p JOIN pg_catalog.pg_class c ON c.oid = p.partrelid
      LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.partattrs[0]
     WHERE c.relnamespace = 'public'::regnamespace AND NOT c.relispartition
     ORDER BY c.relname
""")
_PARTITIONS = sa.text("""
    SELECT c.relname FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = CAST(:table AS regclass) ORDER BY c.relname
""")
# An instant is named with its zone: the session's own means nothing here.
_BOUNDS = {"date": "{}", "timestamp with time zone": "{} 00:00:00+00"}


class MonthlyPartition(NamedTuple):
    """A partition of one month, from its first day to the next month's, in UTC."""

    table: str
    partition: str
    begins: date
    ends: date


def partitioned_tables(connection: Connection) -> dict[str, bool]:
    """Return the partitioned tables by name, and whether each may have a partition a month."""
    return {row.name: _is_monthly(row) for row in connection.execute(_PARTITIONED)}


def create_monthly_partitions(
    connection: Connection, table: str, months: int, today: date
) -> list[MonthlyPartition]:
    """Make the partitions of this month and the next ones that are missing, and return them.

    Each has row-level security forced and the tenant's policies before anybody can see it, and no grants.

    Args:
        connection: the owner's, in a transaction.
        table: the partitioned table's name.
        months: how many months after this one.
        today: the day, in UTC.

    Raises:
        CommandError: the table is not partitioned by time, has no tenant policy, or its name is too long.
    """
    found = _monthly(connection, table)
    predicate = _predicate(connection, found)
    there = set(connection.scalars(_PARTITIONS, {"table": quoted(table)}))
    wanted = (_partition(table, today, ahead) for ahead in range(months + 1))
    missing = [each for each in wanted if each.partition not in there]
    for each in missing:
        policies = tenant_policies(each.partition, predicate)
        _require_short(table, [each.partition, *(policy.name for policy in policies)])
        _create(connection, each, _BOUNDS[found.type], policies)
    return missing


def drop_empty_partitions(connection: Connection, table: str) -> list[str]:
    """Drop the table's monthly partitions that hold no row of any tenant, and return their names.

    Args:
        connection: the owner's, in a transaction.
        table: the partitioned table's name.

    Raises:
        CommandError: the table is not partitioned by time.
    """
    _monthly(connection, table)
    return [name for name in partitions_named(connection, table, table) if _dropped(connection, name)]


def partitions_named(connection: Connection, table: str, after: str) -> list[str]:
    """Return those partitions of a table that are named after a table, such as itself, and a month."""
    ours = re.compile(re.escape(after) + r"_\d{4}_\d{2}")
    names = connection.scalars(_PARTITIONS, {"table": quoted(table)})
    return [name for name in names if ours.fullmatch(name)]


def _partition(table: str, today: date, ahead: int) -> MonthlyPartition:
    begins = _month(today, ahead)
    return MonthlyPartition(
        table, f"{table}_{begins.year:04}_{begins.month:02}", begins, _month(today, ahead + 1)
    )


def _month(today: date, ahead: int) -> date:
    years, month = divmod(today.year * 12 + today.month - 1 + ahead, 12)
    return date(years, month + 1, 1)


def _monthly(connection: Connection, table: str) -> Any:
    for row in connection.execute(_PARTITIONED):
        if row.name == table and _is_monthly(row):
            return row
    raise CommandError(
        f"{table}: only a table that is partitioned by RANGE over one column of type date or timestamptz has "
        "partitions by month"
    )


def _is_monthly(row: Any) -> bool:
    return row.strategy == "r" and row.columns == 1 and row.type in _BOUNDS


def _predicate(connection: Connection, table: Any) -> str:
    name = f"{table.name}_tenant_isolation"
    for _, policy in read_policies(connection, [table.oid]):
        if policy.name == name and policy.using is not None:
            return policy.using
    raise CommandError(f"{table.name}: it has no policy {name}, which its partitions would be isolated by")


def _require_short(table: str, names: list[str]) -> None:
    longest = max(names, key=lambda name: len(name.encode()))
    if len(longest.encode()) > LONGEST_NAME:
        raise CommandError(
            f"{table}: the name {longest!r} has {len(longest.encode())} bytes, of which PostgreSQL keeps "
            f"{LONGEST_NAME}: shorten the name of the table"
        )


def _create(connection: Connection, made: MonthlyPartition, bound: str, policies: tuple[Policy, ...]) -> None:
    name = quoted(made.partition)
    begins, ends = bound.format(made.begins), bound.format(made.ends)
    _run(
        connection,
        f"CREATE TABLE {name} PARTITION OF {quoted(made.table)} FOR VALUES FROM ('{begins}') TO ('{ends}')",
    )
    _run(connection, f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    for policy in policies:
        kind = "PERMISSIVE" if policy.permissive else "RESTRICTIVE"
        _run(
            connection,
            f"CREATE POLICY {quoted(policy.name)} ON {name} AS {kind} "
            f"USING ({policy.using}) WITH CHECK ({policy.check})",
        )


def _dropped(connection: Connection, name: str) -> bool:
    """Drop a partition, unless it holds rows: the owner sees them while FORCE rests, and nobody adds any."""
    savepoint = connection.begin_nested()
    _run(connection, f"ALTER TABLE {quoted(name)} NO FORCE ROW LEVEL SECURITY")
    if connection.scalar(sa.select(sa.select(sa.literal(1)).select_from(sa.table(name)).exists())):
        savepoint.rollback()
        return False
    _run(connection, f"DROP TABLE {quoted(name)}")
    savepoint.commit()
    return True


def _run(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement.replace("%", "%%"))
