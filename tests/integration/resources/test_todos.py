"""Todos: completed, and opened again, by one verb."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.support.customers import assert_problem, errors_of, walk
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


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_todos_are_walked_by_when_they_are_due_and_those_that_never_are_come_last(
    tenant: TenantUnderTest, limit: int
) -> None:
    due = ["2026-12-01T09:00:00Z", None, "2026-11-30T09:00:00Z", None, "2026-12-01T09:00:00Z", None]
    created = [tenant.create(TODOS, text="When?", due_at=due_at) for due_at in due]
    in_order = sorted(created, key=lambda todo: (todo["due_at"] or "9999", todo["id"]))
    walked = [row["id"] for row in walk(tenant, TODOS, sort="due_at", limit=limit)]
    assert walked == [todo["id"] for todo in in_order]
    assert [row["id"] for row in walk(tenant, TODOS, sort="-due_at", limit=limit)] == walked[::-1]


@pytest.mark.parametrize("field", ["assignee_id", "rca_id"])
def test_todos_without_a_reference_are_found_by_none(tenant: TenantUnderTest, field: str) -> None:
    user = tenant.create(USERS, email="ada@none.example", name="Ada", role="member")
    rca = tenant.create("/api/v1/rcas", title="Late", issue_description="Orders take a minute.")
    referring = {"assignee_id": user["id"], "rca_id": rca["id"]}
    tenant.create(TODOS, text="Of somebody.", **{field: referring[field]})
    free = [tenant.create(TODOS, text="Free.")["id"] for _ in range(3)]
    query = {field: "none", "count": "exact", "limit": 2, "sort": "created_at"}
    assert [row["id"] for row in walk(tenant, TODOS, **query)] == free
    assert tenant.request("GET", TODOS, query_string=query).json["total"] == 3
    exported = tenant.request("GET", f"{TODOS}/export?format=ndjson&{field}=none").get_data(as_text=True)
    assert exported.count("\n") == 3
    found = tenant.request("GET", f"{TODOS}?{field}={referring[field]}").json["items"]
    assert [todo["text"] for todo in found] == ["Of somebody."]


@pytest.mark.parametrize("value", ["", "null", "None", "none ", "x"])
def test_a_reference_is_an_id_or_none(tenant: TenantUnderTest, value: str) -> None:
    answer = tenant.request("GET", TODOS, query_string={"assignee_id": value})
    assert errors_of(answer) == {"assignee_id": ["Not a valid UUID, nor none."]}


def test_a_todo_of_nobody_cannot_be_toggled(tenant: TenantUnderTest) -> None:
    assert_problem(tenant.request("POST", f"{TODOS}/{uuid4()}/toggle"), 404, "not-found")
