"""What PostgreSQL ended for the sake of a concurrent transaction is done again, three times at most."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.support.customers import CUSTOMERS, ada, assert_problem, count_customers, count_keys
from tests.support.databases import Server
from tests.support.tenants import TenantUnderTest, make_tenant

Superuser = psycopg.Connection[Any]
Fail = Callable[[str, int, bool], None]
COLLISIONS = ["serialization_failure", "deadlock_detected"]
HEADERS = {"Idempotency-Key": "retried"}


@pytest.fixture
def fail(own_superuser: Superuser) -> Fail:
    """Make the first so many inserts of customers fail, at once or when they are committed."""

    def install(condition: str, times: int, at_commit: bool) -> None:
        when = "CONSTRAINT TRIGGER fail AFTER" if at_commit else "TRIGGER fail BEFORE"
        deferred = "DEFERRABLE INITIALLY DEFERRED" if at_commit else ""
        own_superuser.execute(
            f"""
            CREATE SEQUENCE attempts;
            CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
                AS $$ BEGIN
                    IF nextval('attempts') <= {times} THEN RAISE {condition}; END IF;
                    RETURN NEW;
                END $$;
            CREATE {when} INSERT ON customers {deferred} FOR EACH ROW EXECUTE FUNCTION fail()
            """
        )

    return install


def attempts(superuser: Superuser) -> int:
    return int(superuser.execute("SELECT last_value FROM attempts").fetchall()[0][0])


def post(tenant: TenantUnderTest, body: Any = None) -> TestResponse:
    return tenant.request("POST", CUSTOMERS, json=body or ada(), headers=HEADERS)


@pytest.mark.parametrize("at_commit", [False, True], ids=["at once", "at commit"])
@pytest.mark.parametrize("condition", COLLISIONS)
def test_work_that_collided_twice_is_done_the_third_time(
    own_tenant: TenantUnderTest, own_superuser: Superuser, fail: Fail, condition: str, at_commit: bool
) -> None:
    fail(condition, 2, at_commit)
    assert post(own_tenant).status_code == 201
    assert attempts(own_superuser) == 3
    assert count_customers(own_superuser, own_tenant) == 1
    assert count_keys(own_superuser, own_tenant) == 1


@pytest.mark.parametrize("at_commit", [False, True], ids=["at once", "at commit"])
@pytest.mark.parametrize("condition", COLLISIONS)
def test_work_that_always_collides_is_given_up_with_a_clear_answer(
    own_tenant: TenantUnderTest, own_superuser: Superuser, fail: Fail, condition: str, at_commit: bool
) -> None:
    fail(condition, 99, at_commit)
    answer = post(own_tenant)
    assert_problem(answer, 503, "collided")
    assert int(answer.headers["Retry-After"]) >= 1
    assert attempts(own_superuser) == 3
    assert count_customers(own_superuser, own_tenant) == 0
    assert count_keys(own_superuser, own_tenant) == 0


@pytest.mark.parametrize("condition", ["raise_exception", "program_limit_exceeded", "data_exception"])
def test_another_error_is_not_tried_again(
    own_tenant: TenantUnderTest, own_superuser: Superuser, fail: Fail, condition: str
) -> None:
    fail(condition, 99, False)
    body = assert_problem(post(own_tenant), 500, "internal-error")
    assert body.keys() == {"type", "title", "status", "request_id"}
    assert attempts(own_superuser) == 1


def test_a_conflict_is_not_tried_again(
    own_tenant: TenantUnderTest, own_superuser: Superuser, fail: Fail
) -> None:
    fail("raise_exception", 0, False)
    body = ada()
    own_tenant.create(CUSTOMERS, **body)
    assert_problem(post(own_tenant, body), 409)
    assert attempts(own_superuser) == 2


def test_the_victim_of_a_real_deadlock_does_its_work_again(
    server: Server, database: str, own_app: Flask, own_superuser: Superuser
) -> None:
    # A waiting server looks once: by then the rival must wait too, on a busy machine as well.
    own_superuser.execute(f"ALTER DATABASE {database} SET deadlock_timeout = '1s'")
    tenant, body = make_tenant(own_app), ada()
    with server.connect("bootstrap", database, autocommit=False) as rival, ThreadPoolExecutor() as threads:
        # The rival must not be the one who looks for a deadlock first; that it goes on proves there was one.
        rival.execute("SET deadlock_timeout = '10s'; SET statement_timeout = '5s'")
        rival.execute(
            "INSERT INTO customers (tenant_id, name, email) VALUES (%s, 'Rival', %s)",
            (tenant.id, body["email"]),
        )
        sent = threads.submit(post, tenant, body)
        _wait_for_a_lock(own_superuser)
        # The request waits for the address with its key in hand, and the rival now for the key.
        rival.execute(
            """
            INSERT INTO idempotency_keys (tenant_id, credential_id, route, key, fingerprint, expires_at)
            SELECT tenant_id, id, %s, %s, '', now() FROM api_keys WHERE tenant_id = %s
            """,
            (CUSTOMERS, HEADERS["Idempotency-Key"], tenant.id),
        )
        rival.rollback()
        assert sent.result().status_code == 201
    assert count_customers(own_superuser, tenant) == 1


def _wait_for_a_lock(superuser: Superuser) -> None:
    for _ in range(500):
        waiting = superuser.execute(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        if waiting.rowcount == 1:
            return
        time.sleep(0.01)
    raise AssertionError("nobody waits")
