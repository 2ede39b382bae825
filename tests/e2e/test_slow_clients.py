"""Clients that take their time hold nobody up: no thread waits for them, and they are told or cut."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.e2e.conftest import serving
from tests.e2e.locks import blocked_by
from tests.e2e.programs import eventually
from tests.e2e.slow import HEALTHY_SECONDS, asked, connections, head_of, read_whole, seconds_of_health
from tests.e2e.wire import CUSTOMERS
from tests.support.customers import insert_customers
from tests.support.databases import Server
from tests.support.tenants import TenantUnderTest

OPEN = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND xact_start IS NOT NULL AND application_name = 'tenantapp'
"""
HASTE = {"REQUEST_HEAD_SECONDS": "2", "REQUEST_BODY_SECONDS": "2", "RESPONSE_SECONDS": "2"}
# More than the buffers of both ends of a connection hold.
MANY = 30_000
ENDLESS = ("Content-Type: text/csv", "Content-Length: 1000000")


@pytest.fixture(scope="module")
def hasty(server: Server, shared_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server that waits two seconds for a client."""
    with serving(server, shared_database, tmp_path_factory.mktemp("hasty"), **HASTE) as (port, _):
        yield port


@pytest.fixture
def narrow(server: Server, shared_database: str, tmp_path: Path) -> Iterator[int]:
    """The port of a server of one process and four threads, for which nobody waits long."""
    few = {"WEB_WORKERS": "1", "WEB_THREADS": "4", "THREAD_WAIT_SECONDS": "1", "RESPONSE_SECONDS": "6"}
    with serving(server, shared_database, tmp_path, **few) as (port, _):
        yield port


def assert_timed_out(connection: socket.socket) -> None:
    answer = read_whole(connection)
    assert answer.startswith(b"HTTP/1.1 408 "), answer
    assert b"Content-Type: application/problem+json" in answer
    assert b'"type":"urn:tenantapp:problem:request-timeout"' in answer


@pytest.mark.parametrize("number", [16, 200])
def test_heads_that_do_not_end_hold_nobody_up_and_are_told(
    hasty: int, tenant: TenantUnderTest, number: int
) -> None:
    with connections(hasty, number, b"GET /healthz HTTP/1.1\r\nHost: loc") as held:
        assert asked(hasty, tenant) == 200
        assert seconds_of_health(hasty) < HEALTHY_SECONDS
        for connection in held:
            assert_timed_out(connection)


def test_connections_that_say_nothing_are_closed_without_a_word(hasty: int) -> None:
    with connections(hasty, 3, b"") as silent:
        assert [read_whole(connection) for connection in silent] == [b""] * 3


def test_a_head_that_goes_on_byte_by_byte_is_told_too(hasty: int) -> None:
    began = time.monotonic()
    with connections(hasty, 1, b"GET /") as (connection,):
        connection.settimeout(0.2)
        while time.monotonic() < began + 10:
            try:
                answer = connection.recv(1000)
                break
            except TimeoutError:
                connection.sendall(b"a")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert 2 <= time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("request_line", "lines"),
    [
        (f"POST {CUSTOMERS}/import", ENDLESS),
        (f"POST {CUSTOMERS}/import", ("Content-Type: text/csv", "Transfer-Encoding: chunked")),
        (f"POST {CUSTOMERS}", ("Content-Type: application/json", "Content-Length: 1000")),
        (f"POST {CUSTOMERS}", ("Content-Type: application/json", "Content-Length: 1000000")),
    ],
    ids=["a file", "a file in chunks", "a small body", "a large body"],
)
def test_bodies_that_do_not_end_hold_no_thread_and_no_transaction_and_are_told(
    hasty: int,
    tenant: TenantUnderTest,
    superuser: psycopg.Connection,
    request_line: str,
    lines: tuple[str, ...],
) -> None:
    begun = b"5\r\nname\n\r\n" if "chunked" in lines[1] else b"name\n"
    with connections(hasty, 40, head_of(tenant, request_line, *lines) + begun) as held:
        assert asked(hasty, tenant) == 200
        assert seconds_of_health(hasty) < HEALTHY_SECONDS
        # That of the request above ends a moment after its answer.
        assert eventually(lambda: not superuser.execute(OPEN).fetchall(), 1.0)
        for connection in held:
            assert_timed_out(connection)


def test_a_body_that_gets_on_is_given_the_time(
    server: Server, shared_database: str, tenant: TenantUnderTest, tmp_path: Path
) -> None:
    row = b"C,c%d@c.example\n"
    rows = b"name,email\n" + b"".join(row % n for n in range(200))
    slow = HASTE | {"SLOWEST_BYTES_PER_SECOND": "100"}
    with (
        serving(server, shared_database, tmp_path, **slow) as (port, _),
        closing(socket.create_connection(("127.0.0.1", port), timeout=15)) as connection,
    ):
        head = head_of(
            tenant,
            f"POST {CUSTOMERS}/import",
            "Content-Type: text/csv",
            f"Content-Length: {len(rows)}",
            "Connection: close",
        )
        connection.sendall(head)
        size = len(rows) // 8
        for begin in range(0, len(rows), size):
            connection.sendall(rows[begin : begin + size])
            time.sleep(0.5)
        assert b'"imported":200' in read_whole(connection)


def test_readers_that_do_not_read_take_half_of_the_threads_and_are_cut(
    narrow: int, tenant: TenantUnderTest, superuser: psycopg.Connection
) -> None:
    insert_customers(superuser, tenant, MANY)
    export = head_of(tenant, f"GET {CUSTOMERS}/export?format=ndjson")
    with connections(narrow, 5, export, buffer=4096) as readers:
        assert eventually(lambda: len(superuser.execute(OPEN).fetchall()) == 2)
        assert asked(narrow, tenant) == 200
        assert seconds_of_health(narrow) < HEALTHY_SECONDS
        statuses = {reader: reader.recv(12) for reader in readers}
        begun = [reader for reader in readers if statuses[reader] == b"HTTP/1.1 200"]
        assert len(begun) == 2
        for reader in set(readers) - set(begun):
            answer = read_whole(reader)
            assert answer.startswith(b" Service Unavailable")
            assert b"Retry-After: 1" in answer
            assert b'"type":"urn:tenantapp:problem:busy"' in answer
        # None is taken for a whole file.
        assert eventually(lambda: not superuser.execute(OPEN).fetchall())
        for reader in begun:
            assert not read_whole(reader).endswith(b"0\r\n\r\n")


def test_one_tenants_waiting_leaves_threads_to_the_others(
    narrow: int,
    tenant: TenantUnderTest,
    other_tenant: TenantUnderTest,
    server: Server,
    shared_database: str,
    superuser: psycopg.Connection,
) -> None:
    customer = tenant.create(CUSTOMERS, name="Ada", email="ada@a.example")
    patch = b'{"name": "Bea"}'
    lines = ("Content-Type: application/json", f"Content-Length: {len(patch)}", "Connection: close")
    request = head_of(tenant, f"PATCH {CUSTOMERS}/{customer['id']}", *lines) + patch
    with server.connect("bootstrap", shared_database, autocommit=False) as lock:
        lock.execute("SELECT 1 FROM customers WHERE id = %s FOR UPDATE", [customer["id"]])
        with connections(narrow, 40, request) as waiting:
            assert eventually(lambda: blocked_by(lock, superuser) >= 1)
            time.sleep(0.2)
            assert asked(narrow, other_tenant) == 200
            assert seconds_of_health(narrow) < HEALTHY_SECONDS
            # Those that wait for a thread in vain are told within a second or two.
            answers = [connection.recv(12) for connection in waiting[3:]]
            assert set(answers) == {b"HTTP/1.1 503"}
            lock.rollback()
            assert {connection.recv(12) for connection in waiting[:3]} == {b"HTTP/1.1 200"}


def test_who_finds_the_queue_full_is_told_at_once_and_those_in_it_are_served(
    tenant: TenantUnderTest,
    server: Server,
    shared_database: str,
    superuser: psycopg.Connection,
    tmp_path: Path,
) -> None:
    customer = tenant.create(CUSTOMERS, name="Ada", email="ada@a.example")
    # Three threads are a tenant's at most, and two places in the queue.
    few = {"WEB_WORKERS": "1", "WEB_THREADS": "4", "WEB_BACKLOG": "4", "THREAD_WAIT_SECONDS": "60"}
    patch = b'{"name": "Bea"}'
    lines = ("Content-Type: application/json", f"Content-Length: {len(patch)}", "Connection: close")
    request = head_of(tenant, f"PATCH {CUSTOMERS}/{customer['id']}", *lines) + patch
    with (
        serving(server, shared_database, tmp_path, **few) as (port, _),
        server.connect("bootstrap", shared_database, autocommit=False) as lock,
    ):
        lock.execute("SELECT 1 FROM customers WHERE id = %s FOR UPDATE", [customer["id"]])
        with connections(port, 3, request) as working:
            assert eventually(lambda: blocked_by(lock, superuser) >= 1)
            with connections(port, 2, request) as waiting, connections(port, 10, request) as more:
                for connection in more:
                    answer = read_whole(connection)
                    assert answer.startswith(b"HTTP/1.1 503 ")
                    assert b"Retry-After: 1" in answer
                assert seconds_of_health(port) < HEALTHY_SECONDS
                lock.rollback()
                answers = {connection.recv(12) for connection in (*working, *waiting)}
                assert answers == {b"HTTP/1.1 200"}


def test_of_too_many_connections_the_oldest_without_a_request_is_closed(
    server: Server, shared_database: str, tenant: TenantUnderTest, tmp_path: Path
) -> None:
    few = {"WEB_WORKERS": "1", "WEB_CONNECTIONS": "20"}
    with serving(server, shared_database, tmp_path, **few) as (port, _):
        with connections(port, 50, b"GET /") as held:
            assert asked(port, tenant) == 200
            held[0].settimeout(5)
            assert held[0].recv(1) == b""
        assert asked(port, tenant) == 200
