"""The tenant as it sees and changes itself."""

from __future__ import annotations

from marshmallow import fields

from tenantapp.http.fields import JsonObject, Text
from tenantapp.http.resource import ResourceSchema


class TenantSchema(ResourceSchema):
    """The tenant itself."""

    name = Text(255, required=True, metadata={"examples": ["Acme Inc."]})
    subdomain = fields.String(dump_only=True, metadata={"examples": ["acme"]})
    status = fields.String(dump_only=True, metadata={"examples": ["active"]})
    settings = JsonObject(metadata={"examples": [{"locale": "de-DE"}]})
