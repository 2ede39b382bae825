"""The commands as a person meets them: help everywhere, and exit codes that tell."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import pytest
from flask import Flask
from flask.cli import FlaskGroup

from tests.e2e.programs import Program, environment, free_port, on_database
from tests.support.databases import Server

FLASK = (sys.executable, "-m", "flask", "--app", "wsgi")


def run(folder: Path, environ: Mapping[str, str], *arguments: str) -> Program:
    """Run a command to its end."""
    program = Program([*FLASK, *arguments], environ, folder)
    program.ends()
    return program


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Walk down from a command to all that are below it."""
    yield path
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from commands(below, (*path, name))


def test_every_command_has_help(app: Flask) -> None:
    group = FlaskGroup(create_app=lambda: app)
    ours = {path for path in commands(app.cli) if path}
    assert {("up",), ("roles", "create"), ("databases", "prepare"), ("databases", "url")} <= ours
    assert {("db", "migrate"), ("db", "upgrade"), ("db", "downgrade"), ("db", "check")} <= ours
    for path in ours:
        shown = app.test_cli_runner().invoke(group, [*path, "--help"])
        assert shown.exit_code == 0, path
        assert f"{' '.join(path)} [OPTIONS]" in shown.output
        description = shown.output.splitlines()[2].strip()
        assert description, f"{path} does not say what it does"


def test_help_lists_the_groups(server: Server, shared_database: str, tmp_path: Path) -> None:
    shown = run(tmp_path, on_database(server, shared_database), "--help")
    assert shown.ends() == 0
    for name in ("db", "databases", "roles", "up"):
        assert f"\n  {name} " in shown.output


def test_db_current_names_the_newest_revision(server: Server, shared_database: str, tmp_path: Path) -> None:
    owner = server.address("owner", shared_database).set(drivername="postgresql")
    environ = on_database(
        server, shared_database, MIGRATION_DATABASE_URL=owner.render_as_string(hide_password=False)
    )
    shown = run(tmp_path, environ, "db", "current")
    assert shown.ends() == 0, shown.errors
    assert shown.output.endswith(" (head)\n")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["databases", "nonsense"], "No such command 'nonsense'"),
        (["databases", "url"], "Missing option '--role'"),
        (["databases", "url", "--role", "nobody"], "'nobody' is not one of"),
        (["roles", "create", "--nonsense"], "No such option"),
    ],
)
def test_a_misspelt_command_ends_with_2(app: Flask, arguments: list[str], complaint: str) -> None:
    result = app.test_cli_runner().invoke(FlaskGroup(create_app=lambda: app), arguments)
    assert result.exit_code == 2
    assert complaint in result.output


@pytest.mark.parametrize("arguments", [("roles", "create"), ("databases", "prepare"), ("up",)])
def test_a_command_without_its_address_names_the_key(
    server: Server, shared_database: str, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    environ = on_database(server, shared_database, PORT=str(free_port()))
    refused = run(tmp_path, environ, *arguments)
    assert refused.ends() == 1
    assert "Traceback" not in refused.errors
    assert "DATABASE_URL: expected the address " in refused.errors


def test_a_command_with_wrong_settings_ends_with_2(tmp_path: Path) -> None:
    refused = run(tmp_path, environment(APP_ENV="testing", PORT="http"), "db", "current")
    assert refused.ends() == 2
    assert "PORT: expected a whole number from 1 to 65535, got 'http'" in refused.errors
