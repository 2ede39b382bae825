"""`flask rls probe`: attack a live database, and show what came of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import psycopg
from alembic.script import ScriptDirectory
from flask.cli import with_appcontext

from tenantapp.cli.output import echo_json
from tenantapp.cli.servers import UnusableDatabase, address, connect, echo_used, sealer
from tenantapp.places import delivered
from tenantapp.platform.measures import Connection, first_line
from tenantapp.postgres.safety import check_context_key, check_migrations
from tenantapp.settings.load import SettingsError
from tenantapp.tenancy.seal import ContextSealer

# Imported by the command when it runs: whatever serves requests imports this file, and never what it uses.
if TYPE_CHECKING:
    from tenantapp.rls.probe import ProbeReport


@click.command("probe")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--html",
    "path",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    help="Also write the report as one page that needs nothing else.",
)
@with_appcontext
def probe(as_json: bool, path: Path | None) -> None:
    """Attack a live database as the application's role, every table in every way, and leave no trace.

    The attacks use DATABASE_URL and are rolled back. Two canary tenants, archived and in no directory, are
    made with PLATFORM_DATABASE_URL and removed at the end.

    Ends with 0 where everything held, with 1 where something leaked, with 2 where there is nothing to attack,
    with 3 where something could not be probed.
    """
    report = _probed()
    if path is not None:
        from tenantapp.rls.probe.page import as_html  # noqa: PLC0415

        path.write_text(as_html(report), encoding="utf-8")
        click.echo(f"written to {path}", err=True)
    if as_json:
        echo_json(report.as_json())
    else:
        from tenantapp.rls.probe.terminal import as_text  # noqa: PLC0415

        click.echo(as_text(report))
    raise click.exceptions.Exit(report.exit_code)


def _probed() -> ProbeReport:
    from tenantapp.rls.probe import ProbeError  # noqa: PLC0415
    from tenantapp.rls.probe import probe as run_probe  # noqa: PLC0415

    try:
        urls = address("app"), address("platform")
        for url in urls:
            echo_used(url)
        with connect(urls[0]) as app, connect(urls[1]) as platform:
            seals = sealer(urls[0])
            _refuse_unready(app, seals)
            try:
                return run_probe(app, platform, seals, _tell)
            finally:
                _tell("")
    except psycopg.Error as error:
        raise UnusableDatabase(first_line(error)) from error
    except (ProbeError, SettingsError) as error:
        raise UnusableDatabase(str(error)) from error


def _refuse_unready(connection: Connection, seals: ContextSealer) -> None:
    scripts = ScriptDirectory(str(delivered("migrations")))
    known = [script.revision for script in scripts.walk_revisions()]
    problems = check_migrations(connection, scripts.get_heads(), known) or check_context_key(
        connection, seals
    )
    for problem in problems:
        if problem.is_error:
            raise UnusableDatabase(problem.reason)


def _tell(what: str) -> None:
    """Show on a terminal what is attacked, in place of what was."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{what}", nl=False, err=True)
