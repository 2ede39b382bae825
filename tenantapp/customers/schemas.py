"""Customers as the API reads and writes them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from tenantapp.customers.models import STATUSES
from tenantapp.http.fields import Email, Text


class CustomerSchema(Schema):
    """A customer."""

    id = fields.UUID(dump_only=True)
    name = Text(255, required=True, metadata={"examples": ["Ada Albrecht"]})
    email = Email(required=True, metadata={"examples": ["ada@albrecht.example"]})
    phone = Text(50, allow_none=True, metadata={"examples": ["+49 30 901820"]})
    status = fields.String(validate=validate.OneOf(STATUSES))
    notes = Text(10_000, allow_none=True, metadata={"examples": ["Prefers to be called."]})
    row_version = fields.Integer(dump_only=True)
    created_at = fields.AwareDateTime(dump_only=True)
    updated_at = fields.AwareDateTime(dump_only=True)
