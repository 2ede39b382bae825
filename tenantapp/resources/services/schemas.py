"""Services and deployments as the API reads and writes them."""

from __future__ import annotations

from marshmallow import fields

from tenantapp.http.auto_field import auto_field
from tenantapp.http.resource import ResourceSchema
from tenantapp.resources.services.models import Deployment, Service


class ServiceSchema(ResourceSchema):
    """A service."""

    class Meta:
        model = Service

    name = auto_field(metadata={"examples": ["Checkout"]})
    description = auto_field(metadata={"examples": ["Takes orders and payments."]})
    status = auto_field()
    owner_id = auto_field()


class DeploymentSchema(ResourceSchema):
    """A deployment of a service."""

    class Meta:
        model = Deployment

    service_id = auto_field(dump_only=True)
    version = auto_field(metadata={"examples": ["2026.3.1"]})
    environment = auto_field()
    status = auto_field()
    started_at = auto_field(dump_only=True, metadata={"description": "When it was first `running`."})
    finished_at = auto_field(dump_only=True, metadata={"description": "When it had `succeeded` or `failed`."})
    deployed_by_id = auto_field()
    notes = auto_field(metadata={"examples": ["Behind a feature flag."]})


class ServiceHistorySchema(ServiceSchema):
    """A service with its newest deployments."""

    class Meta:
        exclude = ("row_version",)

    deployments = fields.List(fields.Nested(DeploymentSchema), dump_only=True)
