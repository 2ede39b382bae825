"""What the commands on roles and databases share: the configured addresses, connections and reports."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any, TypeVar, cast

import click
import psycopg
from marshmallow import Schema, ValidationError
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from tenantapp.platform.errors import OperatorError
from tenantapp.platform.measures import Connection, first_line
from tenantapp.platform.preparation import Passwords, RoleLimits
from tenantapp.platform.report import PreparationReport
from tenantapp.postgres.errors import DatabaseUnavailable
from tenantapp.postgres.failures import WITHOUT_A_SUPERUSER
from tenantapp.postgres.roles import RoleNames
from tenantapp.postgres.sealing import sealer_for
from tenantapp.runtime import RUNTIME
from tenantapp.settings.addresses import printable
from tenantapp.settings.context_key import ContextKey
from tenantapp.settings.load import Settings, SettingsError
from tenantapp.tenancy.errors import TenancyError
from tenantapp.tenancy.seal import ContextSealer

ADDRESS_FIELDS = {
    "app": "database_url",
    "owner": "migration_database_url",
    "platform": "platform_database_url",
    "watchdog": "watchdog_database_url",
    "bootstrap": "bootstrap_database_url",
}
Command = TypeVar("Command", bound=Callable[..., None])


class UnusableDatabase(click.ClickException):
    """Raised when there is nothing to judge, or no way to judge it."""

    exit_code = 2


class RoleGroup(click.Group):
    """A group of commands whose help says, at each command too, which role they use."""

    def __init__(self, *args: Any, uses: str, **kwargs: Any) -> None:
        super().__init__(*args, epilog=uses, **kwargs)

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Add a command that uses the group's role."""
        cmd.epilog = self.epilog
        super().add_command(cmd, name)


def one_line_errors(command: Command) -> Command:
    """Make a command end with one line, not a traceback, where the server or the settings refuse."""

    @functools.wraps(command)
    def guarded(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except DBAPIError as error:
            cause = error.orig
            said = first_line(cause) if isinstance(cause, psycopg.Error) else str(cause)
            raise click.ClickException(said) from error
        except psycopg.Error as error:
            raise click.ClickException(first_line(error)) from error
        except UnicodeError as error:
            raise click.ClickException("an argument holds bytes that are no text") from error
        except (DatabaseUnavailable, OperatorError, SettingsError, TenancyError) as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            said = f"{error.filename}: {error.strerror}" if error.filename else str(error)
            raise click.ClickException(said) from error

    return cast("Command", guarded)


def role_names() -> RoleNames:
    """Return the configured roles."""
    return RoleNames(_settings().role_prefix)


def address(role: str) -> URL:
    """Return the address of a role, checked to be of the role it is meant for.

    Args:
        role: app, owner, platform, watchdog or bootstrap.

    Raises:
        SettingsError: it is not set, or logs in as another role.
    """
    field = ADDRESS_FIELDS[role]
    url = _settings().require(field)
    expected = role_names().as_values().get(role, url.username)
    if url.username != expected:
        raise SettingsError(
            {field.upper(): f"logs in as {url.username!r}, expected {expected!r} (ROLE_PREFIX)"}
        )
    return url


def bootstrap_url() -> URL:
    """Return the address of the role that may create roles and databases.

    Raises:
        SettingsError: it is not set.
    """
    return address("bootstrap")


def passwords() -> Passwords:
    """Return the passwords that the addresses hold.

    Raises:
        SettingsError: an address is not set, or has no password; the watchdog's need not be set.
    """
    return Passwords(
        owner=_password("owner"),
        app=_password("app"),
        platform=_password("platform"),
        watchdog=_password("watchdog") if _settings().watchdog_database_url else None,
    )


def role_limits() -> RoleLimits:
    """Return what the roles may take of the server."""
    settings = _settings()
    return RoleLimits(
        app_connections=settings.app_connection_limit,
        platform_connections=settings.platform_connection_limit,
        temp_file_mb=settings.temp_file_limit_mb,
    )


def database_name() -> str:
    """Return the name of the database that all roles' addresses lead to.

    Raises:
        SettingsError: an address is not set, or leads to another database.
    """
    database = address("app").database
    for role in ("owner", "platform", *(["watchdog"] if _settings().watchdog_database_url else [])):
        if address(role).database != database:
            key = ADDRESS_FIELDS[role].upper()
            raise SettingsError(
                {key: f"leads to database {address(role).database!r}, DATABASE_URL to {database!r}"}
            )
    return cast("str", database)


def context_key() -> ContextKey:
    """Return the configured key.

    Raises:
        SettingsError: there is none.
    """
    return _settings().require_context_key()


def sealer(url: URL) -> ContextSealer:
    """Return what seals contexts for the database at an address.

    Raises:
        SettingsError: there is no key.
    """
    return sealer_for(_settings(), url)


def connect(url: URL) -> Connection:
    """Connect in autocommit mode.

    Args:
        url: the address.

    Raises:
        psycopg.OperationalError: the server cannot be reached, or refuses the role.
    """
    return psycopg.connect(plain(url), autocommit=True, connect_timeout=_settings().connect_timeout)


def plain(url: URL) -> str:
    """Return an address as psql reads it, password included.

    Args:
        url: the address.
    """
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def validated(schema: Schema, given: dict[str, Any]) -> dict[str, Any]:
    """Return what a schema makes of arguments, which are held to what the API takes.

    Raises:
        click.UsageError: some are invalid.
    """
    try:
        return dict(schema.load(given))
    except ValidationError as error:
        problems = (f"{name}: {' '.join(said)}" for name, said in sorted(error.messages_dict.items()))
        raise click.UsageError("; ".join(problems)) from error


def echo_used(url: URL) -> None:
    """Say on standard error which address is used, without its secrets.

    Args:
        url: the address.
    """
    click.echo(f"as {url.username} at {printable(url)}", err=True)


def echo_report(report: PreparationReport, *, as_json: bool = False) -> None:
    """Print a report, and fail where the application would refuse to start on what it says.

    Args:
        report: what was done.
        as_json: for a machine.
    """
    click.echo(json.dumps(report.as_json(), indent=2) if as_json else "\n".join(map(str, report.outcomes)))
    if any(outcome.needs_superuser for outcome in report.outcomes):
        click.echo(f"needs a superuser: see {WITHOUT_A_SUPERUSER}", err=True)
    if not report.acceptable:
        raise click.ClickException("a required measure was not possible")


def _password(role: str) -> str:
    password = address(role).password
    if not password:
        raise SettingsError({ADDRESS_FIELDS[role].upper(): "expected an address with a password"})
    return str(password)


def _settings() -> Settings:
    return RUNTIME.here().settings
