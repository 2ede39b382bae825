"""Settings that an injection has left the application's role to start every later session with."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import sql

from tenantapp.db.errors import UnsafeRole
from tenantapp.db.roles import compose

logger = logging.getLogger(__name__)

_WITH_TRANSACTION_TIMEOUT = 170_000
# READ ONLY may be one of them.
_RESET = """
    SET TRANSACTION READ WRITE;
    ALTER ROLE CURRENT_USER RESET ALL;
    ALTER ROLE CURRENT_USER IN DATABASE {database} RESET ALL
"""


def begin_unhurried(connection: psycopg.Connection[Any]) -> None:
    """Begin a transaction that ends by no time-out of transactions, which the role may have left itself.

    Args:
        connection: one outside a transaction.
    """
    if connection.info.server_version >= _WITH_TRANSACTION_TIMEOUT:
        # In one message: a second one would come too late.
        connection.pgconn.exec_(b"BEGIN; SET LOCAL transaction_timeout = 0")


def start_without_own_settings(connection: psycopg.Connection[Any]) -> None:
    """Remove what the role has left itself, and start the session again where there was any.

    PostgreSQL lets every role `ALTER ROLE CURRENT_USER SET …`. What a superuser alone may give a role stays.

    Args:
        connection: a new one, outside a transaction.

    Raises:
        UnsafeRole: it cannot be removed.
    """
    if not remove_own_settings(connection):
        return
    connection.pgconn.reset()
    connection.pgconn.nonblocking = 1
    if left := _own_settings(connection):
        raise UnsafeRole(f"the role has settings of its own: {', '.join(left)}: run `flask roles create`")


def remove_own_settings(connection: psycopg.Connection[Any]) -> bool:
    """Remove what the role has left itself to start later sessions with; tell whether there was any.

    Args:
        connection: one outside a transaction.
    """
    left = _own_settings(connection)
    if not left:
        return False
    logger.warning("the role had settings of its own, which are removed: %s", ", ".join(left))
    database = sql.Identifier(connection.info.dbname)
    # On a server that is read-only, or where another connection does the same.
    with suppress(psycopg.Error):
        begin_unhurried(connection)
        connection.execute(sql.SQL(_RESET).format(database=database))
        connection.commit()
    connection.rollback()
    return True


def _own_settings(connection: psycopg.Connection[Any]) -> list[str]:
    begin_unhurried(connection)
    found = connection.execute(compose("roles/own_settings_v01.sql", {})).fetchall()
    connection.commit()
    return [str(setting) for (setting,) in found]
