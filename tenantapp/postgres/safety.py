"""What the application refuses to start on, and `/readyz` to be ready on: each check tells its reasons.

Every check takes a connection of the application's role in autocommit mode and asks one query, more only to
tell why it is refused.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal
from uuid import uuid4

import psycopg
from psycopg.rows import dict_row

from tenantapp.postgres.clocks import certain_skew, is_refused, told_skew
from tenantapp.postgres.failures import WITHOUT_A_SUPERUSER
from tenantapp.postgres.own_settings import own_settings
from tenantapp.postgres.roles import RoleNames
from tenantapp.postgres.server_versions import OLDEST_MAJOR, minimum_minors
from tenantapp.postgres.sql_files import compose, compose_database_file
from tenantapp.tenancy.context import TenantContext
from tenantapp.tenancy.seal import ContextSealer

Severity = Literal["error", "warning"]
Connection = psycopg.Connection[Any]

_DETAIL_LENGTH = 300
_PID_AND_TIME = "SELECT pg_catalog.pg_backend_pid(), extract(epoch FROM pg_catalog.clock_timestamp())"


@dataclass(frozen=True, slots=True)
class SafetyProblem:
    """Why a database is not safe to serve from; a warning is told and lived with."""

    check: str
    reason: str
    severity: Severity

    @property
    def is_error(self) -> bool:
        """Tell whether this is refused rather than told."""
        return self.severity == "error"

    def __str__(self) -> str:
        return f"{self.severity}: {self.check}: {self.reason}"


def find_problems(
    connection: Connection,
    names: RoleNames,
    sealer: ContextSealer,
    *,
    heads: Collection[str],
    revisions: Collection[str],
    development: bool = False,
) -> list[SafetyProblem]:
    """Return all that is wrong, the worst first.

    Args:
        connection: of the application's role, in autocommit mode.
        names: the roles.
        sealer: of the database.
        heads: the revisions that the database must be at.
        revisions: every revision the program knows.
        development: an old server is a warning there.

    Raises:
        psycopg.Error: the server cannot be asked.
    """
    problems = [
        *check_server_version(connection, development=development),
        *check_role(connection, names),
        *check_preparation(connection, names),
    ]
    # Another revision may have no such functions.
    problems += check_migrations(connection, heads, revisions) or check_context_key(connection, sealer)
    return sorted(problems, key=lambda problem: problem.severity)


def check_role(connection: Connection, names: RoleNames) -> list[SafetyProblem]:
    """Find out whether the connection's role could get past row-level security.

    Args:
        connection: of the application's role.
        names: the roles.

    Raises:
        psycopg.Error: the server cannot be asked.
    """
    role = connection.info.user
    problems = []
    if role != names.app:
        problems.append(
            SafetyProblem("role", f"role {role!r} is not the application's, {names.app!r}", "error")
        )
    with connection.cursor(row_factory=dict_row) as cursor:
        for row in cursor.execute(compose("roles/unsafe_role_v01.sql", {"own_settings": own_settings()})):
            problems.append(SafetyProblem("role", f"role {role!r} {row['reason']}", row["severity"]))
    return problems


def check_preparation(connection: Connection, names: RoleNames) -> list[SafetyProblem]:
    """Find out whether the database was prepared.

    The measures that take a superuser are one warning: where nobody is one, nobody can do more about them.

    Args:
        connection: of the application's role.
        names: the roles.

    Raises:
        psycopg.Error: the server cannot be asked.
    """
    database = connection.info.dbname
    verify = compose_database_file("database/verify_v01.sql", names, database)
    with connection.cursor(row_factory=dict_row) as cursor:
        try:
            rows = cursor.execute(verify).fetchall()
        except psycopg.errors.UndefinedObject as error:
            missing = f"{error.diag.message_primary}: run `flask roles create`"
            return [SafetyProblem("preparation", missing, "error")]
    found = []
    for row in rows:
        if row["required"] and not row["holds"]:
            detail = f"{row['measure']}: {row['detail'][:_DETAIL_LENGTH]}: run `flask databases prepare`"
            found.append(SafetyProblem("preparation", f"database {database!r}: {detail}", "error"))
    if optional := [row["measure"] for row in rows if not row["required"] and not row["holds"]]:
        reason = (
            f"database {database!r}: these measures take a superuser and are missing: {', '.join(optional)}; "
            f"what is open without them: {WITHOUT_A_SUPERUSER}"
        )
        found.append(SafetyProblem("preparation", reason, "warning"))
    return found


def check_context_key(connection: Connection, sealer: ContextSealer) -> list[SafetyProblem]:
    """Find out whether the database takes what the program seals, and whether the clocks agree enough for it.

    Args:
        connection: of the application's role, in autocommit mode.
        sealer: of the database.

    Raises:
        psycopg.Error: the server cannot be asked.
    """
    context = TenantContext(uuid4(), role="readiness")
    found: list[SafetyProblem] = []
    try:
        with connection.transaction():
            asked = time.time()
            # Behind a pooler the driver does not know the pid.
            pid, server_time = connection.execute(_PID_AND_TIME).fetchall()[0]
            found = _clock_problems(certain_skew(asked, float(server_time), time.time()))
            connection.execute("SELECT tenancy.bind(%s)", (sealer.seal(context, pid),))
    except psycopg.errors.InsufficientPrivilege:
        if not any(problem.is_error for problem in found):
            reason = (
                f"the context key {sealer.key_id!r} is not installed in this database, {sealer.database!r}: "
                "run `flask keys install`"
            )
            found.append(SafetyProblem("context_key", reason, "error"))
    return found


def _clock_problems(skew: float) -> list[SafetyProblem]:
    reason = told_skew(skew)
    return [SafetyProblem("clock", reason, "error" if is_refused(skew) else "warning")] if reason else []


def check_connection_limit(connection: Connection, sessions: int) -> list[SafetyProblem]:
    """Find out whether the role may have as many sessions as this program's processes ask for together.

    Args:
        connection: of the application's role.
        sessions: how many they ask for at most.

    Raises:
        psycopg.Error: the server cannot be asked.
    """
    query = "SELECT rolconnlimit FROM pg_catalog.pg_roles WHERE rolname = session_user"
    row = connection.execute(query).fetchone()
    if row is None or not 0 <= row[0] < sessions:
        return []
    reason = (
        f"role {connection.info.user!r} may have {row[0]} sessions, WEB_WORKERS times POOL_MAX_SIZE is "
        f"{sessions}: raise APP_CONNECTION_LIMIT and run `flask roles create`"
    )
    return [SafetyProblem("connection_limit", reason, "warning")]


def check_server_version(connection: Connection, *, development: bool = False) -> list[SafetyProblem]:
    """Find out whether the server has the fixes of row-level security; asks no query.

    Args:
        connection: any.
        development: an old server is a warning there.
    """
    return version_problems(connection.info.server_version, development=development)


def version_problems(version: int, *, development: bool = False) -> list[SafetyProblem]:
    """Judge a server's version.

    Args:
        version: as libpq gives it: 150014 is 15.14.
        development: an old minor version is a warning there; an old major version lacks what is used.
    """
    major, minor = divmod(version, 10_000)
    if major < OLDEST_MAJOR:
        reason = (
            f"PostgreSQL {major}.{minor} is too old: {OLDEST_MAJOR} is the first with security_invoker views"
        )
        return [SafetyProblem("server_version", reason, "error")]
    minimum = minimum_minors().get(major, 0)
    if minor >= minimum:
        return []
    reason = (
        f"PostgreSQL {major}.{minor} has known faults that pass row-level security: "
        f"update to {major}.{minimum} or later"
    )
    return [SafetyProblem("server_version", reason, "warning" if development else "error")]


def check_migrations(
    connection: Connection, heads: Collection[str], revisions: Collection[str]
) -> list[SafetyProblem]:
    """Find out whether the database is at the program's own revision.

    Args:
        connection: of the application's role, in autocommit mode: a missing table fails the query.
        heads: the revisions that the database must be at.
        revisions: every revision the program knows.

    Raises:
        psycopg.Error: the server cannot be asked.
    """
    try:
        rows = connection.execute("SELECT version_num FROM public.alembic_version").fetchall()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return [_migration_problem("no migration was run: run `flask db upgrade`")]
    except psycopg.errors.InsufficientPrivilege as error:
        return [_migration_problem(f"{error.diag.message_primary}: run `flask db upgrade`")]
    current = {str(row[0]) for row in rows}
    if unknown := sorted(current - set(revisions)):
        return [
            _migration_problem(f"the database is at {', '.join(unknown)}, unknown here: update the program")
        ]
    if current != set(heads):
        at, expected = ", ".join(sorted(current)) or "no revision", ", ".join(sorted(heads))
        return [_migration_problem(f"the database is at {at}, not at {expected}: run `flask db upgrade`")]
    return []


def _migration_problem(reason: str) -> SafetyProblem:
    return SafetyProblem("migrations", reason, "error")
