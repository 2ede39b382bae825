"""API keys over HTTP: what is shown when, and what is refused."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask

from tenantapp.identity.api_keys.keys import prefix_of, sha256
from tenantapp.observability import logs
from tests.support.customers import API_KEYS, assert_problem, errors_of
from tests.support.databases import Server
from tests.support.tenants import TenantUnderTest, make_tenant

SHOWN = {
    *("id", "name", "prefix", "scopes", "expires_at", "last_used_at", "revoked_at"),
    *("row_version", "created_at", "updated_at"),
}


def new_key(tenant: TenantUnderTest, **fields: Any) -> dict[str, Any]:
    """Create a key over HTTP and return it, token and all."""
    return tenant.create(API_KEYS, **{"name": "import", "scopes": ["read"], **fields})


def test_a_key_shows_its_token_when_it_is_created_and_never_again(tenant: TenantUnderTest) -> None:
    created = tenant.request("POST", API_KEYS, json={"name": "import", "scopes": ["read", "write"]})
    assert created.status_code == 201
    assert created.json.keys() == {*SHOWN, "token"}
    token = created.json["token"]
    assert prefix_of(token) == created.json["prefix"]
    assert (created.json["last_used_at"], created.json["revoked_at"]) == (None, None)

    path = created.headers["Location"]
    shown = tenant.request("GET", path)
    assert shown.json == {name: value for name, value in created.json.items() if name != "token"}
    listed = tenant.request("GET", API_KEYS)
    assert shown.json in listed.json["items"]
    for answer in (shown, listed):
        for secret in _forms(token):
            assert secret not in answer.get_data(as_text=True)


def test_a_token_is_kept_nowhere_in_the_database(server: Server, database: str, own_app: Flask) -> None:
    token = new_key(make_tenant(own_app))["token"]
    # What is random in it may hold an underscore too.
    secret = token.split("_", 2)[2]
    with server.connect("bootstrap", database) as connection:
        for schema, table in _tables(connection):
            rows = connection.execute(f'SELECT t::text FROM "{schema}"."{table}" AS t').fetchall()
            assert secret not in str(rows), f"{table} holds the token"
            assert secret.encode().hex() not in str(rows), f"{table} holds the token"


def test_a_token_is_in_no_log(
    server: Server, app: Flask, shared_database: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with server.application(shared_database, log_level="DEBUG", sql_echo=True) as telling:
        tenant = make_tenant(telling)
        created = new_key(tenant)
        bearer = {"Authorization": f"Bearer {created['token']}"}
        tenant.request("GET", API_KEYS, headers=bearer)
        tenant.request("GET", API_KEYS, headers={"Authorization": f"Bearer {created['token']}x"})
        tenant.request("POST", "/api/v1/customers", headers=bearer, data=b"{")
        tenant.request("DELETE", f"{API_KEYS}/{created['id']}")
        tenant.request("GET", "/api/v1/customers", headers=bearer)
    logs.configure(app.extensions["tenantapp"].settings)
    captured = capfd.readouterr()
    written = captured.out + captured.err
    assert "INSERT INTO api_keys" in written
    for token in (created["token"], tenant.token):
        assert token.split("_", 2)[2] not in written


@pytest.mark.parametrize("scopes", [["read", "read"], ["read", "write", "read"]])
def test_a_scope_given_twice_is_a_field_error(tenant: TenantUnderTest, scopes: list[str]) -> None:
    answer = tenant.request("POST", API_KEYS, json={"name": "x", "scopes": scopes})
    assert errors_of(answer) == {"scopes": ["Must not hold a value twice."]}


def test_every_error_of_a_key_is_told_at_once(tenant: TenantUnderTest) -> None:
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    body = {"name": "", "scopes": ["read", "root"], "expires_at": past, "token": "tk_mine", "prefix": "mine"}
    errors = errors_of(tenant.request("POST", API_KEYS, json=body))
    assert errors.keys() == body.keys()
    assert errors["expires_at"] == ["Must be in the future."]


def test_a_key_is_not_changed(tenant: TenantUnderTest) -> None:
    path = f"{API_KEYS}/{new_key(tenant)['id']}"
    for method in ("PATCH", "PUT"):
        answer = tenant.request(method, path, json={"scopes": ["admin"]})
        assert_problem(answer, 405)
        assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "DELETE"}


def _forms(token: str) -> list[str]:
    """Return what must not be shown: the secret, and its hash in every form that JSON could have it in."""
    digest = sha256(token)
    encoded = (base64.b64encode(digest), base64.urlsafe_b64encode(digest))
    return [token.split("_", 2)[2], digest.hex(), *(text.decode() for text in encoded)]


def _tables(connection: psycopg.Connection[Any]) -> list[tuple[str, str]]:
    found = connection.execute(
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'control', 'tenancy')"
    )
    return list(found.fetchall())
