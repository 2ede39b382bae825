"""No command prints a secret of an address, however the address holds it."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask import Flask

from tenantapp.application import create_app
from tenantapp.settings.load import load_settings
from tests.e2e.programs import free_port

SECRET = "hunter2secret"
ADDRESSES = {
    "DATABASE_URL": "app",
    "MIGRATION_DATABASE_URL": "owner",
    "PLATFORM_DATABASE_URL": "platform",
    "WATCHDOG_DATABASE_URL": "watchdog",
    "BOOTSTRAP_DATABASE_URL": "bootstrap",
}
# Printing an address with its password is what it is for.
MEANT_TO = ("databases", "url")
# They write files into the checkout or open an editor, and take no address.
WITHOUT_ADDRESS = ("init", "revision", "migrate", "edit", "merge", "list-templates")


def commands(
    command: click.Command, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Walk down from a command to the last ones."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    for name, below in command.commands.items():
        if path != ("db",) or name not in WITHOUT_ADDRESS:
            yield from commands(below, (*path, name))


def required(command: click.Command, folder: Path) -> list[str]:
    """Return something for each argument and option that a command cannot do without."""
    given: list[str] = []
    for parameter in command.params:
        choices = parameter.type.choices if isinstance(parameter.type, click.Choice) else ["acme"]
        is_path = isinstance(parameter.type, click.Path | click.File)
        value = str(folder / f"of-{command.name}") if is_path else choices[0]
        if isinstance(parameter, click.Argument):
            given.append(value)
        elif parameter.required:
            given += [parameter.opts[0], value]
        elif parameter.name == "yes":
            given.append("--yes")
    return given


@pytest.fixture(
    params=[
        f":hunter@127.0.0.1:{{port}}/d?nonsense={SECRET}",
        f":{SECRET}@127.0.0.1:{{port}}/d?connect_timeout=2",
        f"@127.0.0.1:{{port}}/d?password={SECRET}",
        f":hunter@127.0.0.1:{{port}}/d?sslpassword={SECRET}&passfile=/{SECRET}",
        f":hunter@127.0.0.1:{{port}}/d?options=-c%20a.b%3D{SECRET}",
    ],
    ids=[
        "in a parameter that libpq does not know",
        "in its place",
        "as a parameter",
        "of the client's key",
        "in the options",
    ],
)
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application whose server does not answer."""
    port = free_port()
    told = {
        key: f"postgresql://tenantapp_{role}{request.param.format(port=port)}"
        for key, role in ADDRESSES.items()
    }
    told |= {"APP_ENV": "testing", "INSTANCE_PATH": str(tmp_path), "PORT": str(free_port())}
    app = create_app(load_settings(told, dotenv=None))
    yield app
    app.extensions["tenantapp"].pool.close()


def test_no_command_prints_a_secret(app: Flask, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    naming = set()
    for path, command in commands(app.cli):
        if path == MEANT_TO:
            continue
        result = app.test_cli_runner().invoke(args=[*path, *required(command, tmp_path)])
        raised = "".join(traceback.format_exception(result.exception)) if result.exception else ""
        assert SECRET not in result.output + raised + caplog.text, path
        if "as tenantapp_" in result.stderr:
            assert "@127.0.0.1:" in result.stderr
            naming.add(path)
    assert naming >= {
        *(("roles", "create"), ("databases", "prepare"), ("tenants", "list"), ("keys", "install")),
        *(("api-keys", "list"), ("rls", "audit"), ("rls", "probe")),
    }
    assert SECRET not in repr(app.extensions["tenantapp"])
