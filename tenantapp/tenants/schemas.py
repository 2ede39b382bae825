"""The tenant as it sees and changes itself."""

from __future__ import annotations

from marshmallow import Schema, fields

from tenantapp.http.fields import JsonObject, Text


class TenantSchema(Schema):
    """The tenant itself."""

    id = fields.UUID(dump_only=True)
    name = Text(255, required=True, metadata={"examples": ["Acme Inc."]})
    subdomain = fields.String(dump_only=True, metadata={"examples": ["acme"]})
    status = fields.String(dump_only=True, metadata={"examples": ["active"]})
    settings = JsonObject(metadata={"examples": [{"locale": "de-DE"}]})
    row_version = fields.Integer(dump_only=True)
    created_at = fields.AwareDateTime(dump_only=True)
    updated_at = fields.AwareDateTime(dump_only=True)
