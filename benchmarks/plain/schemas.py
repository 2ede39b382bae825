"""How a plain application reads and writes customers, and shows services."""

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
    sort = fields.String(
        load_default="-created_at",
        validate=validate.OneOf(["created_at", "-created_at", "name", "-name", "email", "-email"]),
    )
    status = fields.String(validate=validate.OneOf(["active", "inactive", "prospect"]))
    email = fields.Email()
    company = fields.String()
    created_at_from = fields.AwareDateTime()
    created_at_to = fields.AwareDateTime()


class DeploymentSchema(Schema):
    """A deployment of a service."""

    id = fields.UUID()
    service_id = fields.UUID()
    version = fields.String()
    environment = fields.String()
    status = fields.String()
    started_at = fields.AwareDateTime()
    finished_at = fields.AwareDateTime()
    deployed_by_id = fields.UUID()
    notes = fields.String()
    row_version = fields.Integer()
    created_at = fields.AwareDateTime()
    updated_at = fields.AwareDateTime()


class ServiceHistorySchema(Schema):
    """A service with its deployments."""

    id = fields.UUID()
    name = fields.String()
    description = fields.String()
    status = fields.String()
    owner_id = fields.UUID()
    created_at = fields.AwareDateTime()
    updated_at = fields.AwareDateTime()
    deployments = fields.List(fields.Nested(DeploymentSchema))


customer_schema = CustomerSchema()
customers_schema = CustomerSchema(many=True)
page_schema = PageSchema()
history_schema = ServiceHistorySchema()
