"""Where the tenant's own row is kept."""

from __future__ import annotations

from tenantapp.db.repository import Repository
from tenantapp.tenants.models import Tenant


class TenantRepository(Repository[Tenant]):
    """Tenants, of which each sees its own row alone."""

    model = Tenant
