"""The columns that statements are made of, and the values that they are compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.isolation.tables import owner_of, scoped_tables
from tests.isolation.world import World

_COLUMNS = """
    SELECT a.attrelid::regclass::text AS table, a.attname::text AS name, t.typname::text AS type,
           NOT a.attnotnull AS nullable, a.attnum AS number
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = ANY (%s::regclass[]) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    ORDER BY a.attrelid, a.attnum
"""
_VALUES = """
    SELECT DISTINCT quote_literal("{c}"::text) FROM "{t}" WHERE "{owner}" = %s AND "{c}" IS NOT NULL
    ORDER BY 1
"""
_CHECKS_DROPPED = """
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) FROM pg_constraint
    WHERE contype = 'c' AND connamespace = 'public'::regnamespace AND conparentid = 0
"""
# What another value of each type is, as long as the one that was there. Arrays get longer.
_OTHERS = {
    "bool": "NOT {c}",
    "int4": "{c} + 6",
    "text": "translate({c}, 'abcdefnt0123', 'nopqrs45abef')",
    "varchar": "translate({c}, 'abcdefnt0123', 'nopqrs45abef')",
    "uuid": "md5({c}::text)::uuid",
    "timestamptz": "{c} + interval '400 days'",
    "date": "{c} + 400",
    "jsonb": "'{{\"other\": 1}}'::jsonb",
    "bytea": "sha256({c})",
    "_text": "{c} || 'other'::text",
    "_varchar": "{c} || 'other'::varchar",
}
# What stands where nothing stood.
_FIRST = {
    "bool": "true",
    "int4": "7",
    "text": "'other'",
    "varchar": "'other'",
    "uuid": "gen_random_uuid()",
    "timestamptz": "'2020-02-02'",
    "date": "'2020-02-02'",
    "jsonb": "'{{}}'",
    "bytea": "'other'",
    "_text": "'{{other}}'",
    "_varchar": "'{{other}}'",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column, and some values of B's as literals: what A cannot meet among its own rows."""

    name: str
    type: str
    nullable: bool
    number: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A tenants' table: the column that says whose a row is, and the others."""

    name: str
    owner: str
    columns: tuple[Column, ...]

    def of(self, *types: str) -> list[Column]:
        """Return the columns of some types."""
        return [column for column in self.columns if column.type in types]


def read_tables(world: World) -> tuple[Table, ...]:
    """Read the tenants' tables and what they hold."""
    owners = {table.name: owner_of(table).name for table in scoped_tables()}
    columns: dict[str, list[Column]] = {name: [] for name in sorted(owners)}
    with world.server.connect("bootstrap", world.database) as superuser:
        for table, name, kind, nullable, number in superuser.execute(_COLUMNS, (list(owners),)).fetchall():
            if name != owners[table]:
                query = _VALUES.format(c=name, t=table, owner=owners[table])
                values = tuple(row[0] for row in superuser.execute(query, (world.b.id,)).fetchall())
                columns[table].append(Column(name, kind, nullable, number, values))
    return tuple(Table(name, owners[name], tuple(found)) for name, found in columns.items())


def rewrite(world: World, tables: Sequence[Table], *, others: bool) -> None:
    """Write all of B's rows anew, with other values or with the same: both databases are laid out alike."""
    with world.server.connect("bootstrap", world.database) as superuser:
        superuser.execute("SET session_replication_role = replica")
        for (statement,) in superuser.execute(_CHECKS_DROPPED).fetchall():
            superuser.execute(statement)
        for table in tables:
            written = ", ".join(
                f'"{column.name}" = {_another(column) if others else "{c}"}'.format(c=f'"{column.name}"')
                for column in table.columns
            )
            superuser.execute(f'UPDATE {table.name} SET {written} WHERE "{table.owner}" = %s', (world.b.id,))
        superuser.execute("VACUUM FREEZE")


def _another(column: Column) -> str:
    """Return another value; every second column that may be empty is emptied, or filled if it was empty."""
    first, other = _FIRST[column.type], _OTHERS[column.type]
    if column.nullable and column.number % 2:
        return f"CASE WHEN {{c}} IS NULL THEN {first}::{column.type} END"
    return other
