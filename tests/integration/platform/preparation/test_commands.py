"""`flask roles` and `flask databases`, as an operator types them."""

import json
import secrets
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import URL

from tenantapp.cli.databases import databases
from tenantapp.cli.roles import roles
from tenantapp.postgres.roles import RoleNames
from tenantapp.settings.load import load_settings
from tests.integration.platform.preparation.conftest import execute

Run = Callable[..., Result]


@pytest.fixture
def environ(
    superuser: psycopg.Connection[Any], bootstrap: URL, make_names: Callable[[], RoleNames]
) -> Iterator[dict[str, str]]:
    """Give the settings of an installation that does not exist yet, and remove it."""
    names, database = make_names(), f"test_{secrets.token_hex(4)}"

    def address(role: str) -> str:
        url = bootstrap.set(username=role, password="secret", database=database)
        return url.render_as_string(hide_password=False)

    yield {
        "APP_ENV": "testing",
        "ROLE_PREFIX": names.prefix,
        "DATABASE_URL": address(names.app),
        "MIGRATION_DATABASE_URL": address(names.owner),
        "PLATFORM_DATABASE_URL": address(names.platform),
        "BOOTSTRAP_DATABASE_URL": bootstrap.render_as_string(hide_password=False),
    }
    execute(superuser, "DROP DATABASE IF EXISTS {name} WITH (FORCE)", name=database)


@pytest.fixture
def run(environ: dict[str, str]) -> Run:
    def run_command(*arguments: str, **changes: str) -> Result:
        app = Flask("tests")
        app.cli.add_command(roles)
        app.cli.add_command(databases)
        settings = load_settings({**environ, **changes}, dotenv=None)
        app.extensions["tenantapp"] = SimpleNamespace(settings=settings)
        return app.test_cli_runner().invoke(args=list(arguments))

    return run_command


def test_roles_then_database_then_login(run: Run, environ: dict[str, str]) -> None:
    created = run("roles", "create")
    assert (created.exit_code, "done: attributes" in created.stdout) == (0, True)
    prepared = run("databases", "prepare", "--json")
    assert prepared.exit_code == 0
    report = json.loads(prepared.stdout)
    assert report["acceptable"]
    assert {"measure": "database_exists", "status": "done"}.items() <= report["measures"][0].items()
    address = run("databases", "url", "--role", "app").stdout.strip()
    with psycopg.connect(address) as connection:
        assert connection.info.user == f"{environ['ROLE_PREFIX']}_app"


def test_the_address_used_is_said_without_its_password(run: Run, bootstrap: URL) -> None:
    result = run("roles", "create")
    assert f"as {bootstrap.username} at " in result.stderr
    assert str(bootstrap.password) not in result.output.replace("postgres", "")


def test_the_sql_is_printed_without_a_server(run: Run) -> None:
    nowhere = "postgresql://nobody:nothing@127.0.0.1:1/nowhere"
    assert "SCRAM-SHA-256$" in run("roles", "create", "--sql", BOOTSTRAP_DATABASE_URL=nowhere).stdout
    assert "CREATE DATABASE" in run("databases", "prepare", "--sql", BOOTSTRAP_DATABASE_URL=nowhere).stdout


@pytest.mark.parametrize(
    ("arguments", "changes", "told"),
    [
        (("roles", "create"), {"BOOTSTRAP_DATABASE_URL": ""}, "BOOTSTRAP_DATABASE_URL"),
        (("roles", "create"), {"PLATFORM_DATABASE_URL": ""}, "PLATFORM_DATABASE_URL"),
        (
            ("roles", "create"),
            {"BOOTSTRAP_DATABASE_URL": "postgresql://postgres@127.0.0.1:1/postgres"},
            "onnection refused",
        ),
        (("roles", "create"), {"ROLE_PREFIX": "other"}, "expected 'other_"),
        (("databases", "prepare"), {"ROLE_PREFIX": "other"}, "expected 'other_"),
        (("databases", "url", "--role", "owner"), {"MIGRATION_DATABASE_URL": ""}, "MIGRATION_DATABASE_URL"),
        (("databases", "prepare"), {}, "flask roles create"),
    ],
)
def test_a_failure_is_one_line(
    run: Run, arguments: tuple[str, ...], changes: dict[str, str], told: str
) -> None:
    result = run(*arguments, **changes)
    assert result.exit_code == 1
    (line,) = [line for line in result.stderr.splitlines() if not line.startswith("as ")]
    assert line.startswith("Error: ")
    assert told in line


def test_a_wrong_password_is_one_line(run: Run, bootstrap: URL) -> None:
    wrong = bootstrap.set(password="wrong").render_as_string(hide_password=False)
    result = run("roles", "create", BOOTSTRAP_DATABASE_URL=wrong)
    assert result.exit_code == 1
    assert "password authentication failed" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("purpose", ["platform", "watchdog"])
def test_addresses_that_lead_to_two_databases_are_refused(
    run: Run, environ: dict[str, str], purpose: str
) -> None:
    other = environ["PLATFORM_DATABASE_URL"].replace("_platform", f"_{purpose}") + "_other"
    key = f"{purpose.upper()}_DATABASE_URL"
    result = run("databases", "prepare", **{key: other})
    assert result.exit_code == 1
    assert f"{key}: leads to database" in result.stderr


def test_the_watchdog_logs_in_where_it_has_an_address(run: Run, environ: dict[str, str]) -> None:
    address = environ["PLATFORM_DATABASE_URL"].replace("_platform", "_watchdog")
    assert run("roles", "create", WATCHDOG_DATABASE_URL=address).exit_code == 0
    assert run("databases", "prepare", WATCHDOG_DATABASE_URL=address).exit_code == 0
    url = run("databases", "url", "--role", "watchdog", WATCHDOG_DATABASE_URL=address).stdout.strip()
    with psycopg.connect(url) as connection:
        assert connection.info.user == f"{environ['ROLE_PREFIX']}_watchdog"
