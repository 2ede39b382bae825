"""What repositories answer has types: read by mypy alone, which refuses `Any` here, and run by nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import assert_type
from uuid import UUID

from sqlalchemy.engine import Connection

from tenantapp.db.paging import Page, PageQuery
from tenantapp.db.repository import Repository
from tenantapp.db.unit_of_work import reading
from tenantapp.identity.api_keys.models import ApiKey
from tenantapp.identity.api_keys.repository import ApiKeyRepository
from tenantapp.identity.tenants.models import Tenant
from tenantapp.identity.users.models import User
from tenantapp.models.scoped import Record
from tenantapp.resources.customers.models import Customer
from tenantapp.resources.rcas.models import Rca, RcaSolution
from tenantapp.resources.rcas.repository import RcaRepository, RcaSolutionRepository
from tenantapp.resources.services.models import Deployment, Service
from tenantapp.resources.services.repository import DeploymentRepository, ServiceRepository
from tenantapp.resources.summary.queries import count_rows
from tenantapp.resources.todos.models import Todo
from tenantapp.resources.todos.repository import TodoRepository


def rows_are_typed_as_their_model(customers: Repository[Customer], row_id: UUID) -> None:
    row = customers.get(row_id)
    assert_type(row, Customer)
    assert_type((row.id, row.name, row.company, row.tags), tuple[UUID, str, str | None, list[str]])
    assert_type((row.row_version, row.created_at), tuple[int, datetime])
    assert_type(customers.page(PageQuery(limit=1)), Page[Customer])
    assert_type(customers.page(PageQuery(limit=1)).rows, Sequence[Customer])
    assert_type(customers.stream(PageQuery(limit=1)), Iterator[Sequence[Customer]])
    assert_type(customers.add({"name": "Ada"}), Customer)
    assert_type(customers.change(row_id, {"name": "Ada"}, [1]), Customer)
    assert_type(customers.restore(row_id), Customer)
    assert_type(customers.remove_all([row_id]), set[UUID])
    assert_type(customers.present([row_id]), set[UUID])


def each_repository_is_of_its_model(
    connection: Connection, tenants: Repository[Tenant], users: Repository[User], row_id: UUID
) -> None:
    assert_type(ApiKeyRepository(connection).get(row_id), ApiKey)
    assert_type(DeploymentRepository(connection).get(row_id), Deployment)
    assert_type(RcaRepository(connection).get(row_id), Rca)
    assert_type(RcaSolutionRepository(connection).get(row_id), RcaSolution)
    assert_type(ServiceRepository(connection).get(row_id), Service)
    assert_type(tenants.get(row_id).settings, dict[str, object])
    assert_type(tenants.get(row_id), Tenant)
    assert_type(TodoRepository(connection).get(row_id).completed, bool)
    assert_type(users.get(row_id), User)


def what_is_asked_beside_that_has_types_too(connection: Connection, row_id: UUID) -> None:
    services = ServiceRepository(connection)
    assert_type(services.find_by_name("Checkout"), Service | None)
    assert_type(services.find_with_deployments(row_id), tuple[Service, list[Deployment]])
    assert_type(services.latest_deployment_by_environment(row_id), Sequence[Deployment])
    assert_type(ApiKeyRepository(connection).revoke(row_id), ApiKey)
    assert_type(TodoRepository(connection).toggle(row_id), Todo)
    assert_type(TodoRepository(connection).complete_all([row_id]), set[UUID])
    assert_type(count_rows(connection, ()), dict[str, dict[str, int]])


def a_unit_of_work_and_a_repository_of_whatever_have_types(kind: type[Repository[Record]]) -> None:
    with reading() as connection:
        assert_type(connection, Connection)
        assert_type(kind(connection).get(UUID(int=0)), Record)
    assert_type(kind.model, type[Record])
