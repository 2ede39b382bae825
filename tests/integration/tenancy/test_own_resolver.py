"""TENANT_RESOLVER: a deployment may read the tenant out of a request in a way of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tenantapp.application import create_app
from tenantapp.runtime import RUNTIME
from tests.support.databases import Server
from tests.support.tenants import TenantUnderTest
from tests.support.wsgi import CUSTOMERS, ask


@pytest.fixture(scope="module")
def by_account(server: Server, shared_database: str) -> Iterator[Flask]:
    settings = server.settings(shared_database, tenant_resolver="tests.support.accounts:AccountResolver")
    app = create_app(settings)
    yield app
    RUNTIME.of(app).pool.close()


def test_the_resolver_that_is_set_names_the_tenant_whatever_the_host(
    by_account: Flask, tenant: TenantUnderTest
) -> None:
    customer = tenant.create(CUSTOMERS, name="Ada", email="ada@example.com")
    account = f"account/{tenant.subdomain}"
    response = ask(by_account, "api.example.org", token=tenant.token, HTTP_X_ACCOUNT=account)
    assert (response.status_code, response.json["items"]) == (200, [customer])


def test_what_it_names_is_no_more_than_a_claim(
    by_account: Flask, tenant: TenantUnderTest, other_tenant: TenantUnderTest
) -> None:
    account = f"account/{other_tenant.subdomain}"
    response = ask(by_account, "api.example.org", token=tenant.token, HTTP_X_ACCOUNT=account)
    assert response.status_code == 401
    response = ask(by_account, "api.example.org", token=tenant.token, HTTP_X_ACCOUNT="account/nobody")
    assert response.status_code == 404


def test_the_subdomain_counts_no_more(by_account: Flask, tenant: TenantUnderTest) -> None:
    response = ask(by_account, f"{tenant.subdomain}.localhost", tenant.subdomain, token=tenant.token)
    assert (response.status_code, response.json["detail"]) == (400, "Name the account in X-Account.")
