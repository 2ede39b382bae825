"""`flask databases`: prepare a database, and print addresses for psql."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from tenantapp.cli.servers import (
    ADDRESS_FIELDS,
    address,
    bootstrap_url,
    connect,
    database_name,
    echo_report,
    echo_used,
    one_line_errors,
    plain,
    role_names,
)
from tenantapp.embedded import development
from tenantapp.platform.preparation import create_database, database_script, prepare_database
from tenantapp.platform.report import PreparationReport


@click.group("databases")
def databases() -> None:
    """Prepare databases, and print their addresses."""


@databases.command("prepare")
@click.option("--sql", "as_sql", is_flag=True, help="Print the SQL for psql and execute nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@with_appcontext
@one_line_errors
def prepare(as_sql: bool, as_json: bool) -> None:
    """Create the database if it is missing, and close it to all but what the roles need."""
    names, database = role_names(), database_name()
    if as_sql:
        click.echo(database_script(names, database))
        return
    url = bootstrap_url()
    echo_used(url.set(database=database))
    with connect(url) as connection:
        created = create_database(connection, database)
    with connect(url.set(database=database)) as connection:
        report = prepare_database(connection, names)
    echo_report(PreparationReport((created, *report.outcomes)), as_json=as_json)


@databases.command("url")
@click.option("--role", type=click.Choice(list(ADDRESS_FIELDS)), required=True, help="Whose address.")
@with_appcontext
@one_line_errors
def url(role: str) -> None:
    """Print a role's address, password included, for psql and other tools."""
    if development.started_alone():
        raise click.ClickException(
            "the embedded PostgreSQL is not running, and one that this command starts ends with it: "
            "keep `make run` running (start it anew if it runs), then ask again"
        )
    click.echo(plain(address(role)))
