"""`@transaction`, and what becomes of a plain view that commits by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tenantapp.db.unit_of_work import ATTEMPTS
from tests.integration.http.marked import MARKED, WAYS_TO_COMMIT, attempts, marked
from tests.support.customers import CUSTOMERS, assert_problem, change_keys, count_keys
from tests.support.databases import Server
from tests.support.tenants import TenantUnderTest, make_tenant


@pytest.fixture(scope="module")
def marked_app(server: Server, shared_database: str) -> Iterator[Flask]:
    """The application with views that are transactions, and some that are not."""
    with server.application(shared_database) as app:
        app.register_blueprint(marked)
        yield app


@pytest.fixture
def marked_tenant(marked_app: Flask) -> TenantUnderTest:
    """A tenant of that application's."""
    attempts.clear()
    return make_tenant(marked_app)


def post(tenant: TenantUnderTest, view: str, key: str | None = None, **query: str) -> TestResponse:
    headers = {"Idempotency-Key": key} if key else {}
    return tenant.request("POST", f"{MARKED}/{view}", query_string=query, headers=headers)


def customers(tenant: TenantUnderTest) -> int:
    return len(tenant.request("GET", CUSTOMERS).json["items"])


@pytest.mark.parametrize("view", ["beneath", "above"])
def test_a_transaction_is_committed_when_the_view_returns(marked_tenant: TenantUnderTest, view: str) -> None:
    assert post(marked_tenant, view).status_code == 201
    assert customers(marked_tenant) == 1


@pytest.mark.parametrize(
    ("view", "how", "status"),
    [
        ("beneath", "raises", 409),
        ("beneath", "aborts", 404),
        ("beneath", "breaks", 500),
        ("beneath", "answers 409", 409),
        ("beneath", "answers nothing", 500),
        ("by-itself", "raises", 409),
        ("by-itself", "aborts", 404),
        ("by-itself", "breaks", 500),
    ],
)
def test_nothing_is_kept_of_a_view_that_fails(
    marked_tenant: TenantUnderTest, view: str, how: str, status: int
) -> None:
    assert post(marked_tenant, view, how=how).status_code == status
    assert customers(marked_tenant) == 0


def test_a_request_that_is_sent_again_under_its_key_is_answered_again_and_done_once(
    marked_tenant: TenantUnderTest, superuser: psycopg.Connection[Any]
) -> None:
    first, again = (post(marked_tenant, "beneath", "once") for _ in range(2))
    assert (again.status_code, again.json, again.headers["Location"]) == (201, first.json, "/there")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert post(marked_tenant, "above", "once").status_code == 201
    assert customers(marked_tenant) == 2
    assert count_keys(superuser, marked_tenant) == 2
    assert_problem(post(marked_tenant, "beneath", "once", other="query"), 422, "idempotency-key-reused")


def test_an_answer_is_kept_as_what_it_was(marked_tenant: TenantUnderTest) -> None:
    first, again = (post(marked_tenant, "savepoint", "once") for _ in range(2))
    assert (again.headers["Content-Type"], again.data) == (first.headers["Content-Type"], b"two")
    assert customers(marked_tenant) == 2


@pytest.mark.parametrize("how", ["raises", "breaks", "answers 409"])
def test_a_key_of_a_request_that_failed_is_free(
    marked_tenant: TenantUnderTest, superuser: psycopg.Connection[Any], how: str
) -> None:
    for _ in range(2):
        failed = post(marked_tenant, "beneath", "once", how=how)
        assert failed.status_code >= 400
        assert "Idempotency-Replayed" not in failed.headers
    assert count_keys(superuser, marked_tenant) == 0


def test_a_secret_is_not_kept_and_a_view_without_a_transaction_takes_no_key(
    marked_tenant: TenantUnderTest,
) -> None:
    for view in ("secret", "by-itself"):
        assert_problem(post(marked_tenant, view, "once"), 400, "idempotency-key-refused")
    assert customers(marked_tenant) == 0
    assert post(marked_tenant, "secret").status_code == 200


def test_a_commit_in_the_middle_of_a_transaction_is_refused(marked_tenant: TenantUnderTest) -> None:
    assert_problem(post(marked_tenant, "twice"), 500, "internal-error")
    assert customers(marked_tenant) == 0


def test_a_part_of_a_transaction_can_be_undone(marked_tenant: TenantUnderTest) -> None:
    assert post(marked_tenant, "savepoint").data == b"two"
    assert customers(marked_tenant) == 2


def test_a_transaction_may_ask_for_a_level(marked_tenant: TenantUnderTest) -> None:
    assert post(marked_tenant, "level").data == b"serializable"
    assert post(marked_tenant, "level", "once").data == b"serializable"


@pytest.mark.parametrize("view", ["beneath", "above", "by-itself"])
def test_a_view_that_collided_runs_again_and_writes_once(marked_tenant: TenantUnderTest, view: str) -> None:
    assert post(marked_tenant, view, how="collides").status_code == 201
    assert len(attempts) == 2
    assert customers(marked_tenant) == 1


def test_a_view_that_always_collides_is_given_up(marked_tenant: TenantUnderTest) -> None:
    assert_problem(post(marked_tenant, "by-itself", how="always collides"), 503, "collided")
    assert len(attempts) == ATTEMPTS
    assert customers(marked_tenant) == 0


@pytest.mark.parametrize("by", WAYS_TO_COMMIT)
def test_a_view_that_has_committed_does_not_run_again(marked_tenant: TenantUnderTest, by: str) -> None:
    assert_problem(post(marked_tenant, "committed-first", by=by, how="collides"), 503, "collided")
    assert attempts == ["tried"]
    assert customers(marked_tenant) == 1


def test_a_view_that_runs_again_finds_the_body(marked_tenant: TenantUnderTest) -> None:
    answer = marked_tenant.request("POST", f"{MARKED}/of-a-body", json={"sent": "whole"})
    assert answer.json == {"sent": "whole"}
    assert len(attempts) == 2


def test_a_view_that_has_read_the_body_as_a_stream_does_not_run_again(marked_tenant: TenantUnderTest) -> None:
    answer = marked_tenant.request("POST", f"{MARKED}/of-a-body?stream=1", data=b"gone")
    assert_problem(answer, 503, "collided")
    assert attempts == ["tried"]


def test_a_key_that_has_changed_while_a_stream_was_read_is_known_to_the_next_request(
    marked_tenant: TenantUnderTest,
) -> None:
    path = f"{MARKED}/reads-then-asks"
    assert marked_tenant.request("POST", path, data=b"file").data == b"4"
    change_keys(marked_tenant)
    assert_problem(marked_tenant.request("POST", path, data=b"file"), 503, "credentials-changed")
    assert marked_tenant.request("POST", path, data=b"file").data == b"4"
