"""`flask rls surface`: what requests can reach, and how that differs from another time or place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import psycopg
from flask.cli import with_appcontext

from tenantapp.cli.output import echo_json
from tenantapp.cli.rls import told_in_one_line
from tenantapp.cli.servers import ADDRESS_FIELDS, UnusableDatabase, address, connect, echo_used, role_names
from tenantapp.places import delivered

# Imported by the command when it runs: see `rls.py`.
if TYPE_CHECKING:
    from tenantapp.rls.surface.read import Connection
    from tenantapp.rls.surface.report import Document


@click.command("surface")
@click.option(
    "--role",
    type=click.Choice(list(ADDRESS_FIELDS)),
    default="owner",
    show_default=True,
    help="Whose address reads the catalog.",
)
@click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=delivered("pyproject.toml"),
    help="The file with [tool.tenantapp.audit]; the project's pyproject.toml unless given.",
)
@click.option("--against", help="A file that --json wrote, or the address of another database.")
@click.option("--builtins", is_flag=True, help="Print the digests of PostgreSQL's own objects instead.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_appcontext
def surface(role: str, path: Path, against: str | None, builtins: bool, as_json: bool) -> None:
    """Print what requests can reach in a database, and what acts by itself there; nothing is written.

    With --against it prints only the difference, and ends with 1 where there is one. It ends with 2 where one
    of the two cannot be read.
    """
    if builtins and (against or as_json):
        raise click.UsageError("--builtins prints a file of its own: leave --against and --json out")
    with told_in_one_line():
        url = address(role)
        echo_used(url)
        with connect(url) as connection:
            if builtins:
                click.echo(_builtins(connection), nl=False)
                return
            here = _document(connection, path)
        there = None if against is None else _other(against, path)
    if there is None:
        _echo_document(here, as_json=as_json)
    else:
        _echo_differences(here, there, as_json=as_json)


def _document(connection: Connection, path: Path) -> Document:
    from tenantapp.rls.audit.configuration import load_configuration  # noqa: PLC0415
    from tenantapp.rls.audit.run import reading  # noqa: PLC0415
    from tenantapp.rls.surface.read import read_surface  # noqa: PLC0415
    from tenantapp.rls.surface.report import as_document  # noqa: PLC0415

    configuration = load_configuration(path)
    with reading(connection):
        return as_document(read_surface(connection, role_names(), configuration))


def _builtins(connection: Connection) -> str:
    from tenantapp.rls.audit.run import reading  # noqa: PLC0415
    from tenantapp.rls.surface.builtins import read_builtins, render  # noqa: PLC0415

    with reading(connection):
        return render(read_builtins(connection))


def _other(against: str, path: Path) -> Document:
    from tenantapp.rls.surface.report import read_document  # noqa: PLC0415

    if "://" in against:
        with psycopg.connect(_plain(against), autocommit=True, connect_timeout=10) as connection:
            return _document(connection, path)
    try:
        return read_document(Path(against).read_text(encoding="utf-8"))
    except OSError as error:
        raise UnusableDatabase(f"--against {against}: {error.strerror}") from error
    except UnicodeError as error:
        raise UnusableDatabase(f"--against {against}: this is no text") from error


def _plain(against: str) -> str:
    """Return an address as libpq reads it, without the driver that SQLAlchemy names."""
    scheme, _, rest = against.partition("://")
    return f"{scheme.partition('+')[0]}://{rest}"


def _echo_document(document: Document, *, as_json: bool) -> None:
    from tenantapp.rls.surface.report import lines  # noqa: PLC0415

    if as_json:
        echo_json(document)
        return
    for line in lines(document):
        click.echo(line)
    click.echo(
        f"{len(document['objects'])} objects, {len(document['given'])} things beyond what is given out; "
        "PostgreSQL's own objects are left out where they are as released"
    )


def _echo_differences(here: Document, there: Document, *, as_json: bool) -> None:
    from tenantapp.rls.surface.report import differences, lines  # noqa: PLC0415

    found = differences(here, there)
    if as_json:
        echo_json(found)
    else:
        for sign, side in (("+", "here_alone"), ("-", "there_alone")):
            for line in lines(found[side]):
                click.echo(f"{sign} {line}")
    is_different = any(items for side in found.values() for items in side.values())
    if not (is_different or as_json):
        click.echo("no difference")
    raise click.exceptions.Exit(1 if is_different else 0)
