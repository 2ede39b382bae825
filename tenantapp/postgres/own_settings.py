"""Settings that an injection has left the application's role to start every later session with."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import generators, pq, sql, waiting
from psycopg.abc import PQGen, PQGenConn
from psycopg.pq.abc import PGconn, PGresult

from tenantapp.postgres.errors import UnsafeRole
from tenantapp.postgres.sql_files import compose

logger = logging.getLogger(__name__)

_WITH_TRANSACTION_TIMEOUT = 170_000
_LOOK_SECONDS = 0.1
# Where the address names no time-out.
_SECONDS_TO_CONNECT = 10
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
        connection.wait(_answered(connection.pgconn, b"BEGIN; SET LOCAL transaction_timeout = 0"))


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
    seconds = float(connection.info.get_parameters().get("connect_timeout") or _SECONDS_TO_CONNECT)
    waiting.wait_conn(_started_again(connection.pgconn), interval=_LOOK_SECONDS, timeout=seconds)
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


def _answered(pgconn: PGconn, command: bytes) -> PQGen[list[PGresult]]:
    pgconn.send_query(command)
    answers: list[PGresult] = yield from generators.execute(pgconn)
    return answers


def _started_again(pgconn: PGconn) -> PQGenConn[None]:
    """Start the session again as libpq's `PQreset` does, which would wait with the interpreter's lock."""
    pgconn.reset_start()
    while (status := pgconn.reset_poll()) != pq.PollingStatus.OK:
        if status == pq.PollingStatus.FAILED:
            raise psycopg.OperationalError("the session could not be started again")
        wanted = waiting.WAIT_R if status == pq.PollingStatus.READING else waiting.WAIT_W
        while not (yield pgconn.socket, wanted):
            pass
    pgconn.nonblocking = 1


def _own_settings(connection: psycopg.Connection[Any]) -> list[str]:
    begin_unhurried(connection)
    found = connection.execute(compose("roles/own_settings_v01.sql", {})).fetchall()
    connection.commit()
    return [str(setting) for (setting,) in found]
