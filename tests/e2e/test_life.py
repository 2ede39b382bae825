"""The server's life: it ends, is told to, is killed and comes back, as docs/deployment.md says."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.e2e.conftest import is_served, serving
from tests.e2e.locks import blocked_by
from tests.e2e.programs import GUNICORN, Program, eventually, free_port, is_alive, on_database, running
from tests.e2e.wire import CUSTOMERS, Answer, call
from tests.support.databases import Server
from tests.support.tenants import TenantUnderTest

Served = tuple[int, Program]


@pytest.fixture
def served(server: Server, shared_database: str, tmp_path: Path) -> Iterator[Served]:
    with serving(server, shared_database, tmp_path) as served:
        yield served


class Asked(threading.Thread):
    """A request that is waited for elsewhere."""

    def __init__(self, ask: Callable[[], Answer]) -> None:
        super().__init__(daemon=True)
        self._ask = ask
        self.answer: Answer | None = None
        self.start()

    def run(self) -> None:
        with suppress(OSError):
            self.answer = self._ask()


@contextmanager
def in_flight(
    port: int, tenant: TenantUnderTest, server: Server, database: str
) -> Iterator[tuple[Asked, psycopg.Connection]]:
    """Lend a request that a lock holds up, and the transaction that has the lock."""
    customer = tenant.create(CUSTOMERS, name="Ada", email="ada@a.example")
    mine = {"Host": f"{tenant.subdomain}.localhost", "Authorization": f"Bearer {tenant.token}"}
    with server.connect("bootstrap", database, autocommit=False) as lock:
        lock.execute("SELECT 1 FROM customers WHERE id = %s FOR UPDATE", [customer["id"]])
        path = f"{CUSTOMERS}/{customer['id']}"
        asked = Asked(lambda: call(port, "PATCH", path, body={"name": "Bea"}, **mine))
        with server.connect("bootstrap", database) as looking:
            assert eventually(lambda: blocked_by(lock, looking) == 1)
        yield asked, lock


def is_refused(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except ConnectionRefusedError:
        return True
    return False


def workers(program: Program) -> list[psutil.Process]:
    return psutil.Process(program.process.pid).children()


def test_sigterm_lets_requests_in_flight_finish_and_takes_no_more(
    served: Served, tenant: TenantUnderTest, server: Server, shared_database: str
) -> None:
    port, program = served
    with in_flight(port, tenant, server, shared_database) as (asked, lock):
        program.process.send_signal(signal.SIGTERM)
        assert eventually(lambda: is_refused(port), 5)
        lock.rollback()
        assert program.ends(5) == 0
        asked.join(5)
        assert asked.answer is not None
        assert asked.answer.status == 200
        assert asked.answer.headers["connection"] == "close"


def test_sigterm_does_not_wait_for_those_who_have_asked_nothing(served: Served) -> None:
    port, program = served
    with (
        socket.create_connection(("127.0.0.1", port)),
        socket.create_connection(("127.0.0.1", port)) as partial,
    ):
        partial.sendall(b"GET /healthz HTTP/1.1\r\nHost: ")
        time.sleep(0.2)
        program.process.send_signal(signal.SIGTERM)
        partial.sendall(b"localhost\r\n\r\n")
        assert partial.recv(12) == b"HTTP/1.1 200"
        assert program.ends(5) == 0


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_control_c_ends_it_within_two_seconds_whatever_it_does(
    served: Served, tenant: TenantUnderTest, server: Server, shared_database: str, how: signal.Signals
) -> None:
    port, program = served
    with in_flight(port, tenant, server, shared_database):
        began = time.monotonic()
        # As a terminal does, which sends it to all of them.
        os.killpg(program.process.pid, how)
        assert program.ends(2) == 0
        assert time.monotonic() - began < 2
    assert is_refused(port)


def test_sighup_replaces_the_workers_and_loses_no_request(
    served: Served, tenant: TenantUnderTest, server: Server, shared_database: str
) -> None:
    port, program = served
    before = {worker.pid for worker in workers(program)}
    with in_flight(port, tenant, server, shared_database) as (asked, lock):
        program.process.send_signal(signal.SIGHUP)
        assert eventually(lambda: len({worker.pid for worker in workers(program)} - before) == 2)
        assert eventually(lambda: is_served(port))
        lock.rollback()
        asked.join(5)
        assert asked.answer is not None
        assert asked.answer.status == 200
    assert eventually(lambda: not {worker.pid for worker in workers(program)} & before)
    assert is_served(port)


def test_a_worker_that_is_killed_is_replaced(served: Served) -> None:
    port, program = served
    for worker in workers(program):
        worker.kill()
    assert eventually(lambda: is_served(port))
    assert eventually(lambda: len(workers(program)) == 2)


def test_workers_end_with_their_parent(served: Served) -> None:
    port, program = served
    orphans = workers(program)
    program.process.kill()
    assert eventually(lambda: not any(map(is_alive, orphans)), 5)
    assert is_refused(port)


def test_a_taken_port_is_told_in_a_line_and_ends_it(
    server: Server, shared_database: str, tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with running(GUNICORN, on_database(server, shared_database, PORT=str(port)), tmp_path) as program:
            assert program.ends() == 1
            assert program.errors == f"tenantapp: error: PORT: 127.0.0.1:{port}: Address already in use\n"


def test_each_worker_has_connections_of_its_own(
    served: Served, residents: tuple[TenantUnderTest, ...]
) -> None:
    """The pool opens in the worker: no two processes write to one socket."""
    port, program = served
    tenant = residents[0]
    mine = {"Host": f"{tenant.subdomain}.localhost", "Authorization": f"Bearer {tenant.token}"}
    for _ in range(20):
        assert call(port, "GET", CUSTOMERS, **mine).status == 200
    ends = [
        [connection.laddr for connection in process.net_connections() if connection.status == "ESTABLISHED"]
        for process in program.family()
    ]
    flat = [end for of_one in ends for end in of_one]
    assert len(flat) == len(set(flat))
    assert not ends[0], "the parent has no connection"


def test_gunicorns_own_threads_serve_it_too(
    server: Server, shared_database: str, residents: tuple[TenantUnderTest, ...], tmp_path: Path
) -> None:
    """Then a proxy that buffers has to stand in front: docs/decisions/0011-the-http-server.md."""
    port, tenant = free_port(), residents[0]
    command = (*GUNICORN[:-1], "-k", "gthread", GUNICORN[-1])
    mine = {"Host": f"{tenant.subdomain}.localhost", "Authorization": f"Bearer {tenant.token}"}
    with running(command, on_database(server, shared_database, PORT=str(port)), tmp_path) as program:
        assert eventually(lambda: is_served(port)), program.errors
        assert call(port, "GET", CUSTOMERS, **mine).status == 200
        assert program.end() == 0
