"""The tenant as it sees and changes itself."""

from __future__ import annotations

from tenantapp.http.auto_field import auto_field
from tenantapp.http.resource import ResourceSchema
from tenantapp.identity.tenants.models import Tenant


class TenantSchema(ResourceSchema):
    """The tenant itself."""

    class Meta:
        model = Tenant

    name = auto_field(metadata={"examples": ["Acme Inc."]})
    subdomain = auto_field(dump_only=True, metadata={"examples": ["acme"]})
    status = auto_field(dump_only=True, metadata={"examples": ["active"]})
    settings = auto_field(metadata={"examples": [{"locale": "de-DE"}]})
