"""The summary: how many rows of each resource stand where, by one statement."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tenantapp.http.resource import ResourceBlueprint
from tenantapp.models.scoped import scoped_models, table_of
from tenantapp.testing.canaries import settle
from tenantapp.testing.observation import traffic
from tests.support.customers import assert_problem, new_customer, path_of
from tests.support.described import document_of, faults
from tests.support.tenants import TenantUnderTest, issue, make_tenant

SUMMARY, TODOS, SERVICES = "/api/v1/summary", "/api/v1/todos", "/api/v1/services"


def summary(tenant: TenantUnderTest, *scopes: str) -> dict[str, Any]:
    """Return the summary, as a key with these scopes is shown it, or the tenant's own key."""
    headers = {"Authorization": f"Bearer {issue(tenant.app, tenant.id, list(scopes))}"} if scopes else {}
    answer = tenant.request("GET", SUMMARY, headers=headers)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    counts: dict[str, Any] = answer.json
    return counts


def test_of_a_tenant_that_has_nothing_every_count_is_there_and_zero(tenant: TenantUnderTest) -> None:
    counts = summary(tenant)
    assert counts["todos"] == {"open": 0, "completed": 0}
    assert counts["deployments"].keys() == {"pending", "running", "succeeded", "failed", "rolled_back"}
    assert {count for stands in counts.values() for count in stands.values()} == {0}


def test_every_resource_that_has_a_status_is_counted(app: Flask, tenant: TenantUnderTest) -> None:
    served = {
        each.repository.model for each in app.blueprints.values() if isinstance(each, ResourceBlueprint)
    }
    stated = {
        model.__tablename__: table_of(model).c.status.info["words"]
        for model in scoped_models()
        if model in served and "status" in table_of(model).c
    }
    assert {"customers", "deployments", "rca_solutions", "rcas", "services", "users"} <= stated.keys()
    shown = summary(tenant)
    assert {name: tuple(counts) for name, counts in shown.items()} == stated | {
        "todos": ("open", "completed")
    }


def test_rows_are_counted_where_they_stand_and_the_deleted_nowhere(tenant: TenantUnderTest) -> None:
    customers = [new_customer(tenant, status=status) for status in ("active", "active", "inactive")]
    tenant.request("DELETE", path_of(customers[0]))
    done, _, gone = (tenant.create(TODOS, text=text) for text in ("Done.", "Left.", "Gone."))
    tenant.request("POST", f"{TODOS}/{done['id']}/toggle")
    tenant.request("DELETE", f"{TODOS}/{gone['id']}")
    service = tenant.create(SERVICES, name="Web", status="down")
    for version in ("1", "2"):
        tenant.create(f"{SERVICES}/{service['id']}/deployments", version=version, environment="test")
    counts = summary(tenant)
    assert {name: {word: n for word, n in stands.items() if n} for name, stands in counts.items()} == {
        **{name: {} for name in counts},
        "customers": {"active": 1, "inactive": 1},
        "todos": {"completed": 1, "open": 1},
        "services": {"down": 1},
        "deployments": {"pending": 2},
    }


def test_another_tenants_rows_change_nothing(app: Flask, tenant: TenantUnderTest) -> None:
    new_customer(tenant)
    before = summary(tenant)
    neighbour = settle(app)
    assert summary(tenant) == before
    theirs = TenantUnderTest(app, neighbour.id, neighbour.subdomain, neighbour.token)
    of_each = {name: sum(counts.values()) for name, counts in summary(theirs).items()}
    assert of_each == {name: len(neighbour.rows[name]) for name in of_each}
    assert set(of_each.values()) == {2}


def test_users_are_counted_for_those_who_may_list_them(tenant: TenantUnderTest) -> None:
    for scopes in (["read"], ["read", "write"], ["read", "admin"]):
        shown = summary(tenant, *scopes)
        assert ("users" in shown) == ("admin" in scopes)
        assert {"customers", "deployments", "services", "todos"} <= shown.keys()
    for scope in ("write", "admin"):
        key = {"Authorization": f"Bearer {issue(tenant.app, tenant.id, [scope])}"}
        assert_problem(tenant.request("GET", SUMMARY, headers=key), 403)


def test_the_summary_takes_one_statement_in_one_round_trip(app: Flask, tenant: TenantUnderTest) -> None:
    summary(tenant)
    with traffic(app) as seen:
        summary(tenant)
    assert (len(seen.statements), seen.round_trips) == (1, 1), seen.statements


@pytest.mark.parametrize("scopes", [["read"], ["read", "admin"]])
def test_the_summary_is_as_the_document_and_the_json_schema_say(
    app: Flask, tenant: TenantUnderTest, scopes: list[str]
) -> None:
    shown, document = summary(tenant, *scopes), document_of(app)
    said = document["paths"][SUMMARY]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert faults(document, said, shown) == []
    assert faults(document, said, {**shown, "todos": {"open": 1}})
    schema = make_tenant(app).request("GET", "/api/v1/schemas/Summary").json
    assert set(shown) <= schema["properties"].keys()
    assert set(schema["required"]) == schema["properties"].keys() - {"users"}
