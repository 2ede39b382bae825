"""A network that stops, in each phase of a request: it costs that request, and nobody else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import psycopg
import pytest
from flask import Flask, abort
from psycopg import capabilities
from psycopg_pool import PoolTimeout
from sqlalchemy import text
from werkzeug.test import TestResponse

from tenantapp.application import create_app
from tenantapp.db.session import db
from tenantapp.db.unit_of_work import reading
from tests.support.backends import all_returned, close_pool, eventually, pool_of
from tests.support.databases import Server
from tests.support.network import Proxy, beating, proxy
from tests.support.probes import add_probes, in_request
from tests.support.tenants import TenantUnderTest, make_tenant

CUSTOMERS = "/api/v1/customers"
ADA = {"name": "Ada", "email": "ada@example.com"}
LOAN = 1.5
# What looking and the wait for a cancellation add to a loan, and a busy machine.
LATER = 4.0
ENDLESS = "SELECT a FROM generate_series(1, 100000) AS a, generate_series(1, 100000) AS b"


@pytest.fixture
def network(server: Server, shared_database: str) -> Iterator[tuple[Proxy, Flask]]:
    """A proxy, and an application of two connections through it, both of which are open."""
    with proxy(server.address("app", shared_database)) as (made, url):
        settings = server.settings(
            shared_database, pool_min_size=2, pool_max_size=2, longest_loan_seconds=LOAN
        )
        app = add_probes(create_app(replace(settings, database_url=url)))
        pool_of(app).connect().close()
        eventually(lambda: pool_of(app).pool.get_stats()["pool_available"] == 2)
        try:
            yield made, app
        finally:
            close_pool(app)


def _read(tenant: TenantUnderTest) -> TestResponse:
    return tenant.request("GET", CUSTOMERS)


def _read_twice(tenant: TenantUnderTest) -> TestResponse:
    def work() -> list[object]:
        with reading() as connection:
            connection.execute(text("SELECT 1 AS one"))
        return []

    return in_request(tenant, work)


def _write(tenant: TenantUnderTest) -> TestResponse:
    return tenant.request("POST", CUSTOMERS, json=ADA)


def _roll_back(tenant: TenantUnderTest) -> TestResponse:
    def work() -> None:
        db.session.execute(text("SELECT 1 AS one"))
        abort(409)

    return in_request(tenant, work)


def _leave_open(tenant: TenantUnderTest) -> TestResponse:
    def work() -> list[object]:
        connection = pool_of(tenant.app).connect()
        connection.execute("SELECT 1 AS one")
        connection.close()
        return []

    return in_request(tenant, work)


PHASES: list[tuple[str, bytes, Callable[[TenantUnderTest], TestResponse], int]] = [
    ("begin of a read alone", b"BEGIN READ ONLY", _read, 503),
    ("begin of a unit that reads", b"BEGIN READ ONLY", _read_twice, 503),
    ("begin of a unit that writes", b"BEGIN ISOLATION", _write, 503),
    ("statement", b"INSERT INTO customers", _write, 503),
    ("commit", b"COMMIT", _write, 503),
    ("rollback", b"ROLLBACK", _roll_back, 409),
    ("rollback as it comes back", b"ROLLBACK", _leave_open, 200),
    ("cleaning", b"CLOSE ALL", _write, 201),
]


@pytest.mark.parametrize(
    ("marker", "send", "status"), [case[1:] for case in PHASES], ids=[p[0] for p in PHASES]
)
def test_a_stalled_connection_costs_its_own_request(
    network: tuple[Proxy, Flask], marker: bytes, send: Callable[[TenantUnderTest], TestResponse], status: int
) -> None:
    stalling, app = network
    tenant, other = make_tenant(app), make_tenant(app)
    assert _read(tenant).status_code == _read(other).status_code == 200
    all_returned(app)
    with beating(30) as heart, ThreadPoolExecutor(1) as threads:
        stalling.stall_at(marker)
        started = time.perf_counter()
        stuck = threads.submit(send, tenant)
        eventually(lambda: stalling.stalled == 1)
        while not stuck.done():
            assert _read(other).status_code == 200
        assert stuck.result().status_code == status
        assert time.perf_counter() - started < LOAN + LATER
        assert _read(other).status_code == _read(tenant).status_code == 200
    assert heart.longest_pause < 3
    eventually(lambda: _both_serve(app), 5)


def _both_serve(app: Flask) -> bool:
    try:
        with closing(pool_of(app).connect()) as one, closing(pool_of(app).connect()) as two:
            return [each.execute("SELECT 1").fetchone() for each in (one, two)] == [(1,), (1,)]
    except (psycopg.OperationalError, PoolTimeout):
        return False


def test_a_network_that_stops_altogether_is_a_503_by_the_deadline(network: tuple[Proxy, Flask]) -> None:
    """No cancellation arrives then either, and no connection takes the place of another."""
    stalling, app = network
    tenants = [make_tenant(app) for _ in range(2)]
    assert {_read(tenant).status_code for tenant in tenants} == {200}
    all_returned(app)
    with beating(30) as heart, ThreadPoolExecutor(2) as threads:
        stalling.stall()
        started = time.perf_counter()
        assert {answer.status_code for answer in threads.map(_read, tenants)} == {503}
        assert time.perf_counter() - started < LOAN + LATER
        started = time.perf_counter()
        assert _read(tenants[0]).status_code == 503
        assert time.perf_counter() - started < pool_of(app).pool.timeout + 1
    assert heart.longest_pause < 3


@pytest.mark.parametrize("marker", [b"tenantapp", b"pg_db_role_setting", b"pg_advisory_unlock_all"])
def test_a_connection_that_stalls_as_it_is_made_is_given_up_within_the_connect_timeout(
    network: tuple[Proxy, Flask], marker: bytes
) -> None:
    """At its start, as it is looked over, and at the end of that: no worker of the pool's waits for ever."""
    stalling, app = network
    pool = pool_of(app).pool
    stalling.stall_at(marker)
    with beating(30) as heart:
        started = time.perf_counter()
        with pytest.raises(psycopg.OperationalError):
            pool._connect()
        assert time.perf_counter() - started < pool.timeout + 2
    assert stalling.stalled == 1
    assert heart.longest_pause < 3


def test_an_endless_cursor_that_outlives_its_transaction_freezes_nobody(
    network: tuple[Proxy, Flask],
) -> None:
    """The end of the transaction fills it: with the time-out off, the cleaning is never answered."""
    _, app = network
    tenant, other = make_tenant(app), make_tenant(app)
    assert _read(other).status_code == 200

    def work() -> list[object]:
        with reading() as connection:
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text(f"DECLARE kept CURSOR WITH HOLD FOR {ENDLESS}"))
        return []

    with beating(30) as heart:
        for _ in range(2):
            assert in_request(tenant, work).status_code == 200
        started = time.perf_counter()
        for _ in range(5):
            assert _read(other).status_code == 200
        assert time.perf_counter() - started < 4
    assert heart.longest_pause < 3
    eventually(lambda: _both_serve(app), 5)


def test_a_cancellation_is_asked_for_without_the_interpreters_lock() -> None:
    assert capabilities.has_cancel_safe(), "libpq before 17 blocks all threads while it asks"
