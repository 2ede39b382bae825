"""Whether this program may serve from its database: what start-up refuses on and `/readyz` reports."""

from __future__ import annotations

import re
import time
from contextlib import closing
from uuid import uuid4

import psycopg
from psycopg_pool import PoolTimeout
from sqlalchemy import URL

from tenantapp.health.cutting import cut_after
from tenantapp.health.inquiry import Inquiry
from tenantapp.health.revisions import MigrationsUnreadable, read_revisions
from tenantapp.postgres.binding import Binding
from tenantapp.postgres.connection import TenantConnection
from tenantapp.postgres.errors import ContextRejected, UnsafeRole
from tenantapp.postgres.failures import tls_failure
from tenantapp.postgres.opening import pool_for
from tenantapp.postgres.pool import TenantPool
from tenantapp.postgres.roles import RoleNames
from tenantapp.postgres.safety import (
    Connection,
    SafetyProblem,
    check_connection_limit,
    check_context_key,
    find_problems,
)
from tenantapp.postgres.sealing import sealer_for
from tenantapp.settings.load import Settings
from tenantapp.tenancy.context import TenantContext
from tenantapp.tenancy.errors import TenancyError

KEPT_SECONDS = 2.0
"""How long an answer about readiness is kept: anybody may ask."""
PATIENCE_SECONDS = 5.0
"""How long an answer is waited for."""
VERIFIED_SECONDS = 10.0
"""How long a database counts as safe that was found so."""

_POOL_SECONDS = 0.5
_CONNECT_SECONDS = 2
_LOOK_SECONDS = 4.0
_REFUSED = re.compile(r"FATAL:\s*(.+)")
_IN_USE = "every connection of this process is in use: requests wait for one"


def problems(settings: Settings) -> list[SafetyProblem]:
    """Ask the database by a short connection that is opened as requests' are; return all that is wrong."""
    try:
        with closing(pool_for(settings).connect_beside(settings.connect_timeout)) as connection:
            connection.autocommit = True
            return _with_begin([*_verify(connection, settings), *check_writable(connection)], connection)
    except (psycopg.Error, UnsafeRole) as error:
        return [_unreachable(error)]


class Readiness:
    """Whether this process can serve now, found out the way its requests go: by its own pool.

    Args:
        settings: the program's.
        pool: what its requests are served from.
    """

    def __init__(self, settings: Settings, pool: TenantPool) -> None:
        self._settings = settings
        self._pool = pool
        self._inquiry = Inquiry(self._look, seconds=KEPT_SECONDS, patience=PATIENCE_SECONDS)
        # Of the inquiry's one thread alone.
        self._verified: tuple[list[SafetyProblem], float] | None = None

    def problems(self) -> list[SafetyProblem]:
        """Return all that is wrong, found out moments ago; wait no longer than `PATIENCE_SECONDS`."""
        try:
            return self._inquiry.answer()
        except TimeoutError:
            reason = f"the database has not answered within {PATIENCE_SECONDS:g} s"
            return [SafetyProblem("connection", reason, "error")]

    def _look(self) -> list[SafetyProblem]:
        lent_before = self._lent()
        try:
            with closing(self._borrow()) as connection:
                return self._ask(connection)
        except PoolTimeout:
            is_in_use = True
        except psycopg.OperationalError:
            # That connection is gone, which another need not be.
            is_in_use = False
        in_use = [SafetyProblem("pool", _IN_USE, "warning")] if is_in_use else []
        try:
            found = self._ask_beside()
        except (psycopg.Error, UnsafeRole) as error:
            # Where the role has all its sessions none can be opened apart, but those of the pool serve.
            return in_use if is_in_use and self._lent() > lent_before else [_unreachable(error)]
        return found if any(problem.is_error for problem in found) else found + in_use

    def _borrow(self) -> TenantConnection:
        if not self._pool.pool.closed:
            return self._pool.pool.getconn(_POOL_SECONDS)
        self._pool.open()
        return self._pool.pool.getconn(_CONNECT_SECONDS)

    def _lent(self) -> int:
        """Return how many times the pool has lent a connection."""
        counted = self._pool.pool.get_stats()
        return (
            counted.get("requests_num", 0) - counted.get("requests_errors", 0) - counted["requests_waiting"]
        )

    def _ask_beside(self) -> list[SafetyProblem]:
        with closing(self._pool.connect_beside(_CONNECT_SECONDS)) as connection:
            return self._ask(connection)

    def _ask(self, connection: TenantConnection) -> list[SafetyProblem]:
        # The pool lends no connection on in this mode.
        connection.autocommit = True
        with cut_after(connection, _LOOK_SECONDS):
            return _with_begin([*self._safety(connection), *check_writable(connection)], connection)

    def _safety(self, connection: Connection) -> list[SafetyProblem]:
        now = time.monotonic()
        if self._verified is not None and now - self._verified[1] < VERIFIED_SECONDS:
            sealer = sealer_for(self._settings, _address(self._settings))
            return [*self._verified[0], *check_context_key(connection, sealer)]
        found = _verify(connection, self._settings)
        # What is wrong may be put right the next moment.
        self._verified = None if any(problem.is_error for problem in found) else (found, now)
        return found


def check_writable(connection: Connection) -> list[SafetyProblem]:
    """Find out whether the server takes changes: one that does not serves reads still.

    Args:
        connection: any, in autocommit mode.

    Raises:
        psycopg.Error: the server cannot be asked.
    """
    query = "SELECT pg_catalog.pg_is_in_recovery(), current_setting('transaction_read_only') = 'on'"
    in_recovery, is_read_only = connection.execute(query).fetchone() or (False, False)
    if in_recovery:
        reason = "the server is in recovery, as a standby is: reads are served, writes are refused"
    elif is_read_only:
        reason = "the server's transactions are read-only: reads are served, writes are refused"
    else:
        return []
    return [SafetyProblem("read_only", reason, "warning")]


def _verify(connection: Connection, settings: Settings) -> list[SafetyProblem]:
    try:
        revisions = read_revisions()
    except MigrationsUnreadable as error:
        return [SafetyProblem("migrations", str(error), "error")]
    found = find_problems(
        connection,
        RoleNames(settings.role_prefix),
        sealer_for(settings, _address(settings)),
        heads=revisions.heads,
        revisions=revisions.known,
        development=settings.app_env == "development",
    )
    return found + check_connection_limit(connection, settings.web_workers * settings.pool_max_size)


def _with_begin(found: list[SafetyProblem], connection: TenantConnection) -> list[SafetyProblem]:
    """Return what was found, or if none of it is an error, also why a request's transaction cannot begin."""
    if any(problem.is_error for problem in found):
        return found
    connection.autocommit = False
    connection.pending = Binding(TenantContext(uuid4(), role="readiness"))
    try:
        # As a request's does, and no tenant has this id.
        connection.begin_pending()
    except TenancyError:
        return found
    except (psycopg.Error, ContextRejected) as error:
        told = str(error.__cause__ or error).partition("\n")[0]
        return [SafetyProblem("begin", f"a request's transaction cannot begin: {told}", "error"), *found]
    finally:
        connection.rollback()
        connection.pending = None
    return found


def _address(settings: Settings) -> URL:
    return settings.require("database_url", "the application")


def _unreachable(error: psycopg.Error | UnsafeRole) -> SafetyProblem:
    if isinstance(error, UnsafeRole):
        return SafetyProblem("role", str(error), "error")
    # Refused in words, it is there; without, it may be anywhere.
    refused = _REFUSED.search(str(error))
    reason = f"the database refuses connections: {refused[1]}" if refused else "the database does not answer"
    return SafetyProblem("connection", tls_failure(error) or reason, "error")
