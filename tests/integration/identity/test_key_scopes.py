"""What a key may do: the scopes it has, each for itself."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.support.customers import API_KEYS, CUSTOMERS, ada, assert_problem
from tests.support.tenants import TenantUnderTest, issue

NOBODYS = f"{CUSTOMERS}/{UUID(int=0)}"
NEEDS = {
    ("GET", CUSTOMERS): "read",
    ("POST", CUSTOMERS): "write",
    ("PATCH", NOBODYS): "write",
    ("DELETE", NOBODYS): "write",
    ("GET", API_KEYS): "admin",
    ("POST", API_KEYS): "admin",
    ("GET", "/api/v1/tenant"): "read",
    ("PATCH", "/api/v1/tenant"): "admin",
}


@pytest.mark.parametrize("scope", ["read", "write", "admin"])
@pytest.mark.parametrize(("asked", "needed"), NEEDS.items(), ids=" ".join)
def test_a_scope_opens_what_needs_it_and_nothing_else(
    tenant: TenantUnderTest, asked: tuple[str, str], needed: str, scope: str
) -> None:
    method, path = asked
    token = issue(tenant.app, tenant.id, [scope])
    body = {CUSTOMERS: ada(), API_KEYS: {"name": "x", "scopes": ["read"]}}.get(path, {"name": "New"})
    headers = {"Authorization": f"Bearer {token}", "If-Match": "*"}
    answer = tenant.request(
        method, path, headers=headers, **({"json": body} if method in ("POST", "PATCH") else {})
    )
    if scope == needed:
        assert answer.status_code == (404 if path == NOBODYS else 201 if method == "POST" else 200)
        return
    body = assert_problem(answer, 403, "permission-refused")
    assert (body["title"], body["detail"]) == ("Forbidden", f"This needs the scope '{needed}'.")
    assert tenant.request("GET", CUSTOMERS).json["items"] == []


def test_a_key_without_any_scope_opens_nothing(tenant: TenantUnderTest) -> None:
    bearer = {"Authorization": f"Bearer {issue(tenant.app, tenant.id, [])}"}
    for path in (CUSTOMERS, API_KEYS, "/api/v1/tenant"):
        assert_problem(tenant.request("GET", path, headers=bearer), 403, "permission-refused")


def test_what_is_refused_for_its_scope_is_refused_before_its_body_is_read(tenant: TenantUnderTest) -> None:
    bearer = {"Authorization": f"Bearer {issue(tenant.app, tenant.id, ['read'])}"}
    answer = tenant.request("POST", CUSTOMERS, headers=bearer, data=b"{", content_type="text/plain")
    assert_problem(answer, 403, "permission-refused")
