"""What is asked of services takes one statement each, and is of the one tenant's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.engine import Connection

from tenantapp.db.errors import RowNotFound
from tenantapp.db.unit_of_work import changing
from tenantapp.resources.services.repository import DeploymentRepository, ServiceRepository
from tenantapp.tenancy.context import tenant_context
from tenantapp.testing.observation import traffic
from tests.support.tenants import make_tenant

DEPLOYED = (("1", "test"), ("1", "production"), ("2", "test"))


@pytest.fixture
def connection(app: Flask) -> Iterator[Connection]:
    with app.app_context(), tenant_context(make_tenant(app).context), changing() as connection:
        yield connection


def test_each_query_takes_one_statement_however_many_rows_it_shows(
    app: Flask, connection: Connection
) -> None:
    services, deployments = ServiceRepository(connection), DeploymentRepository(connection)
    service, other = (services.add({"name": name}) for name in ("Checkout", "Search"))
    for one in (service, other):
        for version, environment in DEPLOYED:
            deployments.add({"service_id": one.id, "version": version, "environment": environment})
            # Within one transaction now() stands still.
            connection.exec_driver_sql("UPDATE deployments SET created_at = created_at - interval '1 minute'")
    with traffic(app) as seen:
        assert services.find_by_name("Checkout") == service
        assert services.find_by_name("checkout") is None
        found, its = services.find_with_deployments(service.id)
        latest = services.latest_deployment_by_environment(service.id)
    assert len(seen.statements) == 4
    assert [(each.version, each.environment) for each in its] == list(reversed(DEPLOYED))
    assert (found.id, found.name) == (service.id, "Checkout")
    assert {(each.version, each.environment) for each in latest} == set(DEPLOYED[1:])
    assert {each.service_id for each in (*its, *latest)} == {service.id}


def test_anothers_service_is_none(app: Flask, connection: Connection) -> None:
    service = ServiceRepository(connection).add({"name": "Checkout"})
    connection.commit()
    with app.app_context(), tenant_context(make_tenant(app).context), changing() as others:
        services = ServiceRepository(others)
        assert services.find_by_name("Checkout") is None
        assert services.latest_deployment_by_environment(service.id) == []
        with pytest.raises(RowNotFound):
            services.find_with_deployments(service.id)
