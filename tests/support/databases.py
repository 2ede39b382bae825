"""Databases for tests: a template that is migrated once, and prepared clones of it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import psycopg
from flask import Flask
from psycopg import sql
from sqlalchemy import URL

from tenantapp.application import create_app
from tenantapp.platform.preparation import Passwords, RoleLimits, create_roles, prepare_database
from tenantapp.postgres.roles import RoleNames
from tenantapp.settings.load import Settings, load_settings

PASSWORDS = Passwords(
    owner="owner-secret", app="app-secret", platform="platform-secret", watchdog="watchdog-secret"
)
# Little disk, so that a test fills it soon; the sessions are those of many applications.
LIMITS = RoleLimits(app_connections=90, platform_connections=20, temp_file_mb=16)


@dataclass(frozen=True)
class Server:
    """A server that tests may create databases on, in the form that pytest-postgresql asks for."""

    url: URL
    names: RoleNames
    options: str = ""
    maintenance_dbname: str = "postgres"
    template_dbname: None = None

    @property
    def host(self) -> str:
        return self.url.host or "127.0.0.1"

    @property
    def port(self) -> int:
        return self.url.port or 5432

    @property
    def user(self) -> str:
        return self.url.username or "postgres"

    @property
    def password(self) -> str:
        return str(self.url.password or "")

    def address(self, role: str, database: str) -> URL:
        """Return where `owner`, `app`, `platform`, `watchdog` or `bootstrap` connects to `database`."""
        if role == "bootstrap":
            return self.url.set(database=database)
        return self.url.set(
            username=getattr(self.names, role), password=getattr(PASSWORDS, role), database=database
        )

    def settings(self, database: str, **changes: Any) -> Settings:
        """Return the settings of an application on `database`."""
        settings = load_settings({"APP_ENV": "testing", "LOG_LEVEL": "WARNING"}, dotenv=None)
        roles = {"database": "app", "migration_database": "owner"}
        roles |= {f"{role}_database": role for role in ("platform", "watchdog", "bootstrap")}
        addresses: dict[str, Any] = {
            f"{key}_url": self.address(role, database) for key, role in roles.items()
        }
        return replace(settings, **addresses | {"role_prefix": self.names.prefix} | changes)

    @contextmanager
    def application(self, database: str, **changes: Any) -> Iterator[Flask]:
        """Lend the application on `database`, and close its connections."""
        app = create_app(self.settings(database, **changes))
        try:
            yield app
        finally:
            app.extensions["tenantapp"].pool.close()

    def connect(self, role: str, database: str, **options: Any) -> closing[psycopg.Connection[Any]]:
        """Connect to `database` as a role, in autocommit mode unless told otherwise."""
        url = self.address(role, database).set(drivername="postgresql")
        options = {"autocommit": True, **options}
        return closing(psycopg.connect(url.render_as_string(hide_password=False), **options))

    @contextmanager
    def clone(self, template: str) -> Iterator[str]:
        """Lend a prepared copy of `template`."""
        name = f"clone_{secrets.token_hex(6)}"
        with self.connect("bootstrap", "postgres") as connection:
            quoted = {"name": sql.Identifier(name), "template": sql.Identifier(template)}
            # Logging every page of it, as is the default, takes twice the processor time.
            copy = "CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"
            connection.execute(sql.SQL(copy).format(**quoted))
            try:
                with undisturbed(connection), self.connect("bootstrap", name) as inside:
                    prepare_database(inside, self.names)
                yield name
            finally:
                connection.execute(sql.SQL("DROP DATABASE {name} WITH (FORCE)").format(**quoted))


@contextmanager
def undisturbed(connection: psycopg.Connection[Any], *, alone: bool = False) -> Iterator[None]:
    """Keep for a block what all databases of a server share as it is, or be the only one to change it.

    Tests on the same server at the same time grant and revoke on template1 and on parameters, and prepare
    what the others have just broken.

    Args:
        connection: to the database postgres, in autocommit mode.
        alone: whether the block is the one that changes it; within it nobody else is undisturbed.
    """
    kind = "" if alone else "_shared"
    connection.execute(f"SELECT pg_advisory_lock{kind}(1)")
    try:
        yield
    finally:
        connection.execute(f"SELECT pg_advisory_unlock{kind}(1)")


@contextmanager
def roles_on(url: URL) -> Iterator[Server]:
    """Create roles of a random prefix on a server, so that it can be shared, and drop them afterwards."""
    server = Server(url, RoleNames(f"test_{secrets.token_hex(4)}"))
    with server.connect("bootstrap", "postgres") as connection:
        create_roles(connection, server.names, PASSWORDS, LIMITS)
        try:
            yield server
        finally:
            for role in server.names.as_values().values():
                quoted = sql.Identifier(role)
                connection.execute(sql.SQL("DROP OWNED BY {}").format(quoted))
                connection.execute(sql.SQL("DROP ROLE {}").format(quoted))
