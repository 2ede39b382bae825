"""Keys that are none, or not this tenant's, or no longer good: one answer for all of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from tenantapp.db.session import db
from tenantapp.identity.api_keys.keys import issue_key
from tenantapp.tenancy.context import tenant_context
from tests.support.tenants import TenantUnderTest, issue

CUSTOMERS = "/api/v1/customers"
REFUSED = {
    "type": "urn:tenantapp:problem:credential-refused",
    "title": "Unauthorized",
    "status": 401,
    "detail": "Send an API key of this tenant's as a bearer token.",
}
CHALLENGE = 'Bearer realm="tenantapp"'


def _send(tenant: TenantUnderTest, authorization: str) -> TestResponse:
    return tenant.request("GET", CUSTOMERS, headers={"Authorization": authorization})


def _send_raw(tenant: TenantUnderTest, authorization: str) -> TestResponse:
    return tenant.app.test_client().get(
        CUSTOMERS,
        base_url=f"http://{tenant.subdomain}.localhost",
        environ_overrides={"HTTP_AUTHORIZATION": authorization},
    )


def _assert_refused(response: TestResponse) -> None:
    body = dict(response.json or {})
    assert body.pop("request_id") == response.headers["X-Request-ID"]
    assert (response.status_code, response.mimetype) == (401, "application/problem+json")
    assert body == REFUSED
    assert response.headers["WWW-Authenticate"] == CHALLENGE


def _unknown() -> str:
    return issue_key("nobody's", ["read"]).token


def test_a_good_key_is_let_in(tenant: TenantUnderTest) -> None:
    response = _send(tenant, f"Bearer {tenant.token}")
    assert response.status_code == 200
    assert "WWW-Authenticate" not in response.headers


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "BeArEr"])
def test_the_schemes_case_is_nothing(tenant: TenantUnderTest, scheme: str) -> None:
    assert _send(tenant, f"{scheme} {tenant.token}").status_code == 200


def test_a_request_without_credentials_is_refused(tenant: TenantUnderTest) -> None:
    host = f"http://{tenant.subdomain}.localhost"
    _assert_refused(tenant.app.test_client().get(CUSTOMERS, base_url=host))


@pytest.mark.parametrize(
    "form",
    ["Basic {}", "Token {}", "{}", "Digest {}", "Bearer", "Bearer ", "Bearer, {}", "ApiKey {}", "", " "],
)
def test_every_other_scheme_is_refused(tenant: TenantUnderTest, form: str) -> None:
    _assert_refused(_send(tenant, form.format(tenant.token)))


@pytest.mark.parametrize("name", ["X-API-Key", "X-Api-Token", "Cookie", "Proxy-Authorization"])
def test_no_other_header_shows_a_key(tenant: TenantUnderTest, name: str) -> None:
    headers = {"Authorization": "", name: f"Bearer {tenant.token}"}
    _assert_refused(tenant.request("GET", CUSTOMERS, headers=headers))


@pytest.mark.parametrize("parameter", ["access_token", "api_key", "token"])
def test_a_key_in_the_address_is_none(tenant: TenantUnderTest, parameter: str) -> None:
    path = f"{CUSTOMERS}?{parameter}={tenant.token}"
    _assert_refused(tenant.request("GET", path, headers={"Authorization": ""}))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-1],
        lambda token: token + "x",
        lambda token: token[:-1] + ("a" if token[-1] != "a" else "b"),
        lambda token: token.upper(),
        lambda token: token.removeprefix("tk_"),
        lambda token: token.replace("tk_", "sk_", 1),
        lambda token: token.rpartition("_")[0],
        lambda token: "_".join(token.split("_", 2)[:2]) + "_",
        lambda token: token.split("_", 2)[1],
        lambda token: f"{token} {token}",
        lambda token: f"{token},{token}",
        lambda token: f'"{token}"',
        lambda token: token.replace("_", "_%", 1),
        lambda token: token * 1000,
    ],
)
def test_a_mistyped_key_is_refused(tenant: TenantUnderTest, spoil: Callable[[str], str]) -> None:
    _assert_refused(_send(tenant, f"Bearer {spoil(tenant.token)}"))


@pytest.mark.parametrize("character", ["%", "'", "\xe9", "\xff", "\x7f", "\0", " ", "=", ","])
def test_a_key_of_odd_characters_is_refused(tenant: TenantUnderTest, character: str) -> None:
    for token in (f"tk_{character * 12}_x", f"tk_{'x' * 12}_{character}", character * 7):
        _assert_refused(_send_raw(tenant, f"Bearer {token}"))


def test_a_key_that_nobody_has_is_refused(tenant: TenantUnderTest) -> None:
    _assert_refused(_send(tenant, f"Bearer {_unknown()}"))


def test_a_key_of_another_tenants_prefix_is_refused(
    tenant: TenantUnderTest, other_tenant: TenantUnderTest
) -> None:
    """The prefixes are unique in a tenant; the same one elsewhere is another key's."""
    _, prefix, _ = other_tenant.token.split("_", 2)
    _assert_refused(_send(tenant, f"Bearer tk_{prefix}_{tenant.token.split('_', 2)[2]}"))


def test_a_key_that_has_expired_is_refused(tenant: TenantUnderTest) -> None:
    expired = issue(tenant.app, tenant.id, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    _assert_refused(_send(tenant, f"Bearer {expired}"))


def test_a_key_that_expires_while_it_is_remembered_is_refused_then(tenant: TenantUnderTest) -> None:
    expires_at = datetime.now(UTC) + timedelta(seconds=0.4)
    token = issue(tenant.app, tenant.id, expires_at=expires_at)
    assert _send(tenant, f"Bearer {token}").status_code == 200
    while datetime.now(UTC) < expires_at:
        pass
    _assert_refused(_send(tenant, f"Bearer {token}"))


def test_a_key_whose_row_is_gone_is_refused(app: Flask, tenant: TenantUnderTest) -> None:
    never_used = issue(app, tenant.id)
    _, prefix, _ = never_used.split("_", 2)
    with app.app_context(), tenant_context(tenant.context):
        db.session.execute(text("DELETE FROM api_keys WHERE prefix = :prefix"), {"prefix": prefix})
        db.session.commit()
    _assert_refused(_send(tenant, f"Bearer {never_used}"))
