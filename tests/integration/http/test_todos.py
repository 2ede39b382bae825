"""Todos: completed, and opened again, by one verb."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.support.customers import assert_problem
from tests.support.tenants import TenantUnderTest

TODOS, USERS = "/api/v1/todos", "/api/v1/users"


def toggle(tenant: TenantUnderTest, path: str) -> dict[str, object]:
    answer = tenant.request("POST", f"{path}/toggle")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    shown: dict[str, object] = answer.json
    return shown


def test_a_todo_is_completed_and_opened_again(tenant: TenantUnderTest) -> None:
    todo = tenant.create(TODOS, text="Renew the certificate.", due_at="2026-12-01T09:00:00Z")
    assert (todo["completed"], todo["completed_at"]) == (False, None)
    path = f"{TODOS}/{todo['id']}"
    completed = toggle(tenant, path)
    assert completed["completed"] is True
    assert str(completed["completed_at"]) >= str(todo["created_at"])
    opened = toggle(tenant, path)
    assert (opened["completed"], opened["completed_at"], opened["row_version"]) == (False, None, 3)


def test_a_toggle_that_is_sent_twice_under_one_key_is_done_once(tenant: TenantUnderTest) -> None:
    path = f"{TODOS}/{tenant.create(TODOS, text='Once.')['id']}/toggle"
    answers = [tenant.request("POST", path, headers={"Idempotency-Key": "once"}) for _ in range(2)]
    assert [answer.json["completed"] for answer in answers] == [True, True]


def test_todos_are_listed_by_whether_they_are_completed(tenant: TenantUnderTest) -> None:
    done, left = (tenant.create(TODOS, text=text) for text in ("Done.", "Left."))
    toggle(tenant, f"{TODOS}/{done['id']}")
    for completed, expected in (("true", done), ("false", left)):
        found = tenant.request("GET", f"{TODOS}?completed={completed}").json["items"]
        assert [todo["id"] for todo in found] == [expected["id"]]


@pytest.mark.parametrize("field", ["completed", "completed_at"])
def test_what_the_toggle_decides_is_not_written(tenant: TenantUnderTest, field: str) -> None:
    body = assert_problem(tenant.request("POST", TODOS, json={"text": "No.", field: True}), 422)
    assert list(body["errors"]) == [field]


@pytest.mark.parametrize("field", ["assignee_id", "rca_id"])
def test_an_unknown_reference_is_refused_by_the_field(tenant: TenantUnderTest, field: str) -> None:
    answer = tenant.request("POST", TODOS, json={"text": "Whose?", field: str(uuid4())})
    assert list(assert_problem(answer, 422)["errors"]) == [field]


def test_todos_are_listed_by_the_analysis_that_they_are_about(tenant: TenantUnderTest) -> None:
    rca = tenant.create("/api/v1/rcas", title="Late", issue_description="Orders take a minute.")
    about = tenant.create(TODOS, text="Make the index again.", rca_id=rca["id"])
    tenant.create(TODOS, text="Something else.")
    found = tenant.request("GET", f"{TODOS}?rca_id={rca['id']}").json["items"]
    assert [todo["id"] for todo in found] == [about["id"]]


def test_a_todo_of_nobody_cannot_be_toggled(tenant: TenantUnderTest) -> None:
    assert_problem(tenant.request("POST", f"{TODOS}/{uuid4()}/toggle"), 404, "not-found")
