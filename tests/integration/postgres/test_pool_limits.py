"""The pool keeps to its numbers: small ones here, so that nobody waits for long."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import URL, text
from werkzeug.test import TestResponse

from tenantapp.db.session import db
from tenantapp.postgres.connection import TenantConnection
from tests.integration.postgres.conftest import MakeApp
from tests.support.backends import all_returned, backends, eventually, pool_of
from tests.support.databases import Server
from tests.support.operator import forget_directory
from tests.support.probes import done, in_request
from tests.support.tenants import make_tenant
from tests.support.wsgi import ask

CUSTOMERS = "/api/v1/customers"


@pytest.fixture
def black_hole() -> Iterator[tuple[str, int]]:
    """An address that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        yield listening.getsockname()


def _assert_unavailable(response: Any) -> None:
    assert (response.status_code, response.mimetype) == (503, "application/problem+json")
    assert response.json["type"] == "urn:tenantapp:problem:database-unavailable"
    assert response.headers["Retry-After"] == "5"


def test_threads_share_no_more_connections_than_the_most(
    make_app: MakeApp, server: Server, database: str
) -> None:
    tenant = make_tenant(make_app(pool_min_size=1, pool_max_size=3, pool_tenant_share=3))
    # Nobody goes on before three have a connection: the pool makes its own in the background, when it can.
    three = threading.Barrier(3, timeout=30)
    seen: list[int] = []

    def work() -> list[int]:
        pid = db.session.scalar(text("SELECT pg_backend_pid()"))
        three.wait()
        seen.append(len(backends(server, database)))
        return [int(pid or 0)]

    with ThreadPoolExecutor(9) as threads:
        answers = list(threads.map(lambda _: done(in_request(tenant, work)), range(18)))
    assert set(seen) == {3}
    assert len({pid for (pid,) in answers}) == 3
    assert pool_of(tenant.app).pool.get_stats()["pool_size"] == 3


@pytest.mark.parametrize("path", [CUSTOMERS, f"{CUSTOMERS}/{UUID(int=1)}"], ids=["list", "get"])
@pytest.mark.parametrize("cold", [False, True], ids=["warm", "cold"])
def test_who_finds_none_waits_as_long_as_the_time_out_and_gets_a_503(
    make_app: MakeApp, cold: bool, path: str
) -> None:
    tenant = make_tenant(make_app(pool_min_size=1, pool_max_size=1, connect_timeout=1))
    assert tenant.request("GET", CUSTOMERS).status_code == 200
    if cold:
        forget_directory(tenant.app, tenant.subdomain)
    taken = pool_of(tenant.app).connect()
    started = time.perf_counter()
    _assert_unavailable(tenant.request("GET", path))
    assert 0.9 < time.perf_counter() - started < 1.4
    taken.close()
    assert tenant.request("GET", CUSTOMERS).status_code == 200
    all_returned(tenant.app)
    assert pool_of(tenant.app).pool.get_stats()["connections_num"] == 1, "the pool was emptied without need"


def test_who_waits_gets_the_connection_that_comes_back_in_time(make_app: MakeApp) -> None:
    tenant = make_tenant(make_app(pool_min_size=1, pool_max_size=1))
    assert tenant.request("GET", CUSTOMERS).status_code == 200
    taken = pool_of(tenant.app).connect()

    def send() -> TestResponse:
        return tenant.request("GET", CUSTOMERS)

    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(send)
        eventually(lambda: pool_of(tenant.app).pool.get_stats()["requests_waiting"] == 1)
        taken.close()
        assert waiting.result().status_code == 200


def test_idle_connections_are_closed_down_to_the_least_within_the_idle_time(
    make_app: MakeApp, server: Server, database: str
) -> None:
    idle = 1.0
    app = make_app(pool_min_size=1, pool_max_size=4, pool_max_idle=idle)
    taken = [pool_of(app).connect() for _ in range(4)]
    for connection in taken[1:]:
        connection.close()
    # Scheduling and a busy machine are given half a second.
    assert eventually(lambda: len(backends(server, database)) == 1) < idle + 0.5
    assert taken[0].execute("SELECT 1").fetchone() == (1,), "one in use is none that is idle"
    taken[0].close()
    all_returned(app)
    time.sleep(idle / 2 + 0.1)
    assert len(backends(server, database)) == 1


def test_a_connection_in_use_again_and_again_is_kept(make_app: MakeApp) -> None:
    tenant = make_tenant(make_app(pool_min_size=1, pool_max_size=1, pool_max_idle=0.2))
    work = text("SELECT pg_backend_pid()")
    pids = set()
    for _ in range(10):
        (pid,) = done(in_request(tenant, lambda: [db.session.scalar(work)]))
        pids.add(pid)
        time.sleep(0.05)
    assert len(pids) == 1


def _lost_in(server: Server, database: str, hole: tuple[str, int]) -> URL:
    host, port = hole
    return server.address("app", database).set(host=host, port=port)


def test_connecting_to_a_black_hole_is_given_up_within_the_time_out(
    server: Server, shared_database: str, black_hole: tuple[str, int]
) -> None:
    """The real default, 2 s: libpq knows no shorter one."""
    address = _lost_in(server, shared_database, black_hole)
    with server.application(shared_database, database_url=address) as app:
        pool = pool_of(app).pool
    assert isinstance(pool.kwargs, dict)
    started = time.perf_counter()
    with pytest.raises(psycopg.errors.ConnectionTimeout):
        TenantConnection.connect(str(pool.conninfo), **pool.kwargs)
    assert 1.5 < time.perf_counter() - started < 2.5


def test_a_request_that_needs_a_black_hole_is_a_503_within_the_time_out(
    server: Server, shared_database: str, black_hole: tuple[str, int]
) -> None:
    address = _lost_in(server, shared_database, black_hole)
    with server.application(shared_database, database_url=address) as app:
        started = time.perf_counter()
        _assert_unavailable(ask(app, "acme.localhost"))
        assert time.perf_counter() - started < 2.5


def test_a_role_that_could_get_past_the_policies_is_lent_no_connection(
    server: Server, shared_database: str
) -> None:
    for role in ("bootstrap", "owner"):
        address = server.address(role, shared_database)
        with server.application(shared_database, connect_timeout=1, database_url=address) as app:
            _assert_unavailable(ask(app, "acme.localhost"))
