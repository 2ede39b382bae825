"""Todos as the API reads and writes them."""

from __future__ import annotations

from marshmallow import fields

from tenantapp.http.fields import Moment, Reference, Text
from tenantapp.http.resource import ResourceSchema


class TodoSchema(ResourceSchema):
    """Something to do."""

    text = Text(2000, required=True, metadata={"examples": ["Renew the certificate."]})
    due_at = Moment(allow_none=True)
    completed = fields.Boolean(dump_only=True)
    completed_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    assignee_id = Reference("a user", allow_none=True)
    rca_id = Reference("a root cause analysis", allow_none=True)
