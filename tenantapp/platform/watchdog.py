"""Undo what the application's role does beyond a request, from a session that it cannot reach.

Sessions that take too long are ended: the deadline of a loan is the application's own, and does not hold for
a session that is none of its pool's, nor in a process that hangs. Settings that it was left are removed:
the pool removes them too, if its sessions can begin.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from tenantapp.platform.errors import WatchdogBlind
from tenantapp.platform.measures import Connection, first_line
from tenantapp.postgres.failures import BY_A_SUPERUSER
from tenantapp.postgres.own_settings import find_left, left_settings, resets
from tenantapp.postgres.roles import RoleNames
from tenantapp.postgres.sql_files import compose

_SEES = """
    SELECT pg_catalog.pg_has_role(session_user, {app}, 'USAGE'),
           pg_catalog.current_setting('track_activities')::boolean
"""
# A transaction that leaves the role a setting, and does not end, is ended when it is overdue.
_BECOME = sql.SQL("SET LOCAL ROLE {app}; SET LOCAL lock_timeout = '1s'")


@dataclass(frozen=True, slots=True)
class Overdue:
    """A session whose transaction or statement took too long.

    Args:
        pid: of its server process.
        since: when the session began, which tells it from a later one of the same process id.
        locks: whether it has locked a whole table, or waits for that.
        client: its address, or None where it came by a Unix socket.
        application: what it calls itself.
        state: what it did, as PostgreSQL names it.
        seconds: for how long.
        ended: whether it was told to end; it may have gone before.
    """

    pid: int
    since: datetime
    locks: bool
    client: str | None
    application: str
    state: str
    seconds: float
    ended: bool


@dataclass(frozen=True, slots=True)
class AgeLimits:
    """How old a transaction or a statement of the application's may be, in seconds.

    Args:
        seconds: any.
        locking_seconds: that of a session that has locked a whole table, or waits for that.
    """

    seconds: float
    locking_seconds: float


def end_overdue(connection: Connection, names: RoleNames, limits: AgeLimits) -> list[Overdue]:
    """End the sessions of the application's role in this database whose transaction or statement is too old.

    Args:
        connection: of the watchdog's role, in autocommit mode.
        names: the roles.
        limits: how old they may be.

    Raises:
        WatchdogBlind: it would not see them, or may not end them.
        psycopg.Error: the server cannot be asked.
    """
    _require_sight(connection, names)
    values: dict[str, str | sql.Composable] = {
        **names.as_values(),
        "seconds": sql.Literal(limits.seconds),
        "locking_seconds": sql.Literal(min(limits.seconds, limits.locking_seconds)),
    }
    try:
        with connection.cursor(row_factory=class_row(Overdue)) as cursor:
            return cursor.execute(compose("sessions/end_overdue_v01.sql", values)).fetchall()
    except psycopg.errors.InsufficientPrivilege as error:
        raise WatchdogBlind(f"{first_line(error)}: {BY_A_SUPERUSER}") from error


def remove_left_settings(connection: Connection, names: RoleNames) -> list[str]:
    """Remove the settings that the application's role was left, everywhere and in this database; return them.

    Args:
        connection: of the watchdog's role, in autocommit mode.
        names: the roles.

    Raises:
        WatchdogBlind: it may not become the role.
        psycopg.Error: the server cannot be asked.
    """
    try:
        with connection.transaction():
            connection.execute(_BECOME.format(app=sql.Identifier(names.app)))
            found = find_left(connection, left_settings(sql.Literal(names.app)))
            left = [setting for setting in found if not setting.is_fixed]
            if left:
                connection.execute(resets(left, connection.info.dbname))
    except psycopg.errors.InsufficientPrivilege as error:
        raise WatchdogBlind(f"{first_line(error)}: run `flask roles create`") from error
    except (psycopg.errors.LockNotAvailable, psycopg.errors.InternalError_):
        # Another session is about to change them: the next look finds what has come of it.
        return []
    return [setting.setting for setting in left]


def _require_sight(connection: Connection, names: RoleNames) -> None:
    """Refuse to find nothing because nothing can be seen: times of others' sessions are NULL."""
    row = connection.execute(sql.SQL(_SEES).format(app=sql.Literal(names.app))).fetchone()
    has_rights, is_tracked = row or (False, False)
    if not has_rights:
        raise WatchdogBlind(
            f"role {connection.info.user!r} has not the rights of {names.app!r}: run `flask roles create`"
        )
    if not is_tracked:
        raise WatchdogBlind("the server does not tell what its sessions do: set track_activities to on")
