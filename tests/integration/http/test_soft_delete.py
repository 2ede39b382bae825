"""Deleted rows are hidden, and can be brought back."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.support.customers import CUSTOMERS, ada, assert_problem, new_customer, path_of, walk
from tests.support.tenants import TenantUnderTest


@pytest.fixture
def deleted(tenant: TenantUnderTest) -> dict[str, Any]:
    """A customer that was deleted."""
    customer = new_customer(tenant)
    answer = tenant.request("DELETE", path_of(customer))
    assert answer.status_code == 204
    assert answer.get_data() == b""
    return customer


def restore(tenant: TenantUnderTest, row: dict[str, Any]) -> Any:
    return tenant.request("POST", f"{path_of(row)}/restore")


def test_a_deleted_row_is_neither_found_nor_listed(tenant: TenantUnderTest, deleted: dict[str, Any]) -> None:
    assert_problem(tenant.request("GET", path_of(deleted)), 404, "not-found")
    assert walk(tenant) == []
    assert [row["id"] for row in walk(tenant, deleted="true")] == [deleted["id"]]


def test_a_deleted_row_is_deleted_once(tenant: TenantUnderTest, deleted: dict[str, Any]) -> None:
    assert_problem(tenant.request("DELETE", path_of(deleted)), 404, "not-found")


def test_a_restored_row_is_as_it_was_in_a_new_version(
    tenant: TenantUnderTest, deleted: dict[str, Any]
) -> None:
    answer = restore(tenant, deleted)
    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"3"'
    changed = {"row_version", "updated_at"}
    assert {name: answer.json[name] for name in deleted.keys() - changed} == {
        name: deleted[name] for name in deleted.keys() - changed
    }
    assert tenant.request("GET", path_of(deleted)).json == answer.json
    assert walk(tenant) == [answer.json]
    assert walk(tenant, deleted="true") == []


def test_restoring_twice_is_restoring_once(tenant: TenantUnderTest, deleted: dict[str, Any]) -> None:
    first, second = restore(tenant, deleted), restore(tenant, deleted)
    assert second.status_code == 200
    assert second.json == first.json


def test_a_row_that_was_never_deleted_is_restored_as_it_is(tenant: TenantUnderTest) -> None:
    customer = new_customer(tenant)
    assert restore(tenant, customer).json == customer


def test_a_row_that_never_was_cannot_be_restored(tenant: TenantUnderTest) -> None:
    assert_problem(restore(tenant, {"id": uuid4()}), 404, "not-found")


def test_a_deleted_rows_email_is_free(tenant: TenantUnderTest, deleted: dict[str, Any]) -> None:
    assert new_customer(tenant, email=deleted["email"])["id"] != deleted["id"]


def test_a_row_whose_email_was_taken_meanwhile_stays_deleted(
    tenant: TenantUnderTest, deleted: dict[str, Any]
) -> None:
    heir = new_customer(tenant, email=deleted["email"])
    body = assert_problem(restore(tenant, deleted), 409, "already-taken")
    assert body["errors"] == {"email": ["Already taken."]}
    assert_problem(tenant.request("GET", path_of(deleted)), 404)

    tenant.request("PATCH", path_of(heir), json={"email": "other@heir.example"})
    assert restore(tenant, deleted).status_code == 200


def test_two_of_one_email_can_be_deleted_one_after_the_other(tenant: TenantUnderTest) -> None:
    for _ in range(2):
        customer = new_customer(tenant, email="same@delete.example")
        assert tenant.request("DELETE", path_of(customer)).status_code == 204
    assert len(walk(tenant, deleted="true")) == 2


def test_where_a_created_row_is_found_is_told(tenant: TenantUnderTest) -> None:
    answer = tenant.request("POST", CUSTOMERS, json=ada())
    assert answer.headers["Location"] == path_of(answer.json)
    assert answer.headers["ETag"] == '"1"'
    assert tenant.request("GET", answer.headers["Location"]).json == answer.json
