"""The tenant's own row."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, declared_attr
from sqlalchemy.schema import SchemaItem

from tenantapp.models import columns
from tenantapp.models.declarations import declared
from tenantapp.models.scoped import Record
from tenantapp.models.security import EVERY_VERB, Grant, TableSecurity, tenant_policies
from tenantapp.models.tenant_table import TenantTable

STATUSES = ("active", "suspended", "archived")


class Tenant(TenantTable, Record):
    """A company that is served. Its own id is the tenant's id: the one scoped table without `tenant_id`.

    `epoch` counts the tenant's moves: a database that is left behind has a lower one. `credentials_version`
    counts the changes of its credentials: read back at each begin, it ends the trust in earlier look-ups.
    """

    __tablename__ = "tenants"

    name: Mapped[str] = columns.required_text(255)
    subdomain: Mapped[str] = columns.required_text(63)
    status: Mapped[str] = columns.enumeration(STATUSES, "active")
    settings: Mapped[dict[str, object]] = columns.json_object()
    epoch: Mapped[int] = columns.counter(1)
    credentials_version: Mapped[int] = columns.counter(1)

    @classmethod
    def security(cls) -> TableSecurity:
        """Return what isolates the table: the predicate of every other, on the tenant's own id."""
        own_row = "id = (select tenancy.current_tenant_id())"
        changeable = "UPDATE (name, settings, credentials_version, row_version, updated_at)"
        return TableSecurity(
            tenant_policies(cls.__tablename__, own_row),
            (Grant("app", ("SELECT", changeable)), Grant("platform", EVERY_VERB)),
        )

    @declared_attr.directive
    def __table_args__(cls) -> tuple[SchemaItem, ...]:
        # No index: its condition would go before the policy, and EXPLAIN count what it finds.
        return (*declared(cls), columns.dns_label("subdomain"))
