"""End the sessions of the application's role that take too long, from a session that they cannot reach.

The deadline of a loan is the application's own: it does not hold for a session that is none of its pool's,
nor in a process that hangs.
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
from tenantapp.postgres.roles import RoleNames
from tenantapp.postgres.sql_files import compose

_SEES = """
    SELECT pg_catalog.pg_has_role(session_user, {app}, 'USAGE'),
           pg_catalog.current_setting('track_activities')::boolean
"""


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
class Limits:
    """How old a transaction or a statement of the application's may be, in seconds.

    Args:
        seconds: any.
        locking_seconds: that of a session that has locked a whole table, or waits for that.
    """

    seconds: float
    locking_seconds: float


def end_overdue(connection: Connection, names: RoleNames, limits: Limits) -> list[Overdue]:
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
