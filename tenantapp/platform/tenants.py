"""What an operator does with tenants, as the platform role."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import Connection

from tenantapp.platform.errors import TenantExists
from tenantapp.platform.models import THIS_DATABASE, Database, DirectoryRow
from tenantapp.tenancy.context import TenantContext
from tenantapp.tenants.models import Tenant


def create_tenant(connection: Connection, subdomain: str, name: str) -> UUID:
    """Enter a tenant into the directory and give it its row; the caller commits.

    Args:
        connection: the platform role's.
        subdomain: one DNS label that no tenant has.
        name: what people call the tenant.

    Raises:
        TenantExists: the subdomain is taken.
    """
    tenant_id = uuid4()
    entered = connection.execute(
        insert(DirectoryRow)
        .values(subdomain=subdomain, tenant_id=tenant_id, database_id=_this_database(connection))
        .on_conflict_do_nothing(index_elements=[DirectoryRow.subdomain])
    )
    if entered.rowcount == 0:
        raise TenantExists(f"There is already a tenant {subdomain!r}.")
    bind(connection, TenantContext(tenant_id, role="platform"))
    connection.execute(plain_insert(Tenant).values(id=tenant_id, subdomain=subdomain, name=name))
    return tenant_id


def find_tenant_id(connection: Connection, subdomain: str) -> UUID | None:
    """Return the id of the tenant that has `subdomain`, or None."""
    return connection.scalar(select(DirectoryRow.tenant_id).where(DirectoryRow.subdomain == subdomain))


def bind(connection: Connection, context: TenantContext) -> str | None:
    """Bind `context` to the connection's transaction, and return the tenant's status in this database."""
    status: str | None = connection.scalar(select(func.tenancy.bind(context.encode())))
    return status


def _this_database(connection: Connection) -> UUID:
    connection.execute(insert(Database).values(name=THIS_DATABASE).on_conflict_do_nothing())
    return connection.execute(select(Database.id).where(Database.name == THIS_DATABASE)).scalar_one()
