"""What the operators' commands say of themselves."""

from __future__ import annotations

import click
import pytest
from flask import Flask

from tests.support.commands import Run

USES = {
    "tenants": "Uses the platform role (PLATFORM_DATABASE_URL).",
    "api-keys": "Finds the tenant with the platform role (PLATFORM_DATABASE_URL), "
    "and works in its context with the application's (DATABASE_URL).",
}


@pytest.mark.parametrize("name", USES)
def test_each_command_says_what_it_does_and_as_whom(app: Flask, run: Run, name: str) -> None:
    group = app.cli.commands[name]
    assert isinstance(group, click.Group)
    for path in ((name,), *((name, below) for below in group.commands)):
        shown = run(*path, "--help")
        assert shown.exit_code == 0
        text = " ".join(shown.stdout.split())
        assert f" {' '.join(path)} [OPTIONS]" in text
        assert text.endswith(USES[name])
        assert shown.stderr == ""


def test_the_commands_are_those_that_are_documented(app: Flask) -> None:
    commands = {name: set(getattr(app.cli.commands[name], "commands", ())) for name in USES}
    assert commands == {
        "tenants": {"create", "list", "show", "suspend", "activate", "archive"},
        "api-keys": {"create", "list", "revoke"},
    }
