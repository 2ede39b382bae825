"""What isolates the live tables, views and functions, as PostgreSQL's catalogs tell it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

_CAST_OF_ALL = re.compile(r"\(ARRAY\[((?:'(?:[^']|'')*'::character varying(?:, )?)+)\]\)::text\[\]")
_EACH = re.compile(r"('(?:[^']|'')*'::character varying)")
SCHEMAS = ("public", "control", "tenancy")

_TABLES = """
    SELECT CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END AS name,
           c.oid, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
           pg_catalog.pg_get_userbyid(c.relowner) AS owner,
           (SELECT CASE m.nspname WHEN 'public' THEN p.relname ELSE m.nspname || '.' || p.relname END
              FROM pg_catalog.pg_inherits i
              JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
              JOIN pg_catalog.pg_namespace m ON m.oid = p.relnamespace
             WHERE i.inhrelid = c.oid AND c.relispartition) AS partition_of
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY (:schemas)
"""
_PRIMARY_KEYS = """
    SELECT k.conrelid AS oid, k.conname AS name,
           ARRAY(SELECT CAST(a.attname AS text) FROM unnest(k.conkey) WITH ORDINALITY c (attnum, n)
                   JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = c.attnum
                  ORDER BY n) AS columns
      FROM pg_catalog.pg_constraint k
     WHERE k.contype = 'p' AND k.conrelid = ANY (:oids)
"""
_POLICIES = """
    SELECT p.polrelid AS oid, p.polname AS name, p.polpermissive AS permissive,
           CASE p.polcmd WHEN '*' THEN 'ALL' WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT'
                         WHEN 'w' THEN 'UPDATE' ELSE 'DELETE' END AS command,
           ARRAY(SELECT CASE role WHEN 0 THEN 'public' ELSE pg_catalog.pg_get_userbyid(role)::text END
                   FROM unnest(p.polroles) role ORDER BY 1) AS roles,
           pg_catalog.pg_get_expr(p.polqual, p.polrelid) AS using,
           pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) AS "check"
      FROM pg_catalog.pg_policy p
     WHERE p.polrelid = ANY (:oids)
"""
_GRANTS = """
    SELECT c.oid, a.privilege_type AS privilege, NULL AS column_name, a.grantee,
           CASE a.grantee WHEN 0 THEN 'public' ELSE pg_catalog.pg_get_userbyid(a.grantee)::text END AS role
      FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a
     WHERE c.oid = ANY (:oids) AND a.grantee <> c.relowner
    UNION ALL
    SELECT c.oid, a.privilege_type, t.attname, a.grantee,
           CASE a.grantee WHEN 0 THEN 'public' ELSE pg_catalog.pg_get_userbyid(a.grantee)::text END
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute t ON t.attrelid = c.oid,
           pg_catalog.aclexplode(t.attacl) a
     WHERE c.oid = ANY (:oids) AND a.grantee <> c.relowner
"""
_FUNCTIONS = """
    SELECT p.oid::regprocedure::text AS signature, pg_catalog.pg_get_functiondef(p.oid) AS definition,
           pg_catalog.pg_get_userbyid(p.proowner) AS owner,
           ARRAY(SELECT CASE a.grantee WHEN 0 THEN 'public'
                                       ELSE pg_catalog.pg_get_userbyid(a.grantee)::text END
                   FROM pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
                  ORDER BY 1) AS execute
      FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
     WHERE n.nspname = ANY (:schemas) AND p.prokind = 'f'
"""
_VIEWS = """
    SELECT CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END AS name,
           c.oid, pg_catalog.pg_get_viewdef(c.oid) AS definition,
           pg_catalog.pg_get_userbyid(c.relowner) AS owner,
           coalesce((SELECT CAST(o.option_value AS boolean)
                       FROM pg_catalog.pg_options_to_table(c.reloptions) o
                      WHERE o.option_name = 'security_invoker'), false) AS invoker
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'v' AND n.nspname = ANY (:schemas)
"""


@dataclass(frozen=True, slots=True)
class LivePolicy:
    """A policy as the server renders it."""

    name: str
    using: str | None
    check: str | None
    permissive: bool
    command: str
    roles: tuple[str, ...]


@dataclass(slots=True)
class LiveTable:
    """What isolates one table."""

    oid: int
    enabled: bool
    forced: bool
    owner: str
    partition_of: str | None
    policies: dict[str, LivePolicy] = field(default_factory=dict)
    grants: dict[str, set[str]] = field(default_factory=dict)


def read_tables(connection: Connection) -> dict[str, LiveTable]:
    """Return the tables by name; those outside `public` with their schema."""
    found = {
        row.name: LiveTable(row.oid, row.enabled, row.forced, row.owner, row.partition_of)
        for row in _rows(connection, _TABLES, schemas=list(SCHEMAS))
    }
    by_oid = {table.oid: table for table in found.values()}
    for oid, policy in read_policies(connection, list(by_oid)):
        by_oid[oid].policies[policy.name] = policy
    for oid, grants in read_grants(connection, list(by_oid)).items():
        by_oid[oid].grants = grants
    return found


def read_primary_keys(connection: Connection, oids: list[int]) -> dict[int, Any]:
    """Return the primary keys of tables by oid: `name`, `columns`."""
    return {row.oid: row for row in _rows(connection, _PRIMARY_KEYS, oids=oids)}


def read_policies(connection: Connection, oids: list[int]) -> list[tuple[int, LivePolicy]]:
    """Return the policies of tables, with each table's oid."""
    return [
        (
            row.oid,
            LivePolicy(
                row.name,
                row.using and spelled_once(row.using),
                row.check and spelled_once(row.check),
                row.permissive,
                row.command,
                tuple(row.roles),
            ),
        )
        for row in _rows(connection, _POLICIES, oids=oids)
    ]


def read_grants(connection: Connection, oids: list[int]) -> dict[int, dict[str, set[str]]]:
    """Return, by oid and role, privileges; one on a column alone as `UPDATE (name)`."""
    grants: dict[int, dict[str, set[str]]] = {}
    for row in _rows(connection, _GRANTS, oids=oids):
        privilege = f"{row.privilege} ({row.column_name})" if row.column_name else row.privilege
        grants.setdefault(row.oid, {}).setdefault(row.role, set()).add(privilege)
    return grants


def read_functions(connection: Connection, schema: str = "tenancy") -> dict[str, Any]:
    """Return a schema's functions by signature: `definition`, `owner`, `execute`."""
    return {row.signature: row for row in _rows(connection, _FUNCTIONS, schemas=[schema])}


def read_views(connection: Connection, schemas: tuple[str, ...] = SCHEMAS) -> dict[str, Any]:
    """Return the views by name: `oid`, `definition`, `owner`, `invoker`."""
    return {row.name: row for row in _rows(connection, _VIEWS, schemas=list(schemas))}


def spelled_once(text: str) -> str:
    """Return SQL in one of the two ways in which the server shows IN over varchar: made from its text."""
    return _CAST_OF_ALL.sub(lambda found: "ARRAY[" + _EACH.sub(r"(\1)::text", found[1]) + "]", text)


def _rows(connection: Connection, query: str, **parameters: Any) -> list[Any]:
    return list(connection.execute(sa.text(query), parameters))
