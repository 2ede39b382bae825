"""Create the roles and prepare databases: what does not hold is brought about, then read back.

PostgreSQL only warns where a role may not revoke, so no command's success is taken for its effect.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import psycopg
from psycopg import pq, sql

from tenantapp.platform.errors import PreparationError
from tenantapp.platform.measures import Connection, attempt, bring_about, first_line
from tenantapp.platform.report import MeasureOutcome, PreparationReport
from tenantapp.postgres.roles import RoleNames
from tenantapp.postgres.sql_files import compose, compose_database_file

_ROLE_STEPS = (
    "roles/create_roles_v01.sql",
    "roles/revoke_memberships_v01.sql",
    "roles/grant_memberships_v01.sql",
    "roles/reset_settings_v01.sql",
    "roles/limit_connections_v01.sql",
)
# Last: a bootstrap role that is not a superuser may not.
_LIMIT_TEMPORARY_FILES = "roles/limit_temporary_files_v01.sql"
_SET_PASSWORDS = "roles/set_passwords_v01.sql"
_MAINTENANCE_DATABASES = "database/revoke_maintenance_databases_v01.sql"
_DATABASE_STEPS = (
    "database/create_schemas_v01.sql",
    "database/revoke_default_privileges_v01.sql",
    "database/revoke_languages_v01.sql",
    "database/revoke_functions_v01.sql",
    "database/revoke_views_v01.sql",
    _MAINTENANCE_DATABASES,
    "database/revoke_database_v01.sql",
    # Last: until then a bootstrap role that is not a superuser acts as the database's owner.
    "database/give_to_owner_v01.sql",
)
_CREATE_DATABASE = "database/create_database_v01.sql"
_BEYOND_PRIVILEGES = (
    MeasureOutcome("listen_and_notify", "not possible", "PostgreSQL has no privilege for LISTEN and NOTIFY"),
    MeasureOutcome(
        "own_settings",
        "not possible",
        "every role may SET, and ALTER its own defaults: connections bring theirs",
    ),
    MeasureOutcome(
        "table_locks", "not possible", "who may write to a table may LOCK it: statement timeouts bound it"
    ),
)


@dataclass(frozen=True, slots=True)
class Passwords:
    """The passwords of the roles that log in; the watchdog does where it has one."""

    owner: str = field(repr=False)
    app: str = field(repr=False)
    platform: str = field(repr=False)
    watchdog: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleLimits:
    """What the roles may take of the server, whatever they ask.

    Args:
        app_connections: how many sessions the application's role may have.
        platform_connections: how many the operator's.
        temp_file_mb: how many megabytes of temporary files a session of either may have.
    """

    app_connections: int
    platform_connections: int
    temp_file_mb: int

    def as_values(self) -> dict[str, str | sql.Composable]:
        """Return the limits as the SQL files call them."""
        return {
            "app_connections": sql.Literal(self.app_connections),
            "platform_connections": sql.Literal(self.platform_connections),
            "temporary_files": f"{self.temp_file_mb}MB",
        }


def create_roles(
    connection: Connection, names: RoleNames, passwords: Passwords, limits: RoleLimits
) -> PreparationReport:
    """Create the roles, or repair those that exist; set their limits and their passwords.

    Args:
        connection: of the bootstrap role, in autocommit mode, to any database of the server.
        names: the roles.
        passwords: sent as SCRAM verifiers, never as they are.
        limits: what the roles may take of the server.

    Raises:
        PreparationError: the connection is of another mode.
        psycopg.Error: the server went away.
    """
    values = _role_values(names, passwords, limits, connection.pgconn)
    steps = (*_ROLE_STEPS, _LIMIT_TEMPORARY_FILES)
    verify = compose("roles/verify_v01.sql", values)
    report = bring_about(connection, steps, verify, lambda path: compose(path, values))
    reason = attempt(connection, compose(_SET_PASSWORDS, values))
    return report.adding(
        [MeasureOutcome("passwords", "not possible" if reason else "done", reason, required=True)]
    )


def create_database(connection: Connection, database: str) -> MeasureOutcome:
    """Create a database unless it exists.

    Args:
        connection: of the bootstrap role, in autocommit mode, to another database of the server.
        database: its name.

    Raises:
        PreparationError: the role may not, or the server refuses.
    """
    found = connection.execute("SELECT FROM pg_catalog.pg_database WHERE datname = %s", [database]).fetchone()
    if found is not None:
        return MeasureOutcome("database_exists", "already", required=True)
    try:
        connection.execute(compose(_CREATE_DATABASE, {"database": database}))
    except psycopg.errors.DuplicateDatabase:
        return MeasureOutcome("database_exists", "already", required=True)
    except psycopg.Error as error:
        raise PreparationError(f"cannot create database {database!r}: {first_line(error)}") from error
    return MeasureOutcome("database_exists", "done", required=True)


def prepare_database(
    connection: Connection, names: RoleNames, *, server_too: bool = True
) -> PreparationReport:
    """Close the database a connection is in to all but what the roles need; a prepared one is only read.

    Args:
        connection: of the bootstrap role, in autocommit mode.
        names: the roles, which exist.
        server_too: whether the server's maintenance databases are closed; not on a server that is only lent.

    Raises:
        PreparationError: a role is missing, or the connection is of another mode.
        psycopg.Error: the server went away.
    """
    database = connection.info.dbname

    def composer(path: str) -> sql.Composed:
        return compose_database_file(path, names, database)

    steps = tuple(step for step in _DATABASE_STEPS if server_too or step != _MAINTENANCE_DATABASES)
    try:
        report = bring_about(connection, steps, composer("database/verify_v01.sql"), composer)
    except psycopg.errors.UndefinedObject as error:
        raise PreparationError(f"{first_line(error)}: run `flask roles create` first") from error
    return report.adding(_BEYOND_PRIVILEGES)


def roles_script(names: RoleNames, passwords: Passwords, limits: RoleLimits) -> str:
    """Return what `create_roles` may execute, for psql.

    Args:
        names: the roles.
        passwords: printed as SCRAM verifiers, never as they are.
        limits: what the roles may take of the server.
    """
    # libpq computes a verifier without a server when told the algorithm: this connection is none.
    values = _role_values(names, passwords, limits, pq.PGconn.connect_start(b"port=none"))
    steps = (*_ROLE_STEPS, _SET_PASSWORDS, _LIMIT_TEMPORARY_FILES)
    return _script(compose(path, values) for path in steps)


def database_script(names: RoleNames, database: str) -> str:
    """Return what `create_database` and `prepare_database` may execute, for psql.

    Args:
        names: the roles.
        database: its name.
    """
    create = compose(_CREATE_DATABASE, {"database": database}).as_string()
    missing = sql.SQL(
        "SELECT {create}\n"
        "WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = {database})\n"
        "\\gexec\n"
        "\\connect {name}\n"
    ).format(create=create, database=database, name=sql.Identifier(database))
    return _script([missing, *(compose_database_file(path, names, database) for path in _DATABASE_STEPS)])


def _role_values(
    names: RoleNames, passwords: Passwords, limits: RoleLimits, pgconn: pq.abc.PGconn
) -> dict[str, str | sql.Composable]:
    def verifier(role: str, password: str) -> str:
        return pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()

    watchdog = passwords.watchdog
    return {
        **names.as_values(),
        **limits.as_values(),
        "owner_verifier": verifier(names.owner, passwords.owner),
        "app_verifier": verifier(names.app, passwords.app),
        "platform_verifier": verifier(names.platform, passwords.platform),
        "watchdog_verifier": sql.Literal(watchdog and verifier(names.watchdog, watchdog)),
        "watchdog_logs_in": sql.Literal(watchdog is not None),
    }


def _script(statements: Iterable[sql.Composed]) -> str:
    return "\\set ON_ERROR_STOP on\n" + "\n".join(statement.as_string() for statement in statements)
