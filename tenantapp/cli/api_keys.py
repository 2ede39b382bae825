"""`flask api-keys`: a tenant's keys, as the application's role within that tenant's context."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.engine import Connection

from tenantapp.cli.output import echo_fields, echo_json, echo_rows
from tenantapp.cli.servers import RoleGroup, address, echo_used, one_line_errors, sealer, validated
from tenantapp.cli.tenants import as_json_option, platform_connection
from tenantapp.identity.api_keys.keys import SCOPES, issue_key
from tenantapp.identity.api_keys.models import ApiKey
from tenantapp.identity.api_keys.repository import ApiKeyRepository
from tenantapp.identity.api_keys.schemas import ApiKeySchema
from tenantapp.platform.errors import UnknownKey
from tenantapp.platform.tenants import find_tenant
from tenantapp.postgres.sealing import bind, sealing_engine
from tenantapp.tenancy.context import TenantContext

tenant_option = click.option("--tenant", "subdomain", required=True, help="The tenant's subdomain.")


@click.group(
    "api-keys",
    cls=RoleGroup,
    uses="Finds the tenant with the platform role (PLATFORM_DATABASE_URL), "
    "and works in its context with the application's (DATABASE_URL).",
)
def api_keys() -> None:
    """Issue and revoke the API keys of a tenant."""


@api_keys.command("create")
@tenant_option
@click.option("--name", required=True, help="What the key is for.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(SCOPES),
    default=["read"],
    show_default=True,
    help="May be given more than once.",
)
@click.option("--expires", type=click.DateTime(), help="When it ends, in UTC; never unless given.")
@as_json_option
@with_appcontext
@one_line_errors
def create(
    subdomain: str, name: str, scopes: tuple[str, ...], expires: datetime | None, as_json: bool
) -> None:
    """Issue a key and show its token, this once."""
    expires_at = expires.replace(tzinfo=UTC).isoformat() if expires else None
    given = {"name": name, "scopes": sorted(set(scopes)), "expires_at": expires_at}
    issued = issue_key(**validated(ApiKeySchema(), given))
    with _within(subdomain) as connection:
        row = ApiKeyRepository(connection).add(issued.values)
    shown = {"id": row.id, "name": row.name, "scopes": row.scopes, "expires_at": row.expires_at}
    echo_fields({**shown, "token": issued.token}, as_json=as_json)


@api_keys.command("list")
@tenant_option
@as_json_option
@with_appcontext
@one_line_errors
def list_(subdomain: str, as_json: bool) -> None:
    """List a tenant's keys, revoked ones too."""
    columns = (
        ApiKey.prefix,
        ApiKey.name,
        ApiKey.scopes,
        ApiKey.expires_at,
        ApiKey.last_used_at,
        ApiKey.revoked_at,
    )
    with _within(subdomain) as connection:
        rows = connection.execute(select(*columns).order_by(ApiKey.created_at)).all()
    echo_rows([row._asdict() for row in rows], as_json=as_json)


@api_keys.command("revoke")
@tenant_option
@click.argument("prefix")
@as_json_option
@with_appcontext
@one_line_errors
def revoke(subdomain: str, prefix: str, as_json: bool) -> None:
    """Revoke the key with PREFIX, the part of its token after `tk_`; dead everywhere at once."""
    with _within(subdomain) as connection:
        key_id = connection.scalar(select(ApiKey.id).where(ApiKey.prefix == prefix))
        if key_id is None:
            raise UnknownKey(f"tenant {subdomain!r} has no key with prefix {prefix!r}")
        row = ApiKeyRepository(connection).revoke(key_id)
    if as_json:
        echo_json({"prefix": prefix, "revoked_at": row.revoked_at})
    else:
        click.echo(f"{prefix}: revoked")


@contextmanager
def _within(subdomain: str) -> Iterator[Connection]:
    """Work for one transaction within the context of the tenant that has `subdomain`, served or not.

    Raises:
        UnknownTenant: none has.
    """
    with platform_connection() as connection:
        tenant_id = find_tenant(connection, subdomain).tenant_id
    url = address("app")
    echo_used(url)
    # The application's own engine serves no suspended tenant, whose keys are those to look at and to revoke.
    with sealing_engine(url, sealer(url)).begin() as connection:
        bind(connection, TenantContext(tenant_id, role="operator"))
        yield connection
