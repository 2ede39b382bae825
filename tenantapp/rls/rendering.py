"""How PostgreSQL renders what the models declare: made in a temporary schema, read back, rolled back.

Only the server's own rendering can be compared with the server's own. A temporary table of the same columns
locks nothing that is in use, and asks for no right on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import sqlalchemy as sa
from psycopg import errors as pg
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ProgrammingError

from tenantapp.models.functions import Function
from tenantapp.models.security import Policy
from tenantapp.models.sql_text import quoted
from tenantapp.rls.catalog import LivePolicy, read_functions, read_policies, read_views
from tenantapp.rls.operations.functions import function_text

_VIEW = "rls_rendering"
_COLUMNS = sa.text(
    """
    SELECT string_agg(quote_ident(attname) || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum)
      FROM pg_catalog.pg_attribute
     WHERE attrelid = CAST(:table AS regclass) AND attnum > 0 AND NOT attisdropped
    """
)
_OID = sa.text("SELECT CAST(CAST(:name AS regclass) AS oid)")
# Within a block that is rolled back a name means the live table, not the temporary one.
PREFER_LIVE = "SET LOCAL search_path = public, pg_temp"
_YET_TO_COME = (pg.UndefinedTable, pg.UndefinedColumn, pg.UndefinedFunction, pg.UndefinedObject)


@contextmanager
def rolled_back(connection: Connection) -> Iterator[None]:
    """Leave nothing of a block behind."""
    transaction = connection.begin_nested()
    try:
        yield
    finally:
        transaction.rollback()


@contextmanager
def where_it_can_be() -> Iterator[None]:
    """Let a block fail alone where it names what this migration is yet to create."""
    try:
        yield
    except ProgrammingError as error:
        if not isinstance(error.orig, _YET_TO_COME):
            raise


def oid_of(connection: Connection, name: str) -> int:
    """Return the oid of a table, by its name with schema."""
    return int(connection.execute(_OID, {"name": quoted(name)}).scalar_one())


def render_policies(
    connection: Connection, declared: Mapping[str, tuple[Policy, ...]]
) -> dict[str, dict[str, LivePolicy]]:
    """Return the declared policies of existing tables as the server would show them, by table and name.

    One that names a column that is yet to come is left out: nothing that is live can be equal to it.
    """
    return {table: _rendered(connection, table, policies) for table, policies in declared.items() if policies}


def _rendered(connection: Connection, table: str, policies: tuple[Policy, ...]) -> dict[str, LivePolicy]:
    """Make policies on a table of the same name, which the server shows within a sub-select."""
    columns = connection.execute(_COLUMNS, {"table": quoted(table)}).scalar_one()
    stand_in = f"pg_temp.{table.rpartition('.')[2]}"
    made = f"{PREFER_LIVE}; CREATE TABLE {quoted(stand_in)} ({columns})"
    # All at once, or each by itself where one names what is yet to come.
    for some in ([policies], [(policy,) for policy in policies]):
        rendered: dict[str, LivePolicy] = {}
        for together in some:
            with where_it_can_be(), rolled_back(connection):
                execute(connection, "; ".join([made, *(_statement(policy, stand_in) for policy in together)]))
                found = read_policies(connection, [oid_of(connection, stand_in)])
                rendered |= {policy.name: policy for _, policy in found}
        if len(rendered) == len(policies):
            break
    return rendered


def _statement(policy: Policy, table: str) -> str:
    kind = "PERMISSIVE" if policy.permissive else "RESTRICTIVE"
    return (
        f"CREATE POLICY {quoted(policy.name)} ON {quoted(table)} AS {kind} "
        f"USING ({policy.using}) WITH CHECK ({policy.check})"
    )


def execute(connection: Connection, statement: str) -> None:
    """Execute a text in which `%` stands for nothing else."""
    connection.exec_driver_sql(statement.replace("%", "%%"))


def render_function(connection: Connection, function: Function, version: int) -> str | None:
    """Return a version of a function as `pg_get_functiondef` would, or None where it cannot be yet."""
    text = function_text(function.signature, version).replace(
        f"FUNCTION tenancy.{function.name}(", f"FUNCTION pg_temp.{function.name}(", 1
    )
    found = None
    with where_it_can_be(), rolled_back(connection):
        execute(connection, text)
        schema = connection.exec_driver_sql("SELECT pg_my_temp_schema()::regnamespace::text").scalar_one()
        found = next(
            row.definition
            for row in read_functions(connection, schema).values()
            if f".{function.name}(" in row.definition
        )
    if found is None:
        return None
    # The server may show its temporary schema by its name or by its alias.
    temporary = re.compile(rf"FUNCTION (?:{schema}|pg_temp)\.")
    return temporary.sub("FUNCTION tenancy.", str(found), count=1)


def render_view(connection: Connection, query: str) -> str | None:
    """Return a view's query as `pg_get_viewdef` would show it, or None where it cannot be yet."""
    with where_it_can_be(), rolled_back(connection):
        execute(connection, f"CREATE TEMPORARY VIEW {_VIEW} AS {query}")
        schema = connection.exec_driver_sql("SELECT pg_my_temp_schema()::regnamespace::text").scalar_one()
        return str(read_views(connection, (schema,))[f"{schema}.{_VIEW}"].definition)
    return None
