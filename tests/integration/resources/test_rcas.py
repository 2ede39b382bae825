"""Root cause analyses and their solutions over HTTP: what is closed has a cause, and nothing open."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.support.customers import assert_problem
from tests.support.tenants import TenantUnderTest

RCAS, SOLUTIONS = "/api/v1/rcas", "/api/v1/rca-solutions"
CAUSE = "An index was dropped by hand."


def patch(tenant: TenantUnderTest, path: str, **fields: Any) -> TestResponse:
    return tenant.request("PATCH", path, json=fields)


def moved(tenant: TenantUnderTest, path: str, *statuses: str) -> dict[str, Any]:
    """Take a row along its steps and return it."""
    for status in statuses:
        answer = patch(tenant, path, status=status)
        assert answer.status_code == 200, answer.get_data(as_text=True)
    shown: dict[str, Any] = answer.json
    return shown


def resolved(tenant: TenantUnderTest, **fields: Any) -> str:
    """Create an analysis, take it to where it can be closed and return its path."""
    rca = tenant.create(RCAS, title="Late", issue_description="Orders take a minute.", **fields)
    path = f"{RCAS}/{rca['id']}"
    moved(tenant, path, "investigating", "identified", "resolved")
    return path


def solution(tenant: TenantUnderTest, rca: str, *statuses: str) -> str:
    """Create a solution, take it along its steps and return its path."""
    path = f"{SOLUTIONS}/{tenant.create(f'{rca}/rca-solutions', description='Make it again.')['id']}"
    if statuses:
        moved(tenant, path, *statuses)
    return path


def proposed(tenant: TenantUnderTest) -> int:
    """Return how many solutions the summary counts as proposed."""
    return int(tenant.request("GET", "/api/v1/summary").json["rca_solutions"]["proposed"])


def test_an_analysis_is_closed_when_its_cause_is_known_and_nothing_is_open(tenant: TenantUnderTest) -> None:
    rca = resolved(tenant)
    first, second = solution(tenant, rca), solution(tenant, rca, "in_progress")
    errors = assert_problem(patch(tenant, rca, status="closed"), 409, "conflict")["errors"]
    assert errors == {"root_cause": ["What is closed has a root cause."]}
    errors = assert_problem(patch(tenant, rca, status="closed", root_cause=CAUSE), 409, "conflict")["errors"]
    assert errors == {
        "status": ["Solutions are open (proposed or in_progress): finish or reject them first."]
    }
    assert tenant.request("GET", rca).json["root_cause"] is None
    moved(tenant, first, "rejected")
    assert_problem(patch(tenant, rca, status="closed", root_cause=CAUSE), 409, "conflict")
    moved(tenant, second, "done")
    closed = patch(tenant, rca, status="closed", root_cause=CAUSE)
    assert (closed.json["status"], closed.json["root_cause"]) == ("closed", CAUSE)


def test_a_deleted_solution_is_not_open(tenant: TenantUnderTest) -> None:
    rca = resolved(tenant, root_cause=CAUSE)
    assert tenant.request("DELETE", solution(tenant, rca)).status_code == 204
    assert moved(tenant, rca, "closed")["status"] == "closed"


def test_what_is_closed_keeps_its_cause_and_takes_no_open_solution(tenant: TenantUnderTest) -> None:
    rca = resolved(tenant, root_cause=CAUSE)
    done = solution(tenant, rca, "done")
    moved(tenant, rca, "closed")
    refused = [
        tenant.request("POST", f"{rca}/rca-solutions", json={"description": "One more."}),
        patch(tenant, done, status="in_progress"),
        patch(tenant, rca, root_cause=None),
        patch(tenant, rca, root_cause=None, status="closed"),
    ]
    said = [assert_problem(answer, 409, "conflict")["errors"] for answer in refused]
    closed = {"rca_id": ["The analysis is closed: set it to 'investigating' first."]}
    assert said == [closed, closed, *[{"root_cause": ["What is closed has a root cause."]}] * 2]
    assert patch(tenant, done, description="Made again.").status_code == 200
    assert patch(tenant, rca, root_cause=None, status="investigating").json["root_cause"] is None
    assert moved(tenant, done, "in_progress")["status"] == "in_progress"


def test_what_is_deleted_and_closed_takes_no_open_solution_either(tenant: TenantUnderTest) -> None:
    rca = resolved(tenant, root_cause=CAUSE)
    done = solution(tenant, rca, "done")
    moved(tenant, rca, "closed")
    assert tenant.request("DELETE", rca).status_code == 204
    assert_problem(patch(tenant, rca, status="closed", root_cause=None), 404, "not-found")
    assert_problem(patch(tenant, done, status="in_progress"), 404, "not-found")
    assert tenant.request("POST", f"{rca}/restore").json["status"] == "closed"
    assert tenant.request("GET", done).json["status"] == "done"


def test_solutions_are_gone_while_their_analysis_is_deleted(tenant: TenantUnderTest) -> None:
    rca, other = resolved(tenant), resolved(tenant)
    its, kept = solution(tenant, rca), solution(tenant, other)
    before = tenant.request("GET", its).json
    tenant.request("DELETE", rca)
    assert proposed(tenant) == 1
    assert_problem(tenant.request("GET", its), 404, "not-found")
    assert_problem(patch(tenant, its, description="Made again."), 404, "not-found")
    assert_problem(tenant.request("DELETE", its), 404, "not-found")
    assert_problem(tenant.request("GET", f"{rca}/rca-solutions"), 404, "not-found")
    assert tenant.request("GET", kept).status_code == 200
    tenant.request("POST", f"{rca}/restore")
    assert tenant.request("GET", its).json == before
    assert proposed(tenant) == 2


def test_a_step_that_does_not_lead_there_is_told_before_the_rule(tenant: TenantUnderTest) -> None:
    rca = tenant.create(RCAS, title="Late", issue_description="Orders take a minute.")
    path = f"{RCAS}/{rca['id']}"
    errors = assert_problem(patch(tenant, path, status="closed"), 409, "illegal-step")["errors"]
    assert errors == {"status": ["What is 'open' cannot be 'closed'; it can be 'investigating'."]}
    stale = tenant.request("PATCH", path, json={"status": "closed"}, headers={"If-Match": '"7"'})
    assert_problem(stale, 412, "precondition-failed")


def test_a_solution_of_what_is_closed_is_told_the_same_before_the_rule(tenant: TenantUnderTest) -> None:
    rca = resolved(tenant, root_cause=CAUSE)
    done, rejected = solution(tenant, rca, "done"), solution(tenant, rca, "rejected")
    moved(tenant, rca, "closed")
    errors = assert_problem(patch(tenant, rejected, status="in_progress"), 409, "illegal-step")["errors"]
    assert errors == {"status": ["What is 'rejected' cannot be 'in_progress'; it can be 'proposed'."]}
    stale = tenant.request("PATCH", done, json={"status": "in_progress"}, headers={"If-Match": '"7"'})
    assert_problem(stale, 412, "precondition-failed")


@pytest.mark.parametrize("field", ["rca_owner_id", "service_id", "customer_id"])
def test_analyses_are_listed_by_what_they_refer_to(tenant: TenantUnderTest, field: str) -> None:
    path, body = {
        "rca_owner_id": ("/api/v1/users", {"name": "Grace", "email": "grace@acme.example"}),
        "service_id": ("/api/v1/services", {"name": "Checkout"}),
        "customer_id": ("/api/v1/customers", {"name": "Ada", "email": "ada@customers.example"}),
    }[field]
    rca = {"title": "Late", "issue_description": "Orders take a minute."}
    ours = tenant.create(path, **body)["id"]
    tenant.create(RCAS, **rca)
    made = tenant.create(RCAS, **rca, **{field: ours})
    assert [found["id"] for found in tenant.request("GET", f"{RCAS}?{field}={ours}").json["items"]] == [
        made["id"]
    ]


def test_of_requests_at_once_none_leaves_a_closed_analysis_with_something_open(
    tenant: TenantUnderTest,
) -> None:
    endings = set()
    with ThreadPoolExecutor(5) as threads:
        for _ in range(12):
            rca = resolved(tenant, root_cause=CAUSE)
            done = solution(tenant, rca, "done")
            asked = [
                threads.submit(patch, tenant, rca, status="closed"),
                threads.submit(patch, tenant, done, status="in_progress"),
                threads.submit(patch, tenant, rca, status="closed"),
                threads.submit(tenant.request, "POST", f"{rca}/rca-solutions", json={"description": "More."}),
                threads.submit(patch, tenant, rca, root_cause=None),
            ]
            assert {future.result().status_code for future in asked} <= {200, 201, 409}
            left = tenant.request("GET", rca).json
            solutions = tenant.request("GET", f"{rca}/rca-solutions").json["items"]
            still_open = [each for each in solutions if each["status"] in ("proposed", "in_progress")]
            if left["status"] == "closed":
                assert left["root_cause"] == CAUSE
                assert still_open == []
            endings.add(left["status"])
    assert endings <= {"closed", "resolved"}
