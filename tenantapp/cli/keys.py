"""`flask keys`: what a database verifies tenants' contexts with, as the owner."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import with_appcontext

from tenantapp.cli.output import echo_fields, echo_rows
from tenantapp.cli.servers import RoleGroup, address, connect, context_key, echo_used, one_line_errors
from tenantapp.cli.tenants import as_json_option
from tenantapp.platform.context_keys import install_key, list_keys, retire_key, rotate_key
from tenantapp.platform.measures import Connection


@click.group("keys", cls=RoleGroup, uses="Uses the owner (MIGRATION_DATABASE_URL).")
def keys() -> None:
    """Install, rotate and retire the keys that contexts are sealed with."""


@keys.command("install")
@with_appcontext
@one_line_errors
def install() -> None:
    """Let the database verify with the configured key; nothing changes where it does already."""
    key = context_key()
    with _owner() as connection:
        done = install_key(connection, key)
    click.echo(f"{key.id}: {'installed' if done else 'is installed already'}")


@keys.command("rotate")
@as_json_option
@with_appcontext
@one_line_errors
def rotate(as_json: bool) -> None:
    """Make a new key, install it beside the one in use, and show it, this once.

    Then set CONTEXT_KEY to it, restart every process, and retire the old one.
    """
    with _owner() as connection:
        key = rotate_key(connection)
    echo_fields({"id": key.id, "context_key": key.written()}, as_json=as_json)


@keys.command("retire")
@click.argument("key_id", metavar="ID")
@with_appcontext
@one_line_errors
def retire(key_id: str) -> None:
    """Refuse from now on what was sealed with the key ID."""
    with _owner() as connection:
        retire_key(connection, key_id, context_key())
    click.echo(f"{key_id}: retired")


@keys.command("list")
@as_json_option
@with_appcontext
@one_line_errors
def list_(as_json: bool) -> None:
    """List the installed keys by id; none of their secrets can be shown."""
    configured = context_key().id
    with _owner() as connection:
        rows = [{**key._asdict(), "configured": key.key_id == configured} for key in list_keys(connection)]
    echo_rows(rows, as_json=as_json)


@contextmanager
def _owner() -> Iterator[Connection]:
    url = address("owner")
    echo_used(url)
    with connect(url) as connection:
        yield connection
