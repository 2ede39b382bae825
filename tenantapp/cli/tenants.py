"""`flask tenants`: create, list, show, suspend, activate and archive tenants, as the platform role."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import with_appcontext
from sqlalchemy.engine import Connection

from tenantapp.cli.output import echo_fields, echo_json, echo_rows
from tenantapp.cli.servers import RoleGroup, address, echo_used, one_line_errors, sealer, validated
from tenantapp.identity.tenants.models import STATUSES
from tenantapp.identity.tenants.schemas import TenantSchema
from tenantapp.platform import tenants as operations
from tenantapp.postgres.sealing import sealing_engine

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_DONE = {"suspended": "suspended", "active": "activated", "archived": "archived"}


@contextmanager
def platform_connection() -> Iterator[Connection]:
    """Connect as the platform role for one transaction, and say so.

    Raises:
        SettingsError: there is no address of that role.
    """
    url = address("platform")
    echo_used(url)
    with sealing_engine(url, sealer(url)).begin() as connection:
        yield connection


@click.group("tenants", cls=RoleGroup, uses="Uses the platform role (PLATFORM_DATABASE_URL).")
def tenants() -> None:
    """Create tenants, and say who is served."""


@tenants.command("create")
@click.argument("subdomain")
@click.option("--name", help="What people call the tenant; the subdomain unless given.")
@as_json_option
@with_appcontext
@one_line_errors
def create(subdomain: str, name: str | None, as_json: bool) -> None:
    """Create a tenant that is reached at SUBDOMAIN."""
    if name is not None:
        name = validated(TenantSchema(only=["name"]), {"name": name})["name"]
    with platform_connection() as connection:
        operations.create_tenant(connection, subdomain, name or subdomain)
    with platform_connection() as connection:
        echo_fields(operations.show_tenant(connection, subdomain), as_json=as_json)


@tenants.command("list")
@click.option("--status", type=click.Choice(STATUSES), help="Only tenants with this status.")
@as_json_option
@with_appcontext
@one_line_errors
def list_(status: str | None, as_json: bool) -> None:
    """List the tenants."""
    with platform_connection() as connection:
        rows = operations.list_tenants(connection, status)
    echo_rows([row._asdict() for row in rows], as_json=as_json)


@tenants.command("show")
@click.argument("subdomain")
@as_json_option
@with_appcontext
@one_line_errors
def show(subdomain: str, as_json: bool) -> None:
    """Show one tenant."""
    with platform_connection() as connection:
        echo_fields(operations.show_tenant(connection, subdomain), as_json=as_json)


@tenants.command("suspend")
@click.argument("subdomain")
@as_json_option
@with_appcontext
@one_line_errors
def suspend(subdomain: str, as_json: bool) -> None:
    """Refuse the tenant's requests (403) from now on; its rows stay."""
    _set(subdomain, "suspended", as_json=as_json)


@tenants.command("activate")
@click.argument("subdomain")
@as_json_option
@with_appcontext
@one_line_errors
def activate(subdomain: str, as_json: bool) -> None:
    """Serve a suspended or archived tenant again."""
    _set(subdomain, "active", as_json=as_json)


@tenants.command("archive")
@click.argument("subdomain")
@as_json_option
@with_appcontext
@one_line_errors
def archive(subdomain: str, as_json: bool) -> None:
    """Answer as if there were no such tenant (404); its rows and its subdomain stay."""
    _set(subdomain, "archived", as_json=as_json)


def _set(subdomain: str, status: str, *, as_json: bool) -> None:
    with platform_connection() as connection:
        changed = operations.set_status(connection, subdomain, status)
    if as_json:
        echo_json({"subdomain": subdomain, "status": status, "changed": changed})
    else:
        click.echo(f"{subdomain}: {_DONE[status]}" if changed else f"{subdomain}: is {status} already")
