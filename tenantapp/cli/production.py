"""What commands do not do in production."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

import click

from tenantapp.runtime import RUNTIME

Command = TypeVar("Command", bound=Callable[..., None])


def not_in_production(command: Command) -> Command:
    """Make a command that is for development refuse to run in production, before it does anything."""

    @functools.wraps(command)
    def guarded(*args: Any, **kwargs: Any) -> None:
        if RUNTIME.here().settings.app_env == "production":
            name = click.get_current_context().command_path.partition(" ")[2]
            raise click.ClickException(
                f"APP_ENV: this is production, and `flask {name}` is for development: it makes or removes "
                "demo tenants and shows their keys"
            )
        command(*args, **kwargs)

    return cast("Command", guarded)
