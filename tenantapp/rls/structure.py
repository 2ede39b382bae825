"""What a table consists of, as the server shows it: of live tables, and of those that the models declare.

Only the server's own rendering can be compared with the server's own. A declared table is made as a temporary
one of the same name, in which what names the table means the same. It is read and rolled back: that locks
nothing which is in use.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from alembic.util import CommandError
from psycopg import errors as pg
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement

from tenantapp.models.base import Base
from tenantapp.models.functions import FUNCTIONS
from tenantapp.models.sql_text import quoted
from tenantapp.rls.catalog import read_functions, read_tables
from tenantapp.rls.implementation import as_statement
from tenantapp.rls.rendering import PREFER_LIVE, execute, oid_of, rolled_back

_COLUMNS = """
    SELECT a.attrelid AS oid, a.attname AS name,
           pg_catalog.format_type(a.atttypid, a.atttypmod)
             || CASE WHEN a.attcollation IN (t.typcollation, 0) THEN ''
                     ELSE ' COLLATE ' || a.attcollation::regcollation::text END AS type,
           a.attgenerated <> '' AS generated, pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS expression
      FROM pg_catalog.pg_attribute a
      JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
      LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE a.attrelid = ANY (:oids) AND a.attnum > 0 AND NOT a.attisdropped
"""
_CHECKS = """
    SELECT k.conrelid AS oid, k.conname AS name, pg_catalog.pg_get_expr(k.conbin, k.conrelid) AS condition,
           k.convalidated AND NOT k.connoinherit AS whole,
           pg_catalog.pg_get_constraintdef(k.oid) AS definition
      FROM pg_catalog.pg_constraint k
     WHERE k.conrelid = ANY (:oids) AND k.contype = 'c'
"""
# An index as the server would make it anew, but for where its table is.
_INDEXES = """
    SELECT i.indrelid AS oid, c.relname AS name, i.indisvalid AND i.indisready AS whole,
           pg_catalog.replace(
             -- Of a partitioned table the server shows an index without those of the partitions.
             pg_catalog.replace(pg_catalog.pg_get_indexdef(i.indexrelid),
                                pg_catalog.format('ON ONLY %I.%I USING', n.name, t.relname),
                                pg_catalog.format('ON %I.%I USING', n.name, t.relname)),
             pg_catalog.format('%I.%I USING', n.name, t.relname),
             pg_catalog.format('%I USING', t.relname)) AS definition
      FROM pg_catalog.pg_index i
      JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
      JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
      JOIN (SELECT oid, CASE oid WHEN pg_catalog.pg_my_temp_schema() THEN 'pg_temp' ELSE nspname END AS name
              FROM pg_catalog.pg_namespace) n ON n.oid = t.relnamespace
     WHERE i.indrelid = ANY (:oids)
       AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k
                        WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
"""


@dataclass(frozen=True, slots=True)
class Part:
    """A check or an index: its text, whether it holds for all rows, and a check as it would be added."""

    text: str
    whole: bool = True
    definition: str = field(default="", compare=False)


@dataclass(slots=True)
class Structure:
    """What one table consists of, by name."""

    types: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    generated: dict[str, str] = field(default_factory=dict)
    checks: dict[str, Part] = field(default_factory=dict)
    indexes: dict[str, Part] = field(default_factory=dict)


def read_structures(connection: Connection, oids: list[int]) -> dict[int, Structure]:
    """Return what tables consist of, by oid."""
    found = {oid: Structure() for oid in oids}
    for row in _rows(connection, _COLUMNS, oids):
        structure = found[row.oid]
        structure.types[row.name] = row.type
        if row.expression is not None:
            (structure.generated if row.generated else structure.defaults)[row.name] = row.expression
    for row in _rows(connection, _CHECKS, oids):
        found[row.oid].checks[row.name] = Part(row.condition, row.whole, row.definition)
    for row in _rows(connection, _INDEXES, oids):
        found[row.oid].indexes[row.name] = Part(row.definition, row.whole)
    return found


def read_live(connection: Connection) -> dict[str, Structure]:
    """Return what each live table consists of, by name; of those outside `public` with their schema."""
    oids = {table.oid: name for name, table in read_tables(connection).items()}
    return {oids[oid]: structure for oid, structure in read_structures(connection, list(oids)).items()}


def read_declared(connection: Connection, table: sa.Table, live: Structure) -> Structure | None:
    """Return what a table of the models would consist of, None where it calls a function that is yet to come.

    Args:
        connection: to the database that has the table.
        table: of the models.
        live: what the table consists of now.

    Raises:
        CommandError: PostgreSQL refuses it: left alone, it would never be compared.
    """
    try:
        return _rendered(connection, table, live)
    except ProgrammingError as error:
        if isinstance(error.orig, pg.UndefinedFunction) and _functions_to_come(connection):
            return None
        reason = str(error.orig).partition("\n")[0]
        raise CommandError(
            f"{table.fullname}: PostgreSQL refuses what the model declares: {reason}"
        ) from error


def _functions_to_come(connection: Connection) -> bool:
    return bool({function.signature for function in FUNCTIONS} - read_functions(connection).keys())


def _rendered(connection: Connection, table: sa.Table, live: Structure) -> Structure:
    metadata = sa.MetaData(naming_convention=Base.metadata.naming_convention)
    copy = table.to_metadata(metadata, schema="pg_temp")
    ddl: list[ExecutableDDLElement] = [
        CreateTable(copy, include_foreign_key_constraints=[]),
        *map(CreateIndex, copy.indexes),
    ]
    with rolled_back(connection):
        # All at once: a round trip a statement is what takes the time.
        execute(connection, "; ".join([PREFER_LIVE, *map(as_statement, ddl)]))
        oid = oid_of(connection, copy.fullname)
        declared = read_structures(connection, [oid])[oid]
        if _make_again(connection, copy, declared, live):
            again = read_structures(connection, [oid])[oid]
            _take_for_equal(declared.checks, again.checks, live.checks)
            _take_for_equal(declared.indexes, again.indexes, live.indexes)
        return declared


def _make_again(connection: Connection, table: sa.Table, declared: Structure, live: Structure) -> bool:
    """Make what differs once more, from the server's text: that may be another text, as of IN over varchar.

    A downgrade makes what was there from such a text. Tells whether anything differs.
    """
    on, statements = quoted(table.fullname), []
    for name, part in declared.checks.items():
        if live.checks.get(name, part) != part:
            statements += [
                f"ALTER TABLE {on} DROP CONSTRAINT {quoted(name)}",
                f"ALTER TABLE {on} ADD CONSTRAINT {quoted(name)} CHECK ({part.text})",
            ]
    for name, part in declared.indexes.items():
        if live.indexes.get(name, part) != part:
            statements += [
                f"DROP INDEX pg_temp.{quoted(name)}",
                part.text.replace(f" {quoted(table.name)} USING", f" {on} USING", 1),
            ]
    if statements:
        execute(connection, "; ".join(statements))
    return bool(statements)


def _take_for_equal(declared: dict[str, Part], again: dict[str, Part], live: dict[str, Part]) -> None:
    declared.update({name: part for name, part in again.items() if live.get(name) == part})


def _rows(connection: Connection, query: str, oids: list[int]) -> list[Any]:
    return list(connection.execute(sa.text(query), {"oids": oids}))
