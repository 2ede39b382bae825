"""Host and tenant header of real requests: the exact answer to each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.wrappers import Response

from tests.support.databases import Server
from tests.support.tenants import TenantUnderTest
from tests.support.wsgi import CUSTOMERS, ask

HOST_REFUSED = "Host must be localhost, or one DNS label before it."
REQUIRED = "Name the tenant: as the one label before localhost in Host, or in X-Tenant-Subdomain."
HEADER_REFUSED = "X-Tenant-Subdomain must be sent once and be one DNS label."
DIFFERENT = "Host names one tenant and X-Tenant-Subdomain another; send one of them."
LINE_REFUSED = "The request line and Host name different hosts."


@pytest.fixture
def customer(tenant: TenantUnderTest) -> dict[str, Any]:
    return tenant.create(CUSTOMERS, name="Ada", email="ada@example.com")


@pytest.fixture(scope="module")
def in_production(server: Server, shared_database: str) -> Iterator[Flask]:
    with server.application(shared_database, base_domain="example.com", app_env="production") as app:
        yield app


@pytest.mark.parametrize("host", ["{}.localhost", "{}.localhost:8000", "{}.LOCALHOST.", "{}.localhost.:80"])
def test_the_host_names_the_tenant(tenant: TenantUnderTest, customer: dict[str, Any], host: str) -> None:
    _assert_sees(ask(tenant.app, host.format(tenant.subdomain), token=tenant.token), customer)
    _assert_sees(ask(tenant.app, host.format(tenant.subdomain.upper()), token=tenant.token), customer)


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST.:8000", "127.0.0.1", "127.0.0.1:8000", "[::1]:8000"]
)
def test_the_header_names_the_tenant_on_the_bare_host(
    tenant: TenantUnderTest, customer: dict[str, Any], host: str
) -> None:
    _assert_sees(ask(tenant.app, host, tenant.subdomain, token=tenant.token), customer)
    _assert_sees(ask(tenant.app, host, tenant.subdomain.upper(), token=tenant.token), customer)


def test_host_and_header_may_agree(tenant: TenantUnderTest, customer: dict[str, Any]) -> None:
    host = f"{tenant.subdomain}.localhost"
    _assert_sees(ask(tenant.app, host, tenant.subdomain, token=tenant.token), customer)


def test_host_and_header_that_differ_are_400(tenant: TenantUnderTest, other_tenant: TenantUnderTest) -> None:
    for token in (tenant.token, other_tenant.token):
        response = ask(tenant.app, f"{tenant.subdomain}.localhost", other_tenant.subdomain, token=token)
        _assert_problem(response, 400, "tenant-header-refused", DIFFERENT)


@pytest.mark.parametrize(
    "header", ["", " ", "{0},{0}", "{0}, {0}", "{0}.localhost", "xn--a", "a b", "-a", "ｱ"]
)
def test_a_malformed_header_is_400_on_every_host(tenant: TenantUnderTest, header: str) -> None:
    for host in ("localhost", f"{tenant.subdomain}.localhost"):
        response = ask(tenant.app, host, header.format(tenant.subdomain), token=tenant.token)
        _assert_problem(response, 400, "tenant-header-refused", HEADER_REFUSED)


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1", "[::1]"])
def test_a_tenants_route_without_a_tenant_is_400(tenant: TenantUnderTest, host: str) -> None:
    _assert_problem(ask(tenant.app, host, token=tenant.token), 400, "tenant-required", REQUIRED)


# What else is refused, tests/unit/tenancy tries; here, what the way to the resolver could lose or mend.
@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "evil.test",
        "a.{}.localhost",
        "{}.localhost ",
        "{}.localhost\0",
        "{}。localhost",
        "\xff.localhost",
    ],
)
def test_every_other_host_is_400(tenant: TenantUnderTest, host: str | None) -> None:
    sent = host and host.format(tenant.subdomain)
    _assert_problem(ask(tenant.app, sent, token=tenant.token), 400, "host-refused", HOST_REFUSED)
    with_header = ask(tenant.app, sent, tenant.subdomain, token=tenant.token)
    _assert_problem(with_header, 400, "host-refused", HOST_REFUSED)


@pytest.mark.parametrize("target", ["http://evil.test{}", "http://user@{{}}.localhost{}", "http://[{}"])
def test_a_request_line_that_contradicts_the_host_is_400(tenant: TenantUnderTest, target: str) -> None:
    line = target.format(CUSTOMERS).format(tenant.subdomain)
    response = ask(tenant.app, f"{tenant.subdomain}.localhost", token=tenant.token, RAW_URI=line)
    _assert_problem(response, 400, "host-refused", LINE_REFUSED)


def test_a_request_line_that_agrees_with_the_host_is_served(
    tenant: TenantUnderTest, customer: dict[str, Any]
) -> None:
    host = f"{tenant.subdomain}.localhost"
    _assert_sees(ask(tenant.app, host, token=tenant.token, RAW_URI=f"http://{host}{CUSTOMERS}"), customer)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]:8000", "acme.localhost"])
def test_production_serves_its_own_domain_alone(
    in_production: Flask, tenant: TenantUnderTest, host: str
) -> None:
    response = ask(in_production, host, tenant.subdomain, token=tenant.token)
    _assert_problem(response, 400, "host-refused", "Host must be example.com, or one DNS label before it.")


def test_production_serves_its_own_domain(
    in_production: Flask, tenant: TenantUnderTest, customer: dict[str, Any]
) -> None:
    _assert_sees(ask(in_production, f"{tenant.subdomain}.example.com", token=tenant.token), customer)
    _assert_sees(ask(in_production, "example.com", tenant.subdomain, token=tenant.token), customer)


def test_the_headers_name_is_a_setting(
    server: Server, shared_database: str, tenant: TenantUnderTest, customer: dict[str, Any]
) -> None:
    with server.application(shared_database, tenant_header="X-Org") as app:
        _assert_sees(ask(app, "localhost", token=tenant.token, HTTP_X_ORG=tenant.subdomain), customer)
        response = ask(app, "localhost", tenant.subdomain, token=tenant.token)
        detail = REQUIRED.replace("X-Tenant-Subdomain", "X-Org")
        _assert_problem(response, 400, "tenant-required", detail)


def _assert_sees(response: Response, customer: dict[str, Any]) -> None:
    assert response.status_code == 200, response.get_data(as_text=True)
    assert response.json["items"] == [customer]


def _assert_problem(response: Response, status: int, kind: str, detail: str) -> None:
    body = dict(response.json)
    assert body.pop("request_id") == response.headers["X-Request-ID"]
    assert (response.status_code, response.mimetype, body) == (
        status,
        "application/problem+json",
        {
            "type": f"urn:tenantapp:problem:{kind}",
            "title": "Bad Request",
            "status": status,
            "detail": detail,
        },
    )
