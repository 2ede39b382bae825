"""Many rows at once, by COPY, with row-level security in force for each of them.

PostgreSQL refuses COPY FROM into a table with policies. What is copied goes into a temporary table of the
owner's and from there, in the tenant's context, into the real one: FORCE is never lifted, and the policies
check what is inserted.
"""

from __future__ import annotations

from typing import Any

from psycopg import sql
from sqlalchemy import text
from sqlalchemy.engine import Connection

from tenantapp.seeds.customers import rows
from tenantapp.seeds.options import Options

_COLUMNS = ("name", "email", "company", "phone", "status", "notes", "tags")
_STAGED = """
    CREATE TEMPORARY TABLE IF NOT EXISTS seeded_customers ON COMMIT DELETE ROWS
    AS SELECT {columns} FROM customers WITH NO DATA
"""
_NAMES = ", ".join(_COLUMNS)


def copy_customers(connection: Connection, options: Options) -> None:
    """Give the tenant whose context is bound its customers, unless it has some.

    Args:
        connection: the owner's, in a transaction that ends with the tenant.
        options: how many.
    """
    if connection.execute(text("SELECT FROM customers LIMIT 1")).first() is not None:
        return
    connection.execute(text(_STAGED.format(columns=_NAMES)))
    driver: Any = connection.connection.driver_connection
    into = sql.SQL("COPY seeded_customers ({}) FROM STDIN").format(
        sql.SQL(", ").join(map(sql.Identifier, _COLUMNS))
    )
    with driver.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows(options):
            copy.write_row([row[name] for name in _COLUMNS])
    connection.execute(text(f"INSERT INTO customers ({_NAMES}) SELECT {_NAMES} FROM seeded_customers"))  # noqa: S608
