"""Customers for tests of the HTTP contract, and what every problem must look like."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import psycopg
from werkzeug.test import TestResponse

from tests.support.tenants import TenantUnderTest

CUSTOMERS = "/api/v1/customers"
API_KEYS = "/api/v1/api-keys"
PROBLEM = "application/problem+json"


def random_email() -> str:
    """Return an address that nobody has."""
    return f"{secrets.token_hex(8)}@customers.example"


def ada(**fields: Any) -> dict[str, Any]:
    """Return what a customer may be created with."""
    return {"name": "Ada Albrecht", "email": random_email(), **fields}


def new_customer(tenant: TenantUnderTest, **fields: Any) -> dict[str, Any]:
    """Create a customer over HTTP and return it."""
    return tenant.create(CUSTOMERS, **ada(**fields))


def post_customer(
    tenant: TenantUnderTest, data: bytes | str, content_type: str | None = "application/json"
) -> TestResponse:
    """Send any body to where customers are created."""
    return tenant.request("POST", CUSTOMERS, data=data, content_type=content_type)


def change_keys(tenant: TenantUnderTest) -> None:
    """Revoke a key of the tenant's, so that all that is remembered of its keys is outdated."""
    key = tenant.create(API_KEYS, name="to be revoked", scopes=["read"])
    assert tenant.request("DELETE", f"{API_KEYS}/{key['id']}").status_code == 204


def path_of(customer: dict[str, Any]) -> str:
    """Return where a customer is found."""
    return f"{CUSTOMERS}/{customer['id']}"


def insert_customers(connection: psycopg.Connection[Any], tenant: TenantUnderTest, count: int) -> None:
    """Insert customers as a superuser, one a second: `name` 000 … in order of their times."""
    connection.execute(
        """
        INSERT INTO customers (tenant_id, name, email, created_at)
        SELECT %s, to_char(n, 'FM000'), n || '@many.example', '2026-01-01 00:00:00Z'::timestamptz
               + n * interval '1 second'
        FROM generate_series(0, %s) AS n
        """,
        (tenant.id, count - 1),
    )


def count_customers(connection: psycopg.Connection[Any], tenant: TenantUnderTest) -> int:
    """Return how many customers a tenant has, deleted ones too."""
    return _count(connection, "customers", tenant)


def count_keys(connection: psycopg.Connection[Any], tenant: TenantUnderTest) -> int:
    """Return how many idempotency keys are kept for a tenant."""
    return _count(connection, "idempotency_keys", tenant)


def _count(connection: psycopg.Connection[Any], table: str, tenant: TenantUnderTest) -> int:
    counted = connection.execute(f"SELECT count(*) FROM {table} WHERE tenant_id = %s", (tenant.id,))
    return int(counted.fetchall()[0][0])


def pages(tenant: TenantUnderTest, path: str = CUSTOMERS, **query: Any) -> Iterator[list[dict[str, Any]]]:
    """Yield the pages of a list, each asked for when the one before has been used."""
    cursor: dict[str, str] = {}
    for _ in range(1000):
        response = tenant.request("GET", path, query_string={**query, **cursor})
        assert response.status_code == 200, response.get_data(as_text=True)
        yield response.json["items"]
        if response.json["next_cursor"] is None:
            return
        cursor = {"cursor": response.json["next_cursor"]}
    raise AssertionError("the list does not end")


def walk(tenant: TenantUnderTest, path: str = CUSTOMERS, **query: Any) -> list[dict[str, Any]]:
    """Return all rows of a list, page by page."""
    return [item for page in pages(tenant, path, **query) for item in page]


def query_of(link: str) -> dict[str, str]:
    """Return the query of the one address in a Link header, and hold it to be the next page's."""
    address, _, relation = link.partition(">")
    assert address.startswith("<")
    assert relation == '; rel="next"'
    return dict(parse_qsl(urlsplit(address[1:]).query, strict_parsing=True))


def assert_problem(response: TestResponse, status: int, reason: str | None = None) -> dict[str, Any]:
    """Hold an answer to be a problem document, whole and nothing more, and return it."""
    assert response.status_code == status, f"{response.status}: {response.get_data(as_text=True)}"
    assert response.mimetype == PROBLEM
    body: dict[str, Any] = response.json
    assert {"type", "title", "status", "request_id"} <= body.keys()
    assert body.keys() <= {"type", "title", "status", "detail", "errors", "request_id"}
    assert body["status"] == status
    assert body["title"]
    assert body["type"].startswith("urn:tenantapp:problem:")
    assert body["request_id"] == response.headers["X-Request-ID"]
    if reason:
        assert body["type"] == f"urn:tenantapp:problem:{reason}"
    return body


def errors_of(response: TestResponse) -> dict[str, Any]:
    """Return what a 422 says is wrong, by field."""
    return dict(assert_problem(response, 422, "invalid-fields")["errors"])


def errors_of_customer(tenant: TenantUnderTest, **fields: Any) -> dict[str, Any]:
    """Return what is wrong with a customer that has these fields."""
    return errors_of(tenant.request("POST", CUSTOMERS, json=ada(**fields)))
