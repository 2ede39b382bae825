"""A server on which a role with CREATEROLE and CREATEDB prepares everything, as on managed services."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask_migrate import upgrade
from psycopg import sql
from sqlalchemy import URL

from tenantapp.application import create_app
from tenantapp.platform.context_keys import install_key
from tenantapp.platform.preparation import create_database, create_roles, prepare_database
from tenantapp.postgres.roles import RoleNames
from tenantapp.settings.context_key import PUBLISHED_CONTEXT_KEY
from tests.support.databases import LIMITS, PASSWORDS, Server


@dataclass(frozen=True)
class WeakServer(Server):
    """A server whose databases a role that is no superuser prepares.

    Args:
        creator: that role.
    """

    creator: str = ""

    def address(self, role: str, database: str) -> URL:
        if role == "creator":
            return self.url.set(username=self.creator, password=self.creator, database=database)
        return super().address(role, database)

    @contextmanager
    def clone(self, template: str) -> Iterator[str]:
        name = f"clone_{secrets.token_hex(6)}"
        names = {"name": sql.Identifier(name), "template": sql.Identifier(template)}
        names["creator"] = sql.Identifier(self.creator)
        copy = "CREATE DATABASE {name} TEMPLATE {template} OWNER {creator} STRATEGY FILE_COPY"
        with self.connect("bootstrap", "postgres") as superuser:
            superuser.execute(sql.SQL(copy).format(**names))
            try:
                with self.connect("creator", name) as connection:
                    prepare_database(connection, self.names)
                yield name
            finally:
                superuser.execute(sql.SQL("DROP DATABASE {name} WITH (FORCE)").format(**names))


@contextmanager
def weakly_prepared(url: URL) -> Iterator[tuple[WeakServer, str]]:
    """Lend a server with roles of its own and a migrated database, which no superuser prepared."""
    prefix = f"test_{secrets.token_hex(4)}"
    server = WeakServer(url, RoleNames(prefix), creator=f"{prefix}_creator")
    database = f"{prefix}_database"
    names = {"creator": sql.Identifier(server.creator), "database": sql.Identifier(database)}
    with server.connect("bootstrap", "postgres") as superuser:
        superuser.execute(
            sql.SQL("CREATE ROLE {} LOGIN CREATEROLE CREATEDB PASSWORD {}").format(
                names["creator"], sql.Literal(server.creator)
            )
        )
        superuser.execute(sql.SQL("GRANT CONNECT ON DATABASE postgres TO {creator}").format(**names))
        try:
            _prepare(server, database)
            yield server, database
        finally:
            superuser.execute(sql.SQL("DROP DATABASE IF EXISTS {database} WITH (FORCE)").format(**names))
            for role in (*server.names.as_values().values(), server.creator):
                superuser.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(sql.Identifier(role)))
                superuser.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def _prepare(server: WeakServer, database: str) -> None:
    with server.connect("creator", "postgres") as connection:
        assert create_roles(connection, server.names, PASSWORDS, LIMITS).acceptable
        create_database(connection, database)
    with server.connect("creator", database) as connection:
        assert prepare_database(connection, server.names).acceptable
    with create_app(server.settings(database)).app_context():
        upgrade()
    with server.connect("owner", database) as connection:
        install_key(connection, PUBLISHED_CONTEXT_KEY)
