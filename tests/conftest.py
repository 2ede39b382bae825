"""What every test may ask for: a server, a migrated database, the application on it, tenants in it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask_migrate import upgrade
from pytest_postgresql import factories
from pytest_postgresql.executors import NoopExecutor
from sqlalchemy import URL, make_url

from tenantapp.application import create_app
from tenantapp.embedded import EmbeddedServer
from tenantapp.platform.context_keys import install_key
from tenantapp.platform.preparation import prepare_database
from tenantapp.settings.context_key import PUBLISHED_CONTEXT_KEY
from tests.support import debian
from tests.support.databases import Server, roles_on, undisturbed
from tests.support.tenants import TenantUnderTest, make_tenant

# Nothing of a test's database is worth a disk's time.
UNSAFE_AND_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}


@pytest.fixture(scope="session")
def bootstrap() -> Iterator[URL]:
    """The address of a superuser: `TEST_DATABASE_URL`, or a server's of `TEST_POSTGRES_VERSION`."""
    if address := os.environ.get("TEST_DATABASE_URL"):
        yield make_url(address).set(drivername="postgresql+psycopg")
        return
    version = int(os.environ.get("TEST_POSTGRES_VERSION", "18"))
    root = Path(__file__).parents[1] / "instance" / f"test-postgresql-{version}"
    lend = debian.debian_server if version in debian.VERSIONS else EmbeddedServer
    with lend(root, version=version, settings=UNSAFE_AND_FAST) as started:
        yield started.superuser_url


@pytest.fixture(scope="session")
def server(bootstrap: URL) -> Iterator[Server]:
    """A server with roles of its own."""
    with roles_on(bootstrap) as prepared:
        yield prepared


@pytest.fixture(scope="session")
def migrate(server: Server) -> Callable[..., None]:
    """Prepare a database and bring it to the newest revision."""

    def prepare_and_upgrade(*, dbname: str, **_: object) -> None:
        with (
            server.connect("bootstrap", "postgres") as others,
            undisturbed(others),
            server.connect("bootstrap", dbname) as connection,
        ):
            prepare_database(connection, server.names)
        with create_app(server.settings(dbname)).app_context():
            upgrade()
        with server.connect("owner", dbname) as connection:
            install_key(connection, PUBLISHED_CONTEXT_KEY)

    return prepare_and_upgrade


postgresql_empty = factories.postgresql_noproc(
    depends_on="server", dbname=f"tenantapp_{secrets.token_hex(4)}"
)


@pytest.fixture(scope="session")
def template(postgresql_empty: NoopExecutor, migrate: Callable[..., None]) -> str:
    """The name of a database at the newest revision, to be cloned."""
    migrate(dbname=postgresql_empty.template_dbname)
    return postgresql_empty.template_dbname


@pytest.fixture(scope="session")
def shared_database(server: Server, template: str) -> Iterator[str]:
    """One clone for all tests that keep to tenants of their own."""
    with server.clone(template) as name:
        yield name


@pytest.fixture(scope="session")
def app(server: Server, shared_database: str) -> Iterator[Flask]:
    """The application on the shared database."""
    with server.application(shared_database) as app:
        yield app


@pytest.fixture
def tenant(app: Flask) -> TenantUnderTest:
    """A tenant that no other test knows."""
    return make_tenant(app)


@pytest.fixture
def other_tenant(app: Flask) -> TenantUnderTest:
    """A second one, whose rows are none of the first's business."""
    return make_tenant(app)


@pytest.fixture
def database(server: Server, template: str) -> Iterator[str]:
    """A clone for one test, which may break it."""
    with server.clone(template) as name:
        yield name


@pytest.fixture
def own_app(server: Server, database: str) -> Iterator[Flask]:
    """The application on a clone for one test."""
    with server.application(database) as app:
        yield app


@pytest.fixture
def own_tenant(own_app: Flask) -> TenantUnderTest:
    """A tenant in the database of this test alone."""
    return make_tenant(own_app)


@pytest.fixture
def superuser(server: Server, shared_database: str) -> Iterator[psycopg.Connection[Any]]:
    """A superuser on the shared database."""
    with server.connect("bootstrap", shared_database) as connection:
        yield connection


@pytest.fixture
def own_superuser(server: Server, database: str) -> Iterator[psycopg.Connection[Any]]:
    """A superuser on the database of this test alone."""
    with server.connect("bootstrap", database) as connection:
        yield connection
