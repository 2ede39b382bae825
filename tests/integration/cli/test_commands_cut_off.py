"""The operators' commands without what they need: one line that says what, and no traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.programs import REPOSITORY, on_database
from tests.support.databases import Server

COMMANDS = (
    ("tenants", "list"),
    ("tenants", "create", "a-tenant"),
    ("api-keys", "list", "--tenant", "a-tenant"),
)


def flask(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a person does."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
    return subprocess.run(command, cwd=REPOSITORY, env=environ, capture_output=True, text=True, check=False)


def platform(server: Server, database: str) -> str:
    address = server.address("platform", database).set(drivername="postgresql")
    return address.render_as_string(hide_password=False)


def errors(ended: subprocess.CompletedProcess[str]) -> list[str]:
    """Return what is on standard error beside the role that was used."""
    assert (ended.returncode, ended.stdout) == (1, ""), ended.stderr
    return [line for line in ended.stderr.splitlines() if not line.startswith("as ")]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_missing_address_is_named(server: Server, shared_database: str, command: tuple[str, ...]) -> None:
    (line,) = errors(flask(on_database(server, shared_database), *command))
    assert line == (
        "Error: PLATFORM_DATABASE_URL: expected the address of the operator's role, as "
        "postgresql://user:password@host:5432/database, got nothing; this command needs it"
    )


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_wrong_password_is_one_line(server: Server, shared_database: str, command: tuple[str, ...]) -> None:
    wrong = platform(server, shared_database).replace("platform-secret", "mistyped")
    (line,) = errors(flask(on_database(server, shared_database, PLATFORM_DATABASE_URL=wrong), *command))
    assert line.startswith("Error: ")
    assert f'password authentication failed for user "{server.names.platform}"' in line
    assert "mistyped" not in line


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_server_that_is_down_is_one_line(
    server: Server, shared_database: str, command: tuple[str, ...]
) -> None:
    there = platform(server, shared_database)
    nowhere = there.replace(f":{urlsplit(there).port}/", ":1/")
    assert nowhere != there
    (line,) = errors(flask(on_database(server, shared_database, PLATFORM_DATABASE_URL=nowhere), *command))
    assert line.startswith("Error: connection failed: ")
    assert "Connection refused" in line


def test_another_roles_address_is_refused(server: Server, shared_database: str) -> None:
    mixed_up = platform(server, shared_database).replace(server.names.platform, server.names.app)
    environ = on_database(server, shared_database, PLATFORM_DATABASE_URL=mixed_up)
    (line,) = errors(flask(environ, "tenants", "list"))
    assert line == (
        f"Error: PLATFORM_DATABASE_URL: logs in as {server.names.app!r}, "
        f"expected {server.names.platform!r} (ROLE_PREFIX)"
    )


def test_an_application_that_cannot_log_in_is_one_line(
    server: Server, shared_database: str, tmp_path: Path
) -> None:
    environ = on_database(server, shared_database, PLATFORM_DATABASE_URL=platform(server, shared_database))
    assert flask(environ, "tenants", "create", "cut-off").returncode == 0
    environ["DATABASE_URL"] = environ["DATABASE_URL"].replace("app-secret", "mistyped")
    (line,) = errors(flask(environ, "api-keys", "list", "--tenant", "cut-off"))
    assert f'password authentication failed for user "{server.names.app}"' in line


def test_a_real_program_prints_json_and_nothing_else(server: Server, shared_database: str) -> None:
    environ = on_database(server, shared_database, PLATFORM_DATABASE_URL=platform(server, shared_database))
    listed = flask(environ, "tenants", "list", "--json")
    assert listed.returncode == 0
    assert listed.stdout.startswith("[")
    assert listed.stdout.endswith("]\n")
    assert listed.stderr.startswith(f"as {server.names.platform} at postgresql://")
