"""A database of two tenants, and every way to it that a check may try."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import cached_property

import psycopg
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session, scoped_session

from tenantapp.application import create_app
from tenantapp.db.session import db
from tenantapp.identity import guards
from tenantapp.identity.credentials import Credentials
from tenantapp.postgres.sealing import bind, sealing_engine
from tenantapp.tenancy.context import tenant_context
from tenantapp.testing.canaries import Neighbours, settle
from tenantapp.testing.tenants import Inhabitant
from tests.support.databases import Server
from tests.support.sealing import sealer_of

DENIED = "42501"
LASTING = 3600.0


class World(Neighbours):
    """The kit's neighbours, in a database that may be broken and asked past the program.

    Args:
        server: the server.
        database: the database's name.
        a: one tenant.
        b: the other.
        app_role: which role the application is given; a mutation gives it the wrong one.
    """

    def __init__(
        self, server: Server, database: str, a: Inhabitant, b: Inhabitant, *, app_role: str = "app"
    ) -> None:
        self.server = server
        self.database = database
        self.a = a
        self.b = b
        self.app_role = app_role
        self._engines: dict[str, Engine] = {}

    @cached_property
    def app(self) -> Flask:
        """The application on this database, remembering tenants and keys for as long as it lives.

        Otherwise one of two requests that are compared would, every few seconds, look them up again.
        """
        address = self.server.address(self.app_role, self.database)
        settings = self.server.settings(self.database, directory_cache_seconds=LASTING)
        app = create_app(replace(settings, database_url=address))
        guards.init_app(app, Credentials(seconds=LASTING))
        return app

    @contextmanager
    def connect(self, role: str = "app") -> Iterator[Connection]:
        """Connect as a role, past everything that the program does."""
        if role not in self._engines:
            login = self.app_role if role == "app" else role
            address = self.server.address(login, self.database)
            self._engines[role] = sealing_engine(address, sealer_of(self.database))
        with self._engines[role].connect() as connection:
            yield connection

    @contextmanager
    def transaction(self, tenant: Inhabitant | None, role: str = "app") -> Iterator[Connection]:
        """Begin a transaction as a role, in a tenant's context or in none, and roll it back."""
        with self.connect(role) as connection, connection.begin() as transaction:
            if tenant is not None:
                bind(connection, tenant.context)
            yield connection
            transaction.rollback()

    @contextmanager
    def session(self, tenant: Inhabitant) -> Iterator[scoped_session[Session]]:
        """Give the application's session in a tenant's context."""
        with self.app.app_context(), tenant_context(tenant.context):
            yield db.session  # type: ignore[misc]

    def close(self) -> None:
        """Close the application's connections."""
        if "app" in self.__dict__:
            self.app.extensions["tenantapp"].pool.close()


MakeWorld = Callable[..., AbstractContextManager[World]]
"""Lends a world; `app_role` is the role that its application is given."""


@contextmanager
def worlds(server: Server, template: str) -> Iterator[MakeWorld]:
    """Give a function that lends a world of its own, cloned from one that is settled once."""
    with server.clone(template) as settled:
        with server.application(settled) as app:
            a, b = settle(app), settle(app)

        @contextmanager
        def lend(*, app_role: str = "app") -> Iterator[World]:
            with server.clone(settled) as database:
                world = World(server, database, a, b, app_role=app_role)
                try:
                    yield world
                finally:
                    world.close()

        yield lend


@contextmanager
def refused(connection: Connection, attempt: str, *states: str) -> Iterator[None]:
    """Expect PostgreSQL to refuse the block with one of the states, by default for want of a privilege.

    Raises:
        AssertionError: the block went through, or was refused for another reason.
    """
    savepoint = connection.begin_nested()
    try:
        yield
    except (sa.exc.DBAPIError, psycopg.Error) as error:
        cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        state = getattr(cause, "sqlstate", None)
        assert state in (states or (DENIED,)), f"{attempt}: refused with {state}: {cause}"
    else:
        raise AssertionError(f"{attempt}: was not refused")
    finally:
        savepoint.rollback()
