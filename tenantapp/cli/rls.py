"""`flask rls`: ask a live database whether it keeps tenants apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
import psycopg
import sqlalchemy as sa
from alembic.util import CommandError
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError

from tenantapp.cli.output import echo_json
from tenantapp.cli.servers import ADDRESS_FIELDS, UnusableDatabase, address, connect, echo_used, role_names
from tenantapp.places import delivered
from tenantapp.platform.measures import first_line
from tenantapp.settings.load import SettingsError

# Imported by the commands when they run: whatever serves requests imports this file, and never what it uses.
if TYPE_CHECKING:
    from tenantapp.rls.audit.findings import Audit


@click.group("rls")
def rls() -> None:
    """Ask a live database whether it keeps tenants apart."""


@rls.command("audit")
@click.option(
    "--role",
    type=click.Choice(list(ADDRESS_FIELDS)),
    default="owner",
    show_default=True,
    help="Whose address reads the catalog; a superuser's reads all of it.",
)
@click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=delivered("pyproject.toml"),
    help="The file with [tool.tenantapp.audit]; the project's pyproject.toml unless given.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_appcontext
def audit(role: str, path: Path, as_json: bool) -> None:
    """Read the catalog and tell what would let a tenant reach another's rows; nothing is written.

    Beside the numbered checks, whatever is declared neither by the models, sql/ and the preparation nor in
    the configuration is a finding (`surface`). So is what `flask db check` would tell (`drift`).

    Ends with 0 where no error is found, with 1 where one is, with 2 where the database or the configuration
    cannot be read.
    """
    result = _audited(role, path)
    if as_json:
        echo_json(result.as_json())
    else:
        _echo(result)
    raise click.exceptions.Exit(1 if result.failed else 0)


def _audited(role: str, path: Path) -> Audit:
    from tenantapp.rls.audit.configuration import load_configuration  # noqa: PLC0415
    from tenantapp.rls.audit.run import audit as run_audit  # noqa: PLC0415
    from tenantapp.rls.closed_world import closed_world  # noqa: PLC0415

    with told_in_one_line():
        configuration = load_configuration(path)
        url = address(role)
        echo_used(url)
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with connect(url) as connection:
            comparisons = closed_world(engine, role_names(), configuration)
            return run_audit(connection, role_names(), configuration, comparisons=comparisons)


@contextmanager
def told_in_one_line() -> Iterator[None]:
    """End a block with one line and the code 2 where there is nothing to judge, or no way to judge it.

    Raises:
        UnusableDatabase: the server, the settings, the models or a file refuse.
    """
    from tenantapp.rls.audit.errors import AuditConfigurationError  # noqa: PLC0415
    from tenantapp.rls.surface.errors import SurfaceFileError  # noqa: PLC0415

    try:
        yield
    except psycopg.Error as error:
        raise UnusableDatabase(first_line(error)) from error
    except DBAPIError as error:
        said = first_line(error.orig) if isinstance(error.orig, psycopg.Error) else str(error.orig)
        raise UnusableDatabase(said) from error
    except (AuditConfigurationError, CommandError, SettingsError, SurfaceFileError) as error:
        raise UnusableDatabase(str(error).splitlines()[0]) from error


def _echo(audit: Audit) -> None:
    for finding in audit.open:
        click.echo(f"{finding.severity.upper():8}{finding.check}  {finding.object}")
        click.echo(f"        {finding.detail}")
        click.echo(click.style(f"        {finding.repair}", dim=True))
    for finding in audit.findings:
        if finding.waived_because is not None:
            click.echo(f"waived  {finding.check}  {finding.object}: {finding.waived_because}")
    for unread in audit.unread:
        click.echo(f"unread  {unread.check}: {unread.reason}")
    errors = sum(finding.severity == "error" for finding in audit.open)
    waived = len(audit.findings) + len(audit.complaints) - len(audit.open)
    click.echo(
        f"{audit.checks} checks of {audit.database!r} on PostgreSQL {audit.server} as {audit.role!r}: "
        f"{errors} errors, {len(audit.open) - errors} warnings, {waived} waived, {len(audit.unread)} not read"
    )
