"""What its database says of a tenant ends what the directory's cache remembers of it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from flask import Flask

from tenantapp.platform.tenants import create_tenant
from tenantapp.tenancy.hooks import tenancy
from tests.support.databases import Server
from tests.support.operator import as_operator
from tests.support.tenants import TenantUnderTest, issue, make_tenant
from tests.support.wsgi import CUSTOMERS

ROWS = "DELETE FROM api_keys WHERE tenant_id = %(id)s"
TENANT = "DELETE FROM tenants WHERE id = %(id)s"
DIRECTORY = "DELETE FROM control.directory WHERE tenant_id = %(id)s"


@pytest.fixture
def tenant(own_app: Flask) -> TenantUnderTest:
    """A tenant that may be removed, which the application has served."""
    tenant = make_tenant(own_app)
    tenant.create(CUSTOMERS, name="Ada", email="ada@example.com")
    return tenant


def remove(server: Server, database: str, tenant: TenantUnderTest) -> None:
    """Remove a tenant as `flask seed reset` does, in another process."""
    with server.connect("bootstrap", database) as connection:
        for table in ("customers", "api_keys"):
            connection.execute(f"DELETE FROM {table} WHERE tenant_id = %s", (tenant.id,))
        connection.execute(TENANT, {"id": tenant.id})
        connection.execute(DIRECTORY, {"id": tenant.id})


def make_again(tenant: TenantUnderTest) -> TenantUnderTest:
    """Make another tenant of the same subdomain, in another process."""
    with as_operator(tenant.app) as connection:
        tenant_id = create_tenant(connection, tenant.subdomain, "Another")
    return replace(tenant, id=tenant_id, token=issue(tenant.app, tenant_id))


def remembered(tenant: TenantUnderTest) -> UUID | None:
    """Return the id that the application's cache has for a subdomain, whatever the directory says."""
    with tenant.app.app_context():
        found = tenancy().directory._found.get(tenant.subdomain)
    return found.tenant_id if found else None


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_tenant_that_was_removed_is_404_and_forgotten(
    server: Server, database: str, tenant: TenantUnderTest, method: str
) -> None:
    remove(server, database, tenant)
    body = {"name": "Bob", "email": "b@example.com"} if method == "POST" else None
    assert tenant.request(method, CUSTOMERS, json=body).status_code == 404
    assert remembered(tenant) is None


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_subdomain_that_was_given_to_another_tenant_leads_to_it_at_once(
    server: Server, database: str, tenant: TenantUnderTest, method: str
) -> None:
    remove(server, database, tenant)
    new = make_again(tenant)
    body = {"name": "Bob", "email": "b@example.com"} if method == "POST" else None
    answer = new.request(method, CUSTOMERS, json=body)
    assert answer.status_code == (201 if method == "POST" else 200)
    assert remembered(new) == new.id


def test_the_key_of_the_tenant_that_was_removed_is_no_key_of_the_new_ones(
    server: Server, database: str, tenant: TenantUnderTest
) -> None:
    remove(server, database, tenant)
    make_again(tenant)
    assert tenant.request("GET", CUSTOMERS).status_code == 401


def test_a_tenant_that_the_directory_alone_has_is_asked_for_twice_at_most(
    server: Server, database: str, tenant: TenantUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    with server.connect("bootstrap", database) as connection:
        for table in ("customers", "api_keys"):
            connection.execute(f"DELETE FROM {table} WHERE tenant_id = %s", (tenant.id,))
        connection.execute(TENANT, {"id": tenant.id})
    with tenant.app.app_context():
        directory = tenancy().directory
    asked: list[str] = []
    find = directory._source.find
    monkeypatch.setattr(directory._source, "find", lambda name: asked.append(name) or find(name))
    assert tenant.request("GET", CUSTOMERS).status_code == 404
    assert len(asked) <= 2
