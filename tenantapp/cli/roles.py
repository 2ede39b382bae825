"""`flask roles`: the roles of PostgreSQL, once a server."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from tenantapp.cli.servers import (
    bootstrap_url,
    connect,
    echo_report,
    echo_used,
    one_line_errors,
    passwords,
    role_limits,
    role_names,
)
from tenantapp.platform.preparation import create_roles, roles_script


@click.group("roles")
def roles() -> None:
    """Create the roles the program works with."""


@roles.command("create")
@click.option("--sql", "as_sql", is_flag=True, help="Print the SQL for psql and execute nothing.")
@with_appcontext
@one_line_errors
def create(as_sql: bool) -> None:
    """Create the roles, or repair them, set their limits, and the passwords of the configured addresses."""
    if as_sql:
        click.echo(roles_script(role_names(), passwords(), role_limits()))
        return
    url = bootstrap_url()
    echo_used(url)
    with connect(url) as connection:
        echo_report(create_roles(connection, role_names(), passwords(), role_limits()))
