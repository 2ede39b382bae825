"""Everybody else is served, and `/healthz` answers, while clients are many and slow, or send large files."""

from __future__ import annotations

import socket
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

import pytest

from tests.e2e.conftest import serving
from tests.e2e.slow import HEALTHY_SECONDS, asked, connections, head_of, read_whole
from tests.e2e.wire import CUSTOMERS, call
from tests.support.customers import insert_customers
from tests.support.databases import Server
from tests.support.tenants import TenantUnderTest

pytestmark = pytest.mark.services

SECONDS = 10.0
IMPORT = f"POST {CUSTOMERS}/import"
# More than the buffers of both ends of a connection hold.
MANY = 30_000
ROWS = b"".join(b'{"name": "Ada", "email": "load-%d@c.example"}\n' % number for number in range(20_000))


@pytest.fixture(scope="module")
def port(server: Server, shared_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where a server serves as it does unless it is told otherwise."""
    with serving(server, shared_database, tmp_path_factory.mktemp("loaded")) as (chosen, _):
        yield chosen


@contextmanager
def going_on(slow: Sequence[tuple[Sequence[socket.socket], bytes]]) -> Iterator[None]:
    """Have each connection send a little more every second, or read a little where it has nothing to send."""
    done = threading.Event()

    def go_on() -> None:
        while not done.wait(1.0):
            for connections_alike, more in slow:
                for connection in connections_alike:
                    # Who is told that it is too slow says no more.
                    with suppress(OSError):
                        connection.send(more) if more else connection.recv(10)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@contextmanager
def importing(port: int, tenant: TenantUnderTest, number: int) -> Iterator[list[int]]:
    """Send a file again and again, `number` at once, and lend the list of their answers' statuses."""
    # The last line is refused: nothing stays, and the next time is like the first.
    body = ROWS + b"{}\n"
    lines = ("Content-Type: application/x-ndjson", f"Content-Length: {len(body)}", "Connection: close")
    request = head_of(tenant, IMPORT, *lines) + body
    done = threading.Event()
    statuses: list[int] = []

    def go_on() -> None:
        while not done.is_set():
            with connections(port, 1, request) as (connection,):
                connection.settimeout(60)
                statuses.append(int(read_whole(connection).split(b" ", 2)[1]))
            # Those that find no thread are told so at once.
            done.wait(0.2)

    threads = [threading.Thread(target=go_on) for _ in range(number)]
    for thread in threads:
        thread.start()
    try:
        yield statuses
    finally:
        done.set()
        for thread in threads:
            thread.join()


def assert_served(port: int, tenant: TenantUnderTest) -> None:
    """Hold every request of a tenant's to be answered, and 95 of 100 inquiries for health to be at once."""
    taken = []
    until = time.monotonic() + SECONDS
    while time.monotonic() < until or len(taken) < 100:
        began = time.monotonic()
        assert call(port, "GET", "/healthz").status == 200
        taken.append(time.monotonic() - began)
        assert asked(port, tenant) == 200
        time.sleep(0.02)
    slowest_but_five = statistics.quantiles(taken, n=20)[-1]
    assert slowest_but_five < HEALTHY_SECONDS, f"{slowest_but_five:.3f} s, at most {max(taken):.3f} s"


def test_a_thousand_slow_clients_hold_nobody_up(
    port: int,
    tenant: TenantUnderTest,
    other_tenant: TenantUnderTest,
    server: Server,
    shared_database: str,
) -> None:
    with server.connect("bootstrap", shared_database) as superuser:
        insert_customers(superuser, tenant, MANY)
    body = head_of(tenant, f"POST {CUSTOMERS}", "Content-Type: application/json", "Content-Length: 100000")
    file = head_of(tenant, IMPORT, "Content-Type: text/csv", "Content-Length: 90000000")
    export = head_of(tenant, f"GET {CUSTOMERS}/export?format=ndjson")
    with ExitStack() as stack:
        heads = stack.enter_context(connections(port, 400, b"GET / HTTP/1.1\r\nX: "))
        bodies = stack.enter_context(connections(port, 200, body + b"{"))
        files = stack.enter_context(connections(port, 200, file + b"name,email\n"))
        readers = stack.enter_context(connections(port, 200, export, buffer=4096))
        for connection in [*heads, *bodies, *files, *readers]:
            connection.settimeout(0.01)
        slow = [(heads, b"a"), (bodies, b" "), (files, b"C,c@c.example\n"), (readers, b"")]
        stack.enter_context(going_on(slow))
        assert_served(port, other_tenant)


def test_eight_imports_at_once_hold_nobody_up(
    port: int, tenant: TenantUnderTest, other_tenant: TenantUnderTest
) -> None:
    with importing(port, tenant, 8) as statuses:
        assert_served(port, other_tenant)
    assert 422 in statuses
    assert set(statuses) <= {422, 503}
