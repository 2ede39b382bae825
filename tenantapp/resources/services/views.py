"""The tenant's services and their deployments over HTTP."""

from __future__ import annotations

from types import SimpleNamespace
from uuid import UUID

from tenantapp.db.children import together
from tenantapp.db.paging import Page
from tenantapp.db.unit_of_work import reading
from tenantapp.http.listing import Listing, page_answer, page_schema
from tenantapp.http.parents import Parent
from tenantapp.http.permissions import permission
from tenantapp.http.resource import Answered, ResourceBlueprint
from tenantapp.resources.services.repository import DeploymentRepository, ServiceRepository
from tenantapp.resources.services.schemas import DeploymentSchema, ServiceHistorySchema, ServiceSchema

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


@services.route("/services/<uuid:item_id>/history")
@permission("read")
@services.response(200, ServiceHistorySchema)
def history_of_service(item_id: UUID) -> SimpleNamespace:
    """Get a service with its newest 50 deployments."""
    with reading() as connection:
        service, its = ServiceRepository(connection).find_with_deployments(item_id)
    return together(service, deployments=its)


@services.route("/services/<uuid:item_id>/environments")
@permission("read")
@services.response(200, page_schema(DeploymentSchema))
def environments_of_service(item_id: UUID) -> Answered:
    """List the newest deployment of a service in each environment."""
    with reading() as connection:
        repository = ServiceRepository(connection)
        repository.get(item_id)
        return page_answer(Page(repository.latest_deployment_by_environment(item_id), None, None))
