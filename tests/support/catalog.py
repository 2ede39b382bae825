"""Facts of PostgreSQL's catalog, one row each, about the tables of public."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

_TABLES = """
    SELECT c.relname AS table, c.relowner::regrole::text AS owner,
           c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
"""
_POLICIES = """
    SELECT p.polrelid::regclass::text AS table, p.polname AS name, p.polpermissive AS permissive,
           p.polcmd::text AS command, p.polroles = '{0}'::oid[] AS to_public,
           pg_get_expr(p.polqual, p.polrelid) AS using, pg_get_expr(p.polwithcheck, p.polrelid) AS check
    FROM pg_policy p
"""
_INDEXES = """
    SELECT t.relname AS table, i.relname AS name, x.indisunique AS unique, x.indisprimary AS primary,
           ARRAY(SELECT pg_get_indexdef(x.indexrelid, k, true)
                 FROM generate_series(1, x.indnkeyatts) AS k ORDER BY k) AS columns,
           pg_get_expr(x.indpred, x.indrelid) AS predicate
    FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
    WHERE t.relnamespace = ANY ('{public,control}'::regnamespace[])
"""
_FOREIGN_KEYS = """
    SELECT f.conname AS name, t.relname AS table, r.relname AS referred_table,
           ARRAY(SELECT a.attname::text FROM unnest(f.conkey) WITH ORDINALITY AS k (attnum, n)
                 JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.attnum ORDER BY n)
               AS columns,
           ARRAY(SELECT a.attname::text FROM unnest(f.confkey) WITH ORDINALITY AS k (attnum, n)
                 JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.attnum ORDER BY n)
               AS referred_columns
    FROM pg_constraint f JOIN pg_class t ON t.oid = f.conrelid JOIN pg_class r ON r.oid = f.confrelid
    WHERE f.contype = 'f' AND t.relnamespace = ANY ('{public,control}'::regnamespace[])
"""
_COLUMNS = """
    SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
           a.attnotnull AS required
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = ANY ('{public,control}'::regnamespace[]) AND c.relkind IN ('r', 'p')
      AND a.attnum > 0 AND NOT a.attisdropped
"""


def tables(connection: Connection) -> Sequence[RowMapping]:
    """Return each table: owner, and whether row-level security is enabled and forced."""
    return facts(connection, _TABLES)


def policies(connection: Connection) -> Sequence[RowMapping]:
    """Return each policy as the server renders it."""
    return facts(connection, _POLICIES)


def indexes(connection: Connection) -> Sequence[RowMapping]:
    """Return each index, of the control schema too: its columns in order, and its predicate."""
    return facts(connection, _INDEXES)


def foreign_keys(connection: Connection) -> Sequence[RowMapping]:
    """Return each foreign key, of the control schema too: its columns and those they refer to."""
    return facts(connection, _FOREIGN_KEYS)


def columns(connection: Connection) -> Sequence[RowMapping]:
    """Return each column, of the control schema too."""
    return facts(connection, _COLUMNS)


def facts(connection: Connection, query: str, **values: object) -> Sequence[RowMapping]:
    """Return the rows of a query."""
    return connection.execute(sa.text(query.replace("::", r"\:\:")), values).mappings().all()
