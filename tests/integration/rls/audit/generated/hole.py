"""What the generator makes: one hole, as SQL that a superuser runs on a clean database."""

from __future__ import annotations

from dataclasses import dataclass

# Where an object may be: ours, PostgreSQL's, and one that nobody knows.
SCHEMAS = ("public", "tenancy", "control", "pg_catalog", "information_schema", '"Odd one"')
# The last is a role that the application can become.
GRANTEES = ("PUBLIC", "{app}", "door")
# What is there before any hole, and none of them.
BEFORE = """
    SET LOCAL allow_system_table_mods = on;
    CREATE SCHEMA "Odd one";
    GRANT USAGE ON SCHEMA "Odd one" TO PUBLIC;
    CREATE ROLE door;
    GRANT door TO {app}
"""
TABLES = (
    *("tenants", "users", "api_keys", "idempotency_keys", "customers", "services", "deployments", "rcas"),
    *("rca_solutions", "todos", "control.directory", "control.databases", "tenancy.context_keys"),
)
# Of the tenants' rows.
SCOPED = TABLES[1:10]
SECRET = "(SELECT string_agg(key_id, ' ') FROM tenancy.context_keys)"
# A function's text with something more in its body: in quotes, after RETURN, or between statements.
DOOR = (
    "regexp_replace(replace(replace(pg_get_functiondef('{signature}'::regprocedure), "
    "'AS $function$', 'AS $function$ /* door */'), 'BEGIN ATOMIC', 'BEGIN ATOMIC SELECT 1; '), "
    r"E'\nRETURN (.*)\n$', E'\nRETURN coalesce(\\1, NULL)\n')"
)


@dataclass(frozen=True)
class Hole:
    """One hole.

    Args:
        name: what it is, for the test's title.
        sql: what makes it; `{app}` and the like stand for the roles' names.
        since: the first major version that knows this.
    """

    name: str
    sql: str
    since: int = 15
