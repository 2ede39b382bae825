"""The tenant's services and their deployments over HTTP."""

from __future__ import annotations

from types import SimpleNamespace
from uuid import UUID

from sqlalchemy.engine import Connection

from tenantapp.db.children import together
from tenantapp.db.paging import Page
from tenantapp.http.listing import Listing, page_answer, page_schema
from tenantapp.http.resource import ITEM, Parent, ResourceBlueprint
from tenantapp.services.models import Deployment
from tenantapp.services.repository import DeploymentRepository, ServiceRepository
from tenantapp.services.schemas import DeploymentSchema, ServiceHistorySchema, ServiceSchema

services = ResourceBlueprint(
    "services",
    __name__,
    repository=ServiceRepository,
    schema=ServiceSchema,
    listing=Listing(sorts=("created_at", "name"), equal=("name", "status", "owner_id")),
    description="What the tenant runs and keeps healthy",
)
services.serve("list", "create", "get", "update", "delete", "import", "export")

deployments = ResourceBlueprint(
    "deployments",
    __name__,
    repository=DeploymentRepository,
    schema=DeploymentSchema,
    parent=Parent("services", ServiceRepository, "service_id"),
    listing=Listing(equal=("environment", "status", "version", "deployed_by_id")),
    description="What was deployed of the tenant's services",
)
deployments.serve("list", "create", "get", "update", "delete")


@services.reads(f"{ITEM}/history", shows=ServiceHistorySchema)
def history_of_service(connection: Connection, item_id: UUID) -> SimpleNamespace:
    """Get a service with its newest 50 deployments."""
    service, its = ServiceRepository(connection).find_with_deployments(item_id)
    return together(service, deployments=its)


@services.reads(
    f"{ITEM}/environments",
    shows=DeploymentSchema,
    answers=page_schema(DeploymentSchema),
    answer=page_answer,
)
def environments_of_service(connection: Connection, item_id: UUID) -> Page[Deployment]:
    """List the newest deployment of a service in each environment."""
    repository = ServiceRepository(connection)
    repository.get(item_id)
    return Page(repository.latest_deployment_by_environment(item_id), None, None)
