"""Services and deployments as the API reads and writes them."""

from __future__ import annotations

from marshmallow import fields

from tenantapp.http.fields import Reference, State, Text, Word
from tenantapp.http.resource import ResourceSchema
from tenantapp.services.models import DEPLOYMENT_STATUSES, ENVIRONMENTS, STATUSES


class ServiceSchema(ResourceSchema):
    """A service."""

    name = Text(255, required=True, metadata={"examples": ["Checkout"]})
    description = Text(10_000, allow_none=True, metadata={"examples": ["Takes orders and payments."]})
    status = State(STATUSES)
    owner_id = Reference("a user", allow_none=True)


class DeploymentSchema(ResourceSchema):
    """A deployment of a service."""

    service_id = fields.UUID(dump_only=True)
    version = Text(100, required=True, metadata={"examples": ["2026.3.1"]})
    environment = Word(ENVIRONMENTS, required=True)
    status = State(DEPLOYMENT_STATUSES)
    started_at = fields.AwareDateTime(
        dump_only=True, allow_none=True, metadata={"description": "When it was first `running`."}
    )
    finished_at = fields.AwareDateTime(
        dump_only=True, allow_none=True, metadata={"description": "When it had `succeeded` or `failed`."}
    )
    deployed_by_id = Reference("a user", allow_none=True)
    notes = Text(10_000, allow_none=True, metadata={"examples": ["Behind a feature flag."]})


class ServiceHistorySchema(ServiceSchema):
    """A service with its newest deployments."""

    class Meta:
        exclude = ("row_version",)

    deployments = fields.List(fields.Nested(DeploymentSchema), dump_only=True)
