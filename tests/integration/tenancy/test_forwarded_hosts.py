"""A forwarded Host counts as far as proxies are trusted, and no further."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.wrappers import Response

from tests.support.databases import Server
from tests.support.tenants import TenantUnderTest
from tests.support.wsgi import ask

INSIDE = "10.0.0.7:8000"
OTHER_WAYS = (
    "HTTP_FORWARDED",
    "HTTP_X_HOST",
    "HTTP_X_ORIGINAL_HOST",
    "HTTP_X_HTTP_HOST_OVERRIDE",
    "HTTP_X_FORWARDED_SERVER",
)


@pytest.fixture(scope="module")
def behind_one(server: Server, shared_database: str) -> Iterator[Flask]:
    with server.application(shared_database, trusted_proxies=1) as app:
        yield app


@pytest.fixture(scope="module")
def behind_two(server: Server, shared_database: str) -> Iterator[Flask]:
    with server.application(shared_database, trusted_proxies=2) as app:
        yield app


def _ask(app: Flask, tenant: TenantUnderTest, forwarded: str, host: str = INSIDE) -> Response:
    return ask(app, host, token=tenant.token, HTTP_X_FORWARDED_HOST=forwarded)


def _kind(response: Response) -> str:
    return str(response.json["type"]).rpartition(":")[2]


def test_without_trusted_proxies_a_forwarded_host_names_nobody(tenant: TenantUnderTest) -> None:
    response = _ask(tenant.app, tenant, f"{tenant.subdomain}.localhost")
    assert (response.status_code, _kind(response)) == (400, "tenant-required")


def test_without_trusted_proxies_a_forwarded_host_changes_nobody(
    tenant: TenantUnderTest, other_tenant: TenantUnderTest
) -> None:
    host = f"{tenant.subdomain}.localhost"
    assert _ask(tenant.app, tenant, f"{other_tenant.subdomain}.localhost", host).status_code == 200
    assert _ask(tenant.app, other_tenant, f"{other_tenant.subdomain}.localhost", host).status_code == 401


@pytest.mark.parametrize("name", OTHER_WAYS)
def test_no_other_header_names_the_host(tenant: TenantUnderTest, behind_one: Flask, name: str) -> None:
    for app in (tenant.app, behind_one):
        for value in (f"{tenant.subdomain}.localhost", f"host={tenant.subdomain}.localhost"):
            response = ask(app, INSIDE, token=tenant.token, **{name: value})
            assert (response.status_code, _kind(response)) == (400, "tenant-required")


def test_behind_one_trusted_proxy_its_host_names_the_tenant(
    tenant: TenantUnderTest, behind_one: Flask
) -> None:
    assert _ask(behind_one, tenant, f"{tenant.subdomain.upper()}.localhost:443").status_code == 200


def test_what_the_client_put_before_the_proxys_host_is_ignored(
    tenant: TenantUnderTest, other_tenant: TenantUnderTest, behind_one: Flask
) -> None:
    both = f"{other_tenant.subdomain}.localhost, {tenant.subdomain}.localhost"
    assert _ask(behind_one, tenant, both).status_code == 200
    assert _ask(behind_one, other_tenant, both).status_code == 401


def test_behind_two_trusted_proxies_the_outer_ones_host_names_the_tenant(
    tenant: TenantUnderTest, behind_two: Flask
) -> None:
    through_both = f"spoofed.localhost, {tenant.subdomain}.localhost, inner.test"
    assert _ask(behind_two, tenant, through_both).status_code == 200
    past_one = _ask(behind_two, tenant, f"{tenant.subdomain}.localhost")
    assert (past_one.status_code, _kind(past_one)) == (400, "tenant-required")


@pytest.mark.parametrize("host", ["evil.test", "{}.localhost.evil.test", "a.{}.localhost", "u@{}.localhost"])
def test_a_trusted_proxys_host_is_read_as_narrowly_as_any(
    tenant: TenantUnderTest, behind_one: Flask, host: str
) -> None:
    response = _ask(behind_one, tenant, host.format(tenant.subdomain))
    assert (response.status_code, _kind(response)) == (400, "host-refused")


def test_a_forwarded_host_and_the_tenant_header_must_agree(
    tenant: TenantUnderTest, other_tenant: TenantUnderTest, behind_one: Flask
) -> None:
    host = f"{tenant.subdomain}.localhost"
    response = ask(behind_one, INSIDE, other_tenant.subdomain, token=tenant.token, HTTP_X_FORWARDED_HOST=host)
    assert (response.status_code, _kind(response)) == (400, "tenant-header-refused")
