"""Services and their deployments over HTTP: what belongs to what, who refers to whom, what leads where."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from tests.support.customers import assert_problem
from tests.support.tenants import TenantUnderTest

USERS, SERVICES, DEPLOYMENTS = "/api/v1/users", "/api/v1/services", "/api/v1/deployments"


def deployed(tenant: TenantUnderTest, service: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Create a deployment of a service."""
    body = {"version": "1", "environment": "staging", **fields}
    return tenant.create(f"{SERVICES}/{service['id']}/deployments", **body)


def moved(tenant: TenantUnderTest, deployment: dict[str, Any], *statuses: str) -> dict[str, Any]:
    """Take a deployment along its steps and return it."""
    for status in statuses:
        answer = tenant.request("PATCH", f"{DEPLOYMENTS}/{deployment['id']}", json={"status": status})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        deployment = answer.json
    return deployment


@pytest.fixture
def service(tenant: TenantUnderTest) -> dict[str, Any]:
    return tenant.create(SERVICES, name="Checkout")


def test_a_deployment_is_created_and_listed_under_its_service(
    tenant: TenantUnderTest, service: dict[str, Any]
) -> None:
    other = deployed(tenant, tenant.create(SERVICES, name="Search"))
    first, second = deployed(tenant, service), deployed(tenant, service, version="2")
    listed = tenant.request("GET", f"{SERVICES}/{service['id']}/deployments").json["items"]
    assert listed == [second, first]
    assert other["service_id"] != first["service_id"] == service["id"]
    assert tenant.request("GET", f"{DEPLOYMENTS}/{first['id']}").json == first


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_under_no_service_there_is_nothing(tenant: TenantUnderTest, method: str) -> None:
    body = {"json": {"version": "1", "environment": "test"}} if method == "POST" else {}
    answer = tenant.request(method, f"{SERVICES}/{uuid4()}/deployments", **body)
    assert_problem(answer, 404, "not-found")


def test_a_cursor_is_good_for_one_service(tenant: TenantUnderTest, service: dict[str, Any]) -> None:
    other = tenant.create(SERVICES, name="Search")
    for one in (service, service, other, other):
        deployed(tenant, one)
    page = tenant.request("GET", f"{SERVICES}/{service['id']}/deployments?limit=1").json
    there = f"{SERVICES}/{other['id']}/deployments?limit=1&cursor={page['next_cursor']}"
    assert_problem(tenant.request("GET", there), 400)


def test_history_shows_a_service_with_its_newest_deployments(
    tenant: TenantUnderTest, service: dict[str, Any]
) -> None:
    path = f"{SERVICES}/{service['id']}/history"
    shown = {name: value for name, value in service.items() if name != "row_version"}
    assert tenant.request("GET", path).json == {**shown, "deployments": []}
    made = [deployed(tenant, service, version=str(number)) for number in range(52)]
    answer = tenant.request("GET", path)
    assert answer.json == {**shown, "deployments": made[:1:-1]}
    assert "ETag" not in answer.headers


def test_environments_show_what_came_last_into_each(tenant: TenantUnderTest, service: dict[str, Any]) -> None:
    deployed(tenant, service, environment="production")
    last = [deployed(tenant, service, environment=name, version="2") for name in ("production", "test")]
    answer = tenant.request("GET", f"{SERVICES}/{service['id']}/environments")
    assert answer.json == {"items": last, "next_cursor": None}


def test_an_unknown_reference_is_told_by_its_field(tenant: TenantUnderTest) -> None:
    user_id = str(uuid4())
    created = tenant.request("POST", SERVICES, json={"name": "Search", "owner_id": user_id})
    service = tenant.create(SERVICES, name="Search")
    changed = tenant.request("PATCH", f"{SERVICES}/{service['id']}", json={"owner_id": user_id})
    for answer in (created, changed):
        assert assert_problem(answer, 422, "unknown-reference")["errors"] == {"owner_id": ["Unknown."]}


def test_what_is_referred_to_cannot_be_deleted(tenant: TenantUnderTest, service: dict[str, Any]) -> None:
    user = tenant.create(USERS, name="Grace", email="Grace@ACME.example")
    assert user["email"] == "grace@acme.example"
    deployment = deployed(tenant, service, deployed_by_id=user["id"])
    for path in (f"{USERS}/{user['id']}", f"{SERVICES}/{service['id']}"):
        said = assert_problem(tenant.request("DELETE", path), 409, "in-use")
        assert said["detail"] == "It cannot be deleted: deployments refer to it."
        assert tenant.request("GET", path).status_code == 200
    for path in (
        f"{DEPLOYMENTS}/{deployment['id']}",
        f"{USERS}/{user['id']}",
        f"{SERVICES}/{service['id']}",
    ):
        assert tenant.request("DELETE", path).status_code == 204


def test_a_step_is_noted_with_its_time(tenant: TenantUnderTest, service: dict[str, Any]) -> None:
    deployment = deployed(tenant, service)
    assert deployment["status"] == "pending"
    assert deployment["started_at"] is deployment["finished_at"] is None
    running = moved(tenant, deployment, "running")
    assert running["started_at"]
    assert running["finished_at"] is None
    done = moved(tenant, running, "running", "succeeded")
    assert done["started_at"] == running["started_at"]
    assert done["finished_at"] > running["started_at"]
    assert moved(tenant, done, "rolled_back")["finished_at"] == done["finished_at"]


def test_an_illegal_step_is_refused_and_the_legal_ones_are_named(
    tenant: TenantUnderTest, service: dict[str, Any]
) -> None:
    deployment = moved(tenant, deployed(tenant, service), "running", "succeeded")
    path = f"{DEPLOYMENTS}/{deployment['id']}"
    answer = tenant.request("PATCH", path, json={"status": "running", "notes": "Again"})
    errors = assert_problem(answer, 409, "illegal-step")["errors"]
    assert errors == {"status": ["What is 'succeeded' cannot be 'running'; it can be 'rolled_back'."]}
    assert tenant.request("GET", path).json == deployment
    moved(tenant, deployment, "rolled_back")
    answer = tenant.request("PATCH", path, json={"status": "running"})
    assert "it can be nothing else" in assert_problem(answer, 409, "illegal-step")["errors"]["status"][0]


def test_a_new_row_stands_where_rows_begin(tenant: TenantUnderTest, service: dict[str, Any]) -> None:
    body = {"version": "1", "environment": "test", "status": "succeeded"}
    answer = tenant.request("POST", f"{SERVICES}/{service['id']}/deployments", json=body)
    errors = assert_problem(answer, 409, "illegal-step")["errors"]
    assert errors == {"status": ["A new row cannot be 'succeeded'; it can be 'pending'."]}


def test_of_two_steps_at_once_that_exclude_each_other_one_is_taken(
    tenant: TenantUnderTest, service: dict[str, Any]
) -> None:
    deployments = [moved(tenant, deployed(tenant, service), "running") for _ in range(10)]

    def step(asked: tuple[str, str]) -> tuple[str, int]:
        answer = tenant.request("PATCH", f"{DEPLOYMENTS}/{asked[0]}", json={"status": asked[1]})
        return asked[1], answer.status_code

    with ThreadPoolExecutor(4) as threads:
        for deployment in deployments:
            asked = [(deployment["id"], status) for status in ("succeeded", "failed", "succeeded", "failed")]
            answers = list(threads.map(step, asked))
            last = tenant.request("GET", f"{DEPLOYMENTS}/{deployment['id']}").json["status"]
            assert {status for status, code in answers if code == 200} == {last}
            assert {status for status, code in answers if code == 409} == {"succeeded", "failed"} - {last}


def test_users_are_managed_with_the_admin_scope_alone(tenant: TenantUnderTest) -> None:
    issued = tenant.create("/api/v1/api-keys", name="k", scopes=["read", "write"])
    headers = {"Authorization": f"Bearer {issued['token']}"}
    assert_problem(tenant.request("GET", USERS, headers=headers), 403, "permission-refused")
    created = tenant.request(
        "POST", USERS, headers=headers, json={"name": "Grace", "email": "g@acme.example"}
    )
    assert_problem(created, 403, "permission-refused")


def test_an_address_is_taken_once_in_a_tenant_however_it_is_written(tenant: TenantUnderTest) -> None:
    tenant.create(USERS, name="Grace", email="grace@acme.example")
    answer = tenant.request("POST", USERS, json={"name": "G", "email": "GRACE@acme.example"})
    assert assert_problem(answer, 409, "already-taken")["errors"] == {"email": ["Already taken."]}
