"""How PostgreSQL renders what the models declare: made in a temporary schema, read back, rolled back.

Only the server's own rendering can be compared with the server's own. A temporary table of the same columns
locks nothing that is in use, and asks for no right on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import sqlalchemy as sa
from psycopg import errors as pg
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ProgrammingError

from tenantapp.db.functions import Function
from tenantapp.db.security import Policy
from tenantapp.rls.catalog import LivePolicy, read_functions, read_policies, read_views
from tenantapp.rls.operations.functions import function_text

_TABLE = "rls_rendering"
_COLUMNS = sa.text(
    """
    SELECT string_agg(quote_ident(attname) || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum)
      FROM pg_catalog.pg_attribute
     WHERE attrelid = CAST(:table AS regclass) AND attnum > 0 AND NOT attisdropped
    """
)
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
def _where_it_can_be(connection: Connection) -> Iterator[None]:
    """Let a block fail alone where it names what this migration is yet to create."""
    try:
        with connection.begin_nested():
            yield
    except ProgrammingError as error:
        if not isinstance(error.orig, _YET_TO_COME):
            raise


def render_policies(
    connection: Connection, declared: Mapping[str, tuple[Policy, ...]]
) -> dict[str, dict[str, LivePolicy]]:
    """Return the declared policies of existing tables as the server would show them, by table and name.

    One that names a column that is yet to come is left out: nothing that is live can be equal to it.
    """
    rendered: dict[str, dict[str, LivePolicy]] = {}
    with rolled_back(connection):
        oids = {
            _create(connection, f"{_TABLE}_{number}", table, policies): table
            for number, (table, policies) in enumerate(declared.items())
        }
        for oid, policy in read_policies(connection, list(oids)):
            rendered.setdefault(oids[oid], {})[policy.name] = policy
    return rendered


def _create(connection: Connection, scratch: str, table: str, policies: Iterable[Policy]) -> int:
    execute = connection.exec_driver_sql
    columns = connection.execute(_COLUMNS, {"table": table}).scalar_one()
    execute(f"CREATE TEMPORARY TABLE {scratch} ({columns})".replace("%", "%%"))
    for policy in policies:
        kind = "PERMISSIVE" if policy.permissive else "RESTRICTIVE"
        with _where_it_can_be(connection):
            execute(
                f"CREATE POLICY {policy.name} ON {scratch} AS {kind} "
                f"USING ({policy.using}) WITH CHECK ({policy.check})".replace("%", "%%")
            )
    return int(execute(f"SELECT 'pg_temp.{scratch}'::regclass::oid").scalar_one())


def render_function(connection: Connection, function: Function, version: int) -> str | None:
    """Return a version of a function as `pg_get_functiondef` would, or None where it cannot be yet."""
    text = function_text(function.signature, version).replace(
        f"FUNCTION tenancy.{function.name}(", f"FUNCTION pg_temp.{function.name}(", 1
    )
    found = None
    with rolled_back(connection), _where_it_can_be(connection):
        connection.exec_driver_sql(text.replace("%", "%%"))
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
    with rolled_back(connection), _where_it_can_be(connection):
        connection.exec_driver_sql(f"CREATE TEMPORARY VIEW {_TABLE} AS {query}".replace("%", "%%"))
        schema = connection.exec_driver_sql("SELECT pg_my_temp_schema()::regnamespace::text").scalar_one()
        return str(read_views(connection, (schema,))[f"{schema}.{_TABLE}"].definition)
    return None
