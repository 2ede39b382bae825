"""The tenant itself over HTTP: its name and its settings."""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import Connection

from tenantapp.db.repository import Versions
from tenantapp.http.endpoints import TenantBlueprint
from tenantapp.tenancy.context import current_context
from tenantapp.tenants.models import Tenant
from tenantapp.tenants.repository import TenantRepository
from tenantapp.tenants.schemas import TenantSchema

blueprint = TenantBlueprint("tenant", __name__, description="The tenant itself")


@blueprint.reads("", shows=TenantSchema, summary="Get the tenant")
def get_tenant(connection: Connection) -> Tenant:
    """Return the tenant."""
    return TenantRepository(connection).get(current_context().tenant_id)


@blueprint.writes(
    "",
    "PATCH",
    takes=TenantSchema(partial=True),
    answers=TenantSchema,
    permission="admin",
    if_match_required=True,
    summary="Update the tenant",
)
def update_tenant(connection: Connection, given: dict[str, Any], versions: Versions) -> Tenant:
    """Change the tenant's name or settings; settings are replaced as a whole."""
    return TenantRepository(connection).change(current_context().tenant_id, given, versions)
