"""A database of nobody's to try a migration on: of the embedded server, or of one that is named for it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import URL

from tenantapp.embedded import EmbeddedServer
from tenantapp.embedded.errors import BinariesMissingError, EmbeddedServerError
from tenantapp.platform.preparation import Passwords, RoleLimits, create_roles, prepare_database
from tenantapp.postgres.roles import RoleNames
from tenantapp.settings.load import Settings

_LIMITS = RoleLimits(app_connections=5, platform_connections=5, temp_file_mb=64)
# Nothing there is worth a disk's time.
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


class NoScratch(Exception):
    """Raised when there is nowhere to try a migration out; says what there could be."""


@contextmanager
def scratch(settings: Settings, major: int) -> Iterator[Mapping[str, str]]:
    """Lend an empty, prepared database with roles of its own: the environment of a program that migrates it.

    Args:
        settings: where the embedded server's folder is, or which server there is for it.
        major: the version of PostgreSQL that the migration is for.

    Raises:
        NoScratch: there is no server of that version, or it cannot be used.
    """
    try:
        with _server(settings, major) as url, _database(url) as environment:
            yield environment
    except BinariesMissingError as error:
        raise NoScratch(f"there is no embedded PostgreSQL {major} here ({error})") from error
    except (EmbeddedServerError, psycopg.Error) as error:
        raise NoScratch(" ".join(str(error).split())) from error


@contextmanager
def _server(settings: Settings, major: int) -> Iterator[URL]:
    if settings.scratch_database_url is not None:
        yield settings.scratch_database_url
        return
    root = settings.instance_path / f"scratch-postgresql-{major}"
    with EmbeddedServer(root, version=major, settings=_FAST) as started:
        yield started.superuser_url


@contextmanager
def _database(url: URL) -> Iterator[Mapping[str, str]]:
    name = f"scratch_{secrets.token_hex(4)}"
    names = RoleNames(name)
    passwords = Passwords(*(secrets.token_hex(16) for _ in range(4)))
    with _connect(url) as connection, ExitStack() as cleaning:
        cleaning.callback(_drop_roles, connection, names)
        create_roles(connection, names, passwords, _LIMITS)
        database = sql.Identifier(name)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(database))
        cleaning.callback(connection.execute, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(database))
        with _connect(url.set(database=name)) as inside:
            # The server is another's: others may go on with its other databases.
            prepare_database(inside, names, server_too=False)
        yield _environment(url.set(database=name), names, passwords)


def _drop_roles(connection: psycopg.Connection[Any], names: RoleNames) -> None:
    """Drop those of the roles that there are: the server may have refused to make some."""
    query = "SELECT CAST(rolname AS text) FROM pg_catalog.pg_roles WHERE rolname = ANY (%s)"
    for (name,) in connection.execute(query, [list(names.as_values().values())]).fetchall():
        role = sql.Identifier(name)
        # Who is no superuser drops what is its members' alone.
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(role))
        connection.execute(sql.SQL("DROP OWNED BY {}").format(role))
        connection.execute(sql.SQL("DROP ROLE {}").format(role))


def _environment(url: URL, names: RoleNames, passwords: Passwords) -> Mapping[str, str]:
    keys = {"owner": "MIGRATION_DATABASE_URL", "app": "DATABASE_URL", "platform": "PLATFORM_DATABASE_URL"}
    logins = asdict(passwords)
    addresses = {
        key: url.set(username=getattr(names, role), password=logins[role]).render_as_string(
            hide_password=False
        )
        for role, key in keys.items()
    }
    return addresses | {
        "APP_ENV": "testing",
        "DOTENV_FILE": "/dev/null",
        "LOG_LEVEL": "WARNING",
        "ROLE_PREFIX": names.prefix,
    }


def _connect(url: URL) -> closing[psycopg.Connection[tuple[object, ...]]]:
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return closing(psycopg.connect(address, autocommit=True, connect_timeout=5))
