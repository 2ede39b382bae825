"""What a key is told that has not the scope it needs, and that nothing was done."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from tests.support.tenants import TenantUnderTest, issue

CUSTOMERS = "/api/v1/customers"
NOBODYS = UUID(int=0)
ADA = {"name": "Ada", "email": "ada@example.com"}
REQUESTS: list[tuple[str, str, dict[str, Any], str]] = [
    ("GET", CUSTOMERS, {}, "read"),
    ("GET", f"{CUSTOMERS}/{NOBODYS}", {}, "read"),
    ("POST", CUSTOMERS, {"json": ADA}, "write"),
    ("PATCH", f"{CUSTOMERS}/{NOBODYS}", {"json": {"name": "Bob"}}, "write"),
    ("DELETE", f"{CUSTOMERS}/{NOBODYS}", {}, "write"),
    ("GET", "/api/v1/api-keys", {}, "admin"),
]


@pytest.mark.parametrize(("method", "path", "options", "scope"), REQUESTS)
def test_a_key_without_the_scope_is_403(
    tenant: TenantUnderTest, method: str, path: str, options: dict[str, Any], scope: str
) -> None:
    others = [each for each in ("read", "write", "admin") if each != scope]
    token = issue(tenant.app, tenant.id, others)
    response = tenant.request(method, path, headers={"Authorization": f"Bearer {token}"}, **options)
    body = dict(response.json or {})
    assert body.pop("request_id") == response.headers["X-Request-ID"]
    assert (response.status_code, response.mimetype) == (403, "application/problem+json")
    assert body == {
        "type": "urn:tenantapp:problem:permission-refused",
        "title": "Forbidden",
        "status": 403,
        "detail": f"This needs the scope '{scope}'.",
    }


def test_a_refused_write_changes_nothing(tenant: TenantUnderTest) -> None:
    reader = issue(tenant.app, tenant.id, ["read"])
    headers = {"Authorization": f"Bearer {reader}"}
    assert tenant.request("POST", CUSTOMERS, json=ADA, headers=headers).status_code == 403
    assert tenant.request("GET", CUSTOMERS, headers=headers).json["items"] == []
