"""The tenant itself over HTTP: its name and its settings."""

from __future__ import annotations

from typing import Any

from tenantapp.db.repository import Repository
from tenantapp.db.session import db
from tenantapp.db.unit_of_work import reading
from tenantapp.http.blueprint import Blueprint
from tenantapp.http.permissions import permission
from tenantapp.http.preconditions import expected_versions
from tenantapp.http.transactions import transaction
from tenantapp.identity.tenants.models import Tenant
from tenantapp.identity.tenants.schemas import TenantSchema
from tenantapp.tenancy.context import current_context

_Tenants = Repository.of(Tenant)

blueprint = Blueprint("tenant", __name__, url_prefix="/tenant", description="The tenant itself")
# Settings are replaced as a whole, so a change must say what it is based on.
blueprint.METHODS_NEEDING_CHECK_ETAG = ("PATCH",)


@blueprint.route("")
@permission("read")
@blueprint.doc(summary="Get the tenant")
@blueprint.etag
@blueprint.response(200, TenantSchema)
def get_tenant() -> Tenant:
    """Return the tenant."""
    with reading() as connection:
        return _Tenants(connection).get(current_context().tenant_id)


@blueprint.route("", methods=["PATCH"])
@permission("admin")
@transaction
@blueprint.doc(summary="Update the tenant")
@blueprint.arguments(TenantSchema(partial=True))
@blueprint.etag
@blueprint.response(200, TenantSchema)
def update_tenant(given: dict[str, Any]) -> Tenant:
    """Change the tenant's name or settings; settings are replaced as a whole."""
    repository = _Tenants(db.session.connection())
    return repository.change(current_context().tenant_id, given, expected_versions())
