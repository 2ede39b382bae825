"""Todos in bulk: completed and deleted together, with a result for each, or all or nothing."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tenantapp.db.unit_of_work import changing
from tenantapp.http.bulk import ItemsRefused, do_in_bulk
from tenantapp.resources.services.repository import ServiceRepository
from tenantapp.tenancy.context import tenant_context
from tenantapp.testing.observation import traffic
from tests.support.customers import assert_problem, errors_of, walk
from tests.support.tenants import TenantUnderTest, make_tenant

TODOS, SERVICES = "/api/v1/todos", "/api/v1/services"
VERBS = ("complete", "delete")
ABSENT = {
    "type": "urn:tenantapp:problem:not-found",
    "title": "Not Found",
    "status": 404,
    "detail": "There is no such row.",
}


def todos(tenant: TenantUnderTest, count: int) -> list[str]:
    return [str(tenant.create(TODOS, text=f"Number {number}.")["id"]) for number in range(count)]


def send(
    tenant: TenantUnderTest, verb: str, ids: Any, mode: str | None = None, **headers: str
) -> TestResponse:
    path = f"{TODOS}/bulk-{verb}{f'?mode={mode}' if mode else ''}"
    return tenant.request("POST", path, json={"ids": ids}, headers=headers)


def completed(tenant: TenantUnderTest) -> dict[str, bool]:
    """Return of each todo that there is whether it is completed."""
    return {todo["id"]: todo["completed"] for todo in walk(tenant, TODOS)}


def test_todos_are_completed_together_and_those_that_were_stay_as_they_are(tenant: TenantUnderTest) -> None:
    first, second, third = todos(tenant, 3)
    before = tenant.request("POST", f"{TODOS}/{first}/toggle").json
    answer = send(tenant, "complete", [second, first])
    assert answer.json == {
        "done": 2,
        "refused": 0,
        "results": [{"id": row_id, "status": 200, "problem": None} for row_id in (second, first)],
    }
    assert completed(tenant) == {first: True, second: True, third: False}
    assert tenant.request("GET", f"{TODOS}/{first}").json == before
    changed = tenant.request("GET", f"{TODOS}/{second}").json
    assert changed["row_version"] == 2
    assert changed["completed_at"] == changed["updated_at"] > changed["created_at"]


def test_todos_are_deleted_together(tenant: TenantUnderTest) -> None:
    first, second, third = todos(tenant, 3)
    answer = send(tenant, "delete", [third, first])
    assert [result["status"] for result in answer.json["results"]] == [204, 204]
    assert completed(tenant) == {second: False}


@pytest.mark.parametrize("verb", VERBS)
def test_all_or_nothing_names_what_is_refused_by_its_place(tenant: TenantUnderTest, verb: str) -> None:
    ids = todos(tenant, 2)
    for mode in (None, "all"):
        answer = send(tenant, verb, [str(uuid4()), *ids, str(uuid4())], mode)
        problem = assert_problem(answer, 422, "items-refused")
        assert problem["errors"] == {"ids": {place: ["There is no such row."] for place in ("0", "3")}}
        assert problem["detail"] == "Rows refused: 2. Nothing was done."
    assert completed(tenant) == dict.fromkeys(ids, False)


@pytest.mark.parametrize("verb", VERBS)
def test_a_partial_request_does_what_can_be_done_and_tells_of_each(
    app: Flask, tenant: TenantUnderTest, verb: str
) -> None:
    mine, theirs = todos(tenant, 2), todos(make_tenant(app), 1)
    asked = [theirs[0], mine[1], str(uuid4()), mine[0]]
    report = send(tenant, verb, asked, "partial").json
    assert (report["done"], report["refused"]) == (2, 2)
    assert [result["id"] for result in report["results"]] == asked
    assert [result["problem"] for result in report["results"]] == [ABSENT, None, ABSENT, None]
    alone = [
        tenant.request("DELETE" if verb == "delete" else "GET", f"{TODOS}/{row_id}").status_code
        for row_id in todos(tenant, 1) + asked[:1]
    ]
    assert sorted({result["status"] for result in report["results"]}) == sorted(alone)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("mode", ["all", "partial"])
def test_a_bulk_request_takes_as_many_statements_for_many_as_for_one(
    app: Flask, tenant: TenantUnderTest, verb: str, mode: str
) -> None:
    counted = []
    for count in (1, 40):
        ids = todos(tenant, count)
        with traffic(app) as seen:
            assert send(tenant, verb, ids, mode).json["done"] == count
        counted.append(seen.statements)
    assert counted[0] == counted[1]
    # A savepoint, the work, and the savepoint's release.
    assert len(counted[0]) == 3


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"ids": ["Missing data for required field."]}),
        ({"ids": None}, {"ids": ["Field may not be null."]}),
        ({"ids": []}, {"ids": ["Length must be between 1 and 200."]}),
        ({"ids": [str(uuid4()) for _ in range(201)]}, {"ids": ["Length must be between 1 and 200."]}),
        ({"ids": [str(uuid4()), "x", 7]}, {"ids": {place: ["Not a valid UUID."] for place in ("1", "2")}}),
        ({"ids": str(uuid4())}, {"ids": ["Not a valid list."]}),
        ({"ids": [str(uuid4())], "mode": "partial"}, {"mode": ["Unknown field."]}),
    ],
    ids=["nothing", "null", "empty", "too many", "no UUIDs", "one", "the mode"],
)
def test_a_body_that_lists_no_rows_is_refused_by_the_field(
    tenant: TenantUnderTest, verb: str, body: dict[str, Any], errors: dict[str, Any]
) -> None:
    assert errors_of(tenant.request("POST", f"{TODOS}/bulk-{verb}", json=body)) == errors


@pytest.mark.parametrize("verb", VERBS)
def test_an_id_that_is_listed_twice_is_refused_however_it_is_written(
    tenant: TenantUnderTest, verb: str
) -> None:
    (row_id,) = todos(tenant, 1)
    answer = send(tenant, verb, [row_id, row_id.upper()])
    assert errors_of(answer) == {"ids": ["Must not hold a value twice."]}
    assert completed(tenant) == {row_id: False}


def test_a_mode_that_there_is_not_is_refused(tenant: TenantUnderTest) -> None:
    assert errors_of(send(tenant, "delete", todos(tenant, 1), "some")).keys() == {"mode"}


def test_a_bulk_request_is_done_once_under_one_key_and_another_mode_is_another_request(
    tenant: TenantUnderTest,
) -> None:
    ids = todos(tenant, 2)
    once = {"Idempotency-Key": "once"}
    answers = [send(tenant, "delete", ids, "partial", **once) for _ in range(2)]
    assert answers[0].json["done"] == 2
    assert answers[0].json == answers[1].json
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    assert_problem(send(tenant, "delete", ids, "all", **once), 422, "idempotency-key-reused")


def test_of_many_rows_those_that_are_referred_to_are_found(app: Flask, tenant: TenantUnderTest) -> None:
    ids = [UUID(tenant.create(SERVICES, name=f"Number {number}")["id"]) for number in range(7)]
    for used in (ids[2], ids[5]):
        tenant.create(f"{SERVICES}/{used}/deployments", version="1", environment="test")
    with app.app_context(), tenant_context(tenant.context), changing() as connection:
        services = ServiceRepository(connection)
        with pytest.raises(ItemsRefused, match="Rows refused: 2"):
            do_in_bulk(services, services.remove_all, ids, 204, "all")
        connection.rollback()
        report = do_in_bulk(services, services.remove_all, ids, 204, "partial")
        assert services.present(ids) == {ids[2], ids[5]}
    assert (report.done, report.refused) == (5, 2)
    refused = next(result for result in report.results if result.id == ids[5])
    alone = tenant.request("DELETE", f"{SERVICES}/{ids[5]}").json
    assert refused.problem is not None
    assert (refused.status, refused.problem.detail) == (alone["status"], alone["detail"])


def test_a_step_that_does_not_lead_on_is_named_with_those_that_do(
    app: Flask, tenant: TenantUnderTest
) -> None:
    ids = [UUID(tenant.create(SERVICES, name=f"Number {number}")["id"]) for number in range(3)]
    retired = tenant.request("PATCH", f"{SERVICES}/{ids[1]}", json={"status": "retired"})
    assert retired.status_code == 200
    with (
        app.app_context(),
        tenant_context(tenant.context),
        changing() as connection,
    ):
        services = ServiceRepository(connection)
        with pytest.raises(ItemsRefused) as refused:
            do_in_bulk(services, partial(_stopped, services), ids, 200, "all")
    said = ["What is 'retired' cannot be 'down'; it can be nothing else."]
    assert refused.value.errors == {"ids": {1: said}}


def _stopped(services: ServiceRepository, row_ids: Collection[UUID]) -> set[UUID]:
    return {services.change(row_id, {"status": "down"}).id for row_id in row_ids}


def test_a_bulk_request_needs_the_scope_to_write(app: Flask, tenant: TenantUnderTest) -> None:
    reader = tenant.create("/api/v1/api-keys", name="Reader", scopes=["read"])["token"]
    for verb in VERBS:
        answer = send(tenant, verb, todos(tenant, 1), Authorization=f"Bearer {reader}")
        assert_problem(answer, 403)
