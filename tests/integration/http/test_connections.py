"""However a request ends, its connections go back to the pool."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.support.customers import CUSTOMERS, ada, new_customer, path_of
from tests.support.tenants import TenantUnderTest, make_tenant


def test_more_tenants_are_asked_for_than_there_are_connections(own_tenant: TenantUnderTest) -> None:
    most = own_tenant.app.extensions["tenantapp"].pool.pool.max_size
    for _ in range(most + 1):
        assert make_tenant(own_tenant.app).request("GET", CUSTOMERS).status_code == 200


@pytest.mark.parametrize(
    ("status", "method", "path", "options"),
    [
        (400, "GET", f"{CUSTOMERS}?cursor=x", {}),
        (401, "GET", CUSTOMERS, {"headers": {"Authorization": "Bearer tk_abcdefghijkm_wrong"}}),
        (404, "GET", CUSTOMERS, {"base_url": "http://nobody.localhost"}),
        (404, "GET", f"{CUSTOMERS}/{uuid4()}", {}),
        (404, "DELETE", f"{CUSTOMERS}/{uuid4()}", {}),
        (409, "POST", CUSTOMERS, {"json": ada(email="taken@customers.example")}),
        (412, "PATCH", "its own", {"json": {"name": "x"}, "headers": {"If-Match": '"9"'}}),
        (422, "POST", CUSTOMERS, {"json": {}}),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else "",
)
def test_a_refused_request_gives_its_connection_back(
    tenant: TenantUnderTest, status: int, method: str, path: str, options: dict[str, object]
) -> None:
    customer = new_customer(tenant, email="taken@customers.example")
    path = path_of(customer) if path == "its own" else path
    for _ in range(tenant.app.extensions["tenantapp"].pool.pool.max_size + 1):
        assert tenant.request(method, path, **options).status_code == status
