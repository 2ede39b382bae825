"""gunicorn does not start where tenants would not be safe: one line a reason, exit code 3, no worker."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from psycopg import sql

from tenantapp.platform.preparation import create_database, prepare_database
from tests.e2e.conftest import is_served
from tests.e2e.programs import GUNICORN, environment, free_port, on_database, running
from tests.support.databases import Server

Refusal = Callable[[Mapping[str, str]], list[str]]


@pytest.fixture
def refusal(tmp_path: Path) -> Refusal:
    """Start gunicorn in vain, and give the reasons that it printed."""

    def start(environ: Mapping[str, str]) -> list[str]:
        port = free_port()
        with running(GUNICORN, {**environ, "PORT": str(port)}, tmp_path) as program:
            assert program.ends() == 3, program.errors
            assert not is_served(port)
            assert "Traceback" not in program.errors
            return [line for line in program.errors.splitlines() if ": error: " in line]

    return start


@pytest.fixture
def bare_database(server: Server) -> Iterator[str]:
    """A database that nobody prepared."""
    name = f"bare_{secrets.token_hex(4)}"
    with server.connect("bootstrap", "postgres") as connection:
        create_database(connection, name)
        try:
            yield name
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_a_superuser_may_not_serve(server: Server, shared_database: str, refusal: Refusal) -> None:
    with server.connect("bootstrap", "postgres") as connection:
        if connection.info.parameter_status("is_superuser") != "on":
            pytest.skip("TEST_DATABASE_URL is not a superuser's")
    reasons = "\n".join(refusal(on_database(server, shared_database, "bootstrap")))
    assert f"role '{server.user}' is not the application's, '{server.names.app}'" in reasons
    assert f"tenantapp: error: role: role '{server.user}' " in reasons
    assert "superuser" in reasons


def test_the_owner_may_not_serve(server: Server, shared_database: str, refusal: Refusal) -> None:
    reasons = "\n".join(refusal(on_database(server, shared_database, "owner")))
    assert f"role '{server.names.owner}' is not the application's, '{server.names.app}'" in reasons
    assert "owns" in reasons


def test_an_unprepared_database_is_not_served(server: Server, bare_database: str, refusal: Refusal) -> None:
    reasons = refusal(on_database(server, bare_database))
    assert any("error: preparation: " in line and "flask databases prepare" in line for line in reasons)


def test_an_unmigrated_database_is_not_served(server: Server, bare_database: str, refusal: Refusal) -> None:
    with server.connect("bootstrap", bare_database) as connection:
        prepare_database(connection, server.names)
    assert refusal(on_database(server, bare_database)) == [
        "tenantapp: error: migrations: no migration was run: run `flask db upgrade`"
    ]


def test_a_database_of_a_newer_program_is_not_served(server: Server, database: str, refusal: Refusal) -> None:
    with server.connect("bootstrap", database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'from_the_future'")
    assert refusal(on_database(server, database)) == [
        "tenantapp: error: migrations: the database is at from_the_future, unknown here: update the program"
    ]


def test_a_key_that_the_database_does_not_know_is_no_key_to_serve_with(
    server: Server, shared_database: str, refusal: Refusal
) -> None:
    environ = on_database(server, shared_database, CONTEXT_KEY=f"unknown:{'5e' * 32}")
    assert refusal(environ) == [
        "tenantapp: error: context_key: the context key 'unknown' is not installed in this database, "
        f"{shared_database!r}: run `flask keys install`"
    ]


def test_a_server_that_does_not_answer_is_told_without_its_address(server: Server, refusal: Refusal) -> None:
    environ = on_database(server, "any")
    environ["DATABASE_URL"] = f"postgresql://{server.names.app}:secret@127.0.0.1:{free_port()}/any"
    reasons = refusal(environ)
    assert reasons == ["tenantapp: error: connection: the database does not answer"]


def test_a_wrong_environment_ends_gunicorn_once_naming_every_key(tmp_path: Path) -> None:
    told = environment(APP_ENV="production", PORT="http", POOL_MAX_SIZE="many", LOG_LEVEL="loud")
    with running(GUNICORN, told, tmp_path) as program:
        assert program.ends() == 2
    keys = [line.partition(":")[0] for line in program.errors.splitlines()]
    assert sorted(keys) == [
        *("BASE_DOMAIN", "CONTEXT_KEY", "DATABASE_URL", "LOG_LEVEL", "POOL_MAX_SIZE", "PORT", "SECRET_KEY")
    ]
