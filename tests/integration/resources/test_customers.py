"""The life of a customer over HTTP."""

from __future__ import annotations

from tests.support.tenants import TenantUnderTest

CUSTOMERS = "/api/v1/customers"
ADA = {"name": "Ada Albrecht", "email": "ada@albrecht.example"}


def test_a_customer_is_created_read_changed_and_deleted(tenant: TenantUnderTest) -> None:
    created = tenant.request("POST", CUSTOMERS, json=ADA)
    assert created.status_code == 201
    path = created.headers["Location"]
    assert created.json["status"] == "active"

    assert tenant.request("GET", path).json == created.json

    changed = tenant.request("PATCH", path, json={"phone": "+49 30 1"})
    assert changed.status_code == 200
    assert changed.json["phone"] == "+49 30 1"
    assert changed.json["name"] == ADA["name"]
    assert changed.json["row_version"] == created.json["row_version"] + 1

    assert tenant.request("DELETE", path).status_code == 204
    assert tenant.request("GET", path).status_code == 404
