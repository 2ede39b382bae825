"""What an operator does with tenants, as the platform role; the caller commits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import Connection

from tenantapp.identity.tenants.models import Tenant
from tenantapp.platform.errors import SubdomainRefused, TenantExists, UnknownTenant
from tenantapp.platform.models import THIS_DATABASE, Database, DirectoryRow
from tenantapp.postgres import sealing
from tenantapp.tenancy.context import TenantContext
from tenantapp.tenancy.resolver import is_dns_label

RESERVED = frozenset(
    (
        *("admin", "api", "app", "assets", "auth", "billing", "blog", "cdn", "console", "dashboard", "dev"),
        *("docs", "email", "ftp", "help", "internal", "localhost", "login", "mail", "metrics", "platform"),
        *("root", "smtp", "staging", "static", "status", "support", "system", "test", "www"),
    )
)
"""Subdomains that people take for the service's own."""


def create_tenant(connection: Connection, subdomain: str, name: str) -> UUID:
    """Enter a tenant into the directory and give it its row.

    Args:
        connection: the platform role's, of a `sealing_engine`.
        subdomain: one DNS label that no tenant has.
        name: what people call the tenant.

    Raises:
        SubdomainRefused: it is no DNS label in lower case, or reserved.
        TenantExists: another tenant has it.
    """
    _refuse_unusable(subdomain)
    tenant_id = uuid4()
    entered = connection.execute(
        insert(DirectoryRow)
        .values(subdomain=subdomain, tenant_id=tenant_id, database_id=_this_database(connection))
        .on_conflict_do_nothing(index_elements=[DirectoryRow.subdomain])
        .returning(DirectoryRow.subdomain)
    )
    if entered.one_or_none() is None:
        raise TenantExists(f"there is a tenant {subdomain!r} already")
    bind(connection, tenant_id)
    connection.execute(plain_insert(Tenant).values(id=tenant_id, subdomain=subdomain, name=name))
    return tenant_id


def list_tenants(connection: Connection, status: str | None = None) -> Sequence[Row[Any]]:
    """Return the directory, by subdomain: `subdomain`, `tenant_id`, `status`, `database`, `created_at`.

    Args:
        connection: the platform role's, of a `sealing_engine`.
        status: of tenants with this status alone.
    """
    query = _directory().order_by(DirectoryRow.subdomain)
    return connection.execute(query.where(DirectoryRow.status == status) if status else query).all()


def find_tenant(connection: Connection, subdomain: str) -> Row[Any]:
    """Return one row of the directory.

    Raises:
        UnknownTenant: no tenant has the subdomain.
    """
    row = connection.execute(_directory().where(DirectoryRow.subdomain == subdomain)).one_or_none()
    if row is None:
        raise UnknownTenant(f"there is no tenant {subdomain!r}")
    return row


def show_tenant(connection: Connection, subdomain: str) -> dict[str, Any]:
    """Return what the directory and the tenant's own row say of it.

    Raises:
        UnknownTenant: no tenant has the subdomain.
    """
    entry = find_tenant(connection, subdomain)
    bind(connection, entry.tenant_id)
    own = connection.execute(select(Tenant.name, Tenant.settings, Tenant.epoch, Tenant.updated_at)).one()
    return {**entry._mapping, **own._mapping}


def set_status(connection: Connection, subdomain: str, status: str) -> bool:
    """Give a tenant another status, in the directory and in its own row; tell whether that changed anything.

    Its own row is what each transaction looks at, so that a suspension holds from its commit on.

    Raises:
        UnknownTenant: no tenant has the subdomain.
    """
    entry = find_tenant(connection, subdomain)
    connection.execute(update(DirectoryRow).where(DirectoryRow.subdomain == subdomain).values(status=status))
    bind(connection, entry.tenant_id)
    changed = connection.execute(
        update(Tenant)
        .where(Tenant.id == entry.tenant_id, Tenant.status != status)
        .values(status=status, row_version=Tenant.row_version + 1)
    )
    return changed.rowcount == 1


def _refuse_unusable(subdomain: str) -> None:
    if not is_dns_label(subdomain):
        raise SubdomainRefused(
            f"{subdomain!r} is no subdomain: expected 1 to 63 lower-case letters, digits and inner hyphens"
        )
    if subdomain in RESERVED:
        raise SubdomainRefused(f"{subdomain!r} is reserved for the service itself")


def _directory() -> Any:
    return select(
        DirectoryRow.subdomain,
        DirectoryRow.tenant_id,
        DirectoryRow.status,
        Database.name.label("database"),
        DirectoryRow.created_at,
    ).join(Database, Database.id == DirectoryRow.database_id)


def bind(connection: Connection, tenant_id: UUID) -> None:
    """Enter a tenant's context for the rest of the connection's transaction; it is of a `sealing_engine`."""
    sealing.bind(connection, TenantContext(tenant_id, role="platform"))


def _this_database(connection: Connection) -> UUID:
    connection.execute(insert(Database).values(name=THIS_DATABASE).on_conflict_do_nothing())
    return connection.execute(select(Database.id).where(Database.name == THIS_DATABASE)).scalar_one()
