"""The same request twice at once, or cut off in the middle: work and key last together or not at all."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from werkzeug.test import TestResponse

from tests.support.customers import CUSTOMERS, ada, assert_problem, count_customers, count_keys
from tests.support.databases import Server
from tests.support.tenants import TenantUnderTest

Superuser = psycopg.Connection[Any]
BODY = ada(email="race@customers.example")


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """Threads that requests are sent from."""
    with ThreadPoolExecutor() as executor:
        yield executor


@pytest.fixture
def rival(server: Server, database: str, own_tenant: TenantUnderTest) -> Iterator[Superuser]:
    """A transaction that holds the e-mail address which the requests want, so that they wait for it."""
    with server.connect("bootstrap", database, autocommit=False) as connection:
        connection.execute(
            "INSERT INTO customers (tenant_id, name, email) VALUES (%s, 'Rival', %s)",
            (own_tenant.id, BODY["email"]),
        )
        yield connection


def post(tenant: TenantUnderTest) -> TestResponse:
    return tenant.request("POST", CUSTOMERS, json=BODY, headers={"Idempotency-Key": "race"})


def waiting(superuser: Superuser, count: int) -> list[int]:
    """Return the backends that wait for a lock, once there are `count`."""
    for _ in range(500):
        found = superuser.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).fetchall()
        if len(found) == count:
            return [pid for (pid,) in found]
        time.sleep(0.01)
    raise AssertionError(f"{len(found)} requests wait, not {count}")


def two_at_once(
    threads: ThreadPoolExecutor, tenant: TenantUnderTest, superuser: Superuser
) -> list[Future[TestResponse]]:
    """Send the request twice; the first waits for the rival, the second for the first."""
    sent = []
    for count in (1, 2):
        sent.append(threads.submit(post, tenant))
        waiting(superuser, count)
    return sent


def test_two_at_once_do_the_work_once(
    own_tenant: TenantUnderTest, own_superuser: Superuser, rival: Superuser, threads: ThreadPoolExecutor
) -> None:
    sent = two_at_once(threads, own_tenant, own_superuser)
    rival.rollback()
    first, second = (future.result() for future in sent)
    assert first.status_code == second.status_code == 201
    assert first.get_data() == second.get_data()
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert count_customers(own_superuser, own_tenant) == 1


def test_many_at_once_do_the_work_once(
    own_tenant: TenantUnderTest, own_superuser: Superuser, threads: ThreadPoolExecutor
) -> None:
    answers = [future.result() for future in [threads.submit(post, own_tenant) for _ in range(6)]]
    assert {(answer.status_code, answer.get_data()) for answer in answers} == {(201, answers[0].get_data())}
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
    assert count_customers(own_superuser, own_tenant) == 1


def test_the_second_tries_itself_where_the_first_failed(
    own_tenant: TenantUnderTest, own_superuser: Superuser, rival: Superuser, threads: ThreadPoolExecutor
) -> None:
    sent = two_at_once(threads, own_tenant, own_superuser)
    rival.commit()
    for future in sent:
        assert_problem(future.result(), 409, "already-taken")
    assert count_keys(own_superuser, own_tenant) == 0


def test_the_second_does_the_work_where_the_first_was_cut_off(
    own_tenant: TenantUnderTest, own_superuser: Superuser, rival: Superuser, threads: ThreadPoolExecutor
) -> None:
    first = threads.submit(post, own_tenant)
    (backend,) = waiting(own_superuser, 1)
    second = threads.submit(post, own_tenant)
    waiting(own_superuser, 2)
    own_superuser.execute("SELECT pg_terminate_backend(%s)", (backend,))
    cut_off = first.result()
    assert_problem(cut_off, 503, "database-unavailable")
    assert cut_off.headers["Retry-After"]
    waiting(own_superuser, 1)
    rival.rollback()
    assert second.result().status_code == 201
    assert "Idempotency-Replayed" not in second.result().headers
    assert count_customers(own_superuser, own_tenant) == 1


ENDS = {
    "an error": "RAISE EXCEPTION 'no'",
    "a terminated backend": "PERFORM pg_terminate_backend(pg_backend_pid())",
}


@pytest.mark.parametrize("end", ENDS)
def test_a_commit_that_fails_leaves_neither_the_work_nor_the_key(
    own_tenant: TenantUnderTest, own_superuser: Superuser, end: str
) -> None:
    own_superuser.execute(
        f"""
        CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            AS $$ BEGIN {ENDS[end]}; RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON customers DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION fail()
        """
    )
    answer = post(own_tenant)
    assert_problem(answer, 500 if end == "an error" else 503)
    assert count_customers(own_superuser, own_tenant) == 0
    assert count_keys(own_superuser, own_tenant) == 0

    own_superuser.execute("DROP TRIGGER fail ON customers")
    again = post(own_tenant)
    assert again.status_code == 201
    assert "Idempotency-Replayed" not in again.headers
