"""How a plain application reads and writes customers."""

from __future__ import annotations

from marshmallow import Schema, fields, validate


class CustomerSchema(Schema):
    """A customer."""

    id = fields.UUID(dump_only=True)
    name = fields.String(required=True, validate=validate.Length(1, 255))
    email = fields.Email(required=True, validate=validate.Length(max=254))
    company = fields.String(allow_none=True, validate=validate.Length(1, 255))
    phone = fields.String(allow_none=True, validate=validate.Length(1, 50))
    status = fields.String(validate=validate.OneOf(["active", "inactive", "prospect"]))
    notes = fields.String(allow_none=True, validate=validate.Length(1, 10_000))
    tags = fields.List(fields.String(validate=validate.Length(1, 50)), validate=validate.Length(max=20))
    row_version = fields.Integer(dump_only=True)
    created_at = fields.AwareDateTime(dump_only=True)
    updated_at = fields.AwareDateTime(dump_only=True)


class PageSchema(Schema):
    """What a list may be asked for."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.String()


customer_schema = CustomerSchema()
customers_schema = CustomerSchema(many=True)
page_schema = PageSchema()
