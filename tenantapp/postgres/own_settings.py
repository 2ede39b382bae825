"""Settings that an injection has left the application's role to start every later session with."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

import psycopg
from psycopg import generators, pq, sql, waiting
from psycopg.abc import PQGen, PQGenConn
from psycopg.pq.abc import PGconn, PGresult
from psycopg.rows import class_row

from tenantapp.postgres.errors import UnsafeRole
from tenantapp.postgres.sql_files import compose

logger = logging.getLogger(__name__)

START_OPTIONS: Mapping[str, str] = {
    # Others are removed in the session that they were left to. With these that session does not come so far.
    "idle_session_timeout": "0",
    "local_preload_libraries": "",
    # Not seen before the library is loaded, which its first function does.
    "plpgsql.check_asserts": "on",
    "plpgsql.extra_errors": "none",
    "plpgsql.extra_warnings": "none",
    "plpgsql.print_strict_params": "off",
}
"""What a session starts with so that nothing that the role was left ends it before it is looked at."""

_WITH_TRANSACTION_TIMEOUT = 170_000
_LOOK_SECONDS = 0.1
# Where the address names no time-out.
_SECONDS_TO_CONNECT = 10
# Sessions that begin at once remove the same, and one of them is refused.
_TRIES = 3
_UNHURRIED = b"SET LOCAL jit = off"
_WITHOUT_TIMEOUT = b"SET LOCAL transaction_timeout = 0"
_SESSION_ROLE = sql.SQL("session_user")


@dataclass(frozen=True, slots=True)
class OwnSetting:
    """A setting that the role has left itself.

    Args:
        name: what it sets.
        setting: the name with the value, of which a long one is cut.
        place: what has it: the `role` everywhere, the role in this `database`, or this `session` alone, which
            started before it was removed.
        is_unknown: whether it is of a library that the session has not loaded.
        is_fixed: whether no role but a superuser can remove it; no session is the worse for it.
    """

    name: str
    setting: str
    place: Literal["role", "database", "session"]
    is_unknown: bool
    is_fixed: bool


def begin_unhurried(connection: psycopg.Connection[Any]) -> None:
    """Begin a transaction that nothing ends or slows down that the role may have left itself.

    Args:
        connection: one outside a transaction.
    """
    _send(connection, *_begin(connection, b"BEGIN"))


def start_without_own_settings(connection: psycopg.Connection[Any]) -> None:
    """Remove what the role has left itself, and start the session again where there was any.

    PostgreSQL lets every role `ALTER ROLE CURRENT_USER SET …`. What a superuser alone may give a role stays.

    Args:
        connection: a new one, outside a transaction.

    Raises:
        UnsafeRole: it cannot be removed.
    """
    seconds = float(connection.info.get_parameters().get("connect_timeout") or _SECONDS_TO_CONNECT)
    for _ in range(_TRIES):
        if not remove_own_settings(connection):
            return
        waiting.wait_conn(_started_again(connection.pgconn), interval=_LOOK_SECONDS, timeout=seconds)
    if left := _removable(connection):
        raise UnsafeRole(f"the role has settings of its own: {_told(left)}: run `flask roles create`")


def remove_own_settings(connection: psycopg.Connection[Any]) -> bool:
    """Remove what the role has left itself to start later sessions with; tell whether there was any.

    Args:
        connection: one outside a transaction.
    """
    left = _removable(connection)
    if not left:
        return False
    logger.warning("the role had settings of its own, which are removed: %s", _told(left))
    # On a server that is read-only, or where another connection does the same.
    with suppress(psycopg.Error):
        # READ ONLY may be one of them.
        begin = _begin(connection, b"BEGIN READ WRITE")
        _send(connection, *begin, resets(left, connection.info.dbname).as_bytes(connection), b"COMMIT")
    connection.rollback()
    return True


def find_left(connection: psycopg.Connection[Any], query: sql.Composed) -> list[OwnSetting]:
    """Return what a role was left, after loading the libraries whose settings are not known otherwise.

    Args:
        connection: in a transaction.
        query: of `sql/roles`, finds it.
    """
    with connection.cursor(row_factory=class_row(OwnSetting)) as cursor:
        found = cursor.execute(query).fetchall()
        if any(setting.is_unknown for setting in found):
            for (call,) in connection.execute(compose("roles/load_libraries_v01.sql", {})).fetchall():
                connection.execute(call)
            found = cursor.execute(query).fetchall()
    # What stays unknown nobody but a superuser can have set.
    return [setting for setting in found if not setting.is_unknown]


def left_settings(role: sql.Composable) -> sql.Composed:
    """Return the query for what a role was left.

    Args:
        role: an expression for its name.
    """
    return compose("roles/left_settings_v01.sql", {"role": role})


def own_settings() -> sql.Composed:
    """Return the query for what the session's role was left, and what the session has started with."""
    return compose("roles/own_settings_v01.sql", {"left_settings": left_settings(_SESSION_ROLE)})


def resets(left: Iterable[OwnSetting], database: str) -> sql.Composed:
    """Return the statements by which the current role loses what it was left.

    Not RESET ALL, which one setting that is fixed would have refused.

    Args:
        left: all that can be removed.
        database: where it was left, unless everywhere.
    """
    roles = {
        "role": sql.SQL("CURRENT_USER"),
        "database": sql.SQL("CURRENT_USER IN DATABASE {}").format(sql.Identifier(database)),
    }
    # A name with a dot is two identifiers.
    return sql.SQL("; ").join(
        sql.SQL("ALTER ROLE {} RESET {}").format(
            roles[setting.place], sql.Identifier(*setting.name.split("."))
        )
        for setting in left
        if setting.place in roles
    )


def _removable(connection: psycopg.Connection[Any]) -> list[OwnSetting]:
    query = own_settings()
    begin = _begin(connection, b"BEGIN")
    rows = _send(connection, *begin, query.as_bytes(connection), b"COMMIT")[len(begin)]
    if not rows.ntuples:
        return []
    begin_unhurried(connection)
    found = find_left(connection, query)
    connection.commit()
    if fixed := [setting for setting in found if setting.is_fixed]:
        logger.warning("the role has settings without effect that a superuser can remove: %s", _told(fixed))
    return [setting for setting in found if not setting.is_fixed]


def _told(settings: Iterable[OwnSetting]) -> str:
    return ", ".join(setting.setting for setting in settings)


def _begin(connection: psycopg.Connection[Any], begin: bytes) -> list[bytes]:
    has_timeout = connection.info.server_version >= _WITH_TRANSACTION_TIMEOUT
    return [begin, _UNHURRIED, _WITHOUT_TIMEOUT] if has_timeout else [begin, _UNHURRIED]


def _send(connection: psycopg.Connection[Any], *commands: bytes) -> list[PGresult]:
    """Return the answers to commands in one message: a second one may come too late.

    Raises:
        psycopg.Error: one was refused; the transaction is still open.
    """

    def ask(pgconn: PGconn) -> PQGen[list[PGresult]]:
        pgconn.send_query(b"; ".join(commands))
        answers: list[PGresult] = yield from generators.execute(pgconn)
        return answers

    answers = connection.wait(ask(connection.pgconn))
    if answers[-1].status == pq.ExecStatus.FATAL_ERROR:
        raise psycopg.errors.error_from_result(answers[-1], encoding=connection.info.encoding)
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
