"""What PostgreSQL keeps for the sake of a column: views, policies, indexes and kept columns that use it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tenantapp.models.sql_text import quoted

_GENERATED = """
    SELECT o.attname
      FROM pg_catalog.pg_depend d
      JOIN pg_catalog.pg_attrdef e ON d.classid = 'pg_attrdef'::regclass AND e.oid = d.objid
      JOIN pg_catalog.pg_attribute o ON o.attrelid = e.adrelid AND o.attnum = e.adnum AND o.attgenerated <> ''
      JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
     WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = CAST(:table AS regclass)
       AND a.attname = ANY (:columns) AND o.attname <> a.attname
"""
_CHECKS = """
    SELECT k.conname
      FROM pg_catalog.pg_constraint k
      JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
     WHERE k.conrelid = CAST(:table AS regclass) AND k.contype = 'c' AND a.attname = ANY (:columns)
"""
_INDEXES = """
    SELECT c.relname
      FROM pg_catalog.pg_depend d
      JOIN pg_catalog.pg_class c
        ON d.classid = 'pg_class'::regclass AND c.oid = d.objid AND c.relkind IN ('i', 'I')
      JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
     WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = CAST(:table AS regclass)
       AND a.attname = ANY (:columns)
"""
_POLICIES = """
    SELECT CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END AS table,
           p.polname AS name
      FROM pg_catalog.pg_depend d
      JOIN pg_catalog.pg_policy p ON d.classid = 'pg_policy'::regclass AND p.oid = d.objid
      JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
     WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = CAST(:table AS regclass)
       AND a.attname = ANY (:columns)
"""
_POLICIES_OVER_VIEWS = """
    SELECT CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END AS table,
           p.polname AS name
      FROM pg_catalog.pg_depend d
      JOIN pg_catalog.pg_policy p ON d.classid = 'pg_policy'::regclass AND p.oid = d.objid
      JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = ANY (:views)
"""
_VIEWS = """
    SELECT r.ev_class
      FROM pg_catalog.pg_depend d
      JOIN pg_catalog.pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
      JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
     WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = CAST(:table AS regclass)
       AND a.attname = ANY (:columns)
"""
# Views, and the views that read them.
_READERS = """
    WITH RECURSIVE used (oid) AS (
        SELECT unnest(CAST(:views AS oid[]))
         UNION
        SELECT r.ev_class
          FROM used u
          JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = u.oid
          JOIN pg_catalog.pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
    )
    SELECT oid FROM used
"""


def generated_from(connection: Connection, table: str, columns: Iterable[str]) -> set[str]:
    """Return the kept columns of a table that are computed from some of its other columns."""
    return set(_found(connection, _GENERATED, table, columns))


def indexes_of(connection: Connection, table: str, columns: Iterable[str]) -> set[str]:
    """Return the indexes of a table that use some of its columns."""
    return set(_found(connection, _INDEXES, table, columns))


def checks_of(connection: Connection, table: str, columns: Iterable[str]) -> set[str]:
    """Return the checks of a table that use some of its columns."""
    return set(_found(connection, _CHECKS, table, columns))


def policies_of(connection: Connection, table: str, columns: Iterable[str]) -> set[tuple[str, str]]:
    """Return the policies that use some columns of `table`, each with the name of its own table."""
    found = connection.execute(sa.text(_POLICIES), {"table": quoted(table), "columns": list(columns)})
    return {(row.table, row.name) for row in found}


def policies_over(connection: Connection, views: Iterable[int]) -> set[tuple[str, str]]:
    """Return the policies that read some views, each with the name of its table."""
    found = connection.execute(sa.text(_POLICIES_OVER_VIEWS), {"views": list(views)})
    return {(row.table, row.name) for row in found}


def views_of(connection: Connection, table: str, columns: Iterable[str]) -> set[int]:
    """Return the oids of the views that use some columns of `table` themselves."""
    return set(_found(connection, _VIEWS, table, columns))


def with_readers(connection: Connection, views: Iterable[int]) -> set[int]:
    """Return the oids of some views and of all that read them, themselves or by another view."""
    return set(connection.execute(sa.text(_READERS), {"views": list(views)}).scalars())


def _found(connection: Connection, query: str, table: str, columns: Iterable[str]) -> list[Any]:
    wanted = {"table": quoted(table), "columns": list(columns)}
    return list(connection.execute(sa.text(query), wanted).scalars())
