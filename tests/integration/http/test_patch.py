"""PATCH: what is given is changed, and nothing else."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.support.customers import CUSTOMERS, ada, assert_problem, errors_of, new_customer, path_of
from tests.support.tenants import TenantUnderTest

GIVEN = {
    "name": "Grace Glas",
    "email": "grace@glas.example",
    "company": "Glas AG",
    "phone": "+49 40 2",
    "status": "prospect",
    "notes": "Pays late.",
    "tags": ["late"],
}


@pytest.fixture
def customer(tenant: TenantUnderTest) -> dict[str, Any]:
    """A customer that has everything."""
    return new_customer(tenant, phone="+49 30 1", notes="Pays early.")


def but(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


@pytest.mark.parametrize("name", GIVEN)
def test_a_field_that_is_given_is_the_only_one_changed(
    tenant: TenantUnderTest, customer: dict[str, Any], name: str
) -> None:
    answer = tenant.request("PATCH", path_of(customer), json={name: GIVEN[name]})
    assert answer.status_code == 200
    assert answer.json[name] == GIVEN[name]
    assert but(answer.json, name, "row_version", "updated_at") == but(
        customer, name, "row_version", "updated_at"
    )
    assert answer.json["row_version"] == 2
    assert answer.json["updated_at"] > customer["updated_at"]
    assert answer.headers["ETag"] == '"2"'
    assert tenant.request("GET", path_of(customer)).json == answer.json


def test_all_fields_are_changed_at_once(tenant: TenantUnderTest, customer: dict[str, Any]) -> None:
    answer = tenant.request("PATCH", path_of(customer), json=GIVEN)
    assert but(answer.json, "id", "row_version", "created_at", "updated_at") == GIVEN


@pytest.mark.parametrize("name", ["phone", "notes"])
def test_null_empties_a_field_and_absence_leaves_it(
    tenant: TenantUnderTest, customer: dict[str, Any], name: str
) -> None:
    other = "notes" if name == "phone" else "phone"
    answer = tenant.request("PATCH", path_of(customer), json={name: None})
    assert answer.json[name] is None
    assert answer.json[other] == customer[other]


@pytest.mark.parametrize("name", ["name", "email", "status"])
def test_null_is_refused_where_a_field_must_have_a_value(
    tenant: TenantUnderTest, customer: dict[str, Any], name: str
) -> None:
    answer = tenant.request("PATCH", path_of(customer), json={name: None})
    assert errors_of(answer) == {name: ["Field may not be null."]}
    assert tenant.request("GET", path_of(customer)).json == customer


def test_nothing_given_changes_nothing(tenant: TenantUnderTest, customer: dict[str, Any]) -> None:
    answer = tenant.request("PATCH", path_of(customer), json={})
    assert answer.status_code == 200
    assert answer.json == customer
    assert answer.headers["ETag"] == '"1"'


def test_the_same_value_again_is_a_change(tenant: TenantUnderTest, customer: dict[str, Any]) -> None:
    answer = tenant.request("PATCH", path_of(customer), json={"name": customer["name"]})
    assert answer.json["row_version"] == 2


def test_one_wrong_field_leaves_the_right_ones_unchanged(
    tenant: TenantUnderTest, customer: dict[str, Any]
) -> None:
    answer = tenant.request("PATCH", path_of(customer), json={"name": "New", "status": "x", "phone": ""})
    assert errors_of(answer).keys() == {"status", "phone"}
    assert tenant.request("GET", path_of(customer)).json == customer


def test_an_email_that_another_has_is_a_conflict(tenant: TenantUnderTest, customer: dict[str, Any]) -> None:
    other = new_customer(tenant)
    answer = tenant.request("PATCH", path_of(customer), json={"email": other["email"].upper()})
    assert assert_problem(answer, 409, "already-taken")["errors"] == {"email": ["Already taken."]}
    assert tenant.request("GET", path_of(customer)).json == customer


def test_its_own_email_is_no_conflict(tenant: TenantUnderTest, customer: dict[str, Any]) -> None:
    assert tenant.request("PATCH", path_of(customer), json={"email": customer["email"]}).status_code == 200


@pytest.mark.parametrize("body", [{}, {"name": "x"}])
def test_a_row_that_is_not_there_cannot_be_changed(tenant: TenantUnderTest, body: dict[str, str]) -> None:
    gone = new_customer(tenant)
    tenant.request("DELETE", path_of(gone))
    for path in (path_of(gone), f"{CUSTOMERS}/{uuid4()}"):
        assert_problem(tenant.request("PATCH", path, json=body), 404, "not-found")


def test_created_with_null_and_created_without_are_the_same(tenant: TenantUnderTest) -> None:
    without, with_null = new_customer(tenant), new_customer(tenant, phone=None, notes=None)
    assert without["phone"] is without["notes"] is with_null["phone"] is with_null["notes"] is None


def test_null_is_refused_for_a_status_that_would_have_a_default(tenant: TenantUnderTest) -> None:
    assert new_customer(tenant)["status"] == "active"
    answer = tenant.request("POST", CUSTOMERS, json=ada(status=None))
    assert errors_of(answer) == {"status": ["Field may not be null."]}
