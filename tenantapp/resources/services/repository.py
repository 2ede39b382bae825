"""Where services and their deployments are kept."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import distinct_on

from tenantapp.db.children import fetch_with_children
from tenantapp.db.repository import Repository, Values, Versions
from tenantapp.models.scoped import living
from tenantapp.resources.services.models import Deployment, Service

SHOWN_DEPLOYMENTS = 50


class ServiceRepository(Repository[Service]):
    """The tenant's services."""

    model = Service

    def find_by_name(self, name: str) -> Service | None:
        """Return the service of this name, or None."""
        return self._row(living(Service).where(Service.name == name))

    def find_with_deployments(self, row_id: UUID) -> tuple[Service, list[Deployment]]:
        """Return a service and its newest deployments.

        Raises:
            RowNotFound: there is no such service.
        """
        return fetch_with_children(
            self.connection, Service, row_id, Deployment, "service_id", SHOWN_DEPLOYMENTS
        )

    def latest_deployment_by_environment(self, row_id: UUID) -> Sequence[Deployment]:
        """Return the newest deployment of a service in each environment that it was brought into."""
        statement = (
            living(Deployment)
            .ext(distinct_on(Deployment.environment))
            .where(Deployment.service_id == row_id)
            .order_by(Deployment.environment, Deployment.created_at.desc())
        )
        return DeploymentRepository(self.connection)._rows(statement)


class DeploymentRepository(Repository[Deployment]):
    """The deployments of the tenant's services."""

    model = Deployment

    def change(self, row_id: UUID, values: Values, versions: Versions = None) -> Deployment:
        """Change a deployment and return it; a step of its status is noted with its time."""
        return super().change(row_id, {**values, **_times(values.get("status"))}, versions)


def _times(status: object) -> dict[str, object]:
    if status == "running":
        return {"started_at": func.coalesce(Deployment.started_at, func.now())}
    if status in ("succeeded", "failed"):
        return {"finished_at": func.coalesce(Deployment.finished_at, func.now())}
    return {}
