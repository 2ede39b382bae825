"""A server with roles of a random prefix, so that servers can be shared, and databases on it."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import URL

from tenantapp.platform.preparation import Passwords, create_database, create_roles, prepare_database
from tenantapp.postgres.roles import RoleNames
from tests.support.databases import LIMITS, undisturbed

PASSWORD = "secret"
Connect = Callable[..., AbstractContextManager[psycopg.Connection[Any]]]


def execute(connection: psycopg.Connection[Any], statement: str, **names: str) -> psycopg.Cursor[Any]:
    """Execute a statement whose placeholders are identifiers."""
    quoted = {key: sql.Identifier(name) for key, name in names.items()}
    return connection.execute(sql.SQL(statement).format(**quoted))


@pytest.fixture(scope="session")
def connect(bootstrap: URL) -> Connect:
    """Give a function that connects, as the superuser unless told otherwise."""

    def connect_as(database: str | None = None, user: str | None = None, password: str = PASSWORD) -> Any:
        url = bootstrap.set(drivername="postgresql", database=database or bootstrap.database)
        if user:
            url = url.set(username=user, password=password)
        return closing(psycopg.connect(url.render_as_string(hide_password=False), autocommit=True))

    return connect_as


@pytest.fixture(scope="session")
def superuser(connect: Connect) -> Iterator[psycopg.Connection[Any]]:
    with connect() as connection:
        if not connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()[0]:
            pytest.skip("TEST_DATABASE_URL is not a superuser's")
        yield connection


@pytest.fixture(scope="session")
def make_names(superuser: psycopg.Connection[Any]) -> Iterator[Callable[[], RoleNames]]:
    """Give a function that gives names no role has yet; the roles are dropped at the end."""
    made: list[RoleNames] = []

    def make() -> RoleNames:
        made.append(RoleNames(f"test_{secrets.token_hex(4)}"))
        return made[-1]

    yield make
    for role in (role for names in made for role in names.as_values().values()):
        if superuser.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone() is not None:
            execute(superuser, "DROP OWNED BY {role}", role=role)
            execute(superuser, "DROP ROLE {role}", role=role)


@pytest.fixture(scope="session")
def names(superuser: psycopg.Connection[Any], make_names: Callable[[], RoleNames]) -> RoleNames:
    """Give names whose roles exist."""
    names = make_names()
    create_roles(superuser, names, Passwords("secret", "secret", "secret"), LIMITS)
    return names


@pytest.fixture(scope="session")
def make_database(
    superuser: psycopg.Connection[Any],
    make_names: Callable[[], RoleNames],
) -> Iterator[Callable[..., str]]:
    """Give a function that creates a database; it depends on `make_names` to be dropped before the roles."""
    made: list[str] = []

    def make(template: str | None = None) -> str:
        made.append(f"test_{secrets.token_hex(4)}")
        if template:
            execute(superuser, "CREATE DATABASE {name} TEMPLATE {template}", name=made[-1], template=template)
        else:
            create_database(superuser, made[-1])
        return made[-1]

    yield make
    for name in made:
        execute(superuser, "DROP DATABASE IF EXISTS {name} WITH (FORCE)", name=name)


@pytest.fixture(scope="session")
def prepared(connect: Connect, names: RoleNames, make_database: Callable[..., str]) -> str:
    """Give the name of a prepared database; tests that change it put it right again."""
    database = make_database()
    with connect("postgres") as others, undisturbed(others), connect(database) as connection:
        assert prepare_database(connection, names).acceptable
    return database


@pytest.fixture
def nobody_disturbs(connect: Connect, request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep what all databases share as it is for a test, or be the only one that changes it."""
    of_test = getattr(request.node, "callspec", None)
    alone = of_test is not None and of_test.params.get("measure") == "maintenance_databases"
    with connect("postgres") as others, undisturbed(others, alone=alone):
        yield


@pytest.fixture
def owner(connect: Connect, names: RoleNames, prepared: str) -> Iterator[psycopg.Connection[Any]]:
    with connect(prepared, names.owner) as connection:
        yield connection


@pytest.fixture
def app(connect: Connect, names: RoleNames, prepared: str) -> Iterator[psycopg.Connection[Any]]:
    with connect(prepared, names.app) as connection:
        yield connection
